"""What a picture is compared with: .siren files, pictures, encodings, enlargements, fits.

Every candidate ends as pixels of the original's size, for that is what is compared.
"""

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from siren_cli.comparing import codec_search
from siren_cli.comparing.codec_search import BY_BYTES
from siren_cli.comparing.originals import Original
from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.codecs import named_codec
from siren_cli.pictures.conversion import AS_IT_IS
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.pictures.reader import read_picture
from siren_cli.pictures.resize import Filter, resized
from siren_cli.rendering.drawing import render, whole
from siren_cli.rendering.geometry import same_aspect, size_of
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from siren_cli.system import files

Kind = Literal["original", "siren", "fit", "picture", "codec", "enlargement"]
# A file can say that its picture is huge, and drawing that small takes as many samples.
MOST_SAMPLES = 10**10
ENLARGEMENTS = {"bicubic": Filter.BICUBIC, "Lanczos": Filter.LANCZOS}


class Moment(NamedTuple):
    """How good a fit is while it learns.

    Attributes:
        step: Steps done.
        seconds: Since the first.
        psnr: Estimate from the loss, in dB.
    """

    step: int
    seconds: float
    psnr: float


@dataclass(frozen=True)
class Candidate:
    """One way to hold a picture.

    Attributes:
        name: What it is called in tables and figures.
        kind: What it is.
        original: What it is compared with: the picture as it was read for the fit.
        picture: What it shows, of that size and color.
        file_bytes: Its file's size; None where it has none.
        settings: How it was made, for people.
        representation: Its weights, if it has some.
        render_seconds: What drawing it took.
        fit_seconds: What its fit took, if that was done here.
        curve: How it learned, if that was seen.
        notes: What a person should know, a sentence each.
    """

    name: str
    kind: Kind
    original: Picture
    picture: Picture
    file_bytes: int | None = None
    settings: str = ""
    representation: Representation | None = None
    render_seconds: float | None = None
    fit_seconds: float | None = None
    curve: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()


def the_original(original: Original) -> Candidate:
    """Return the original as the first candidate."""
    picture = original.read()
    size = None if files.is_stream(original.path) else files.file_bytes(original.path)
    return Candidate(
        str(original.path), "original", picture, picture, size, notes=picture.notes
    )


def siren_candidate(path: Path, original: Original, *, resize: bool) -> Candidate:
    """Return a .siren file, drawn at the original's size.

    Args:
        path: The file.
        original: Is read as it was for the fit: gray, laid over a color.
        resize: Draw it with another aspect, if need be.

    Raises:
        RepresentationError: The file cannot be read.
        UsageError: It is of another picture, as far as its size and color show it.
    """
    with siren_file.opened(path) as opened:
        picture = original.as_fitted(path, opened.header)
        own = opened.header.facts
        _check_color(path, own, original.path, picture.facts)
        _check_size(path, own, original.path, picture.facts, resize=resize)
        candidate = _drawn(opened.read(), picture)
    return replace(candidate, name=str(path), kind="siren", file_bytes=files.file_bytes(path))


def _check_size(
    file: Path, ours: PictureFacts, original: Path, theirs: PictureFacts, *, resize: bool
) -> None:
    own, wanted = size_of(ours), size_of(theirs)
    if not (resize or same_aspect(own, wanted)):
        raise UsageError(
            f"{file}: is {own}, another aspect than {original}, which is {wanted} "
            "(--resize allows it)"
        )
    if whole(ours, wanted).work > MOST_SAMPLES:
        raise UsageError(
            f"{file}: is {own}, far too large to be drawn at the {wanted} of {original}"
        )


def fitted(name: str, function: Representation, original: Picture) -> Candidate:
    """Return a fit that was made here."""
    size = len(siren_file.encode(function))
    return replace(_drawn(function, original), name=name, kind="fit", file_bytes=size)


def _drawn(function: Representation, original: Picture) -> Candidate:
    start = time.perf_counter()
    picture = render(function, original.facts.height, original.facts.width)
    seconds = time.perf_counter() - start
    return Candidate(
        "", "siren", original, picture, representation=function, render_seconds=seconds
    )


