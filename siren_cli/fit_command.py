"""What `siren fit` does, without the command line.

All pictures are checked before the first is fitted, and TensorFlow is started
once for all of them.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from siren_cli import files, locks, representation
from siren_cli.config import MAX_PIXELS, Config
from siren_cli.coordinates import make_grid
from siren_cli.errors import (
    STOPPED,
    DivergedError,
    PictureError,
    RepresentationError,
    ResourceError,
    UsageError,
)
from siren_cli.estimate import fit_seconds, memory_bytes
from siren_cli.header import new_header
from siren_cli.keeper import Keeper, fingerprint
from siren_cli.pictures import formats
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reader import check_picture, read_picture
from siren_cli.resources import Resources
from siren_cli.results import Result, check_output, head, opening, quality, smallness
from siren_cli.schedule import Budget

if TYPE_CHECKING:
    from siren_cli.fitting import Fitter
    from siren_cli.progress import Watcher


@dataclass(frozen=True)
class FitOptions:
    """What `siren fit` was told.

    Attributes:
        config: Network and schedule, all sources merged.
        conversion: What is changed in the pictures before.
        output: Where to write; None is beside the picture, or in `out_dir`.
        out_dir: A folder for the results, or None.
        force: Overwrite what is there.
        skip_existing: Leave out a picture whose result is there.
        fresh: Start over instead of going on with an unfinished fit.
        max_pixels: Largest picture that is read.
        resources: Devices and replicas.
        budget: What ends the fits besides their epochs.

    Raises:
        UsageError: Two of them contradict each other.
    """

    config: Config
    conversion: Conversion = AS_IT_IS
    output: Path | None = None
    out_dir: Path | None = None
    force: bool = False
    skip_existing: bool = False
    fresh: bool = False
    max_pixels: int = MAX_PIXELS
    resources: Resources = field(default_factory=Resources)
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        if self.output and self.out_dir:
            raise UsageError("--output and --out-dir name two places")
        if self.force and self.skip_existing:
            raise UsageError("--force and --skip-existing contradict each other")

    def output_for(self, image: Path) -> Path:
        """Return where the fit of a picture goes."""
        if self.output is not None:
            return self.output
        if image == files.STDIN:
            return files.STDOUT if self.out_dir is None else self.out_dir / "stdin.siren"
        output = files.beside(image, ".siren")
        return output if self.out_dir is None else self.out_dir / output.name


def check_apart(images: Sequence[Path], options: FitOptions, *, as_json: bool) -> None:
    """Check that no two pictures would be fitted to the same place.

    Raises:
        UsageError: Two would, or standard output would hold a fit and something else.
    """
    sources: dict[Path, Path] = {}
    for image in images:
        if not image.name:
            continue  # a folder, which `check` refuses
        output = options.output_for(image)
        if output == files.STDOUT and (as_json or len(images) > 1):
            raise UsageError("-: standard output holds one fit and nothing else; name it by -o")
        key = Path(os.path.realpath(output.parent)) / output.name
        other = sources.setdefault(key, image)
        if other is not image:
            if other == image:
                raise UsageError(f"{image}: is given twice")
            raise UsageError(f"{other} and {image}: both would become {output}")


def check(image: Path, options: FitOptions) -> Result | None:
    """Find out, in a moment, what keeps a picture from being fitted and saved.

    Returns:
        A result if there is nothing to do.

    Raises:
        UsageError: The output is a picture's name.
        OutputError: It cannot be written.
        PictureError: The picture cannot be read, as far as its header shows it.
        ResourceError: It is read by an extra that is not installed.
    """
    if not image.name:
        raise PictureError(f"{image}: is a directory")
    output = options.output_for(image)
    if output.suffix.lower() in formats.SUFFIXES:
        raise UsageError(f"{output}: a fit is no picture; name a .siren file")
    if options.out_dir is None or options.out_dir.exists():  # otherwise it is made
        skipping = options.skip_existing and output != files.STDOUT
        check_output(image, output, force=options.force or skipping)
        if skipping and output.is_file():
            return {**opening("fit", image), "skipped": True, "output": str(output)}
    if not files.is_stream(image):
        check_picture(image, options.max_pixels)
    return None


def check_for_work(image: Path, options: FitOptions) -> Result | None:
    """Do as `check`, and find out, too, whether another run is on it.

    Raises:
        BusyError: Another run is writing the output.
    """
    result = check(image, options)
    if result is None and (options.out_dir is None or options.out_dir.exists()):
        with locks.locked(options.output_for(image)):
            pass  # it is free; the fit itself takes it again
    return result


def plan(image: Path, options: FitOptions) -> Result:
    """Return what fitting a picture would make; nothing is fitted."""
    picture = read_picture(image, options.conversion, options.max_pixels)
    facts, config = picture.facts, options.config
    grid = make_grid(facts.height, facts.width, config.network.cell_size, config.network.margin)
    header = new_header(picture, grid, config)
    file_bytes = representation.estimated_bytes(header)
    open_ended = options.budget != Budget()
    seconds = None if open_ended else round(fit_seconds(grid, facts.channels, config), 1)
    return {
        **head("plan", image, facts),
        "output": str(options.output_for(image)),
        **smallness(file_bytes, facts),
        "rows": grid.y.cells,
        "columns": grid.x.cells,
        "parameters": header.parameters,
        "epochs": None if open_ended else config.fit.epochs,
        "fit_seconds": seconds,
        "memory_bytes": memory_bytes(grid, facts.channels, config),
        "notes": picture.notes,
        **header.settings,
    }


class Fits:
    """The fits of one command, by one TensorFlow.

    Args:
        options: What to do with the pictures.
    """

    def __init__(self, options: FitOptions) -> None:
        self._options = options
        self._fitter: Fitter

    def start(self) -> None:
        """Start TensorFlow.

        Raises:
            ResourceError: A device that was asked for is not there.
        """
        from siren_cli.fitting import Fitter

        self._fitter = Fitter(self._options.config, self._options.resources)

    def fit(self, image: Path, budget: Budget, watcher: "Watcher") -> Result:
        """Fit a picture and save it.

        Args:
            image: The picture.
            budget: Its share of the command's.
            watcher: Is told about it.
        """
        try:
            with locks.locked(self._options.output_for(image)):
                return self._fit(image, budget, watcher)
        except DivergedError as error:
            raise DivergedError(f"{image}: {error}") from error
        except MemoryError as error:
            raise ResourceError(f"{image}: not enough memory to fit it") from error

    def _fit(self, image: Path, budget: Budget, watcher: "Watcher") -> Result:
        start = time.perf_counter()
        options, output = self._options, self._options.output_for(image)
        # Another run may have written it before the lock was ours.
        files.check_target(output, force=options.force)
        picture = read_picture(image, options.conversion, options.max_pixels)
        keeper = None if output == files.STDOUT else self._keeper(output, picture, watcher)
        try:
            done = self._fitter.fit(picture, watcher.report, budget, keeper)
        except STOPPED:
            if keeper and keeper.path.exists():
                watcher.say(f"{output}: unfinished; the same command goes on with it")
            raise
        content = representation.save(output, done.representation, force=options.force)
        if keeper:
            keeper.remove()
        return {
            **head("fit", image, picture.facts),
            "output": str(output),
            **quality(done.representation.header, len(content)),
            "epochs": done.representation.header.epochs,
            "fit_seconds": round(done.seconds, 3),
            "seconds": round(time.perf_counter() - start, 3),
            "stopped": done.stopped,
            "target_psnr_db": budget.psnr,
            "missed": budget.psnr is not None and done.stopped != "target",
            "resumed": bool(keeper and keeper.kept.group_cells),
            "seed": options.config.fit.seed,
            "devices": done.devices,
            "replicas": len(done.devices),
            "notes": picture.notes,
            **done.representation.header.settings,
            "file_sha256": hashlib.sha256(content).hexdigest(),
        }

    def _keeper(self, output: Path, picture: Picture, watcher: "Watcher") -> Keeper:
        """Return what keeps the fit while it is unfinished, and knows where to go on."""
        options, budget = self._options, self._options.budget
        goal, timed = replace(budget, deadline=None), budget.deadline is not None
        fit = fingerprint(picture, options.config, goal, timed, options.resources)
        keeper = Keeper(output, fit)
        if options.fresh:
            keeper.remove()
        try:
            keeper.load(self._most_bytes(picture))
        except RepresentationError as error:
            watcher.say(f"{keeper.path}: {error}; starting over")
        if keeper.kept.group_cells:
            watcher.say(f"{output}: goes on with an unfinished fit (--fresh starts over)")
        return keeper

    def _most_bytes(self, picture: Picture) -> int:
        # Trainable values and two moments, and the layers as they are stored.
        facts, shape = picture.facts, self._options.config.network
        grid = make_grid(facts.height, facts.width, shape.cell_size, shape.margin)
        parameters = new_header(picture, grid, self._options.config).parameters
        return (1 << 20) + 16 * parameters
