"""The picture formats: which are read, which are written, and what they can hold."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from siren_cli.errors import OutputError, UsageError

# Most pixels of a picture that is read, unless --max-pixels allows more.
MAX_PIXELS = 178_000_000
# Most pixels of a picture that is read whole even where it could be read in bands of rows.
WHOLE_PIXELS = 1 << 24
# Formats that are read, as people call them.
READ = (
    "PNG", "JPEG", "WebP", "AVIF", "HEIC", "TIFF", "GIF", "BMP", "PNM", "JPEG 2000", "JPEG XL",
    "OpenEXR", "Radiance HDR", "PFM", "NumPy",
)  # fmt: skip
# Those of them that Pillow may open. By itself it would open 43, EPS among them.
OPENED_BY_PILLOW = ("PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "PPM", "JPEG2000")
# Formats that Pillow may be built without, and its names of these features.
OPTIONAL = {"WebP": "webp", "AVIF": "avif", "JPEG 2000": "jpg_2000"}
_SUFFIX_LIST = """
.png .apng .jpg .jpeg .jpe .jfif .mpo .webp .avif .tif .tiff .gif .bmp .dib .ppm .pgm .pbm .pnm
.pam .pfm .jp2 .j2k .jpx .heic .heif .hif .jxl .exr .hdr .npy
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
        color: What it can say of colors: any profile; the primaries of light; that they are
            those of sRGB, or no others; nothing.
        metadata: What else it can hold: resolution, exif, xmp.
        max_metadata: Most bytes of EXIF, and of XMP, that it can hold.
        depths: The bits of a value that it can hold; 32 are float32.
        colors: Number of colors that it can hold at once, or None.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    max_side: int | None = None
    alpha: bool = True
    gray: bool = True
    color: Literal["profile", "primaries", "srgb", "nothing"] = "profile"
    metadata: tuple[str, ...] = ()
    max_metadata: int = 1 << 20
    depths: tuple[int, ...] = (8,)
    colors: int | None = None

    @property
    def is_float(self) -> bool:
        """Whether it holds float32 alone."""
        return self.depths == (32,)


_ALL_METADATA = ("resolution", "exif", "xmp")
_PNG = Format("PNG", max_side=MAX_PNG_SIDE, metadata=_ALL_METADATA, depths=(8, 16))
_JPEG = Format(
    "JPEG",
    {"quality": 95, "subsampling": 0},
    max_side=65500,
    alpha=False,
    metadata=_ALL_METADATA,
    max_metadata=65_000,
)
_TIFF = Format(
    "TIFF", max_side=MAX_PNG_SIDE, metadata=("resolution", "xmp"), depths=(8, 16, 32)
)
_PNM = Format("PPM", alpha=False, color="nothing", depths=(8, 16))
_WEBP = Format("WEBP", {"lossless": True}, max_side=16383, gray=False, metadata=_ALL_METADATA)
_AVIF = Format(
    "AVIF",
    {"quality": 95, "subsampling": "4:4:4"},
    max_side=65535,
    gray=False,
    metadata=_ALL_METADATA,
)
_BMP = Format("BMP", max_side=65535, alpha=False, color="srgb", metadata=("resolution",))
_GIF = Format("GIF", max_side=65535, alpha=False, color="nothing", colors=256)
# Formats that are written, by their suffixes without the dot.
WRITTEN = {
    "png": _PNG,
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": _WEBP,
    "avif": _AVIF,
    "tif": _TIFF,
    "tiff": _TIFF,
    "bmp": _BMP,
    "gif": _GIF,
    "ppm": _PNM,
    "pgm": _PNM,
    "pnm": _PNM,
    "jxl": Format("JXL", color="srgb", depths=(8, 16)),
    "jp2": Format("JP2", color="srgb", depths=(8, 16)),
    "exr": Format("EXR", color="primaries", depths=(32,)),
    "npy": Format("NPY", color="nothing", depths=(32,)),
}
# Formats that are written part by part, so that a picture may be larger than memory.
STREAMED = ("PNG", "TIFF", "NPY", "PPM")


def readable() -> list[str]:
    """Return the formats that this installation reads, but for those of an extra."""
    from PIL import features

    return [
        name
        for name in READ
        if name != "OpenEXR" and (name not in OPTIONAL or features.check(OPTIONAL[name]))
    ]


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
