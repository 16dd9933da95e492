"""A picture as other codecs store it, at the quality or in the bytes of a fit."""

import io
import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageFile

from siren_cli.comparing.codecs import Codec
from siren_cli.errors import OutputError, UsageError
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.conversion import premultiplied
from siren_cli.pictures.picture import SHALLOW, Picture, PictureFacts
from siren_cli.pictures.writer import losses, write_picture

# An optimized JPEG is written in one block, which Pillow takes too small for noise. No
# value needs more than this.
JPEG_BYTES = 2


@dataclass(frozen=True)
class Encoded:
    """A picture as a codec stores it.

    Attributes:
        content: The file.
        picture: What it shows, with the original's facts.
        settings: Such as "quality 87, 4:4:4".
        encoder: Its name and version.
        saturated: Whether this is the end of what the codec can do, and not what was
            asked for; a note says so.
        notes: What a person should know, a sentence each.
    """

    content: bytes
    picture: Picture
    settings: str
    encoder: str
    saturated: bool
    notes: tuple[str, ...]


class _Trial(NamedTuple):
    content: bytes
    settings: str

    def size(self) -> int:
        return len(self.content)


def matched_psnr(picture: Picture, codec: Codec, wanted: float) -> Encoded:
    """Return the smallest file that is at least so close to a picture.

    It is looked for by bisection over the quality, in at most seven encodings. If none is
    that close, the closest is returned.

    Args:
        picture: What to encode; what is deeper than 8 bits is encoded at 8.
        codec: By `named_codec`.
        wanted: Least PSNR, in dB.

    Raises:
        UsageError: The codec cannot hold the picture.
        OutputError: Its encoder gave up.
    """
    tried: list[tuple[float, _Trial]] = []

    def is_close(trial: _Trial) -> bool:
        found = psnr(picture, _decoded(trial.content, codec, picture))
        tried.append((math.inf if found is None else found, trial))
        return tried[-1][0] >= wanted

    _bisect(picture, codec, is_close)
    close = [trial for found, trial in tried if found >= wanted]
    if close:
        return _encoded(picture, codec, min(close, key=_Trial.size))
    _, closest = max(tried, key=lambda each: each[0])
    return _encoded(picture, codec, closest, f"{codec.name} does not reach {wanted:.2f} dB")


def matched_bytes(picture: Picture, codec: Codec, count: int) -> Encoded:
    """Return the file of the best quality that is no larger than so many bytes.

    It is looked for as by `matched_psnr`, and the same is raised. If all are larger, the
    smallest is returned.
    """
    tried = _bisect(picture, codec, lambda trial: trial.size() > count)
    fitting = [quality for quality, trial in tried.items() if trial.size() <= count]
    if not fitting:
        smallest = min(tried.values(), key=_Trial.size)
        return _encoded(picture, codec, smallest, f"{codec.name} needs more than {count} bytes")
    best = max(fitting)
    at_its_end = best == codec.qualities[-1] and tried[best].size() < count
    note = f"{codec.name} has no use for {count} bytes" if at_its_end else ""
    return _encoded(picture, codec, tried[best], note)


def _bisect(
    picture: Picture, codec: Codec, is_enough: Callable[[_Trial], bool]
) -> dict[int, _Trial]:
    """Look for the lowest quality that is enough; return what was tried, by quality."""
    _check(picture.facts, codec)
    tried: dict[int, _Trial] = {}

    def key(quality: int) -> bool:
        tried[quality] = _trial(picture, codec, quality)
        return is_enough(tried[quality])

    bisect_left(codec.qualities, True, key=key)
    return tried


def _check(facts: PictureFacts, codec: Codec) -> None:
    if facts.has_alpha and not codec.form.alpha:
        raise UsageError(f"{codec.name} cannot hold transparency; another codec can")
    longest = codec.form.max_side
    if longest and max(facts.width, facts.height) > longest:
        raise UsageError(f"{codec.name} is limited to {longest} pixels a side")


def _trial(picture: Picture, codec: Codec, quality: int) -> _Trial:
    """Return the smallest of the codec's variants of a quality."""
    lossless = {"lossless": True} if quality == codec.lossless_at else {}
    files = {
        name: _file(picture, codec, {"quality": quality, **lossless, **variant})
        for name, variant in codec.variants.items()
    }
    smallest = min(files, key=lambda name: len(files[name]))
    words = [
        "lossless" if lossless else f"quality {quality}",
        codec.details,
        "" if codec.form.gray and picture.facts.color.startswith("L") else codec.chroma,
        smallest,
    ]
    return _Trial(files[smallest], ", ".join(filter(None, words)))


def _file(picture: Picture, codec: Codec, options: dict[str, Any]) -> bytes:
    content = io.BytesIO()
    if codec.form.name == "JPEG":
        # Never lowered again, for other threads may be encoding, too.
        ImageFile.MAXBLOCK = max(ImageFile.MAXBLOCK, JPEG_BYTES * picture.pixels.size)
    form = replace(codec.form, options={**codec.form.options, **codec.options, **options})
    try:
        write_picture(content, picture.source(), form, SHALLOW)
    except OSError as error:
        raise OutputError(f"{codec.name} cannot encode the picture: {error}") from error
    return content.getvalue()


def _decoded(content: bytes, codec: Codec, original: Picture) -> Picture:
    """Return what a file shows, with the original's facts; color is turned back to gray."""
    Image.MAX_IMAGE_PIXELS = None  # it is our own file
    facts = original.facts
    with Image.open(io.BytesIO(content), formats=(codec.form.name,)) as image:
        stored = np.asarray(image.convert(facts.color))
    pixels = premultiplied(stored.reshape(facts.height, facts.width, facts.channels))
    return Picture(pixels, facts, original.icc_profile)


def _encoded(picture: Picture, codec: Codec, trial: _Trial, limit: str = "") -> Encoded:
    notes = losses(picture.source(), codec.form, SHALLOW)
    return Encoded(
        trial.content,
        _decoded(trial.content, codec, picture),
        trial.settings,
        codec.encoder(),
        bool(limit),
        (*notes, limit) if limit else notes,
    )
