"""Candidates with a network: .siren files, and fits that were made for the comparison.

The fit of a smaller picture is drawn at the original's size. Next to it stand its own
pixels enlarged by interpolation, because between its pixels a network should do better.
"""

import time
from dataclasses import replace
from pathlib import Path

from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.picture_candidates import Original, check_color
from siren_cli.errors import UsageError
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.pictures.resize import Filter, resized
from siren_cli.rendering.drawing import render
from siren_cli.rendering.geometry import same_aspect, size_of
from siren_cli.rendering.view import whole
from siren_cli.representation import siren_file
from siren_cli.representation.representation import Representation
from siren_cli.system import files

# Most samples that drawing a .siren file may take. A file can claim to be of a huge
# picture, and drawing that at a small size takes as many samples as it has pixels.
MOST_SAMPLES = 10**10
ENLARGEMENTS = {"bicubic": Filter.BICUBIC, "Lanczos": Filter.LANCZOS}


def siren_candidate(path: Path, original: Original, *, resize: bool) -> Candidate:
    """Return a .siren file, drawn at the original's size.

    Args:
        path: The .siren file.
        original: The original, which is read as it was for the fit: gray, for example.
        resize: Whether the file may be drawn with another aspect than its own.

    Raises:
        RepresentationError: The file cannot be read.
        UsageError: Its size or color shows that it is of another picture.
    """
    with siren_file.opened(path) as opened:
        picture = original.as_fitted(path, opened.header)
        ours, theirs = opened.header.facts, picture.facts
        check_color(path, ours, original.path, theirs)
        _check_size(path, ours, original.path, theirs, resize=resize)
        candidate = _drawn(opened.read_whole(), picture)
    return replace(candidate, name=str(path), kind="siren", file_bytes=files.file_bytes(path))


def _check_size(
    path: Path, ours: PictureFacts, original: Path, theirs: PictureFacts, *, resize: bool
) -> None:
    own, wanted = size_of(ours), size_of(theirs)
    if not (resize or same_aspect(own, wanted)):
        raise UsageError(
            f"{path}: is {own}, another aspect than {original}, which is {wanted} "
            "(--resize allows it)"
        )
    if whole(ours, wanted).work > MOST_SAMPLES:
        raise UsageError(
            f"{path}: is {own}, far too large to be drawn at the {wanted} of {original}"
        )


def fitted_candidate(name: str, representation: Representation, original: Picture) -> Candidate:
    """Return a fit that was made for the comparison, drawn at the original's size."""
    file_bytes = len(siren_file.encode(representation))
    candidate = _drawn(representation, original)
    return replace(candidate, name=name, kind="fit", file_bytes=file_bytes)


def _drawn(representation: Representation, original: Picture) -> Candidate:
    """Return a candidate that has no name yet."""
    start = time.perf_counter()
    picture = render(representation, original.facts.height, original.facts.width)
    seconds = time.perf_counter() - start
    return Candidate(
        "", "siren", original, picture, representation=representation, render_seconds=seconds
    )


def enlargements(own: PictureFacts, wanted: PictureFacts) -> list[str]:
    """Return the names of the interpolations that a fit of a smaller picture is shown by.

    Args:
        own: The facts of the picture that was fitted.
        wanted: The facts of the original.
    """
    smaller = own.width < wanted.width and own.height < wanted.height
    return list(ENLARGEMENTS) if smaller else []


def enlarged_candidate(
    candidate: Candidate, function: Representation, interpolation: str
) -> Candidate:
    """Return the pixels of a fit of a smaller picture, enlarged to the original's size.

    Args:
        candidate: The fit.
        function: Its network.
        interpolation: The name of one of its `enlargements`.
    """
    own, wanted = function.header.facts, candidate.original.facts
    small = render(function, own.height, own.width)
    pixels = resized(small.pixels, wanted.width, wanted.height, ENLARGEMENTS[interpolation])
    picture = replace(small, pixels=pixels, facts=wanted)
    name = f"{candidate.name}, {interpolation} from {own.width}x{own.height}"
    return Candidate(name, "enlargement", candidate.original, picture)
