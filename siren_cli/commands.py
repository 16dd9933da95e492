"""What the commands do, without the command line.

Each does one input's work and returns the facts that `--json` prints. Heavy
rooms are imported where they are needed, so that mistakes answer at once.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siren_cli import files, representation
from siren_cli.config import MAX_PIXELS, Config
from siren_cli.coordinates import make_grid
from siren_cli.errors import DivergedError, OutputError, PictureError, UsageError
from siren_cli.estimate import fit_seconds, memory_bytes
from siren_cli.header import Header, new_header
from siren_cli.metrics import bits_per_pixel, psnr
from siren_cli.pictures import formats
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.reader import read_picture
from siren_cli.pictures.writer import check_format, encode_picture
from siren_cli.resources import Resources
from siren_cli.schedule import Budget
from siren_cli.sizes import Size, parse_size

if TYPE_CHECKING:
    from siren_cli.progress import Progress

Result = dict[str, Any]
Report = Callable[["Progress"], None]


@dataclass(frozen=True)
class FitOptions:
    """What `siren fit` was told.

    Attributes:
        config: Network and schedule, all sources merged.
        output: Where to write; None is beside the picture.
        force: Overwrite what is there.
        max_pixels: Largest picture that is read.
        resources: Devices and replicas.
        budget: What ends the fit besides its epochs.
    """

    config: Config
    output: Path | None = None
    force: bool = False
    max_pixels: int = MAX_PIXELS
    resources: Resources = field(default_factory=Resources)
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class RenderOptions:
    """What `siren render` was told.

    Attributes:
        size: As in `sizes.parse_size`; None is the picture's own.
        stretch: Allow another aspect.
        output: Where to write; None is beside the .siren file.
        force: Overwrite what is there.
    """

    size: str | None = None
    stretch: bool = False
    output: Path | None = None
    force: bool = False


def fit_output(image: Path, options: FitOptions) -> Path:
    """Return where the fit of a picture goes, found to be writable.

    Raises:
        UsageError: It is a picture's name.
        OutputError: It cannot be written.
    """
    if not image.name:
        raise PictureError(f"{image}: is a directory")
    output = options.output or files.beside(image, ".siren")
    if output.suffix.lower() in formats.SUFFIXES:
        raise UsageError(f"{output}: a fit is no picture; name a .siren file")
    _check_output(image, output, force=options.force)
    return output


def check_apart(images: Iterable[Path]) -> None:
    """Check that no two pictures would be fitted to the same file.

    Raises:
        UsageError: Two would.
    """
    sources: dict[tuple[Path, str], Path] = {}
    for image in images:
        other = sources.setdefault((image.parent.resolve(), image.stem), image)
        if other is not image:
            raise UsageError(f"{other} and {image}: both would become {image.stem}.siren")


def plan(image: Path, options: FitOptions) -> Result:
    """Return what fitting a picture would make; nothing is fitted."""
    output = fit_output(image, options)
    picture = read_picture(image, max_pixels=options.max_pixels)
    facts, config = picture.facts, options.config
    grid = make_grid(facts.height, facts.width, config.network.cell_size, config.network.margin)
    header = new_header(picture, grid, config)
    file_bytes = representation.estimated_bytes(header)
    open_ended = options.budget != Budget()
    seconds = None if open_ended else round(fit_seconds(grid, facts.channels, config), 1)
    return {
        **_head("plan", image, facts),
        "output": str(output),
        **_bytes(file_bytes, facts),
        "rows": grid.y.cells,
        "columns": grid.x.cells,
        "parameters": header.parameters,
        "epochs": None if open_ended else config.fit.epochs,
        "fit_seconds": seconds,
        "memory_bytes": memory_bytes(grid, facts.channels, config),
        **config.table(),
    }


def fit(
    image: Path,
    options: FitOptions,
    report: Report,
    quiet_start: AbstractContextManager[None],
) -> Result:
    """Fit a picture and save it.

    Args:
        image: The picture.
        options: What to do with it.
        report: Is told about the progress.
        quiet_start: Is entered while TensorFlow starts, which is noisy.
    """
    start = time.perf_counter()
    output = fit_output(image, options)
    picture = read_picture(image, max_pixels=options.max_pixels)
    with quiet_start:
        from siren_cli.distribution import make_strategy
        from siren_cli.fitting import fit as fit_picture

        make_strategy(options.resources)  # the first one starts TensorFlow's devices
    try:
        done = fit_picture(picture, options.config, options.resources, report, options.budget)
    except DivergedError as error:
        raise DivergedError(f"{image}: {error}") from error
    content = representation.save(output, done.representation, force=options.force)
    return {
        **_head("fit", image, picture.facts),
        "output": str(output),
        **_quality(done.representation.header, len(content)),
        "epochs": done.representation.header.epochs,
        "fit_seconds": round(done.seconds, 3),
        "seconds": round(time.perf_counter() - start, 3),
        "stopped": done.stopped,
        "target_psnr_db": options.budget.psnr,
        "missed": options.budget.psnr is not None and done.stopped != "target",
        "seed": options.config.fit.seed,
        "devices": done.devices,
        "replicas": len(done.devices),
        **done.representation.header.settings,
        "file_sha256": hashlib.sha256(content).hexdigest(),
    }


def render(file: Path, options: RenderOptions) -> Result:
    """Draw a .siren file and save the picture."""
    start = time.perf_counter()
    header = representation.load_header(file)
    size = parse_size(options.size, _size(header.facts), stretch=options.stretch)
    output = options.output or files.beside(file, f".{size}.png")
    _check_output(file, output, force=options.force)
    check_format(output, replace(header.facts, width=size.width, height=size.height))

    from siren_cli.rendering import render as render_picture

    picture = render_picture(representation.load(file), size.height, size.width)
    content = encode_picture(picture, output)
    files.save(output, content, force=options.force)
    return {
        **_head("render", file, picture.facts),
        "output": str(output),
        "bytes": len(content),
        "seconds": round(time.perf_counter() - start, 3),
    }


def compare(original: Path, file: Path) -> Result:
    """Return how close a .siren file is to a picture of its size."""
    from siren_cli.rendering import render as render_picture

    picture = read_picture(original)
    header = representation.load_header(file)
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
        **_head("compare", file, ours),
        "original": str(original),
        **_quality(header, file.stat().st_size),
        "parameters": header.parameters,
        "render_seconds": round(seconds, 3),
    }


def info(file: Path) -> Result:
    """Return what a .siren file says of itself."""
    header = representation.load_header(file)
    return {
        **_head("info", file, header.facts),
        "color": header.facts.color,
        "bit_depth": header.facts.bit_depth,
        **_quality(header, file.stat().st_size),
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
    beside = sorted(path for path in file.parent.iterdir() if path.stem == file.stem)
    found = [path for path in beside if path.suffix.lower() in formats.SUFFIXES]
    if len(found) != 1:
        many = "several pictures" if found else "no picture"
        raise UsageError(f"{file}: {many} of that name beside it; name the original")
    return found[0]


def _check_output(source: Path, output: Path, *, force: bool) -> None:
    try:
        if output.exists() and source.exists() and output.samefile(source):
            raise UsageError(
                f"{output}: would overwrite its own source (-o names another file)"
            )
        files.check_target(output, force=force)
    except OSError as error:  # a name that is too long, a closed directory
        raise OutputError(f"{output}: {error.strerror}") from error


def _size(facts: PictureFacts) -> Size:
    return Size(facts.width, facts.height)


def _head(kind: str, source: Path, facts: PictureFacts) -> Result:
    return {
        "schema": 1,
        "type": kind,
        "ok": True,
        "input": str(source),
        "width": facts.width,
        "height": facts.height,
        "channels": facts.channels,
    }


def _bytes(file_bytes: int, facts: PictureFacts) -> Result:
    bpp = bits_per_pixel(file_bytes, facts.width, facts.height)
    return {"bytes": file_bytes, "bpp": round(bpp, 4)}


def _quality(header: Header, file_bytes: int) -> Result:
    return {
        **_bytes(file_bytes, header.facts),
        "psnr_db": None if header.psnr is None else round(header.psnr, 4),
        "identical": header.psnr is None,
    }
