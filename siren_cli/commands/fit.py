"""What `siren fit` does, without the command line.

All pictures are checked before the first is fitted, and TensorFlow is started
once for all of them.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from siren_cli.commands.fit_options import FitOptions, check, check_for_work
from siren_cli.config import Config
from siren_cli.errors import STOPPED, DivergedError, RepresentationError, ResourceError
from siren_cli.model.grid import grid_for
from siren_cli.output import terminal
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, check_room, head, quality, smallness
from siren_cli.output.terminal import Look, Watcher
from siren_cli.output.text import batch_line, progress_text
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reader import read_picture
from siren_cli.planning.checkpoint_file import Keeper, fingerprint
from siren_cli.planning.estimate import fit_seconds, memory_bytes
from siren_cli.planning.schedule import Budget
from siren_cli.representation import siren_file
from siren_cli.representation.header import Header, new_header
from siren_cli.system import files, locks

if TYPE_CHECKING:
    from siren_cli.planning.progress import Progress
    from siren_cli.training.fitter import Fit, Fitter


def plan(image: Path, options: FitOptions) -> Result:
    """Return what fitting a picture would make; nothing is fitted."""
    with terminal.silent_stderr():
        picture = read_picture(image, options.conversion, options.max_pixels)
    facts, config = picture.facts, options.config
    grid = grid_for(facts.height, facts.width, config.network)
    header = new_header(picture, grid, config)
    file_bytes = siren_file.estimated_bytes(header)
    check_room(options.output_for(image), file_bytes)
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


def plan_all(options: FitOptions, batch: Batch) -> None:
    """Plan a fit of every picture of a command."""
    for image in batch.check(lambda image: check(image, options)):
        batch.do(image, lambda image: plan(image, options))


def fit_all(options: FitOptions, batch: Batch, look: Look) -> None:
    """Fit every picture of a command, and sum up if there are several.

    Raises:
        ResourceError: A device that was asked for is not there.
    """
    start = time.monotonic()
    left = batch.check(lambda image: check_for_work(image, options))
    fits = Fits(options)
    if left:
        starting = terminal.watching(str(left[0]), "starting TensorFlow", look)
        with starting, terminal.held_stderr(show=look.verbose):
            fits.start()

    def work(image: Path) -> Result:
        share = options.budget.first_of(len(left) - left.index(image))
        with terminal.watching(str(image), "reading", look) as watcher:
            return fits.fit(image, share, watcher)

    for image in left:
        batch.do(image, work)
    if batch.several and not look.quiet:
        seconds = time.monotonic() - start
        terminal.say(batch_line(batch.done, batch.failed, seconds))


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
        from siren_cli.training.fitter import Fitter

        self._fitter = Fitter(self._options.config, self._options.resources)

    def fit(self, image: Path, budget: Budget, watcher: Watcher) -> Result:
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

    def _fit(self, image: Path, budget: Budget, watcher: Watcher) -> Result:
        start = time.perf_counter()
        options, output = self._options, self._options.output_for(image)
        # Another run may have written it before the lock was ours.
        files.check_target(output, force=options.force)
        with terminal.silent_stderr():
            picture = read_picture(image, options.conversion, options.max_pixels)
        check_room(output, siren_file.estimated_bytes(self._header(picture)))
        keeper = None if files.is_stream(output) else self._keeper(output, picture, watcher)

        def report(progress: "Progress") -> None:
            watcher.show(progress.epoch / progress.epochs, progress_text(progress))

        try:
            done = self._fitter.fit(picture, report, budget, keeper)
        except STOPPED:
            if keeper and keeper.holds:
                watcher.say(f"{output}: unfinished; the same command goes on with it")
            raise
        content = siren_file.save(output, done.representation, force=options.force)
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
            "notes": [*picture.notes, *_notes(options.config, done)],
            **done.representation.header.settings,
            "file_sha256": hashlib.sha256(content).hexdigest(),
        }

    def _keeper(self, output: Path, picture: Picture, watcher: Watcher) -> Keeper:
        """Return what keeps the fit while it is unfinished, and knows where to go on."""
        options, budget = self._options, self._options.budget
        goal, timed = replace(budget, deadline=None), budget.deadline is not None
        fit = fingerprint(picture, options.config, goal, timed, options.resources)
        keeper = Keeper(output, fit, watcher.say)
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
        return (1 << 20) + 16 * self._header(picture).parameters

    def _header(self, picture: Picture) -> Header:
        facts, config = picture.facts, self._options.config
        return new_header(picture, grid_for(facts.height, facts.width, config.network), config)


def _notes(config: Config, done: "Fit") -> Iterator[str]:
    header = done.representation.header
    wanted, used = config.fit.batch_points, header.settings["fit"]["batch_points"]
    if used != wanted:
        yield f"memory allowed batches of {used} points only, not {wanted}"
    if done.stopped == "time" and header.epochs == 1:
        yield "the time limit was too short for a second epoch"
