"""Picture files to pixels: whole and exact, or refused with a sentence."""

import io
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from siren_cli.config import MAX_PIXELS
from siren_cli.errors import PictureError, ResourceError
from siren_cli.pictures.picture import (
    MAX_ICC_BYTES,
    MAX_SIDE,
    PEAK,
    Color,
    Picture,
    PictureFacts,
)

READ_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
ICC_SPACES = {"L": b"GRAY", "LA": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}
TIFF_BITS_PER_SAMPLE = 258

# Pillow raises what it logs; without a handler Python would print it, too.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def read_picture(path: Path, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture whole, or not at all.

    EXIF orientation is applied and the rest of EXIF dropped; an alpha channel
    that is opaque everywhere is dropped; a color profile is kept if it is one
    for the channels that are read.

    Raises:
        PictureError: The file is missing, truncated, too large, or holds
            something that would not come back as it was, such as 16-bit color.
        ResourceError: It does not fit into memory.
    """
    try:
        with warnings.catch_warnings(action="ignore"), path.open("rb") as file:
            return _decode(file, max_pixels)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}") from error
    except MemoryError as error:
        raise ResourceError(f"{path}: larger than the memory that is left") from error
    except Exception as error:
        # A decoder may raise anything on a hostile file.
        raise PictureError(f"{path}: damaged picture: {error}") from error


def _decode(file: io.BufferedReader, max_pixels: int) -> Picture:
    Image.MAX_IMAGE_PIXELS = None  # our own limit names the flag that lifts it
    try:
        image: Image.Image = Image.open(file, formats=READ_FORMATS)
    except UnidentifiedImageError:
        raise PictureError(f"not a picture in {', '.join(READ_FORMATS)} format") from None
    _check_size(image, max_pixels)
    bits = _bits_per_sample(image)
    _check_kind(image, bits)
    with _silent_libtiff():
        image = ImageOps.exif_transpose(image)
    icc_profile = image.info.get("icc_profile")
    if "transparency" in image.info:
        image = _with_alpha(image, bits)
    if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert(image.mode[:-1])
    return _picture(image, icc_profile)


def _check_size(image: Image.Image, max_pixels: int) -> None:
    count = image.width * image.height
    if count > max_pixels:
        raise PictureError(
            f"{image.width}x{image.height} is {count / 1e6:.0f} Mpx, "
            f"over the {max_pixels / 1e6:.0f} Mpx limit (--max-pixels)"
        )
    if max(image.size) > MAX_SIDE:
        raise PictureError(f"{image.width}x{image.height} is over {MAX_SIDE} pixels a side")


def _check_kind(image: Image.Image, bits: int) -> None:
    if bits > 8:  # noqa: PLR2004 - Pillow would cut these to 8 bits without a word
        raise PictureError(f"{bits}-bit pictures are not supported; convert it to 8 bits")
    if image.mode not in get_args(Color):
        raise PictureError(
            f"is of Pillow's mode {image.mode}, which is not supported; convert it to RGB"
        )
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise PictureError("has several frames; extract the one you mean")


def _bits_per_sample(image: Any) -> int:
    if image.format == "TIFF":
        return int(max(image.tag_v2.get(TIFF_BITS_PER_SAMPLE, (8,))))
    if image.format == "PNG":
        # The PNG header's bit depth is byte 24 of the file (W3C PNG, section 11.2.1).
        position = image.fp.tell()
        image.fp.seek(0)
        start = image.fp.read(25)
        image.fp.seek(position)
        if start[12:16] != b"IHDR":
            raise PictureError("damaged picture: its first chunk is not IHDR")
        return int(start[24])
    return 8


@contextmanager
def _silent_libtiff() -> Iterator[None]:
    # It writes straight to stderr what Pillow raises anyway.
    stderr = os.dup(2)
    try:
        with open(os.devnull, "wb") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _with_alpha(image: Image.Image, bits: int) -> Image.Image:
    if image.mode == "RGB":
        return image.convert("RGBA")
    # Pillow spreads grey of 2 and 4 bits over 0..255, but not the transparent one.
    image.info["transparency"] *= 255 // ((1 << bits) - 1)
    return image.convert("LA")


def _picture(image: Image.Image, icc_profile: bytes | None) -> Picture:
    color: Any = image.mode
    pixels = np.asarray(image, np.float32) / np.float32(PEAK)
    pixels = pixels.reshape(image.height, image.width, len(color))
    facts = PictureFacts(image.width, image.height, color)
    if facts.has_alpha:
        pixels[..., :-1] *= pixels[..., -1:]
    return Picture(pixels, facts, _matching_profile(icc_profile, color))


def _matching_profile(icc_profile: bytes | None, color: Color) -> bytes | None:
    # The color space of a profile is its bytes 16 to 19 (ICC.1:2010, section 7.2.6).
    if not icc_profile or len(icc_profile) > MAX_ICC_BYTES:
        return None
    return icc_profile if icc_profile[16:20] == ICC_SPACES[color] else None
