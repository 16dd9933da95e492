"""What a person sees: the bar, the lines on stderr, the results on stdout.

Results go to stdout and nothing else does. Lines of ours are written to a copy
of stderr, so that they appear while TensorFlow's own chatter is held back.
"""

import io
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NamedTuple

from siren_cli.errors import OutputError, SirenError
from siren_cli.system import signals

LINE_SECONDS = 10.0
# Of a dressed table: what its last column needs, and what stands between two.
LAST_COLUMN, BETWEEN = 24, 3


class _Unfailing(io.FileIO):
    """A file whose errors end nothing: a full disk, a reader that has left."""

    def write(self, content: Any) -> int:
        with suppress(OSError):
            super().write(content)
        return memoryview(content).nbytes


_stderr = io.TextIOWrapper(
    io.BufferedWriter(_Unfailing(os.dup(2), "w", closefd=False)),
    errors="backslashreplace",
    line_buffering=True,
)


@contextmanager
def held_stderr(*, show: bool) -> Iterator[None]:
    """Hold back what libraries write to stderr; let it out on a bug or `show`.

    They are loading, and a signal must not disturb that: it ends the process.
    """
    original = os.dup(2)
    with _place_to_hold() as held:
        os.dup2(held.fileno(), 2)
        try:
            with signals.loading():
                yield
        except SirenError:
            raise  # our own line says it
        except Exception:
            show = True  # a bug: every word may help
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
            if show:
                held.seek(0)
                with suppress(OSError):
                    os.write(2, held.read())


def _place_to_hold() -> BinaryIO:
    try:
        return tempfile.TemporaryFile()
    except OSError:  # every disk is full: nothing to hold them, nothing to show
        return open(os.devnull, "w+b")


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Discard what is written to stderr, by picture decoders above all.

    libtiff, for one, writes there by itself what is raised as an error, too.
    """
    original = os.dup(2)
    try:
        with open(os.devnull, "wb") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)


def say(line: str) -> None:
    """Write one line for a person, to stderr; control characters are escaped."""
    print(printable(line), file=_stderr)


def trace(error: Exception) -> None:
    """Write the traceback of an error to stderr."""
    traceback.print_exception(error, file=_stderr)


def printable(text: str) -> str:
    """Return text in which what would move the cursor is escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def put(line: str) -> None:
    """Write one result to stdout, exactly, whatever the locale.

    On a terminal, which would obey them, control characters are escaped.

    Raises:
        OutputError: The disk behind it is full.
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


def put_table(table: Sequence[Sequence[str]], look: "Look", least: Sequence[str] = ()) -> None:
    """Write a table to stdout: dressed on a terminal, else as plain, aligned lines.

    Args:
        table: Heads, then rows.
        look: In colors or not.
        least: Heads of columns that a narrow terminal leaves out, the least wanted first.
    """
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _put_dressed([[printable(cell) for cell in cells] for cells in table], look, least)
        return
    widths = _widths(table)[:-1]
    for *cells, last in table:
        numbers = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        put("  ".join([*numbers, last]))


def _widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, cells)) for cells in zip(*table, strict=True)]


def _put_dressed(table: list[list[str]], look: "Look", least: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(no_color=not look.color or bool(os.environ.get("NO_COLOR")))
    for head in least:
        if sum(_widths(table)[:-1]) + LAST_COLUMN + BETWEEN * len(table[0]) <= console.width:
            break
        if head in table[0]:
            at = table[0].index(head)
            table = [[*cells[:at], *cells[at + 1 :]] for cells in table]
    heads, *rows = table
    dressed = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads[:-1]:
        dressed.add_column(head, justify="right", no_wrap=True)
    dressed.add_column(heads[-1], overflow="fold")
    for cells in rows:
        dressed.add_row(*map(escape, cells))
    console.print(dressed)


def put_json(result: Mapping[str, Any]) -> None:
    """Write one result to stdout as a line of JSON."""
    put(json.dumps(result, allow_nan=False))


class Look(NamedTuple):
    """How much of a fit is shown.

    Attributes:
        quiet: Not at all.
        color: In colors.
        verbose: With TensorFlow's own lines.
    """

    quiet: bool = False
    color: bool = True
    verbose: bool = False


class Watcher(NamedTuple):
    """Who is told about work that takes long.

    Attributes:
        show: Is told which share of it is done, and that in words.
        say: Is told what a person should know, a sentence at a time.
    """

    show: Callable[[float, str], None]
    say: Callable[[str], None]


@contextmanager
def watching(name: str, first: str, look: Look) -> Iterator[Watcher]:
    """Show the progress of work: a bar on a terminal, else a line now and then.

    Args:
        name: Of the picture.
        first: What is done before there is any progress.
        look: How it is shown.
    """
    if look.quiet:
        yield Watcher(lambda share, text: None, lambda line: None)
    elif _stderr.isatty() and os.environ.get("TERM") != "dumb":
        with signals.unwinding(), _bar(name, first, color=look.color) as watcher:
            yield watcher
    else:
        yield Watcher(_lines(name), say)


def say_notes(name: str, result: Mapping[str, Any]) -> None:
    """Say what a person should know of a result, a line each."""
    for note in result.get("notes", ()):
        say(f"{name}: {note}")


def _lines(name: str) -> Callable[[float, str], None]:
    last = time.monotonic()

    def show(_: float, text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            say(f"{name}: {text}")

    return show


@contextmanager
def _bar(name: str, first: str, *, color: bool) -> Iterator[Watcher]:
    # Only now: a person waits for TensorFlow anyway, a script does not.
    from rich.console import Console, ConsoleDimensions
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.table import Column

    class Narrower(Console):
        """Leaves room for the ^C that the terminal shows, or the bar would not go away."""

        # Nobody sets it.
        @property  # type: ignore[misc]
        def size(self) -> ConsoleDimensions:
            width, height = super().size
            return ConsoleDimensions(max(1, width - len(" ^C")), height)

    console = Narrower(file=_stderr, no_color=not color or bool(os.environ.get("NO_COLOR")))
    # A long name leaves room for the facts.
    short = Column(no_wrap=True, max_width=max(10, console.width // 3))
    columns = (
        TextColumn("{task.description}", table_column=short),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[facts]}"),
    )
    with RichProgress(*columns, console=console, transient=True, expand=True) as bars:
        bar = bars.add_task(escape(printable(name)), total=None, facts=first)

        def show(share: float, text: str) -> None:
            bars.update(bar, total=1.0, completed=share, facts=text)

        def say_above(line: str) -> None:
            console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

        yield Watcher(show, say_above)
