"""Everything that can go wrong for a user, and the exit code it ends with.

    SirenError                 70  a bug: something we did not foresee
      UsageError                2  arguments or settings that make no sense
      PictureError              3  a picture that is missing or cannot be read
      RepresentationError       4  a .siren file that is missing, damaged or foreign
      OutputError               5  a file that could not be written
      ResourceError             6  memory, a device or an extra that is not there
      DivergedError             7  a fit that lost the picture
      BusyError                 8  an output that another run is writing

A message is one line: what, which, why, and what to do. It is raised deep and
printed once, by `cli.run`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

# Longest part of a wrong value that a message shows, in characters.
MAX_SHOWN_CHARACTERS = 60


class SirenError(Exception):
    """Base of the errors that siren explains to its user."""

    exit_code = 70


class UsageError(SirenError):
    """Arguments or settings that make no sense."""

    exit_code = 2


class PictureError(SirenError):
    """A picture that is missing or cannot be read in full."""

    exit_code = 3


class RepresentationError(SirenError):
    """A .siren file that is missing, damaged or not understood."""

    exit_code = 4


class OutputError(SirenError):
    """A file that could not be written."""

    exit_code = 5


class ResourceError(SirenError):
    """Memory, a device asked for by name, or an extra, that is not there."""

    exit_code = 6


class DivergedError(SirenError):
    """A fit whose loss is no longer a finite number."""

    exit_code = 7


class BusyError(SirenError):
    """An output that another run is writing."""

    exit_code = 8


@contextmanager
def prefixed(name: object, kind: type[SirenError] = SirenError) -> Iterator[None]:
    """Put a name, such as a path, and a colon before an error's message that has it not yet.

    Args:
        name: The name.
        kind: The class of the errors that get it; others stay as they are.

    Raises:
        SirenError: The error that the block raised, of the same class.
    """
    try:
        yield
    except kind as error:
        if str(error).startswith(f"{name}: "):
            raise
        raise type(error)(f"{name}: {error}") from error


def shown(value: object) -> str:
    """Return the start of a value that is not trusted, short enough for a message."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # it has more digits or depth than Python allows
        return "a value too large to show"
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}..."


class Terminated(BaseException):
    """SIGTERM has come: unwind as for Ctrl-C, so that nothing is left behind."""


# How the user or the system stops a command.
STOPPED = (KeyboardInterrupt, Terminated)
