"""The checks of pictures and outputs before any of them is fitted."""

import re
from pathlib import Path

from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_reading import masked
from siren_cli.errors import PictureError, UsageError
from siren_cli.output import terminal
from siren_cli.output.json_results import Result, opening
from siren_cli.pictures import formats
from siren_cli.pictures.reading.reader import check_picture
from siren_cli.planning import checkpoint_file
from siren_cli.system import files
from siren_cli.system.destination import Destination

# What the name of a picture that must be downloaded begins with; a path loses a slash.
ADDRESS = re.compile("[a-z]+:/")


def check_image(image: Path, options: FitOptions) -> Result | None:
    """Check, in a moment, that a picture can be fitted and the fit saved.

    Returns:
        A result if there is nothing to do.

    Raises:
        UsageError: The output is a picture's name, or there is nothing to be taught of it.
        OutputError: It cannot be written.
        PictureError: The picture cannot be read, as far as its header shows it.
        ResourceError: An extra that reads it is not installed.
    """
    _check_name(image, options)
    named = options.sources(image)
    destination = options.destination(image)
    if destination.path.suffix.lower() in formats.SUFFIXES:
        raise UsageError(f"{destination.path}: a fit is no picture; name a .siren file")
    destination.check_name()
    if not options.is_folder_missing(image):
        if options.skip_existing and not destination.is_stdout:
            Destination(destination.path, force=True).check(*named)
            if destination.path.is_file():
                skipped = {"skipped": True, "output": str(destination.path)}
                return {**opening("fit", image), **skipped}
        else:
            destination.check(*named)
    if not files.is_stream(image):
        with terminal.silent_stderr():
            check_picture(image, options.max_pixels, options.conversion)
    if options.has_lesson and not any(map(files.is_stream, named)):
        masked(image, options)
    return None


def _check_name(image: Path, options: FitOptions) -> None:
    """Check that a picture is a file, and that the fit gets a name from it or from -o.

    Raises:
        PictureError: It is an address of the web.
        UsageError: It is a stream without a name.
    """
    if ADDRESS.match(str(image)) and not image.exists():
        address = str(image).replace(":/", "://", 1)
        raise PictureError(f"{address}: is an address; download it first, as by curl -LO")
    if files.is_stream(image) and options.output is None:
        raise UsageError(f"{image}: is a stream without a name; name the output by -o")


def check_image_for_work(image: Path, options: FitOptions) -> Result | None:
    """Check as `check_image` does, and that no other run is fitting the same picture.

    The checkpoint that an earlier run may have left beside its finished fit is removed.

    Raises:
        BusyError: Another run is writing the output.
    """
    result, destination = check_image(image, options), options.destination(image)
    if result is not None:
        checkpoint_file.remove_outdated(destination.path)
    elif not options.is_folder_missing(image):
        with destination.locked():
            pass  # it is free; the fit itself takes it again
    return result
