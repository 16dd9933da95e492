"""What `compare` and `info` do, without the command line.

Each does one input's work and returns the facts that `--json` prints.
"""

import time
from dataclasses import replace
from pathlib import Path

from siren_cli import files, representation
from siren_cli.config import MAX_PIXELS
from siren_cli.drawing import render
from siren_cli.errors import RepresentationError, UsageError
from siren_cli.header import Header
from siren_cli.metrics import psnr
from siren_cli.pictures import formats
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.reader import read_picture
from siren_cli.results import Result, head, quality
from siren_cli.sizes import Size
from siren_cli.strict_json import Table

# What a picture was changed by before the fit, and of which type that is.
CHANGES = {"alpha": str, "icc": str, "gray": bool, "max_side": int}


def compare(original: Path, file: Path, max_pixels: int = MAX_PIXELS) -> Result:
    """Return how close a .siren file is to a picture of its size.

    The picture is read as it was for the fit: gray, laid over a color, shrunken.
    """
    header = representation.load_header(file)
    picture = read_picture(original, _conversion(file, header), max_pixels)
    ours, theirs = header.facts, picture.facts
    if (ours.width, ours.height, ours.color) != (theirs.width, theirs.height, theirs.color):
        raise UsageError(
            f"{file}: is {_size(ours)} {ours.color}, "
            f"but {original} is {_size(theirs)} {theirs.color}"
        )
    start = time.perf_counter()
    rendered = render(representation.load(file), ours.height, ours.width)
    seconds = time.perf_counter() - start
    header = replace(header, psnr=psnr(picture, rendered))
    return {
        **head("compare", file, ours),
        "original": str(original),
        **quality(header, files.size(file)),
        "parameters": header.parameters,
        "render_seconds": round(seconds, 3),
    }


def _conversion(file: Path, header: Header) -> Conversion:
    # Settings are free-form to the file's checks.
    try:
        table = Table(header.settings.get("picture", {}), "it")
        for key, value in table.values.items():
            if type(value) is not CHANGES.get(key):
                raise UsageError(f"{key[:40]!a} is unknown, or of another type")
        return Conversion(**table.values)
    except (RepresentationError, UsageError) as error:
        raise RepresentationError(f"{file}: header.settings.picture: {error}") from error


def info(file: Path) -> Result:
    """Return what a .siren file says of itself."""
    header = representation.load_header(file)
    return {
        **head("info", file, header.facts),
        "color": header.facts.color,
        **quality(header, files.size(file)),
        "rows": header.grid.y.cells,
        "columns": header.grid.x.cells,
        "layers": list(header.layer_sizes),
        "dtype": header.dtype,
        "parameters": header.parameters,
        "epochs": header.epochs,
        "icc_bytes": header.icc_bytes,
        "tool": header.tool,
        "settings": header.settings,
    }


def pair(paths: list[Path]) -> tuple[Path, list[Path]]:
    """Return the original and the .siren files that `siren compare` means.

    Without an original it is the picture of the same name beside the first
    .siren file.

    Raises:
        UsageError: There is no such picture, or more than one.
    """
    original, *rest = paths
    if original.suffix == ".siren":
        original, rest = _original_of(original), paths
    if not rest:
        raise UsageError(f"compare {original}: with which .siren file?")
    return original, rest


def _original_of(file: Path) -> Path:
    try:
        beside = sorted(path for path in file.parent.iterdir() if path.stem == file.stem)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    found = [path for path in beside if path.suffix.lower() in formats.SUFFIXES]
    if len(found) != 1:
        many = "several pictures" if found else "no picture"
        raise UsageError(f"{file}: {many} of that name beside it; name the original")
    return found[0]


def _size(facts: PictureFacts) -> Size:
    return Size(facts.width, facts.height)
