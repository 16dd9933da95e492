"""How alike pictures look, against scikit-image, TensorFlow and plain convolutions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import correlate1d, gaussian_filter
from skimage.metrics import structural_similarity

from siren_cli.metrics.ssim import EXPONENTS, similarity
from siren_cli.pictures.picture import COLORS, Picture, PictureFacts

COFFEE = Path(__file__).parents[1] / "examples" / "coffee.png"


def picture(stored: np.ndarray) -> Picture:
    height, width, channels = stored.shape
    peak = np.float32(np.iinfo(stored.dtype).max)
    facts = PictureFacts(width, height, COLORS[channels], 8 * stored.itemsize)
    return Picture(stored / peak, facts)


def photograph(height: int = 181, width: int = 203, channels: int = 3) -> np.ndarray:
    """Return a part of a photograph; the fourth channel is the first, flipped."""
    stored = np.asarray(Image.open(COFFEE))[20 : 20 + height, 150 : 150 + width]
    return np.concatenate([stored, stored[::-1]], axis=2)[..., :channels]


def damaged(stored: np.ndarray, most: int = 40) -> np.ndarray:
    """Return it with noise, and with less contrast on one side."""
    noise = np.random.default_rng(0).integers(-most, most, stored.shape, endpoint=True)
    noisy = stored + noise * (np.iinfo(stored.dtype).max // 255)
    noisy[:, :50] //= 2
    return np.clip(noisy, 0, np.iinfo(stored.dtype).max).astype(stored.dtype)


def expected_ssim(first: np.ndarray, second: np.ndarray) -> float:
    return structural_similarity(
        *(first, second),
        data_range=np.iinfo(first.dtype).max,
        gaussian_weights=True,
        use_sample_covariance=False,
        channel_axis=2,
    )


def expected_ms_ssim(first: np.ndarray, second: np.ndarray) -> float:
    """Return the MS-SSIM of one channel, as its paper writes it down."""
    product = 1.0
    for scale, exponent in enumerate(EXPONENTS):
        mean_x, mean_y, xx, yy, xy = (
            gaussian_filter(each, 1.5, truncate=3.5)[5:-5, 5:-5]
            for each in (first, second, first * first, second * second, first * second)
        )
        variances = xx - mean_x**2 + yy - mean_y**2
        term = (2 * (xy - mean_x * mean_y) + 0.03**2) / (variances + 0.03**2)
        if scale == len(EXPONENTS) - 1:
            term *= (2 * mean_x * mean_y + 0.01**2) / (mean_x**2 + mean_y**2 + 0.01**2)
        product *= term.mean() ** exponent
        first, second = (halved(each) for each in (first, second))
    return product


def halved(values: np.ndarray) -> np.ndarray:
    for axis in (0, 1):
        values = correlate1d(values, [0.5, 0.5], axis, mode="reflect", origin=-1)
    return values[::2, ::2]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_ssim_agrees_with_scikit_image(channels: int) -> None:
    first = photograph(channels=channels)
    second = damaged(first)
    found = similarity(picture(first), picture(second)).ssim
    assert found == pytest.approx(expected_ssim(first, second), abs=1e-6)
    assert 0.1 < found < 0.9


@pytest.mark.parametrize(("height", "width"), [(11, 11), (11, 600), (200, 12), (75, 267)])
def test_ssim_has_no_seams_between_tiles(height: int, width: int) -> None:
    first = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    second = damaged(first)
    found = similarity(picture(first), picture(second)).ssim
    assert found == pytest.approx(expected_ssim(first, second), abs=1e-6)


def test_ssim_of_16_bits_agrees_with_scikit_image() -> None:
    first = photograph().astype(np.uint16) * 257 + 3
    second = damaged(first, most=2)
    found = similarity(picture(first), picture(second)).ssim
    assert found == pytest.approx(expected_ssim(first, second), abs=1e-6)


@pytest.mark.parametrize("level", [0, 255])
def test_ssim_of_a_flat_picture_is_exact_in_float32(level: int) -> None:
    first = np.full((40, 30, 1), level, np.uint8)
    second = first.copy()
    second[::2, ::3] ^= 1
    found = similarity(picture(first), picture(second)).ssim
    assert found == pytest.approx(expected_ssim(first, second), abs=1e-5)


def test_the_same_picture_is_1() -> None:
    original = picture(photograph())
    assert similarity(original, original) == (1.0, 1.0)


def test_what_a_file_of_8_bits_cannot_hold_is_not_seen() -> None:
    original = picture(photograph())
    candidate = Picture(original.pixels + np.float32(0.4 / 255), original.facts)
    assert similarity(original, candidate) == (1.0, 1.0)


@pytest.mark.parametrize(("height", "width"), [(176, 176), (181, 203), (230, 177)])
def test_ms_ssim_agrees_with_its_paper(height: int, width: int) -> None:
    first = photograph(height, width)
    second = damaged(first)
    planes = [(first[..., channel] / 255, second[..., channel] / 255) for channel in range(3)]
    expected = np.mean([expected_ms_ssim(*each) for each in planes])
    found = similarity(picture(first), picture(second)).ms_ssim
    assert found == pytest.approx(expected, abs=1e-5)
    assert 0.1 < found < 0.9


def test_ms_ssim_agrees_with_tensorflow() -> None:
    import tensorflow as tf

    first = photograph(channels=4)
    second = damaged(first)
    expected = tf.image.ssim_multiscale(first[None], second[None], 255)
    found = similarity(picture(first), picture(second)).ms_ssim
    assert found == pytest.approx(float(expected[0]), abs=1e-5)


def test_ms_ssim_of_a_negative_is_0() -> None:
    original = photograph()
    assert similarity(picture(original), picture(255 - original)).ms_ssim == 0.0


@pytest.mark.parametrize(
    ("height", "width", "known"),
    [(10, 200, (False, False)), (175, 200, (True, False)), (200, 176, (True, True))],
)
def test_a_picture_without_room_for_a_window_has_none(
    height: int, width: int, known: tuple[bool, bool]
) -> None:
    original = picture(photograph(height, width))
    found = similarity(original, original)
    assert tuple(each is not None for each in found) == known
