"""What a person sees: the bar, the lines on stderr, the results on stdout.

Results go to stdout and nothing else does. Lines of ours are written to a copy
of stderr, so that they appear while TensorFlow's own chatter is held back.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from siren_cli.errors import OutputError, SirenError

if TYPE_CHECKING:
    from siren_cli.progress import Progress, Watcher

LINE_SECONDS = 10.0

_stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")


@contextmanager
def held_stderr(*, show: bool) -> Iterator[None]:
    """Hold back what libraries write to stderr; let it out on a bug or `show`."""
    original = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
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
                os.write(2, held.read())


def say(line: str) -> None:
    """Write one line for a person, to stderr; control characters are escaped."""
    print(printable(line), file=_stderr)


def printable(text: str) -> str:
    """Return text in which what would move the cursor is escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def put(line: str) -> None:
    """Write one result to stdout, exactly, whatever the locale.

    Raises:
        OutputError: The disk behind it is full.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(line) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: not written: {error.strerror}") from error


def put_json(result: Mapping[str, Any]) -> None:
    """Write one result to stdout as a line of JSON."""
    put(json.dumps(result, allow_nan=False))


class Look(NamedTuple):
    """How progress is shown.

    Attributes:
        quiet: Not at all.
        color: In colors.
    """

    quiet: bool = False
    color: bool = True


@contextmanager
def watching(name: str, first: str, look: Look) -> Iterator["Watcher"]:
    """Show a fit's progress: a bar on a terminal, else a line now and then.

    Args:
        name: Of the picture.
        first: What is done before there is any progress.
        look: How it is shown.
    """
    from siren_cli.progress import Watcher

    if look.quiet:
        yield Watcher(lambda progress: None, lambda line: None)
    elif _stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bar(name, first, color=look.color) as watcher:
            yield watcher
    else:
        yield Watcher(_lines(name), say)


def fit_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a fit."""
    if result.get("skipped"):
        return f"{result['input']}: skipped, {result['output']} is there"
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"{size(result['bytes'])} ({result['bpp']:.2f} bpp)  {psnr_text(result['psnr_db'])}"
        f"{_missed_text(result)}  {_epochs_text(result['epochs'])}  "
        f"{result['fit_seconds']:.1f} s"
    )


