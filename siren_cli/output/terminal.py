"""The two streams that a person sees: results on stdout, messages and a bar on stderr.

Nothing but results goes to stdout. Our own messages are written where signals write their
last line, a copy of stderr, so that they appear while TensorFlow's output is held back.
"""

import io
import json
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NamedTuple

from siren_cli.errors import OutputError, SirenError
from siren_cli.output.options import OutputOptions
from siren_cli.system import signals

# Least time between two lines of progress where stderr is no terminal, in seconds.
LINE_SECONDS = 10.0
# Least width of a name beside the bar, in characters.
LEAST_NAME_WIDTH = 10


class _MessageFile(io.RawIOBase):
    """A file that ignores its errors, such as a full disk or a reader that has left."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return signals.handler.descriptor

    def isatty(self) -> bool:
        return os.isatty(self.fileno())

    def write(self, content: Any) -> int:
        with suppress(OSError):
            os.write(self.fileno(), content)
        return memoryview(content).nbytes


_stderr = io.TextIOWrapper(
    io.BufferedWriter(_MessageFile()), errors="backslashreplace", line_buffering=True
)


@contextmanager
def held_stderr(*, show: bool) -> Iterator[None]:
    """Hold back what libraries write to stderr while they are being loaded.

    It is written after all if `show` is set or an error is raised that is not ours. A
    signal ends the process at once, because an exception would disturb the loading.
    """
    # TensorFlow's logger writes later, too, while fits are running.
    logging.getLogger("tensorflow").setLevel(logging.INFO if show else logging.ERROR)
    with _new_holding_file() as held:
        try:
            with _stderr_into(held), signals.loading():
                yield
        except SirenError:
            raise  # Our own message explains it.
        except Exception:
            show = True  # This is a bug, and whatever a library wrote may help to find it.
            raise
        finally:
            if show:
                held.seek(0)
                with suppress(OSError):
                    os.write(2, held.read())


def _new_holding_file() -> BinaryIO:
    try:
        return tempfile.TemporaryFile()
    except OSError:  # Every disk is full, so what libraries write is lost.
        return open(os.devnull, "w+b")


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Discard what is written to stderr, by picture decoders above all.

    libtiff, for one, writes there by itself what is raised as an error, too.
    """
    with open(os.devnull, "wb") as null, _stderr_into(null):
        yield


@contextmanager
def _stderr_into(file: BinaryIO) -> Iterator[None]:
    """Redirect stderr to a file, also for libraries that write to descriptor 2 themselves."""
    original = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)


def print_message(line: str) -> None:
    """Print one line for a person to stderr; control characters are escaped."""
    print(printable(line), file=_stderr)


def print_notes(name: str, result: Mapping[str, Any]) -> None:
    """Print the notes of a result to stderr, each on a line that begins with a name."""
    for note in result.get("notes", ()):
        print_message(f"{name}: {note}")


def print_traceback(error: Exception) -> None:
    """Print the traceback of an error to stderr."""
    traceback.print_exception(error, file=_stderr)


def printable(text: str) -> str:
    """Return text in which the characters that would move a cursor are escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def print_result(line: str) -> None:
    """Print one line of a result to stdout, byte for byte, whatever the locale.

    A terminal would obey control characters, so there they are escaped.

    Raises:
        OutputError: The disk behind stdout is full.
    """
    try:
        sys.stdout.flush()
        line = printable(line) if sys.stdout.isatty() else line
        sys.stdout.buffer.write(os.fsencode(line) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: not written: {error.strerror}") from error


def print_json(result: Mapping[str, Any]) -> None:
    """Print one result to stdout as a line of JSON."""
    print_result(json.dumps(result, allow_nan=False))


class ProgressDisplay(NamedTuple):
    """Two functions that show a person how far long work is.

    Attributes:
        update: Shows the share of the work that is done, in [0, 1], and a text about it.
        note: Shows a sentence that stays on the screen.
    """

    update: Callable[[float, str], None]
    note: Callable[[str], None]


@contextmanager
def progress_display(
    name: str, first_text: str, options: OutputOptions
) -> Iterator[ProgressDisplay]:
    """Show the progress of work: by a bar on a terminal, else by a line now and then.

    Args:
        name: Name of the file that is worked on.
        first_text: Text that a bar shows before the first update.
        options: Whether progress is shown, and whether in colors.
    """
    if options.quiet:
        yield ProgressDisplay(lambda share, text: None, lambda line: None)
    elif _stderr.isatty() and os.environ.get("TERM") != "dumb":
        with signals.unwinding(), _bar(name, first_text, color=options.color) as display:
            yield display
    else:
        yield ProgressDisplay(_line_printer(name), print_message)


def _line_printer(name: str) -> Callable[[float, str], None]:
    last = time.monotonic()

    def update(_: float, text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            print_message(f"{name}: {text}")

    return update


@contextmanager
def _bar(name: str, first_text: str, *, color: bool) -> Iterator[ProgressDisplay]:
    # Rich is loaded late: scripts never show a bar, and should not wait for it.
    from rich.console import Console, ConsoleDimensions
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.table import Column

    class NarrowConsole(Console):
        """A console that leaves room at the right edge for the ^C of a terminal.

        Rich clears a bar by its lines. If the ^C wrapped the bar's line, one would stay.
        """

        # Console lets callers set its size; nobody does that here.
        @property  # type: ignore[misc]
        def size(self) -> ConsoleDimensions:
            width, height = super().size
            return ConsoleDimensions(max(1, width - len(" ^C")), height)

    no_color = not color or bool(os.environ.get("NO_COLOR"))
    console = NarrowConsole(file=_stderr, no_color=no_color)
    name_width = max(LEAST_NAME_WIDTH, console.width // 3)
    columns = (
        TextColumn(
            "{task.description}", table_column=Column(no_wrap=True, max_width=name_width)
        ),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[facts]}"),
    )
    with RichProgress(*columns, console=console, transient=True, expand=True) as progress:
        task = progress.add_task(escape(printable(name)), total=None, facts=first_text)

        def update(share: float, text: str) -> None:
            progress.update(task, total=1.0, completed=share, facts=text)

        def note(line: str) -> None:
            console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

        yield ProgressDisplay(update, note)
