"""What `siren fit` does, without the command line.

All pictures are checked before the first is fitted, and TensorFlow is started
once for all of them.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from siren_cli import files, representation
from siren_cli.config import MAX_PIXELS, Config
from siren_cli.coordinates import make_grid
from siren_cli.errors import DivergedError, PictureError, UsageError
from siren_cli.estimate import fit_seconds, memory_bytes
from siren_cli.header import new_header
from siren_cli.pictures import formats
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.reader import check_picture, read_picture
from siren_cli.resources import Resources
from siren_cli.results import Result, check_output, head, quality, smallness
from siren_cli.schedule import Budget

if TYPE_CHECKING:
    from siren_cli.fitting import Fitter
    from siren_cli.progress import Progress


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
            return files.STDOUT
        output = files.beside(image, ".siren")
        return output if self.out_dir is None else self.out_dir / output.name


def check_apart(images: Iterable[Path], options: FitOptions) -> None:
    """Check that no two pictures would be fitted to the same file.

    Raises:
        UsageError: Two would.
    """
    sources: dict[Path, Path] = {}
    for image in images:
        if not image.name:
            continue  # a folder, which `check` refuses
        output = options.output_for(image)
        key = output.parent.resolve() / output.name
        other = sources.setdefault(key, image)
        if other is not image:
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
    if options.skip_existing and output.is_file():
        return {
            "schema": 1,
            "type": "fit",
            "ok": True,
            "skipped": True,
            "input": str(image),
            "output": str(output),
        }
    check_output(image, output, force=options.force)
    if image != files.STDIN:
        check_picture(image, options.max_pixels)
    return None


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
        quiet_start: Is entered while TensorFlow starts, which is noisy.
    """

    def __init__(self, options: FitOptions, quiet_start: AbstractContextManager[None]) -> None:
        self._options, self._quiet_start = options, quiet_start
        self._fitter: Fitter | None = None

    def fit(self, image: Path, budget: Budget, report: Callable[["Progress"], None]) -> Result:
        """Fit a picture and save it.

        Args:
            image: The picture.
            budget: Its share of the command's.
            report: Is told about the progress.
        """
        with files.locked(self._options.output_for(image)):
            return self._fit(image, budget, report)

    def _fit(self, image: Path, budget: Budget, report: Callable[["Progress"], None]) -> Result:
        start = time.perf_counter()
        options, output = self._options, self._options.output_for(image)
        picture = read_picture(image, options.conversion, options.max_pixels)
        try:
            done = self._started().fit(picture, report, budget)
        except DivergedError as error:
            raise DivergedError(f"{image}: {error}") from error
        content = representation.save(output, done.representation, force=options.force)
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
            "seed": options.config.fit.seed,
            "devices": done.devices,
            "replicas": len(done.devices),
            "notes": picture.notes,
            **done.representation.header.settings,
            "file_sha256": hashlib.sha256(content).hexdigest(),
        }

    def _started(self) -> "Fitter":
        if self._fitter is None:
            with self._quiet_start:
                from siren_cli.fitting import Fitter

                self._fitter = Fitter(self._options.config, self._options.resources)
        return self._fitter
