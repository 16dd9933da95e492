"""Pictures are written as other programs read them."""

import io
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from siren_cli.errors import OutputError, UsageError
from siren_cli.pictures.formats import format_for, named_format
from siren_cli.pictures.picture import Picture, PictureFacts, Source, quantize
from siren_cli.pictures.reader import read_picture
from siren_cli.pictures.tiff import needs_bigtiff
from siren_cli.pictures.writer import check_format, depth_for, losses, write_picture
from tests.helpers.picture_files import (
    COLORS,
    GRAY_PROFILE,
    KINDS,
    PROFILE,
    Stored,
    encoded,
    noise,
    premultiplied,
    smooth,
    written,
)

SUFFIXES = [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp"]

WRITABLE = [
    *product([".png", ".tif", ".tiff", ".webp"], COLORS),
    *product([".jpg", ".jpeg", ".bmp"], ["L", "RGB"]),
]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_profile_goes_into_the_formats_that_have_one(tmp_path: Path, suffix: str) -> None:
    picture = Picture(np.zeros((8, 6, 3), np.float32), PictureFacts(6, 8, "RGB"), PROFILE)
    path = tmp_path / f"a{suffix}"
    found = read_picture(written(path, encoded(picture, path)))
    assert found.icc_profile == (None if suffix == ".bmp" else PROFILE)


@pytest.mark.parametrize(("suffix", "color"), WRITABLE)
def test_what_is_encoded_is_read_again(tmp_path: Path, suffix: str, color: Any) -> None:
    lossy = suffix in (".jpg", ".jpeg")
    stored = smooth()[..., : len(color)] if lossy else noise(len(color))
    pixels = premultiplied(stored).astype(np.float32)
    picture = Picture(pixels, PictureFacts(6, 8, color))
    path = tmp_path / f"a{suffix.upper()}"
    found = read_picture(written(path, encoded(picture, path)))
    if suffix == ".webp" and color.startswith("L"):
        pixels = np.concatenate([pixels[..., :1]] * 2 + [pixels], axis=-1)
    np.testing.assert_allclose(found.pixels, pixels, atol=6 / 255 if lossy else 1e-6)


@pytest.mark.parametrize("color", COLORS)
def test_an_encoded_tiff_is_read_by_tifffile(color: Any) -> None:
    stored = noise(len(color))
    picture = Picture(premultiplied(stored).astype(np.float32), PictureFacts(6, 8, color))
    found = tifffile.imread(io.BytesIO(encoded(picture, Path("a.tif"))))
    if color.endswith("A"):
        stored[stored[..., -1] == 0] = 0
    np.testing.assert_array_equal(found, stored)


def test_colors_brighter_than_their_alpha_are_clamped() -> None:
    pixels = np.full((8, 6, 4), 0.8, np.float32)
    pixels[..., 3] = 0.4
    content = encoded(Picture(pixels, PictureFacts(6, 8, "RGBA")), Path("a.png"))
    with Image.open(io.BytesIO(content)) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255, 102)


def test_quantize_clamps_and_rounds() -> None:
    pixels = np.float32([-1.0, 0.0, 0.49 / 255, 0.51 / 255, 0.5, 1.0, 7.0])
    assert quantize(pixels, 8).tolist() == [0, 0, 0, 1, 128, 255, 255]


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".bmp"])
def test_alpha_is_refused_where_there_is_no_room_for_it(suffix: str) -> None:
    with pytest.raises(OutputError, match=r"cannot hold transparency; write a \.png"):
        check_format(Path("a"), format_for(Path(f"a{suffix}")), PictureFacts(6, 8, "RGBA"))


