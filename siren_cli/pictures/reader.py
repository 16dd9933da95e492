"""Picture files to pixels: whole and exact, or refused with a sentence."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps

from siren_cli.errors import PictureError, ResourceError, SirenError, prefixed
from siren_cli.pictures import color_profile, high_bit_depth, jpeg_2000
from siren_cli.pictures.conversion import AS_IT_IS, Conversion, Decoded, convert
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.pictures.opening import examine
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture, Stored
from siren_cli.system import files

# Their decoders turn the picture upright themselves.
UPRIGHT_FORMATS = ("HEIF", "JXL")
# Modes without a scale of 8 bits, or premultiplied, and the same without that.
PLAIN = {"1": "L", "La": "LA"}
# What shows the stored array upright (EXIF 2.32, section 4.6.4): whether rows and
# columns change places, then the steps along the axes.
TURNS = {
    1: (False, 1, 1),
    2: (False, 1, -1),
    3: (False, -1, -1),
    4: (False, -1, 1),
    5: (True, 1, 1),
    6: (True, 1, -1),
    7: (True, -1, -1),
    8: (True, -1, 1),
}


def read_picture(
    path: Path, conversion: Conversion = AS_IT_IS, max_pixels: int = MAX_PIXELS
) -> Picture:
    """Read a picture whole, or not at all; `-` is standard input.

    EXIF orientation is applied and the rest of EXIF dropped; of several frames the
    first is read; CMYK becomes sRGB. The picture's notes say so.

    Raises:
        PictureError: The file is missing, truncated, too large, or holds something
            that would not come back as it was, such as floating-point values.
        ResourceError: It does not fit into memory, or an extra must be installed.
    """
    with prefixed(path), _explained(), _opened(path) as file:
        return convert(_decoded(file, conversion.max_side, max_pixels), conversion)


def check_picture(path: Path, max_pixels: int = MAX_PIXELS) -> None:
    """Find out from its header, in a moment, what keeps a picture from being read.

    A JPEG XL is decoded, for its decoder has no other way to open it.

    Raises:
        PictureError: As for `read_picture`, as far as the header shows it.
        ResourceError: An extra must be installed.
    """
    with prefixed(path), _explained(), _opened(path) as file:
        examine(file, max_pixels)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever a decoder raises into an error that says what is wrong."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except SirenError:
        raise
    except OSError as error:
        raise PictureError(error.strerror or _in_a_line(error)) from error
    except MemoryError as error:
        raise ResourceError("larger than the memory that is left") from error
    except Exception as error:
        # A decoder may raise anything on a hostile file.
        raise PictureError(f"damaged picture: {_in_a_line(error)}") from error


def _in_a_line(error: Exception) -> str:
    line = " ".join(str(error).split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def _opened(path: Path) -> BinaryIO:
    if path == files.STDIN:
        return io.BytesIO(files.read_stdin())
    file = path.open("rb")
    if file.seekable():
        return file
    with file:
        return io.BytesIO(file.read())


def _decoded(file: BinaryIO, max_side: int | None, max_pixels: int) -> Decoded:
    seen, image = examine(file, max_pixels)
    if seen.format == "JPEG2000":
        jpeg_2000.check_whole(file)
    if image is None:
        found = high_bit_depth.read(file, seen)
        notes = (*seen.notes, *_frame_notes(found.frames))
        return Decoded(_upright(found.stored, found.orientation), found.icc_profile, notes)
    if max_side is not None:
        _let_jpeg_shrink(image, max_side)
    # An MPO's other pictures are the same one, smaller or from beside.
    frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    notes = (*seen.notes, *_frame_notes(frames))
    bits = max(seen.bits, image.info.get("bit_depth", 8))
    if bits > LOW_BIT_DEPTH:
        notes += (f"its {bits} bits are read as 8",)
    # What was a JPEG is decoded as that from JPEG XL.
    if seen.format not in UPRIGHT_FORMATS or getattr(image, "jpeg", False):
        ImageOps.exif_transpose(image, in_place=True)
    icc_profile = image.info.get("icc_profile") or seen.icc_profile
    if image.mode == "CMYK":
        image, note = color_profile.cmyk_to_srgb(image, icc_profile)
        return Decoded(_array(image), None, (*notes, note))
    return Decoded(_array(_in_color(image, seen.bits)), icc_profile, notes)


def _let_jpeg_shrink(image: Image.Image, max_side: int) -> None:
    # To an eighth, a quarter or half while decoding, where its sides can be divided; from
    # twice the size that is wanted, our own filter shrinks on without a trace of that.
    for factor in (8, 4, 2):
        width, height = image.width // factor, image.height // factor
        exact = (width * factor, height * factor) == image.size
        if exact and max(width, height) >= 2 * max_side:
            image.draft(None, (width, height))
            return


def _frame_notes(frames: int) -> tuple[str, ...]:
    return (f"has {frames} frames, of which this is the first",) if frames > 1 else ()


def _upright(stored: Any, orientation: int) -> Any:
    turned, down, across = TURNS.get(orientation, TURNS[1])
    if turned:
        stored = stored.transpose(1, 0, 2)
    return np.ascontiguousarray(stored[::down, ::across])


def _in_color(image: Image.Image, bits: int) -> Image.Image:
    """Return an image in one of the modes of `COLORS`."""
    if image.mode == "I;16":
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in PLAIN:
        image = image.convert(PLAIN[image.mode])
    if image.mode in ("P", "PA", "YCbCr"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if "transparency" not in image.info:
        return image
    if image.mode == "RGB":
        return image.convert("RGBA")
    # Pillow spreads gray of 2 and 4 bits over 0..255, but not the transparent one; that
    # of 1 bit, some of its versions.
    spread = image.info["transparency"] * (255 // ((1 << bits) - 1))
    image.info["transparency"] = min(spread, 255)
    return image.convert("LA")


def _array(image: Image.Image) -> Stored:
    return np.asarray(image).reshape(image.height, image.width, -1)
