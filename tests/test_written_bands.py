"""Bands and tiles that are written one after the other make one picture."""

import io
from itertools import product
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from siren_cli.errors import UsageError
from siren_cli.pictures.formats import named_format
from siren_cli.pictures.picture import Picture, PictureFacts, Source
from siren_cli.pictures.writing.tiff import needs_bigtiff
from siren_cli.pictures.writing.writer import depth_for, write_picture
from tests.helpers.picture_files import (
    KINDS,
    PROFILE,
    as_picture,
    encoded,
    noise,
    transparent,
    visible,
)


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
    monkeypatch.setattr("siren_cli.pictures.writing.tiff.MAX_CLASSIC_BYTES", 0)
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


def test_what_the_writing_fails_of_is_raised() -> None:
    def block(rows: slice, _: slice) -> Any:
        if rows.start:
            raise OSError("no more")
        return np.zeros((rows.stop, 6, 3), np.float32)

    source = Source(PictureFacts(6, 9999, "RGB"), None, block)
    with pytest.raises(OSError, match="no more"):
        write_picture(io.BytesIO(), source, named_format("png"), 8)
