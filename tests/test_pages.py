"""`--page` chooses a picture of a file of several, in every format that has them."""

import io
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import quantize
from siren_cli.pictures.reading.reader import check_picture, read_picture
from tests.helpers.picture_files import Stored, noise, tiff, written

# Three flat pictures, which lossy formats keep.
PAGES = [np.full((8, 6, 3), value, np.uint8) for value in (10, 120, 230)]


def by_pillow(form: str, **options: object) -> bytes:
    first, *others = map(Image.fromarray, PAGES)
    content = io.BytesIO()
    first.save(content, form, save_all=True, append_images=others, **options)
    return content.getvalue()


def heic() -> bytes:
    file = pillow_heif.HeifFile()
    for page in PAGES:
        file.add_from_pillow(Image.fromarray(page))
    content = io.BytesIO()
    file.save(content, quality=-1)
    return content.getvalue()


SEVERAL: dict[str, Callable[[], bytes]] = {
    "TIFF": lambda: tiff(np.stack(PAGES), photometric="rgb"),
    "TIFF 16": lambda: tiff(np.stack(PAGES).astype(np.uint16) * 257, photometric="rgb"),
    "GIF": lambda: by_pillow("GIF"),
    "APNG": lambda: by_pillow("PNG"),
    "WebP": lambda: by_pillow("WEBP", lossless=True),
    "AVIF": lambda: by_pillow("AVIF", quality=100),
    "MPO": lambda: by_pillow("MPO", quality=100),
    "HEIC": heic,
    "JPEG XL": lambda: bytes(imagecodecs.jpegxl_encode(np.stack(PAGES), lossless=True)),
}


@pytest.mark.parametrize("page", [None, 1, 2, 3])
@pytest.mark.parametrize("name", SEVERAL)
def test_a_page_is_chosen_by_its_number(tmp_path: Path, name: str, page: int | None) -> None:
    picture = read_picture(written(tmp_path / "a", SEVERAL[name]()), Conversion(page=page))
    expected = PAGES[(page or 1) - 1]
    assert np.abs(quantize(picture.pixels, 8).astype(int) - expected[..., :1]).max() <= 2
    number = page or 1
    assert picture.notes == (
        f"has 3 pictures, of which this is number {number} (--page chooses)",
    )


@pytest.mark.parametrize("name", SEVERAL)
def test_a_page_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a", SEVERAL[name]())
    with pytest.raises(PictureError, match=r"has 3 pictures; there is no --page 4$"):
        read_picture(path, Conversion(page=4))


def with_preview(*, below: bool, preview_first: bool = True) -> bytes:
    """Return a TIFF of a preview of 4x3 and a picture, side by side or one below the other."""
    preview = {"subfiletype": 1, "photometric": "rgb", "metadata": None}
    whole = {"subfiletype": 0, "photometric": "rgb", "metadata": None}
    content = io.BytesIO()
    with tifffile.TiffWriter(content) as writer:
        order: list[tuple[Stored, dict[str, object]]] = [
            (noise(3, 4, 3), preview | ({"subifds": 1} if below else {})),
            (noise(), whole),
        ]
        for stored, options in order if preview_first else order[::-1]:
            writer.write(stored, **options)
    return content.getvalue()


@pytest.mark.parametrize("below", [False, True])
def test_a_picture_wins_over_its_preview(tmp_path: Path, below: bool) -> None:
    path = written(tmp_path / "a.tif", with_preview(below=below))
    check_picture(path)
    picture = read_picture(path)
    np.testing.assert_array_equal(quantize(picture.pixels, 8), noise())
    assert len(picture.notes) == 1
    assert read_picture(path, Conversion(page=1)).facts.width == 3


def test_a_pyramid_is_its_largest_picture(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", with_preview(below=False, preview_first=False))
    np.testing.assert_array_equal(quantize(read_picture(path).pixels, 8), noise())


def test_a_page_that_is_too_large_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with tifffile.TiffWriter(content) as writer:
        for stored in (noise(), noise(3, 80, 60)):
            writer.write(stored, photometric="rgb", metadata=None)
    path = written(tmp_path / "a.tif", content.getvalue())
    assert read_picture(path, max_pixels=100).facts.width == 6
    with pytest.raises(PictureError, match=r"60x80 is 4800 pixels, over the 100 pixels limit"):
        read_picture(path, Conversion(page=2), max_pixels=100)
