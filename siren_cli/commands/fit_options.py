"""What `siren fit` was told, and what can be found out before any work."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siren_cli.config import Config, Resources
from siren_cli.errors import PictureError, UsageError
from siren_cli.output import terminal
from siren_cli.output.json_results import Result, check_output, opening
from siren_cli.pictures import formats
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.pictures.reader import check_picture
from siren_cli.planning import checkpoint_file
from siren_cli.planning.schedule import Budget
from siren_cli.system import files, locks


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
    files.check_name(output)
    if options.out_dir is None or options.out_dir.exists():  # otherwise it is made
        skipping = options.skip_existing and output != files.STDOUT
        check_output(image, output, force=options.force or skipping)
        if skipping and output.is_file():
            return {**opening("fit", image), "skipped": True, "output": str(output)}
    if not files.is_stream(image):
        with terminal.silent_stderr():
            check_picture(image, options.max_pixels)
    return None


def check_for_work(image: Path, options: FitOptions) -> Result | None:
    """Do as `check`, and find out, too, whether another run is on it.

    Of a fit that is there already, what its run may have left is removed.

    Raises:
        BusyError: Another run is writing the output.
    """
    result, output = check(image, options), options.output_for(image)
    if result is not None:
        checkpoint_file.remove_used_up(output)
    elif options.out_dir is None or options.out_dir.exists():
        with locks.locked(output):
            pass  # it is free; the fit itself takes it again
    return result