@pytest.mark.parametrize(("name", "limit"), [("a.jpg", 65500), ("a.webp", 16383)])
def test_the_longest_side_that_is_allowed_can_be_encoded(name: str, limit: int) -> None:
    facts = PictureFacts(limit, 1, "L")
    picture = Picture(np.zeros((1, limit, 1), np.float32), facts)
    assert encoded(picture, Path(name))
    for longer in (replace(facts, width=limit + 1), PictureFacts(1, limit + 1, "L")):
        with pytest.raises(OutputError, match=f"is limited to {limit} pixels a side"):
            check_format(Path(name), format_for(Path(name)), longer)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.siren", "a.jp2", ".png", "a.png "])
def test_an_unknown_suffix_is_refused_and_the_known_ones_named(name: str) -> None:
    with pytest.raises(OutputError, match=r"suffix .* is not one of \.png, \.jpg"):
        format_for(Path(name))


def as_picture(stored: Stored, icc_profile: bytes | None = None) -> Picture:
    pixels = premultiplied(stored).astype(np.float32)
    height, width, channels = pixels.shape
    facts = PictureFacts(width, height, COLORS[channels - 1], 8 * stored.itemsize)
    return Picture(pixels, facts, icc_profile)


def visible(stored: Stored) -> Stored:
    """Return what colors are left where no one sees them: black."""
    if stored.ndim == 3 and stored.shape[2] in (2, 4):
        return np.where(stored[..., -1:] == 0, 0, stored)
    return stored


def transparent(channels: int, bits: int) -> Stored:
    stored = noise(channels, kind=KINDS[bits])
    if channels in (2, 4):
        stored[3, :4, -1] = [0, 1, 2, 3]
    return stored


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (1, 2, 3, 4))])
def test_a_png_is_what_imagecodecs_reads(bits: int, channels: int) -> None:
    stored = transparent(channels, bits)
    content = encoded(as_picture(stored), Path("a.png"), bits)
    np.testing.assert_array_equal(imagecodecs.png_decode(content), visible(stored))


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (1, 2, 3, 4))])
def test_a_tiff_is_what_tifffile_reads(bits: int, channels: int) -> None:
    stored = transparent(channels, bits)
    content = encoded(as_picture(stored, PROFILE), Path("a.tif"), bits)
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        page = file.pages.first
        np.testing.assert_array_equal(page.asarray(), visible(stored))
        assert page.extrasamples == ((2,) if channels in (2, 4) else ())  # unassociated
        assert page.photometric == (2 if channels > 2 else 1)
        assert page.tags[34675].value == PROFILE
        assert len(file.pages) == 1


@pytest.mark.parametrize(("suffix", "bits"), [*product([".png", ".tif"], KINDS)])
def test_an_alpha_of_every_value_comes_back(tmp_path: Path, suffix: str, bits: int) -> None:
    stored = np.dstack([noise(3, 16, 16, KINDS[bits]), np.arange(256).reshape(16, 16)])
    stored = stored.astype(KINDS[bits])
    path = tmp_path / f"a{suffix}"
    written(path, encoded(as_picture(stored), path, bits))
    np.testing.assert_allclose(read_picture(path).pixels, premultiplied(stored), atol=1e-7)


def test_the_profile_of_a_16_bit_png_is_read_by_pillow() -> None:
    content = encoded(as_picture(noise(kind=np.uint16), PROFILE), Path("a.png"), 16)
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert image.info["icc_profile"] == PROFILE


@pytest.mark.parametrize(
    ("name", "kept"), [("a.png", True), ("a.webp", False), ("a.avif", False)]
)
def test_a_gray_profile_goes_where_gray_stays_gray(name: str, kept: bool) -> None:
    content = encoded(as_picture(noise(2), GRAY_PROFILE), Path(name))
    with Image.open(io.BytesIO(content)) as image:
        assert image.info.get("icc_profile") == (GRAY_PROFILE if kept else None)


@pytest.mark.parametrize("color", COLORS)
def test_a_picture_of_one_pixel_can_have_16_bits(color: Any) -> None:
    stored = np.full((1, 1, len(color)), 258, np.uint16)
    content = encoded(as_picture(stored), Path("a.png"), 16)
    assert imagecodecs.png_decode(content).ravel().tolist() == [258] * len(color)


