"""What `render`, `compare` and `info` do, without the command line.

Each does one input's work and returns the facts that `--json` prints. Heavy
rooms are imported where they are needed, so that mistakes answer at once.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from siren_cli import files, locks, representation
from siren_cli.config import MAX_PIXELS
from siren_cli.errors import RepresentationError, UsageError
from siren_cli.header import Header
from siren_cli.metrics import psnr
from siren_cli.pictures import formats
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import BIT_DEPTHS, PictureFacts
from siren_cli.pictures.reader import read_picture
from siren_cli.pictures.writer import check_format, depth_for, encode_picture, losses
from siren_cli.results import Result, check_output, head, quality
from siren_cli.sizes import Size, parse_size
from siren_cli.strict_json import Table

# What a picture was changed by before the fit, and of which type that is.
CHANGES = {"alpha": str, "icc": str, "gray": bool, "max_side": int}


@dataclass(frozen=True)
class RenderOptions:
    """What `siren render` was told.

    Attributes:
        size: As in `sizes.parse_size`; None is the picture's own.
        stretch: Allow another aspect.
        depth: Bits of a stored value, 8 or 16; None is the picture's own.
        output: Where to write; None is beside the .siren file.
        force: Overwrite what is there.

    Raises:
        UsageError: There is no such depth.
    """

    size: str | None = None
    stretch: bool = False
    depth: int | None = None
    output: Path | None = None
    force: bool = False

    def __post_init__(self) -> None:
        if self.depth not in (None, *BIT_DEPTHS):
            raise UsageError(f"--depth {self.depth}: not 8 or 16")


def render(file: Path, options: RenderOptions) -> Result:
    """Draw a .siren file and save the picture."""
    start = time.perf_counter()
    header = representation.load_header(file)
    size = parse_size(options.size, _size(header.facts), stretch=options.stretch)
    output = options.output or files.beside(file, f".{size}.png")
    check_output(file, output, force=options.force)
    check_format(output, replace(header.facts, width=size.width, height=size.height))
    depth = depth_for(output, header.facts, options.depth)

    from siren_cli.rendering import render as render_picture

    with locks.locked(output):
        picture = render_picture(representation.load(file), size.height, size.width)
        content = encode_picture(picture, output, depth)
        files.save(output, content, force=options.force)
    return {
        **head("render", file, picture.facts),
        "output": str(output),
        "bit_depth": depth,
        "bytes": len(content),
        "seconds": round(time.perf_counter() - start, 3),
        "notes": losses(output, picture, depth),
    }


def compare(original: Path, file: Path, max_pixels: int = MAX_PIXELS) -> Result:
    """Return how close a .siren file is to a picture of its size.

    The picture is read as it was for the fit: gray, laid over a color, shrunken.
    """
    from siren_cli.rendering import render as render_picture

    header = representation.load_header(file)
    picture = read_picture(original, _conversion(file, header), max_pixels)
    ours, theirs = header.facts, picture.facts
    if (ours.width, ours.height, ours.color) != (theirs.width, theirs.height, theirs.color):
        raise UsageError(
            f"{file}: is {_size(ours)} {ours.color}, "
            f"but {original} is {_size(theirs)} {theirs.color}"
        )
    start = time.perf_counter()
    rendered = render_picture(representation.load(file), ours.height, ours.width)
    seconds = time.perf_counter() - start
    header = replace(header, psnr=psnr(picture, rendered))
    return {
        **head("compare", file, ours),
        "original": str(original),
        **quality(header, file.stat().st_size),
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
        **quality(header, file.stat().st_size),
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
