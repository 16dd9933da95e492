"""The lossy picture codecs that a fit is measured against.

Pillow and NumPy are imported inside functions, for option checks name the codecs first.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from siren_cli.errors import MAX_SHOWN_CHARACTERS, OutputError, ResourceError, UsageError
from siren_cli.pictures.formats import WRITTEN, Format

if TYPE_CHECKING:
    from siren_cli.pictures.picture import Picture, PictureFacts

# Most bytes that a JPEG takes for a stored value, however noisy the picture is. An optimized
# JPEG is written in one block, for which Pillow reserves too little by itself.
JPEG_BYTES_PER_VALUE = 2


@dataclass(frozen=True)
class Codec:
    """A lossy codec.

    Attributes:
        name: Its name in options and tables.
        form: The format of its files.
        qualities: The qualities that Pillow's encoder takes, worst first.
        encoder: Returns the encoder's name and version; raises ResourceError if it is
            missing.
        options: The encoder's options besides the quality; they override those of `form`.
        details: The same options in words.
        chroma: How colors are subsampled, such as "4:2:0".
        variants: More options, by name; of each quality the smallest variant counts.
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
        ResourceError: Pillow was built without it.
    """
    try:
        codec = CODECS[name.lower()]
    except KeyError:
        known = ", ".join(CODECS)
        raise UsageError(f"--codec {name[:MAX_SHOWN_CHARACTERS]}: not one of {known}") from None
    codec.encoder()
    return codec


def encode(picture: "Picture", codec: Codec, options: Mapping[str, Any]) -> bytes:
    """Return the file of 8 bits that a codec's encoder makes of a picture.

    Args:
        picture: A picture that the codec's format can hold.
        codec: A codec by `named_codec`.
        options: Pillow's options for this file, such as the quality.

    Raises:
        OutputError: The encoder gave up.
    """
    from PIL import ImageFile

    from siren_cli.pictures.picture import LOW_BIT_DEPTH, NO_METADATA
    from siren_cli.pictures.writing.writer import picture_file

    if codec.form.name == "JPEG":
        # It is never lowered again, for other threads may be encoding, too.
        needed = JPEG_BYTES_PER_VALUE * picture.pixels.size
        ImageFile.MAXBLOCK = max(ImageFile.MAXBLOCK, needed)
    form = replace(codec.form, options={**codec.form.options, **codec.options, **options})
    try:
        source = picture.source()._replace(metadata=NO_METADATA)
        return picture_file(source, form, LOW_BIT_DEPTH)
    except OSError as error:
        raise OutputError(f"{codec.name} cannot encode the picture: {error}") from error


def decode(content: bytes, codec: Codec, facts: "PictureFacts") -> "Picture":
    """Return what a file by `encode` shows, without a color profile.

    Args:
        content: The file.
        codec: The codec that made it.
        facts: Those of the picture that was encoded; its gray comes back as gray.
    """
    import numpy as np
    from PIL import Image

    from siren_cli.pictures.conversion import premultiplied
    from siren_cli.pictures.picture import Picture
    from siren_cli.pictures.reading.pillow_limits import lifted

    stored: Any
    if codec.form.name == "JXL":
        import imagecodecs

        stored = imagecodecs.jpegxl_decode(content)
    else:
        with lifted(), Image.open(io.BytesIO(content), formats=(codec.form.name,)) as image:
            stored = np.asarray(image.convert(facts.color))
    planes = stored.reshape(facts.height, facts.width, facts.channels)
    return Picture(premultiplied(planes), facts)


def _jpeg_encoder() -> str:
    from PIL import features

    turbo = features.version("libjpeg_turbo")
    return f"libjpeg-turbo {turbo}" if turbo else f"libjpeg {features.version('jpg')}"


def _webp_encoder() -> str:
    return f"libwebp {_library_version('webp')}"


def _avif_encoder() -> str:
    version = _library_version("avif")
    from PIL.AvifImagePlugin import get_codec_version

    return f"libavif {version}, aom {get_codec_version('aom')}"


def _jpeg_xl_encoder() -> str:
    import imagecodecs

    return f"{imagecodecs.jpegxl_version()} of imagecodecs {imagecodecs.__version__}"


def _library_version(feature: str) -> str:
    from PIL import features

    version = features.version(feature)
    if version is None:
        raise ResourceError(f"this Pillow was built without {feature}: pip install -U pillow")
    return version


_JPEG = Codec(
    name="jpeg",
    form=WRITTEN["jpg"],
    qualities=range(1, 101),
    encoder=_jpeg_encoder,
    options={"subsampling": 0, "optimize": True},
    chroma="4:4:4",
    variants={"baseline": {"progressive": False}, "progressive": {"progressive": True}},
)
_WEBP = Codec(
    name="webp",
    form=WRITTEN["webp"],
    qualities=range(101),
    encoder=_webp_encoder,
    options={"lossless": False, "method": 6},
    details="method 6",
    chroma="4:2:0",
)
_AVIF = Codec(
    name="avif",
    form=WRITTEN["avif"],
    qualities=range(101),
    encoder=_avif_encoder,
    options={"subsampling": "4:4:4", "speed": 6},
    details="speed 6",
    chroma="4:4:4",
)
_JPEG_XL = Codec(
    name="jxl",
    form=WRITTEN["jxl"],
    qualities=range(101),
    encoder=_jpeg_xl_encoder,
    options={"effort": 7},
    details="effort 7",
    lossless_at=100,
)
CODECS = {codec.name: codec for codec in (_JPEG, _WEBP, _AVIF, _JPEG_XL)}
