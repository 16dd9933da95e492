"""What `siren render` does, without the command line."""

import io
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import ResourceError, UsageError
from siren_cli.output import terminal
from siren_cli.output.json_results import Result, check_output, check_room, head
from siren_cli.output.options import OutputOptions
from siren_cli.output.text import drawing_text, duration, size
from siren_cli.pictures import npy
from siren_cli.pictures.formats import STREAMED, Format
from siren_cli.pictures.picture import PictureFacts, Pixels, Source
from siren_cli.pictures.writer import check_format, depth_for, losses, write_picture
from siren_cli.rendering.drawing import IMAGE, LAPLACE, Drawing, View
from siren_cli.rendering.geometry import size_of
from siren_cli.representation import siren_file
from siren_cli.system import files, locks
from siren_cli.system.machine import available_bytes, cpu_cores

# More samples are not drawn without being asked to.
GIGAPIXEL = 10**9
# From here on it takes long enough to be estimated, and to be watched.
LARGE = 1 << 24
# An estimate draws so many parts of such a size.
TRIALS, TRIAL_ROWS, TRIAL_COLUMNS = 4, 32, 1024
# What Pillow holds of a pixel besides its values, and what its encoders need.
PILLOW_BYTES = 8

# Writes a source to a file.
Write = Callable[[BinaryIO, Source], None]


def render(file: Path, options: RenderOptions, output_options: OutputOptions) -> Result:
    """Draw a .siren file and save the picture."""
    start = time.perf_counter()
    own = siren_file.load_header(file).facts
    view = options.view_of(size_of(own))
    output = options.output_for(file, view)
    check_output(file, output, force=options.force)
    form, facts = options.format_for(output), view.facts(own)
    check_format(output, form, facts)
    depth = depth_for(output, form, facts, options.depth)
    _check_memory(output, form, facts)
    as_values = form.floats and (options.raw or view.what != IMAGE)
    write: Write = (
        _write_values if as_values else partial(write_picture, form=form, depth=depth)
    )
    with locks.locked(output), siren_file.loaded(file) as function:
        drawing = Drawing(function, view)
        if view.work > LARGE:
            single = Drawing(function, replace(view, supersample=1), drawing.scale)
            source = _source(single, as_values=as_values)
            _check_large(output, view, source, write, yes_huge=options.yes_huge)
        source = _source(drawing, as_values=as_values)
        with _watched(output, view, source, output_options) as watched:
            count = _saved(output, lambda out: write(out, watched), force=options.force)
    return {
        **head("render", file, facts),
        "output": str(output),
        "bit_depth": depth,
        "region": [view.region.x, view.region.y, view.region.width, view.region.height],
        "what": view.what,
        "scale": drawing.scale,
        "supersample": max(view.samples),
        "bytes": count,
        "seconds": round(time.perf_counter() - start, 3),
        "notes": _notes(drawing, form, depth),
    }


def _source(drawing: Drawing, *, as_values: bool) -> Source:
    source = drawing.source()
    return source._replace(block=drawing.values) if as_values else source


def _write_values(file: BinaryIO, source: Source) -> None:
    npy.write(file, source.facts.height, source.facts.width, source.block)


def _saved(output: Path, write: Callable[[BinaryIO], None], *, force: bool) -> int | None:
    """Write the output; return its bytes, or None if it is a stream."""
    with files.writing(output, force=force) as file:
        write(file)
        return file.seek(0, io.SEEK_END) if file.seekable() else None


def _notes(drawing: Drawing, form: Format, depth: int) -> list[str]:
    notes = list(losses(drawing.source(), form, depth))
    if drawing.scale is not None and not form.floats:
        unit = "square pixel" if drawing.view.what == LAPLACE else "pixel"
        notes.append(f"the brightest is a change of {drawing.scale:.3g} a {unit}")
    return notes


def _check_memory(output: Path, form: Format, facts: PictureFacts) -> None:
    """Check that what Pillow encodes, and so must be held as a whole, can be held."""
    left = available_bytes()
    needed = facts.width * facts.height * (facts.channels + PILLOW_BYTES)
    if form.name not in STREAMED and left is not None and needed > left:
        raise ResourceError(
            f"{output}: about {size(needed)} of memory are needed, and {size(left)} are left "
            "(a .png or .tif is written part by part)"
        )


def _check_large(
    output: Path, view: View, source: Source, write: Write, *, yes_huge: bool
) -> None:
    """Check that there is room for a large drawing, and the will to wait for a huge one.

    Args:
        output: Where it goes.
        view: What is drawn.
        source: The same with one sample a pixel, to be tried.
        write: Writes it.
        yes_huge: It may be huge.

    Raises:
        UsageError: It is huge, and was not allowed to be.
        OutputError: The disk is too small.
    """
    seconds, count = _estimate(source, write)
    seconds *= view.work / view.size.pixels
    if view.work > GIGAPIXEL and not yes_huge:
        samples = f"has {math.prod(view.samples)} samples a pixel"
        what = "is over a gigapixel" if view.size.pixels > GIGAPIXEL else samples
        raise UsageError(
            f"{output}: {view.size} {what}, takes about {duration(seconds)} and {size(count)} "
            "(--yes-huge draws it)"
        )
    check_room(output, count)


def _estimate(source: Source, write: Write) -> tuple[float, int]:
    """Return about the seconds and bytes of a drawing, from some parts of it."""
    facts = source.facts
    height, width = min(TRIAL_ROWS, facts.height), min(TRIAL_COLUMNS, facts.width)
    pixels, count, start = 0, 0, time.perf_counter()
    for trial in range(TRIALS):
        share = (trial + 0.5) / TRIALS
        top, left = int(share * (facts.height - height)), int(share * (facts.width - width))
        part = source.block(slice(top, top + height), slice(left, left + width))
        drawn = Source(replace(facts, height=height, width=width), None, _part(part))
        content = io.BytesIO()
        write(content, drawn)
        pixels, count = pixels + height * width, count + len(content.getvalue())
    whole = facts.width * facts.height / pixels
    seconds = (time.perf_counter() - start) / cpu_cores()
    return seconds * whole, int(count * whole)


def _part(pixels: Pixels) -> Callable[[slice, slice], Pixels]:
    return lambda rows, columns: pixels[rows, columns]


@contextmanager
def _watched(
    output: Path, view: View, source: Source, output_options: OutputOptions
) -> Iterator[Source]:
    """Show how far a large drawing is."""
    whole, lock, start = view.size.pixels, threading.Lock(), time.monotonic()
    if view.work <= LARGE:
        yield source
        return
    done = 0
    with terminal.progress_display(str(output), "drawing", output_options) as display:

        def block(rows: slice, columns: slice) -> Pixels:
            nonlocal done
            pixels = source.block(rows, columns)
            with lock:
                done += pixels.shape[0] * pixels.shape[1]
                display.update(
                    done / whole, drawing_text(done, whole, time.monotonic() - start)
                )
            return pixels

        yield source._replace(block=block)
