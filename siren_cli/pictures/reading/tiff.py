"""TIFF and BigTIFF files, by tifffile: any depth, color, compression and layout."""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import named_spaces
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.numbers import mapped, scene_of
from siren_cli.pictures.picture import Metadata
from siren_cli.pictures.reading import exif, pillow, tiff_colors, tiff_segments
from siren_cli.pictures.reading.exif import ExifTags
from siren_cli.pictures.reading.frames import check_page, frame_notes
from siren_cli.pictures.reading.orientation import upright, upright_resolution
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.size_limits import check_size

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

# Tags of TIFF 6.0, section 8, and of others.
SUBFILE_TAG, XMP_TAG, ICC_PROFILE_TAG = 254, 700, 34675
# Tags that say how values are stored, which would be other values without them.
STORAGE_TAGS = frozenset(
    {256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320}
    | {322, 323, 324, 325, 338, 339, 347, 530, 532, 32997}
)
# A page of this kind is another one, reduced, or a mask of it.
REDUCED_OR_MASK = 1 | 4

# tifffile raises what it logs; without a handler Python would print it, too.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def read_header(_: bytes, file: BinaryIO) -> PictureHeader:
    """Return the header of a TIFF file: that of the page which is read by itself."""
    return page_header(file, None)


def page_header(file: BinaryIO, number: int | None) -> PictureHeader:
    """Return the header of a page, as `page_of` numbers them."""
    with opened(file) as tiff:
        page = page_of(tiff, number)[0]
        _check(page)
        size = page.imagewidth, page.imagelength
        return PictureHeader("TIFF", tiff_colors.bits(page), size)


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a page of a TIFF file."""
    with opened(file) as tiff:
        page, page_notes = page_of(tiff, options.page)
        check_size(page.imagewidth, page.imagelength, options.max_pixels)
        _check(page)
        try:
            found = _page(page, options)
        except NotImplementedError:
            file.seek(0)  # subsampled YCbCr, and JPEG of the first kind
            return _by_pillow(file, header, tiff, page)
        return found._replace(notes=(*page_notes, *found.notes))


def _by_pillow(
    file: BinaryIO, header: PictureHeader, tiff: "TiffFile", page: "TiffPage"
) -> Decoded:
    """Return a page as Pillow decodes it, which counts the pages, too."""
    offsets = [each.offset for each in tiff.pages]
    if page.offset not in offsets:
        raise PictureError("a preview hides a picture of an old kind; convert it to RGB")
    return pillow.read(file, header, ReadOptions(offsets.index(page.offset) + 1))


def _check(page: "TiffPage") -> None:
    """Check that a page can be read.

    Raises:
        PictureError: It cannot, or a tag of how it is stored is broken.
    """
    broken = _unread_tags(page) & STORAGE_TAGS
    if broken:
        raise PictureError(f"damaged picture: its TIFF tag {min(broken)} is broken")
    if not (page.imagewidth and page.imagelength):
        raise PictureError("damaged picture: TIFF without a size")
    tiff_colors.check(page)


def _unread_tags(page: "TiffPage") -> set[int]:
    """Return the tags that a page has and that tifffile left out, for they are broken."""
    form, file = page.parent.tiff, page.parent.filehandle
    file.seek(page.offset)
    (count,) = struct.unpack(form.tagnoformat, file.read(form.tagnosize))
    entries = file.read(count * form.tagsize)
    starts = range(0, len(entries), form.tagsize)
    codes = {struct.unpack_from(form.tagformat1[:2], entries, start)[0] for start in starts}
    return codes - {tag.code for tag in page.tags}


def _page(page: "TiffPage", options: ReadOptions) -> Decoded:
    values, damage_notes = tiff_segments.read(page, keep=options.keep_damaged)
    return described(page, values, damage_notes)


def described(page: "TiffPage", values: Any, damage_notes: tuple[str, ...]) -> Decoded:
    """Return values of a page with all that the page says of them, turned upright.

    Args:
        page: The page.
        values: Array of shape (height, width, samples), as they are in the file.
        damage_notes: What was wrong with the values.
    """
    tags = exif.of_tiff(page)
    stored, profile, notes = tiff_colors.colors(page, values, profile_of(page, tags))
    if ICC_PROFILE_TAG in _unread_tags(page):
        notes = (*notes, "its color profile is damaged and is dropped")
    mapping = None
    if stored.dtype not in (np.uint8, np.uint16):
        is_linear = profile is not None and named_spaces.is_linear(profile)
        stored, mapping = mapped(stored, "light" if is_linear else scene_of(stored))
    return Decoded(
        upright(stored, tags.orientation),
        profile,
        (*damage_notes, *notes, *tags.notes),
        mapping,
        Metadata(upright_resolution(tags.resolution, tags.orientation), tags.rest, _xmp(page)),
    )


@contextmanager
def opened(file: BinaryIO) -> Iterator["TiffFile"]:
    """Open a file by tifffile."""
    from tifffile import FileHandle, TiffFile

    file.seek(0)  # it would take the place where the file stands for its start
    # By itself tifffile takes the name of an open file for a path, which some have not.
    with TiffFile(FileHandle(file, name="picture")) as tiff:
        yield tiff


def page_of(tiff: "TiffFile", number: int | None) -> tuple["TiffPage", tuple[str, ...]]:
    """Return a page, and a note if there are several.

    Args:
        tiff: The file.
        number: The number of the page, from 1; None is the first page of full size, which
            may be below a reduced one.

    Raises:
        PictureError: There is no such page.
    """
    pages = list(tiff.pages)
    if number is not None:
        check_page(number, len(pages))
        return pages[number - 1], frame_notes(len(pages), number)
    for index, page in enumerate(pages):
        if _is_full(page):
            return page, frame_notes(len(pages), index + 1)
    below = [sub for page in pages for sub in page.pages or () if _is_full(sub)]
    if below:
        return below[0], ("its first picture is a preview; this is the one below it",)
    return pages[0], frame_notes(len(pages), 1)


def _is_full(page: "TiffPage") -> bool:
    return not _tag(page, SUBFILE_TAG, 0) & REDUCED_OR_MASK


def _tag(page: "TiffPage", code: int, missing: Any = None) -> Any:
    tag = page.tags.get(code)
    return missing if tag is None else tag.value


def profile_of(page: "TiffPage", tags: ExifTags) -> bytes | None:
    """Return the color profile of a page, or None."""
    own = _tag(page, ICC_PROFILE_TAG)
    if isinstance(own, bytes) and own:
        return own
    return tags.icc_profile


def _xmp(page: "TiffPage") -> bytes:
    value = _tag(page, XMP_TAG, b"")
    return value if isinstance(value, bytes) else str(value).encode()
