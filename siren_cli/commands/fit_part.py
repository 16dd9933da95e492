"""`siren fit --shard-cells` without the command line: some rows of cells, fitted and saved."""

from pathlib import Path
from typing import TYPE_CHECKING

from siren_cli.commands.fit_keeping import checkpoint_file, fit_fingerprint, needed_bytes
from siren_cli.commands.fit_making import memory_notes, reported
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_reading import planned_mosaic, read
from siren_cli.commands.saving import saved
from siren_cli.errors import prefixed
from siren_cli.output.json_results import Result, head
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.output.timeline import Timeline
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.fit_psnr import weights_drawn
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.shard_psnr import measured_rows
from siren_cli.planning.shards import ShardCrew
from siren_cli.planning.survey import surveyed
from siren_cli.representation import part_file, siren_file
from siren_cli.representation.part_file import PartFacts
from siren_cli.representation.representation import MosaicRepresentation

if TYPE_CHECKING:
    from siren_cli.training.fitter import Fitter, Trained


def fit_one(
    image: Path, options: FitOptions, display: ProgressDisplay, timeline: Timeline
) -> Result:
    """Fit a part of a picture and save it, as `fit.fit_one` does with the whole.

    Args:
        image: The picture.
        options: How it is fitted, and which part.
        display: Shows the progress.
        timeline: Gets the stretches of this work, and has those before it.

    Raises:
        UsageError: The picture has fewer rows of cells than parts.
    """
    shard, destination = options.asked_part, options.destination(image)
    with destination.locked():
        destination.check()  # another run may have written it before the lock was ours
        picture = read(image, options)
        survey = surveyed(picture)
        plan = planned_mosaic(picture, options, survey)
        rows = shard.rows(plan)
        most_bytes = _largest_bytes(picture, plan, rows)
        cells = len(rows) * plan.grid.x.cells
        destination.check_room(needed_bytes(most_bytes, cells, plan))
        whole = fit_fingerprint(picture, plan, options, survey)
        file = checkpoint_file(plan, options, destination, f"{whole} {shard}", display)
        timeline.end("reading")
        with prefixed(image), reported(file, display) as report:
            crew = ShardCrew(rows, file)
            trained = _fitter(options).train(picture, plan, report, options.budget, crew)
            made, sums, seam = _measured(picture, trained, rows)
            seconds = trained.clock.seconds()
        timeline.end("compiling", ago=seconds)
        timeline.end("fitting")
        facts = PartFacts(whole, shard.number, shard.count, rows, sums)
        file_bytes, file_digest = saved(part_file.chunks(facts, made, seam), destination)
        if file:
            file.remove()
    timeline.end("saving")
    return {
        **head("fit", image, picture.facts),
        "output": str(destination.path),
        "part": str(shard),
        "rows": len(rows),
        "bytes": file_bytes,
        "epochs": made.header.epochs,
        "fit_seconds": round(seconds, 3),
        "seconds": round(timeline.seconds, 3),
        "resumed": bool(file and file.is_resumed),
        "seed": options.config.fit.seed,
        "devices": _fitter(options).devices,
        "notes": [*picture.notes, *memory_notes(options.config, made.header)],
        **made.header.settings,
        "file_sha256": file_digest,
    }


def _fitter(options: FitOptions) -> "Fitter":
    from siren_cli.training.fitter import shared_fitter

    return shared_fitter(options.resources)


def _measured(
    picture: PixelSource, trained: "Trained", rows: range
) -> tuple[MosaicRepresentation, tuple[int, int], Pixels]:
    """Return the fit of some rows of cells, the sums of its errors, and its seam.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    header = trained.plan.header(picture)
    made = MosaicRepresentation(
        header=header,
        cells=trained.finished.cells,
        icc_profile=picture.icc_profile,
        metadata=picture.metadata,
    )
    with weights_drawn():
        sums, seam = measured_rows(picture, made, rows)
    return made, sums, seam


def _largest_bytes(picture: PixelSource, plan: FitPlan, rows: range) -> int:
    """Return the most bytes of the part."""
    header = plan.header(picture)
    return part_file.expected_bytes(header, rows, siren_file.largest_bytes(header))
