"""The picture formats: which are read, which are written, and what they can hold."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siren_cli.errors import OutputError, UsageError

# Most pixels of a picture that is read, unless --max-pixels allows more.
MAX_PIXELS = 178_000_000
# Formats that are read, by Pillow's names. By itself it would open 43, EPS among them.
READ: tuple[str, ...] = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "PPM", "JPEG2000")
# Formats that Pillow may be built without, and its names of these features.
OPTIONAL = {"WEBP": "webp", "AVIF": "avif", "JPEG2000": "jpg_2000", "JPEG": "jpg"}
# Formats that are read where an extra is installed.
READ_WITH_EXTRAS = ("HEIC", "JPEG XL")
_SUFFIX_LIST = """
.png .apng .jpg .jpeg .jpe .jfif .mpo .webp .avif .tif .tiff .gif .bmp .dib .ppm .pgm .pbm .pnm
.jp2 .j2k .jpx .heic .heif .jxl
"""
# Suffixes of names that mean a picture; a fit is never written to one.
SUFFIXES = frozenset(_SUFFIX_LIST.split())
# Longest side of a PNG, in pixels (W3C PNG, section 7.1); TIFF is held to the same limit.
MAX_PNG_SIDE = (1 << 31) - 1


@dataclass(frozen=True)
class Format:
    """A format that pictures are written in.

    Attributes:
        name: Pillow's name of the format.
        options: Options of Pillow's encoder.
        max_side: Longest side that it can hold, in pixels, or None.
        alpha: Whether it can hold transparency.
        gray: Whether gray stays gray in it.
        icc: Whether it can hold a color profile.
        high_bit_depth: Whether it can hold 16 bits.
        floats: Whether it holds float32 and nothing else.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    max_side: int | None = None
    alpha: bool = True
    gray: bool = True
    icc: bool = True
    high_bit_depth: bool = False
    floats: bool = False


_PNG = Format("PNG", max_side=MAX_PNG_SIDE, high_bit_depth=True)
_JPEG = Format("JPEG", {"quality": 95, "subsampling": 0}, max_side=65500, alpha=False)
_TIFF = Format("TIFF", max_side=MAX_PNG_SIDE, high_bit_depth=True)
# Formats that are written, by their suffixes without the dot.
WRITTEN = {
    "png": _PNG,
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": Format("WEBP", {"lossless": True}, max_side=16383, gray=False),
    "avif": Format("AVIF", {"quality": 95, "subsampling": "4:4:4"}, max_side=65535, gray=False),
    "tif": _TIFF,
    "tiff": _TIFF,
    "bmp": Format("BMP", max_side=65535, alpha=False, icc=False),
    "npy": Format("NPY", icc=False, floats=True),
}
# Formats that are written part by part, so that a picture may be larger than memory.
STREAMED = ("PNG", "TIFF", "NPY")


def readable() -> list[str]:
    """Return the formats that the installed Pillow was built to read."""
    from PIL import features

    return [name for name in READ if name not in OPTIONAL or features.check(OPTIONAL[name])]


def format_for(path: Path) -> Format:
    """Return the format that the suffix of a path means.

    Raises:
        OutputError: There is no format of that suffix that is written.
    """
    try:
        return WRITTEN[path.suffix.lower().removeprefix(".")]
    except KeyError:
        known = ", ".join(f".{name}" for name in WRITTEN)
        raise OutputError(f"{path}: suffix {path.suffix!r} is not one of {known}") from None


def named_format(name: str) -> Format:
    """Return the format that a name such as png means.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return WRITTEN[name.lower()]
    except KeyError:
        raise UsageError(f"--format {name}: not one of {', '.join(WRITTEN)}") from None