def enlargements(candidate: Candidate) -> list[str]:
    """Return the ways to enlarge the pixels of a fit of a smaller picture; else none."""
    if candidate.representation is None:
        return []
    own, size = candidate.representation.header.facts, candidate.original.facts
    smaller = own.width < size.width and own.height < size.height
    return list(ENLARGEMENTS) if smaller else []


def enlarged(candidate: Candidate, how: str) -> Candidate:
    """Return what enlarging a fit's own pixels shows, for between them it should do more.

    Args:
        candidate: A fit that has `enlargements`.
        how: One of them.
    """
    function = candidate.representation
    if function is None:
        raise ValueError(f"{candidate.name} has no pixels of its own")
    own, size = function.header.facts, candidate.original.facts
    small = render(function, own.height, own.width)
    pixels = resized(small.pixels, size.width, size.height, ENLARGEMENTS[how])
    picture = replace(small, pixels=pixels, facts=size)
    name = f"{candidate.name}, {how} from {own.width}x{own.height}"
    return Candidate(name, "enlargement", candidate.original, picture)


def picture_candidate(path: Path, original: Original, *, resize: bool) -> Candidate:
    """Return a picture.

    Args:
        path: The file.
        original: What it is compared with.
        resize: Bring it to the original's size, by Lanczos' filter, if it has another.

    Raises:
        PictureError: It cannot be read.
        UsageError: It is of another size or color.
    """
    wanted = original.read()
    found = _as_color(read_picture(path, AS_IT_IS, original.max_pixels), wanted)
    ours, theirs = found.facts, wanted.facts
    notes = list(found.notes)
    if found.icc_profile != wanted.icc_profile:
        notes.append("its color profile is another; stored values are compared")
    if size_of(ours) != size_of(theirs):
        if not resize:
            raise UsageError(
                f"{path}: is {size_of(ours)}, but {original.path} is {size_of(theirs)} "
                "(--resize allows it)"
            )
        pixels = resized(found.pixels, theirs.width, theirs.height, Filter.LANCZOS)
        found = replace(found, pixels=pixels)
        notes.append(f"was resized from {size_of(ours)}")
    _check_color(path, ours, original.path, theirs)
    found = replace(found, facts=theirs)
    return Candidate(
        str(path), "picture", wanted, found, files.file_bytes(path), notes=tuple(notes)
    )


def codec_candidate(candidate: Candidate, codec: str, match: str) -> Candidate:
    """Return the original as a codec holds it, as good or as small as a candidate.

    Args:
        candidate: A fit.
        codec: A name of `pictures.codecs.CODECS`.
        match: `psnr` or `bytes`: what both have in common.

    Raises:
        UsageError: The codec cannot hold such a picture.
        ResourceError: It is not installed.
    """
    original, known = candidate.original, named_codec(codec)
    if match == BY_BYTES:
        encoded = codec_search.matched_bytes(original, known, candidate.file_bytes or 0)
    else:
        quality = psnr(original, candidate.picture)
        wanted = math.inf if quality is None else quality
        encoded = codec_search.matched_psnr(original, known, wanted)
    alike = "small" if match == BY_BYTES else "good"
    saturated = ", saturated" if encoded.saturated else ""
    return Candidate(
        f"{codec} as {alike} as {candidate.name}",
        "codec",
        original,
        encoded.picture,
        len(encoded.content),
        f"{encoded.settings}{saturated}, {encoded.encoder}",
        notes=encoded.notes,
    )


def _as_color(picture: Picture, wanted: Picture) -> Picture:
    """Return a picture with gray as color, or the reverse, where that loses nothing."""
    pixels = picture.pixels
    if picture.facts.color == "L" and wanted.facts.color == "RGB":
        pixels = np.repeat(pixels, 3, axis=-1)
    elif picture.facts.color == "RGB" and wanted.facts.color == "L":
        if np.ptp(pixels, axis=-1).any():
            return picture
        pixels = pixels[..., :1]
    else:
        return picture
    return replace(
        picture, pixels=pixels, facts=replace(picture.facts, color=wanted.facts.color)
    )


def _check_color(file: Path, ours: PictureFacts, original: Path, theirs: PictureFacts) -> None:
    if ours.color != theirs.color:
        raise UsageError(f"{file}: is {ours.color}, but {original} is {theirs.color}")
