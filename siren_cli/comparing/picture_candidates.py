"""Candidates without a network: the original, other picture files, and encodings by codecs."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from siren_cli.comparing import codec_search
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.codec_search import BY_BYTES
from siren_cli.errors import RepresentationError, UsageError, shown
from siren_cli.metrics.psnr import psnr
from siren_cli.output import terminal
from siren_cli.pictures.codecs import named_codec
from siren_cli.pictures.colors.named_spaces import linear_profile
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.resize import Filter, resized
from siren_cli.pictures.value_mapping import remapped
from siren_cli.rendering.geometry import size_of
from siren_cli.representation.header import Header
from siren_cli.representation.strict_json import Table
from siren_cli.system import files

# The keys of header.settings.picture, which say how the picture was changed before the
# fit, and the type of each value.
CONVERSION_TYPES = {
    "alpha": str,
    "icc": str,
    "gray": bool,
    "max_side": int,
    "page": int,
    "damaged": str,
    # What was in the holes of a masked picture is compared, too.
    "mask": str,
    # A blend is compared with the original that it is given, which cannot be blended again.
    "blend": str,
    "blended_at": list,
    "mixed": bool,
}
# Those of them that do not change how a picture is read.
NOT_CONVERSIONS = {"mask", "blend", "blended_at", "mixed"}


class Original:
    """The original picture, which can be read again as it was read for a fit.

    Args:
        path: The picture file.
        max_pixels: Most pixels that a picture may have to be read.
    """

    def __init__(self, path: Path, max_pixels: int) -> None:
        self.path, self.max_pixels = path, max_pixels
        # Only the last picture is held, because a large one would fill the memory.
        self._last: tuple[Conversion, Picture] | None = None

    def read(self, conversion: Conversion = AS_IT_IS) -> Picture:
        """Return the picture, converted; the same conversion is not read twice in a row."""
        if self._last is None or self._last[0] != conversion:
            self._last = None  # Its memory is needed for the next picture.
            with terminal.silent_stderr():
                picture = read_picture(self.path, conversion, self.max_pixels)
            self._last = conversion, picture
        return self._last[1]

    def as_fitted(self, file: Path, header: Header) -> Picture:
        """Return the picture as it was read for the fit in a file, but not shrunk.

        Raises:
            RepresentationError: The file does not say properly how it was read.
        """
        return self.read(replace(_conversion_of(file, header), max_side=None))


def _conversion_of(file: Path, header: Header) -> Conversion:
    # The checks of a file accept any settings, so these are checked here.
    try:
        table = Table(header.settings.get("picture", {}), "it")
        for key, value in table.values.items():
            if type(value) is not CONVERSION_TYPES.get(key):
                raise UsageError(f"{shown(key)} is unknown, or of another type")
        kept = table.values.keys() - NOT_CONVERSIONS
        return Conversion(**{key: table.values[key] for key in kept})
    except (RepresentationError, UsageError) as error:
        raise RepresentationError(f"{file}: header.settings.picture: {error}") from error


def original_candidate(original: Original) -> Candidate:
    """Return the original as the first candidate."""
    picture = original.read()
    file_bytes = None if files.is_stream(original.path) else files.file_bytes(original.path)
    return Candidate(
        str(original.path), "original", picture, picture, file_bytes, notes=picture.notes
    )


def picture_candidate(path: Path, original: Original, *, resize: bool) -> Candidate:
    """Return a picture file.

    Args:
        path: The file.
        original: The original that it is compared with.
        resize: Whether a picture of another size is brought to the original's size, by
            Lanczos' filter.

    Raises:
        PictureError: It cannot be read.
        UsageError: It is of another size or color than the original.
    """
    wanted = original.read()
    with terminal.silent_stderr():
        picture = read_picture(path, AS_IT_IS, original.max_pixels)
    picture = _with_mapping_of(wanted, _with_color_of(wanted, picture), path)
    ours, theirs = picture.facts, wanted.facts
    notes = list(picture.notes)
    if _profile(picture) != _profile(wanted):
        notes.append("its color profile is another; stored values are compared")
    if size_of(ours) != size_of(theirs):
        if not resize:
            raise UsageError(
                f"{path}: is {size_of(ours)}, but {original.path} is {size_of(theirs)} "
                "(--resize allows it)"
            )
        pixels = resized(picture.pixels, theirs.width, theirs.height, Filter.LANCZOS)
        picture = replace(picture, pixels=pixels)
        notes.append(f"was resized from {size_of(ours)}")
    check_color(path, ours, original.path, theirs)
    picture = replace(picture, facts=theirs)
    file_bytes = files.file_bytes(path)
    return Candidate(str(path), "picture", wanted, picture, file_bytes, notes=tuple(notes))


def _profile(picture: Picture) -> bytes | None:
    """Return the color profile of a picture; light without one is that of sRGB's primaries."""
    mapping = picture.facts.mapping
    is_light = mapping is not None and mapping.is_light
    return picture.icc_profile or (linear_profile(None) if is_light else None)


def _with_mapping_of(wanted: Picture, picture: Picture, path: Path) -> Picture:
    """Return a picture whose pixels mean what those of another one mean.

    Raises:
        UsageError: One has values beyond [0, 1], the other has not.
    """
    own, other = picture.facts.mapping, wanted.facts.mapping
    if own == other:
        return picture
    if own is None or other is None:
        raise UsageError(f"{path}: only one of the two pictures is of floating point")
    facts = replace(picture.facts, mapping=other)
    return replace(picture, pixels=remapped(picture.pixels, own, other), facts=facts)


def _with_color_of(wanted: Picture, picture: Picture) -> Picture:
    """Return a picture as gray or as color like another one, if that loses nothing."""
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


def check_color(path: Path, ours: PictureFacts, original: Path, theirs: PictureFacts) -> None:
    """Check that a file has the original's channels.

    Raises:
        UsageError: It has other channels.
    """
    if ours.color != theirs.color:
        raise UsageError(f"{path}: is {ours.color}, but {original} is {theirs.color}")


def codec_candidate(candidate: Candidate, codec_name: str, match: str) -> Candidate:
    """Return the original as a codec encodes it, as good or as small as a candidate.

    Args:
        candidate: A fit.
        codec_name: One of the names of `pictures.codecs.CODECS`.
        match: The fact that the encoding shares with the fit, `psnr` or `bytes`.

    Raises:
        UsageError: The codec cannot hold such a picture.
        ResourceError: The codec is not installed.
    """
    original, codec = candidate.original, named_codec(codec_name)
    if match == BY_BYTES:
        common = "small"
        encoded = codec_search.matched_bytes(original, codec, candidate.file_bytes or 0)
    else:
        common = "good"
        quality = psnr(original, candidate.picture)
        wanted = math.inf if quality is None else quality
        encoded = codec_search.matched_psnr(original, codec, wanted)
    saturated = ", saturated" if encoded.saturated else ""
    return Candidate(
        f"{codec_name} as {common} as {candidate.name}",
        "codec",
        original,
        encoded.picture,
        len(encoded.content),
        f"{encoded.settings}{saturated}, {encoded.encoder}",
        notes=encoded.notes,
    )
