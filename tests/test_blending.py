"""What a blend teaches, against its definition and against the paper's own equations."""

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import lsqr

from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import decibels
from siren_cli.pictures.picture import Pixels, quantize
from siren_cli.planning.blend_quality import blend_quality
from siren_cli.planning.blending import Blend, Corner, blended
from siren_cli.planning.lesson import Lesson
from siren_cli.rendering.derivatives import DX, DY, VALUE
from siren_cli.rendering.drawing import render
from siren_cli.rendering.point_function import function_of
from siren_cli.supervision import SupervisionConfig
from tests.helpers.poisson import poisson_solution
from tests.helpers.representations import make_representation

HEIGHT, WIDTH = 18, 23
USUAL = SupervisionConfig()


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).random((height, width, 3), np.float32)


def disk(height: int, width: int, radius: float) -> "np.ndarray":
    y, x = np.mgrid[:height, :width]
    return np.hypot(y - height // 2, x - width // 2) < radius


def blend_at(x: int, y: int, *, is_mixed: bool = False) -> Blend:
    """Return a blend of noise into noise by a disk, in a frame of 12x11 pixels."""
    mask = disk(11, 12, 4.2)
    return blended(
        noise(HEIGHT, WIDTH), noise(11, 12, 1), mask, Corner(x, y), is_mixed=is_mixed
    )


def least_squares(lesson: Lesson, region: "np.ndarray", background: Pixels) -> Pixels:
    """Return the pixels that agree best with a lesson, its values given exactly.

    The derivative of pixels is the mean of the differences on both sides.
    """
    number = np.arange(region.size).reshape(region.shape)
    rows, wanted = [], []
    for order, axis in ((DY, 0), (DX, 1)):
        slopes = lesson.targets[:, :, lesson.teaching.orders.index(order)].swapaxes(0, axis)
        own = number.swapaxes(0, axis)
        for place in np.argwhere(~np.isnan(slopes[..., 0])):
            before, after = max(0, place[0] - 1), min(len(own) - 1, place[0] + 1)
            rows.append((own[before, place[1]], own[after, place[1]], after - before))
            wanted.append(slopes[tuple(place)])
    before, after, distance = np.array(rows).T
    count, ones = np.arange(len(rows)), 1.0 / distance
    matrix = coo_matrix((ones, (count, after)), (len(rows), region.size)) - coo_matrix(
        (ones, (count, before)), (len(rows), region.size)
    )
    inside, result = region.ravel(), (2.0 * background - 1.0).reshape(-1, 3).astype(float)
    right = np.array(wanted) - matrix @ np.where(inside[:, None], 0.0, result)
    solved = matrix.tocsc()[:, np.flatnonzero(inside)]
    for channel in range(3):
        found = lsqr(solved, right[:, channel], atol=1e-12, btol=1e-12, iter_lim=5000)
        result[inside, channel] = found[0]
    return (result.reshape(background.shape) + 1.0) / 2.0


def test_the_values_outside_and_the_differences_of_the_foreground_inside_are_taught():
    blend = blend_at(5, 3)
    lesson = blend.lesson(SupervisionConfig(gradient_weight=3.0, tie_weight=0.5, smooth=0.25))
    assert lesson.teaching.orders == (VALUE, DY, DX)
    assert lesson.teaching.weights == (1.0, 3.0, 3.0)
    assert (lesson.teaching.tie, lesson.teaching.smooth) == (0.5, 0.25)
    values, slopes_y, slopes_x = np.moveaxis(lesson.targets, 2, 0)
    assert np.array_equal(np.isnan(values[..., 0]), blend.region)
    outside = ~blend.region
    assert values[outside] == pytest.approx(2 * noise(HEIGHT, WIDTH)[outside] - 1, abs=1e-6)
    # The middle of the disk: values are twice pixels, and so are their differences.
    foreground = noise(11, 12, 1)
    assert slopes_y[3 + 5, 5 + 6] == pytest.approx(foreground[6, 6] - foreground[4, 6])
    assert slopes_x[3 + 5, 5 + 6] == pytest.approx(foreground[5, 7] - foreground[5, 5])


def test_just_outside_half_of_a_derivative_is_that_of_the_background():
    slopes = blend_at(5, 3).lesson(USUAL).targets[:, :, 2]
    background, foreground = noise(HEIGHT, WIDTH), noise(11, 12, 1)
    # The leftmost pixel of the disk in its row 5 is 2, which is 7 in row 8 of the background.
    own = foreground[5, 2] - foreground[5, 1]
    assert slopes[8, 6] == pytest.approx(background[8, 6] - background[8, 5] + own, abs=1e-6)
    assert np.isnan(slopes[8, 5]).all()


def test_where_the_foreground_ends_it_goes_on_as_it_is():
    foreground = noise(4, 5, 1)
    blend = blended(
        noise(8, 9), foreground, np.ones((4, 5), bool), Corner(2, 3), is_mixed=False
    )
    slopes = blend.lesson(USUAL).targets[:, :, 1]
    assert slopes[3, 4] == pytest.approx(foreground[1, 2] - foreground[0, 2], abs=1e-6)


def test_transparent_pixels_are_not_taken():
    foreground = noise(11, 12, 1)
    foreground[:, 6:] = np.nan
    mask = disk(11, 12, 4.2)
    blend = blended(noise(HEIGHT, WIDTH), foreground, mask, Corner(5, 3), is_mixed=False)
    assert blend.region.sum() == mask[:, :6].sum()
    assert np.isfinite(blend.pasted).all()


def test_mixed_differences_are_the_stronger_ones():
    plain, mixed = blend_at(5, 3), blend_at(5, 3, is_mixed=True)
    for axis in (0, 1):
        own, stronger = plain.edges(axis), mixed.edges(axis)
        behind = np.diff(noise(HEIGHT, WIDTH).swapaxes(0, axis), axis=0)
        assert np.array_equal(abs(stronger.wanted), np.maximum(abs(own.wanted), abs(behind)))


def test_a_foreground_that_differs_by_a_ramp_leaves_the_background():
    background, region = noise(HEIGHT, WIDTH), disk(HEIGHT, WIDTH, 6.3)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    blend = Blend(background, background + (0.01 * y - 0.02 * x)[..., None], region)
    found = least_squares(blend.lesson(USUAL), region, background)
    direct = poisson_solution(background, blend.foreground, region)
    assert direct == pytest.approx(background, abs=1e-5)
    # Within about half a step of the ramp, for means weigh the step across the rim less.
    assert found == pytest.approx(background, abs=0.011)


@pytest.mark.parametrize("is_mixed", [False, True])
def test_the_lesson_has_the_solution_of_the_paper(is_mixed):
    """Both pictures are smooth here: the two weigh the differences of noise in other ways."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] / 9.0
    background = np.stack([np.sin(y + x), np.cos(x), y - y * x / 3], axis=2) / 4 + 0.5
    foreground = np.stack([np.cos(y * x), np.sin(2 * y), 0 * y], axis=2) / 4 + 0.5
    region = disk(HEIGHT, WIDTH, 6.3)
    blend = Blend(background, foreground, region, is_mixed)
    found = least_squares(blend.lesson(USUAL), region, background)
    direct = poisson_solution(background, foreground, region, is_mixed=is_mixed)
    pasted = np.sqrt(np.square(blend.pasted - direct).mean())
    error = np.sqrt(np.square(found - direct).mean())
    assert error < 0.003
    assert pasted > 20 * error


def test_a_blend_is_measured_by_what_was_taught():
    blend = blend_at(5, 3)
    lesson, function = blend.lesson(USUAL), make_representation(HEIGHT, WIDTH, cell_size=8)
    found = blend_quality(blend, lesson, function)
    drawn = quantize(render(function, HEIGHT, WIDTH).pixels, 8) / 255
    wanted = quantize(blend.background, 8) / 255
    outside = np.square(drawn - wanted)[~blend.region].mean()
    assert found.outside == pytest.approx(decibels(outside), abs=1e-4)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    jets = function_of(function).jets_at(y.ravel(), x.ravel())[[DY, DX]]
    slopes = np.moveaxis(lesson.targets[:, :, 1:] / 2, 2, 0)
    gradient = np.nanmean(np.square(jets.reshape(2, HEIGHT, WIDTH, 3) - slopes))
    assert found.gradient == pytest.approx(decibels(gradient), abs=1e-4)


def test_a_blend_that_differs_is_told_apart():
    digests = {blend_at(5, 3).digest, blend_at(5, 4).digest, blend_at(6, 3).digest}
    assert len(digests) == 3
    assert blend_at(5, 3).digest in digests


@pytest.mark.parametrize(
    ("corner", "count"), [((-9, 3), 49), ((5, 500), 57), ((5, -500), 57), ((5, 12), 24)]
)
def test_what_is_white_outside_of_the_background_is_refused(corner, count):
    with pytest.raises(UsageError, match=f"takes {count} pixels .* 23x18, with --at"):
        blend_at(*corner)


def test_what_is_black_may_be_outside():
    assert blend_at(-2, -1).region.sum() == blend_at(5, 3).region.sum()


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.zeros((11, 12), bool), "takes nothing"),
        (np.ones((12, 11), bool), "is 11x12 pixels, and the foreground is 12x11"),
    ],
)
def test_a_mask_without_sense_is_refused(mask, message):
    with pytest.raises(UsageError, match=message):
        blended(noise(18, 23), noise(11, 12), mask, Corner(0, 0), is_mixed=False)


def test_a_mask_that_covers_the_background_is_refused():
    mask = np.ones((5, 6), bool)
    with pytest.raises(UsageError, match="leaves nothing of the background"):
        blended(noise(5, 6), noise(5, 6), mask, Corner(0, 0), is_mixed=False)