@pytest.mark.parametrize("color", COLORS)
def test_an_avif_is_close_to_what_it_was(color: Any) -> None:
    stored = smooth(len(color))
    found = imagecodecs.avif_decode(encoded(as_picture(stored), Path("a.avif")))
    planes = stored.reshape(8, 6, -1)
    if color.startswith("L"):
        planes = np.dstack([planes[..., :1]] * 2 + [planes])
    if color == "L" and found.ndim == 2:
        found = np.dstack([found] * 3)
    np.testing.assert_allclose(found.astype(int), planes, atol=6)


def test_the_depth_is_the_pictures_own_where_the_format_has_it() -> None:
    of_16, of_8 = PictureFacts(6, 8, "RGB", 16), PictureFacts(6, 8, "RGB")
    for name, depth in {"png": 16, "tif": 16, "jpg": 8, "webp": 8, "npy": 32}.items():
        form = named_format(name)
        assert depth_for(Path("a"), form, of_16, None) == depth
    for name in ("png", "tif", "jpg", "webp"):
        form = named_format(name)
        assert depth_for(Path("a"), form, of_16, 8) == depth_for(Path("a"), form, of_8, None)
    assert depth_for(Path("a"), named_format("png"), of_8, 16) == 16


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.avif", "a.bmp"])
def test_a_depth_that_a_format_lacks_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"holds 8 bits; write a \.png or \.tif"):
        depth_for(Path(name), format_for(Path(name)), PictureFacts(6, 8, "RGB", 16), 16)


def empty(color: Any, bit_depth: int = 8, icc_profile: bytes | None = None) -> Picture:
    pixels = np.zeros((8, 6, len(color)), np.float32)
    return Picture(pixels, PictureFacts(6, 8, color, bit_depth), icc_profile)


def test_what_a_format_loses_is_told() -> None:
    gray = empty("L", 16)
    assert losses(gray.source(), named_format("png"), 16) == ()
    assert losses(gray.source(), named_format("png"), 8) == ("its 16 bits are written as 8",)
    no_gray = "WEBP has no gray, which is written as color"
    assert losses(gray.source(), named_format("webp"), 8) == (
        "its 16 bits are written as 8",
        no_gray,
    )
    assert losses(empty("RGB").source(), named_format("webp"), 8) == ()
    assert losses(empty("L").source(), named_format("jpg"), 8) == ()


def test_a_profile_that_is_lost_is_told() -> None:
    lost = "its color profile is not written"
    assert losses(empty("RGB", 8, PROFILE).source(), named_format("bmp"), 8) == (lost,)
    assert losses(empty("L", 8, GRAY_PROFILE).source(), named_format("avif"), 8)[1:] == (lost,)
    assert losses(empty("RGB", 8, PROFILE).source(), named_format("png"), 8) == ()


@pytest.mark.parametrize("bits", KINDS)
@pytest.mark.parametrize(("height", "width"), [(1, 1), (65, 3), (257, 513), (700, 530)])
def test_bands_and_tiles_make_one_picture(bits: int, height: int, width: int) -> None:
    stored = noise(3, height, width, KINDS[bits])
    png = encoded(as_picture(stored), Path("a.png"), bits)
    np.testing.assert_array_equal(imagecodecs.png_decode(png), stored)
    with Image.open(io.BytesIO(png)) as image:
        image.verify()  # the checksums
    tiff = encoded(as_picture(stored), Path("a.tif"), bits)
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(tiff)), stored)


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (1, 2, 3, 4))])
def test_a_tiff_of_several_tiles_is_what_libtiff_reads(bits: int, channels: int) -> None:
    stored = transparent(channels, bits)
    stored = np.tile(stored, (40, 50, 1)[: stored.ndim])  # 320 x 300
    content = encoded(as_picture(stored), Path("a.tif"), bits)
    np.testing.assert_array_equal(imagecodecs.tiff_decode(content), visible(stored))
    if bits == 8:  # Pillow reads no colors of 16 bits
        with Image.open(io.BytesIO(content)) as image:
            np.testing.assert_array_equal(np.asarray(image), visible(stored))