def _epochs_text(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _missed_text(result: Mapping[str, Any]) -> str:
    return f", not {result['target_psnr_db']:g} dB" if result["missed"] else ""


def batch_line(results: Sequence[Mapping[str, Any]], failed: int, seconds: float) -> str:
    """Return the one line that sums up the fits of several pictures."""
    skipped = sum("skipped" in result for result in results)
    counts = {"fitted": len(results) - skipped, "skipped": skipped, "failed": failed}
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{len(results) + failed} pictures in {_duration(seconds)}: {said or 'none'}"


def say_notes(name: str, result: Mapping[str, Any]) -> None:
    """Say what a person should know of a result, a line each."""
    for note in result.get("notes", ()):
        say(f"{name}: {note}")


def render_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a render."""
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"{size(result['bytes'])}  {result['seconds']:.2f} s"
    )


def plan_line(plan: Mapping[str, Any]) -> str:
    """Return the one line that says what a fit would do."""
    return (
        f"{plan['input']} -> {plan['output']}  {plan['width']}x{plan['height']}  "
        f"{plan['rows']}x{plan['columns']} cells, {plan['parameters']} parameters  "
        f"about {size(plan['bytes'])} ({plan['bpp']:.2f} bpp)  {_expected_text(plan)}"
        f"{size(plan['memory_bytes'])} of memory"
    )


def _expected_text(plan: Mapping[str, Any]) -> str:
    # With a budget of time or quality, that is what it will take.
    if plan["fit_seconds"] is None:
        return ""
    return f"{_epochs_text(plan['epochs'])} in {_duration(plan['fit_seconds'])}, "


def info_lines(info: Mapping[str, Any]) -> list[str]:
    """Return what is in a .siren file, a fact a line."""
    layers = " -> ".join(str(width) for width in info["layers"])
    made_by = json.dumps(info["settings"], sort_keys=True)
    facts = {
        "picture": f"{info['width']}x{info['height']} {info['color']}, {info['bit_depth']} bit"
        + (f", color profile of {size(info['icc_bytes'])}" if info["icc_bytes"] else ""),
        "quality": psnr_text(info["psnr_db"]),
        "size": f"{size(info['bytes'])} ({info['bpp']:.2f} bits per pixel), {info['dtype']}",
        "mosaic": f"{info['rows']} rows x {info['columns']} columns of cells",
        "network": f"{layers}, sine, {info['parameters']} parameters in all",
        "fit": f"{info['epochs']} epochs by siren {info['tool']}",
        "settings": made_by,
    }
    return [f"{info['input']}", *(f"  {name:<9} {fact}" for name, fact in facts.items())]


def doctor_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what an installation can do, a fact a line."""
    memory = found["memory_bytes"]
    machine = f"{found['system']}, {found['cores']} cores"
    extras = [f"{name} {'yes' if there else 'no'}" for name, there in found["extras"].items()]
    packages = [f"{name} {version}" for name, version in found["packages"].items()]
    variables = [f"{name}={value}" for name, value in found["environment"].items()]
    facts = {
        "siren": f"{found['siren']}, Python {found['python']}",
        "machine": machine + (f", {size(memory)} of memory" if memory else ""),
        "packages": ", ".join(packages),
        "products": found["blas"],
        "reads": ", ".join(found["reads"]),
        "extras": ", ".join(extras),
        "presets": f"{', '.join(found['presets'])}, from {found['presets_from']}",
        "variables": ", ".join(variables) or "none",
        "devices": "not asked for" if found["devices"] is None else ", ".join(found["devices"]),
    }
    return [f"{name:<10} {fact}" for name, fact in facts.items()]


def compare_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table of a comparison: aligned columns, file names last."""
    cells = [("bytes", "bpp", "PSNR", "file")]
    cells += [
        (str(row["bytes"]), f"{row['bpp']:.2f}", psnr_text(row["psnr_db"]), row["input"])
        for row in rows
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row[:3], widths, strict=True))
        + f"  {row[3]}"
        for row in cells
    ]


def size(count: int) -> str:
    """Return a number of bytes as people read it, in decimal units."""
    if count < 1000:  # noqa: PLR2004 - B below kB
        return f"{count} B"
    if count < 1e9:  # noqa: PLR2004
        return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004
    return f"{count / 1e9:.1f} GB"


def psnr_text(psnr: float | None) -> str:
    """Return a PSNR as people read it."""
    return "identical" if psnr is None else f"{psnr:.2f} dB"


def _progress_text(progress: "Progress") -> str:
    text = f"epoch {progress.epoch:.0f}/{progress.epochs}  ~{progress.psnr:.1f} dB"
    if progress.seconds_left is None:
        return text
    # The least wanted is last: a narrow terminal cuts it off.
    speed = f"{progress.pixels_per_second / 1e6:.2f} Mpx/s"
    return f"{text}  {_duration(progress.seconds_left)} left  {speed}"


def _duration(seconds: float) -> str:
    if seconds < 100.0:  # noqa: PLR2004 - two digits are enough
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000.0 else f"{seconds / 3600:.0f} h"  # noqa: PLR2004


def _lines(name: str) -> Callable[["Progress"], None]:
    last = time.monotonic()

    def report(progress: "Progress") -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            say(f"{name}: {_progress_text(progress)}")

    return report


@contextmanager
def _bar(name: str, first: str, *, color: bool) -> Iterator["Watcher"]:
    # Only now: a person waits for TensorFlow anyway, a script does not.
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.table import Column

    from siren_cli.progress import Watcher

    console = Console(file=_stderr, no_color=not color or bool(os.environ.get("NO_COLOR")))
    # A long name leaves room for the facts.
    short = Column(no_wrap=True, max_width=max(10, console.width // 3))
    columns = (
        TextColumn("{task.description}", table_column=short),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[facts]}"),
    )
    with RichProgress(*columns, console=console, transient=True, expand=True) as bars:
        bar = bars.add_task(escape(printable(name)), total=None, facts=first)

        def report(progress: "Progress") -> None:
            facts = _progress_text(progress)
            bars.update(bar, total=progress.epochs, completed=progress.epoch, facts=facts)

        def say_above(line: str) -> None:
            console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

        yield Watcher(report, say_above)
