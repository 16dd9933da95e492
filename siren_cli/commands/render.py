"""`siren render` without the command line: a file opened, drawn and written."""

import io
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from siren_cli.commands.render_job import RenderJob, make_job
from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import UsageError
from siren_cli.output import terminal
from siren_cli.output.json_results import Result, head
from siren_cli.output.options import OutputOptions
from siren_cli.output.text import drawing_text, duration
from siren_cli.pictures.background import laid_over
from siren_cli.pictures.picture import Picture, Pixels, Source
from siren_cli.pictures.writing import npy
from siren_cli.pictures.writing.writer import losses, write_picture
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.function import PictureFunction
from siren_cli.rendering.view import Quantity
from siren_cli.representation import siren_file
from siren_cli.system.files import bytes_text
from siren_cli.system.machine import cpu_cores

# Drawings of more samples need the user's consent.
GIGAPIXEL = 10**9
# Drawings of more samples take long enough to be estimated, and to show their progress.
LARGE_SAMPLES = 1 << 24
# Number of parts of a drawing that are drawn to estimate its time and size.
TRIALS = 4
# Most rows of such a part.
TRIAL_ROWS = 32
# Most columns of such a part.
TRIAL_COLUMNS = 1024


def render(file: Path, options: RenderOptions, output_options: OutputOptions) -> Result:
    """Draw a .siren file and save the picture."""
    start = time.perf_counter()
    with siren_file.opened(file) as opened:
        job = make_job(file, opened.header, options)
        with job.destination.locked():
            function = PictureFunction(opened.read())
            drawing = function.drawing(job.view)
            _check_large(job, function, drawing)
            written = _written(job, drawing, output_options)
    region = job.view.region
    return {
        **head("render", file, job.facts),
        "output": str(job.destination.path),
        "bit_depth": job.depth,
        "region": [region.x, region.y, region.width, region.height],
        "what": job.view.what,
        "scale": drawing.scale,
        "supersample": max(job.view.samples),
        "bytes": written,
        "seconds": round(time.perf_counter() - start, 3),
        "notes": _notes(job, drawing),
    }


def _source(job: RenderJob, drawing: Drawing) -> Source:
    source = drawing.source()
    if job.as_values:
        return source._replace(block=drawing.values)
    return laid_over(source, job.background) if job.background else source


def _write(job: RenderJob, file: BinaryIO, source: Source) -> None:
    if job.as_values:
        npy.write(file, source.facts.height, source.facts.width, source.block)
    else:
        write_picture(file, source, job.form, job.depth, job.exposure)


def _written(job: RenderJob, drawing: Drawing, output_options: OutputOptions) -> int | None:
    """Write the drawing; return its bytes, or None if they went to a stream."""
    source = _source(job, drawing)
    with _watched(job, source, output_options) as watched, job.destination.opened() as file:
        _write(job, file, watched)
        return file.seek(0, io.SEEK_END) if file.seekable() else None


def _notes(job: RenderJob, drawing: Drawing) -> list[str]:
    notes = list(losses(_source(job, drawing), job.form, job.depth))
    if drawing.scale is not None and not job.form.is_float:
        unit = "square pixel" if job.view.what == Quantity.LAPLACIAN else "pixel"
        notes.append(f"the brightest is a change of {drawing.scale:.3g} a {unit}")
    return notes


def _check_large(job: RenderJob, function: PictureFunction, drawing: Drawing) -> None:
    """Check that a large drawing has room on the disk, and a huge one consent.

    Raises:
        UsageError: It is huge, and that was not allowed.
        OutputError: The disk is too small.
    """
    view = job.view
    if view.work <= LARGE_SAMPLES:
        return
    # It is tried with one sample a pixel, for some pixels have a great many.
    single = function.drawing(replace(view, supersample=1), drawing.scale)
    estimate = _estimate(job, _source(job, single))
    if view.work > GIGAPIXEL and not job.is_huge_allowed:
        seconds = estimate.seconds * view.work / view.size.pixels
        samples = f"has {math.prod(view.samples)} samples a pixel"
        reason = "is over a gigapixel" if view.size.pixels > GIGAPIXEL else samples
        raise UsageError(
            f"{job.destination.path}: {view.size} {reason}, takes about {duration(seconds)} "
            f"and {bytes_text(estimate.file_bytes)} (--yes-huge draws it)"
        )
    job.destination.check_room(estimate.file_bytes)


class Estimate(NamedTuple):
    """The time and the bytes that a drawing will take.

    Attributes:
        seconds: Time on all cores.
        file_bytes: Size of the file.
    """

    seconds: float
    file_bytes: int


def _estimate(job: RenderJob, source: Source) -> Estimate:
    """Return an estimate of a drawing, from some parts of it."""
    facts = source.facts
    height, width = min(TRIAL_ROWS, facts.height), min(TRIAL_COLUMNS, facts.width)
    part_facts = replace(facts, height=height, width=width)
    written, start = 0, time.perf_counter()
    for trial in range(TRIALS):
        share = (trial + 0.5) / TRIALS
        top, left = int(share * (facts.height - height)), int(share * (facts.width - width))
        pixels = source.block(slice(top, top + height), slice(left, left + width))
        content = io.BytesIO()
        _write(job, content, Picture(pixels, part_facts).source())
        written += len(content.getvalue())
    parts = facts.pixels / (TRIALS * part_facts.pixels)
    seconds = (time.perf_counter() - start) / cpu_cores()
    return Estimate(seconds * parts, int(written * parts))


@contextmanager
def _watched(job: RenderJob, source: Source, output_options: OutputOptions) -> Iterator[Source]:
    """Give a source that shows how far a large drawing is."""
    pixels, lock, start = job.view.size.pixels, threading.Lock(), time.monotonic()
    if job.view.work <= LARGE_SAMPLES:
        yield source
        return
    done = 0
    with terminal.progress_display(
        str(job.destination.path), "drawing", output_options
    ) as display:

        def block(rows: slice, columns: slice) -> Pixels:
            nonlocal done
            drawn = source.block(rows, columns)
            with lock:
                done += drawn.shape[0] * drawn.shape[1]
                text = drawing_text(done, pixels, time.monotonic() - start)
                display.update(done / pixels, text)
            return drawn

        yield source._replace(block=block)