@pytest.mark.parametrize(("rows", "needed"), [(32_767, False), (32_768, False), (32_769, True)])
def test_what_may_be_larger_than_3_gib_needs_a_bigtiff(rows: int, needed: bool) -> None:
    assert needs_bigtiff(PictureFacts(16_384, rows, "RGB", 16)) == needed
    assert not needs_bigtiff(PictureFacts(16_384, rows, "RGB", 8))


def test_a_tiff_that_may_be_too_large_is_a_bigtiff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siren_cli.pictures.tiff.MAX_CLASSIC_BYTES", 0)
    stored = noise(4, 300, 260, np.uint16)
    content = encoded(as_picture(stored, PROFILE), Path("a.tif"), 16)
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        assert file.is_bigtiff
        np.testing.assert_array_equal(file.pages.first.asarray(), visible(stored))
        assert file.pages.first.iccprofile == PROFILE


def test_a_ramp_of_16_bits_has_all_its_levels() -> None:
    ramp = np.linspace(0.0, 1.0, 5000, dtype=np.float32)[None, :, None]
    picture = Picture(ramp, PictureFacts(5000, 1, "L", 16))
    found = imagecodecs.png_decode(encoded(picture, Path("a.png"), 16))
    np.testing.assert_array_equal(found.ravel(), np.rint(ramp.ravel() * 65535))
    assert len(np.unique(found)) == 5000


def test_a_png_is_about_as_small_as_pillows() -> None:
    y, x = np.mgrid[:512, :512]
    waves = np.stack([np.sin(x / (9 + k)) * np.cos(y / 31) for k in range(3)], axis=-1)
    stored = (128 + 90 * waves).astype(np.uint8)
    theirs = io.BytesIO()
    Image.fromarray(stored).save(theirs, "PNG", compress_level=1)
    assert len(encoded(as_picture(stored), Path("a.png"))) < 1.1 * len(theirs.getvalue())


def test_a_tiff_goes_through_a_pipe() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: Any) -> int:
            raise io.UnsupportedOperation

    pipe, picture = Pipe(), as_picture(noise())
    write_picture(pipe, picture.source(), named_format("tif"), 8)
    assert pipe.getvalue() == encoded(picture, Path("a.tif"))


def test_numpys_files_hold_the_colors_as_they_are() -> None:
    pixels = np.random.default_rng(0).random((70, 5, 4), np.float32)
    content = encoded(Picture(pixels, PictureFacts(5, 70, "RGBA")), Path("a.npy"), 32)
    found = np.load(io.BytesIO(content))
    assert (found.shape, found.dtype) == ((70, 5, 4), np.float32)
    np.testing.assert_allclose(found[..., :3] * found[..., 3:], pixels[..., :3], atol=1e-6)
    with pytest.raises(UsageError, match="NPY holds float32 alone"):
        depth_for(Path("a.npy"), named_format("npy"), PictureFacts(5, 70, "RGBA"), 8)


def test_a_format_of_another_name_is_refused() -> None:
    with pytest.raises(UsageError, match="--format gif: not one of png, jpg"):
        named_format("gif")


def test_what_the_writing_fails_of_is_raised() -> None:
    def block(rows: slice, _: slice) -> Any:
        if rows.start:
            raise OSError("no more")
        return np.zeros((rows.stop, 6, 3), np.float32)

    source = Source(PictureFacts(6, 9999, "RGB"), None, block)
    with pytest.raises(OSError, match="no more"):
        write_picture(io.BytesIO(), source, named_format("png"), 8)
