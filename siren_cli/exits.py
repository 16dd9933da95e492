"""How the command line ends: one line for an error, one code for a run.

The codes of single errors are in `errors`; these are added for whole runs:

      0  done                        9  some of several inputs failed
      1  done, a threshold missed  130  interrupted
    141  the reader has left       143  terminated
"""

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer

from siren_cli.errors import OutputError, ResourceError, SirenError, UsageError

MISSED = 1
SEVERAL_FAILED = 9
INTERRUPTED = 130
CLOSED_PIPE = 141
TERMINATED = 143


class Terminated(BaseException):
    """SIGTERM has come: unwind as for Ctrl-C, so that nothing is left behind."""


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _run(app, arguments)
    except KeyboardInterrupt:
        return _stopped("interrupted", INTERRUPTED)
    except Terminated:
        return _stopped("terminated", TERMINATED)
    except (BrokenPipeError, SystemExit) as error:
        # Typer makes a SystemExit of a broken pipe; others are its completion's.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # The reader has left; there is nobody to flush to either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return CLOSED_PIPE
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return explain(OutputError("standard output: no space left"))
        _trace(error)
        return _stopped(
            f"a bug: {type(error).__name__}: {error} (--debug shows where)",
            SirenError.exit_code,
        )


def _run(app: typer.Typer, arguments: Sequence[str]) -> int:
    try:
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
    if code == INTERRUPTED:  # what Typer makes of Ctrl-C
        raise KeyboardInterrupt
    return code or 0


def each(
    kind: str,
    paths: Sequence[Path],
    work: Callable[[Path], dict[str, Any]],
    show: Callable[[dict[str, Any]], Any],
    *,
    as_json: bool,
) -> None:
    """Do the work for every input, whatever happens to the others.

    Args:
        kind: What the work is called in JSON.
        paths: The inputs.
        work: Returns an input's result, as JSON has it. One that is "missed" has
            all its output, but not the quality that was asked for.
        show: Shows a result to a person.
        as_json: Print results, and errors too, as JSON instead.

    Raises:
        Exit: Some failed; with the error's code, or 9 if there were several
            inputs. Or one has missed its threshold, with 1.
    """
    from siren_cli import terminal

    put = terminal.put_json if as_json else show
    codes, missed = [], False
    for path in paths:
        try:
            result = work(path)
            put(result)
            missed = missed or result.get("missed", False)
        except SirenError as error:
            if as_json:
                terminal.put_json(_failure(kind, path, error))
            codes.append(explain(error))
    if codes:
        raise typer.Exit(codes[0] if len(paths) == 1 else SEVERAL_FAILED)
    if missed:
        raise typer.Exit(MISSED)


def explain(error: SirenError) -> int:
    """Say on stderr what went wrong, in one line; return the exit code."""
    _trace(error)
    return _stopped(str(error), error.exit_code)


def _failure(kind: str, path: Path, error: SirenError) -> dict[str, Any]:
    name = type(error).__name__.removesuffix("Error").lower()
    explained = {"code": error.exit_code, "kind": name, "message": str(error)}
    return {"schema": 1, "type": kind, "ok": False, "input": str(path), "error": explained}


def _trace(error: Exception) -> None:
    # The flag is read here because errors also arise before flags are parsed.
    if "--debug" in sys.argv:
        traceback.print_exception(error)


def _terminate(number: int, frame: object) -> None:
    raise Terminated


def _stopped(reason: str, code: int) -> int:
    from siren_cli import terminal

    terminal.say(f"siren: {reason}")
    return code
