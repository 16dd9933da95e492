"""The exit codes of whole runs, and the one line on stderr that explains an error.

The codes of single errors are in `errors`; these are added for whole runs:

      0  done                        9  some of several inputs failed
      1  done, a threshold missed  130  interrupted
    141  the reader has left       143  terminated
"""

import sys

from siren_cli.errors import SirenError
from siren_cli.system.signals import ENDINGS

# Exit code of a run whose result missed a threshold.
MISSED = 1
# Exit code of a run in which some of several inputs failed.
SEVERAL_FAILED = 9
# Exit code of a run whose reader has left.
CLOSED_PIPE = 141


def explain(error: SirenError) -> int:
    """Explain an error in one line on stderr, and return its exit code."""
    _print_traceback(error)
    return _print_reason(str(error), error.exit_code)


def explain_bug(error: Exception) -> int:
    """Explain an error that nobody foresaw, and return the exit code of a bug."""
    _print_traceback(error)
    reason = f"a bug: {type(error).__name__}: {error} (--debug shows where)"
    return _print_reason(reason, SirenError.exit_code)


def explain_signal(number: int) -> int:
    """Name the signal that ended the run on stderr, and return its exit code."""
    return _print_reason(*ENDINGS[number])


def _print_traceback(error: Exception) -> None:
    # The flag is looked up here because errors also arise before flags are parsed.
    if "--debug" in sys.argv:
        from siren_cli.output import terminal

        terminal.print_traceback(error)


def _print_reason(reason: str, code: int) -> int:
    # This import is late because most runs end without an error, and `terminal` loads
    # several modules of the standard library.
    from siren_cli.output import terminal

    terminal.print_message(f"siren: {reason}")
    return code
