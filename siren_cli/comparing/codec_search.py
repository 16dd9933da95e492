"""A search, by bisection, for the encoding of a picture that is as good or small as a fit."""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.codecs import Codec, decode, encode
from siren_cli.pictures.picture import LOW_BIT_DEPTH, NO_METADATA, Picture, PictureFacts
from siren_cli.pictures.writing.writer import losses

# The encoding that matches a fit is as close to the original.
BY_PSNR = "psnr"
# The encoding that matches a fit has a file of its size.
BY_BYTES = "bytes"
MATCHES = (BY_PSNR, BY_BYTES)


@dataclass(frozen=True)
class Encoded:
    """A picture as a codec stores it.

    Attributes:
        content: The file.
        picture: The picture that the file shows, with the original's facts.
        settings: The encoder's settings in words, such as "quality 87, 4:4:4".
        encoder: The encoder's name and version.
        saturated: Whether the codec cannot match, so this is the end of what it can do; a
            note says so.
        notes: Facts that a person should know, a sentence each.
    """

    content: bytes
    picture: Picture
    settings: str
    encoder: str
    saturated: bool
    notes: tuple[str, ...]


class _Trial(NamedTuple):
    """An encoding that was tried: the file, and its settings in words."""

    content: bytes
    settings: str

    def file_bytes(self) -> int:
        return len(self.content)


def matched_psnr(picture: Picture, codec: Codec, least_psnr: float) -> Encoded:
    """Return the smallest encoding that is at least so close to a picture.

    It is looked for by bisection over the quality, in at most seven encodings. If none is
    that close, the closest is returned.

    Args:
        picture: The original; more than 8 bits are encoded as 8.
        codec: A codec by `named_codec`.
        least_psnr: The PSNR that is asked for, in dB.

    Raises:
        UsageError: The codec cannot hold the picture.
        OutputError: Its encoder gave up.
    """
    measured: list[tuple[float, _Trial]] = []

    def is_close(trial: _Trial) -> bool:
        quality = psnr(picture, _shown(trial.content, codec, picture))
        measured.append((math.inf if quality is None else quality, trial))
        return measured[-1][0] >= least_psnr

    _bisect(picture, codec, is_close)
    close = [trial for quality, trial in measured if quality >= least_psnr]
    if close:
        return _encoded(picture, codec, min(close, key=_Trial.file_bytes))
    _, closest = max(measured, key=lambda each: each[0])
    return _encoded(picture, codec, closest, f"{codec.name} does not reach {least_psnr:.2f} dB")


def matched_bytes(picture: Picture, codec: Codec, most_bytes: int) -> Encoded:
    """Return the encoding of the best quality whose file is at most so large.

    It is looked for as by `matched_psnr`, with the same errors. If all files are larger, the
    smallest is returned.
    """
    tried = _bisect(picture, codec, lambda trial: trial.file_bytes() > most_bytes)
    fitting = [quality for quality, trial in tried.items() if trial.file_bytes() <= most_bytes]
    if not fitting:
        smallest = min(tried.values(), key=_Trial.file_bytes)
        limit = f"{codec.name} needs more than {most_bytes} bytes"
        return _encoded(picture, codec, smallest, limit)
    best = max(fitting)
    at_its_end = best == codec.qualities[-1] and tried[best].file_bytes() < most_bytes
    limit = f"{codec.name} has no use for {most_bytes} bytes" if at_its_end else ""
    return _encoded(picture, codec, tried[best], limit)


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
    if facts.mapping:
        raise UsageError(
            f"{codec.name} cannot hold floating point, and is not compared with it"
        )
    if facts.has_alpha and not codec.form.alpha:
        raise UsageError(f"{codec.name} cannot hold transparency; another codec can")
    longest = codec.form.max_side
    if longest and max(facts.width, facts.height) > longest:
        raise UsageError(f"{codec.name} is limited to {longest} pixels a side")


def _trial(picture: Picture, codec: Codec, quality: int) -> _Trial:
    """Return the smallest of the codec's variants of a quality."""
    lossless = {"lossless": True} if quality == codec.lossless_at else {}
    files = {
        name: encode(picture, codec, {"quality": quality, **lossless, **variant})
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


def _shown(content: bytes, codec: Codec, original: Picture) -> Picture:
    picture = decode(content, codec, original.facts)
    return replace(picture, icc_profile=original.icc_profile)


def _encoded(picture: Picture, codec: Codec, trial: _Trial, limit: str = "") -> Encoded:
    """Return a trial as the result; `limit` is the sentence that says why it is the end."""
    # What else a file may hold is of no account for its pixels and its bytes.
    source = picture.source()._replace(metadata=NO_METADATA)
    notes = losses(source, codec.form, LOW_BIT_DEPTH)
    return Encoded(
        trial.content,
        _shown(trial.content, codec, picture),
        trial.settings,
        codec.encoder(),
        bool(limit),
        (*notes, limit) if limit else notes,
    )
