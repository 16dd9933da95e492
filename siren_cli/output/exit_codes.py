"""How the command line ends: one line for an error, one code for a run.

The codes of single errors are in `errors`; these are added for whole runs:

      0  done                        9  some of several inputs failed
      1  done, a threshold missed  130  interrupted
    141  the reader has left       143  terminated
"""

import errno
import os
import sys
from collections.abc import Sequence

import typer

from siren_cli.errors import (
    OutputError,
    ResourceError,
    SirenError,
    Terminated,
    UsageError,
)
from siren_cli.system import signals
from siren_cli.system.signals import INTERRUPTED_CODE, TERMINATED_CODE

MISSED = 1
SEVERAL_FAILED = 9
CLOSED_PIPE = 141


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        return _run(app, arguments)
    except KeyboardInterrupt:
        return _stopped("interrupted", INTERRUPTED_CODE)
    except Terminated:
        return _stopped("terminated", TERMINATED_CODE)
    except (BrokenPipeError, SystemExit) as error:
        # Typer makes a SystemExit of a broken pipe; others are its completion's.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # The reader has left; there is nobody to flush to either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return CLOSED_PIPE
    except Exception as error:
        return _unforeseen(error)


def _unforeseen(error: Exception) -> int:
    if (number := signals.received()) is not None:  # a library has made this of it
        return _stopped(*signals.ENDINGS[number])
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return explain(OutputError("standard output: no space left"))
    _trace(error)
    return _stopped(
        f"a bug: {type(error).__name__}: {error} (--debug shows where)",
        SirenError.exit_code,
    )


def _run(app: typer.Typer, arguments: Sequence[str]) -> int:
    try:
        _check_names(arguments)
        code: int | None = app(
            arguments or ["--help"], prog_name="siren", standalone_mode=False
        )
        sys.stdout.flush()
    except typer.TyperException as error:
        return explain(UsageError(error.format_message()))
    except SirenError as error:
        return explain(error)
    except MemoryError:
        return explain(ResourceError("not enough memory"))
    if code == INTERRUPTED_CODE:  # what Typer makes of Ctrl-C
        raise KeyboardInterrupt
    return code or 0


def _check_names(arguments: Sequence[str]) -> None:
    # Python would take it for the current folder.
    if "" in arguments:
        raise UsageError('an argument is empty: "" names no file (a variable without a value?)')


def explain(error: SirenError) -> int:
    """Say on stderr what went wrong, in one line; return the exit code."""
    _trace(error)
    return _stopped(str(error), error.exit_code)


def _trace(error: Exception) -> None:
    # The flag is read here because errors also arise before flags are parsed.
    if "--debug" in sys.argv:
        from siren_cli.output import terminal

        terminal.trace(error)


def _stopped(reason: str, code: int) -> int:
    from siren_cli.output import terminal

    terminal.say(f"siren: {reason}")
    return code
