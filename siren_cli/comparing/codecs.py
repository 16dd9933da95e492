"""The picture codecs that a fit is measured against, as Pillow's encoders have them.

Nothing heavy is imported here, for a command's help lists their names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from siren_cli.errors import ResourceError, UsageError
from siren_cli.pictures import extras
from siren_cli.pictures.formats import WRITTEN, Format

# What an encoding and a fit have in common.
MATCHES = BY_PSNR, BY_BYTES = "psnr", "bytes"


@dataclass(frozen=True)
class Codec:
    """A lossy codec.

    Attributes:
        name: What a person calls it.
        form: What it can hold; of its options those hold that are not below.
        qualities: The settings that Pillow knows, worst first.
        encoder: Gives its name and version, and raises ResourceError if it is missing.
        options: What Pillow's encoder is told besides the quality.
        details: The same for people.
        chroma: How it stores colors.
        variants: Options by name, of which the smallest file's are taken.
        lossless_at: The quality that means no loss, or None.
    """

    name: str
    form: Format
    qualities: range
    encoder: Callable[[], str]
    options: Mapping[str, Any] = field(default_factory=dict)
    details: str = ""
    chroma: str = ""
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"": {}})
    lossless_at: int | None = None


def named_codec(name: str) -> Codec:
    """Return the codec of a name such as jpeg, ready to be used.

    Raises:
        UsageError: There is none of that name.
        ResourceError: An extra must be installed, or Pillow was built without it.
    """
    try:
        codec = CODECS[name.lower()]
    except KeyError:
        raise UsageError(f"--codec {name[:40]}: not one of {', '.join(CODECS)}") from None
    codec.encoder()
    return codec


def _jpeg() -> str:
    from PIL import features

    turbo = features.version("libjpeg_turbo")
    return f"libjpeg-turbo {turbo}" if turbo else f"libjpeg {features.version('jpg')}"


def _webp() -> str:
    return f"libwebp {_version('webp')}"


def _avif() -> str:
    version = _version("avif")
    from PIL.AvifImagePlugin import get_codec_version

    return f"libavif {version}, aom {get_codec_version('aom')}"


def _version(feature: str) -> str:
    from PIL import features

    version = features.version(feature)
    if version is None:
        raise ResourceError(f"this Pillow was built without {feature}: pip install -U pillow")
    return version


def _jpeg_xl() -> str:
    extras.load("jxl", "JPEG XL is written")
    return f"pillow-jxl-plugin {metadata.version('pillow-jxl-plugin')}"


CODECS = {
    codec.name: codec
    for codec in (
        Codec(
            *("jpeg", WRITTEN["jpg"], range(1, 101), _jpeg),
            options={"subsampling": 0, "optimize": True},
            chroma="4:4:4",
            variants={"baseline": {"progressive": False}, "progressive": {"progressive": True}},
        ),
        Codec(
            *("webp", WRITTEN["webp"], range(101), _webp),
            options={"lossless": False, "method": 6},
            details="method 6",
            chroma="4:2:0",
        ),
        Codec(
            *("avif", WRITTEN["avif"], range(101), _avif),
            options={"subsampling": "4:4:4", "speed": 6},
            details="speed 6",
            chroma="4:4:4",
        ),
        Codec(
            # Its plug-in writes no color profile.
            *("jxl", Format("JXL", icc=False), range(101), _jpeg_xl),
            options={"effort": 7},
            details="effort 7",
            lossless_at=100,
        ),
    )
}
