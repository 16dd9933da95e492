"""The whole command line, from its arguments to its exit code.

Whatever a command raises is caught here and nowhere else, and ends as one line on
stderr and one code of `exit_codes`.
"""

import errno
import os
import signal
import sys
from collections.abc import Sequence

import typer

from siren_cli.cli import app
from siren_cli.errors import OutputError, ResourceError, SirenError, Terminated, UsageError
from siren_cli.output.exit_codes import CLOSED_PIPE, explain, explain_bug, explain_signal
from siren_cli.system import signals


def run(arguments: Sequence[str], started: float) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: The words after the program's name.
        started: When the command began, by `time.monotonic`.
    """
    try:
        return _call(arguments, started)
    except KeyboardInterrupt:
        return explain_signal(signal.SIGINT)
    except Terminated:
        return explain_signal(signal.SIGTERM)
    except (BrokenPipeError, SystemExit) as error:
        # Typer turns a broken pipe into a SystemExit; its completion raises others.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # The reader has left, so Python must not flush to it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return CLOSED_PIPE
    except Exception as error:  # a bug, or what nobody foresaw: one line and a code, too
        return _explain_unforeseen(error)


def _call(arguments: Sequence[str], started: float) -> int:
    try:
        _check_names(arguments)
        code: int | None = app(
            arguments or ["--help"], prog_name="siren", standalone_mode=False, obj=started
        )
        sys.stdout.flush()
    except typer.TyperException as error:
        return explain(UsageError(error.format_message()))
    except SirenError as error:
        return explain(error)
    except MemoryError:
        return explain(ResourceError("not enough memory"))
    if code == signals.INTERRUPTED_CODE:  # Typer catches Ctrl-C and returns this code instead.
        raise KeyboardInterrupt
    return code or 0


def _check_names(arguments: Sequence[str]) -> None:
    # Path("") is the current folder, which nobody means by an empty argument.
    if "" in arguments:
        raise UsageError('an argument is empty: "" names no file (a variable without a value?)')


def _explain_unforeseen(error: Exception) -> int:
    # A library may have turned a signal's exception into one of its own.
    if (number := signals.received()) is not None:
        return explain_signal(number)
    if isinstance(error, FileNotFoundError) and _is_folder_gone():
        return explain(UsageError("the current folder was removed; go to another one"))
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return explain(OutputError("standard output: no space left"))
    return explain_bug(error)


def _is_folder_gone() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False
