"""`siren fit --dry-run` without the command line: what fits would make."""

from pathlib import Path
from typing import NamedTuple

from siren_cli.commands.fit_checks import check_image
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_reading import masked, planned_fit, planned_mosaic, read
from siren_cli.model.cell_classes import CellClasses
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, head, parts, quality_setting, smallness
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.estimate import fit_seconds, memory_bytes
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.pyramid import estimate as pyramid_estimate
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.schedule import Budget
from siren_cli.planning.shards import row_works
from siren_cli.planning.survey import surveyed
from siren_cli.representation import part_file, siren_file
from siren_cli.representation.header import Header


class Costs(NamedTuple):
    """What a fit is estimated to take.

    Attributes:
        file_bytes: Size of its file; None if nothing says so.
        fit_seconds: Seconds from its first step on.
        memory_bytes: Memory of its process.
    """

    file_bytes: int | None
    fit_seconds: float
    memory_bytes: int


def plan_all(options: FitOptions, batch: Batch) -> None:
    """Say what a fit of every picture would make, without fitting any."""
    plan_one = planned_part if options.part else planned
    for image in batch.check_all(lambda image: check_image(image, options)):
        batch.do(image, lambda image: plan_one(image, options))


def planned(image: Path, options: FitOptions) -> Result:
    """Return what fitting a picture would make."""
    masked_picture = masked(image, options)
    picture = masked_picture.seen
    plan = planned_fit(masked_picture, options, surveyed(picture))
    if isinstance(plan, PyramidPlan):
        return _pyramid(image, picture, plan, options)
    file_bytes = siren_file.expected_bytes(plan.header(picture))
    return mosaic_result(image, picture, plan, options, file_bytes)


def _pyramid(
    image: Path, picture: PixelSource, plan: PyramidPlan, options: FitOptions
) -> Result:
    """Return what fitting a pyramid would make."""
    goal, header = options.budget.psnr, plan.header(picture)
    # The bytes of a goal in decibels differ too much from picture to picture.
    costs = Costs(
        file_bytes=None if goal is not None else siren_file.expected_bytes(header),
        fit_seconds=pyramid_estimate.fit_seconds(plan),
        memory_bytes=pyramid_estimate.memory_bytes(plan),
    )
    result = _result(image, picture, header, options, costs)
    is_aimed = goal is not None or options.config.fit.target_bytes > 0
    return {**result, "quality": None} if is_aimed else result


def planned_part(image: Path, options: FitOptions) -> Result:
    """Return what fitting a part of a picture would make."""
    shard, picture = options.asked_part, read(image, options)
    plan = planned_mosaic(picture, options, surveyed(picture))
    rows, header = shard.rows(plan), plan.header(picture)
    file_bytes = part_file.expected_bytes(header, rows, siren_file.expected_bytes(header))
    result = mosaic_result(image, picture, plan, options, file_bytes)
    works, columns = row_works(plan), plan.grid.x.cells
    share = sum(works[rows.start : rows.stop]) / sum(works)
    of_cells = plan.of_cells[rows.start * columns : rows.stop * columns]
    classes = CellClasses(header.classes.layer_sizes, of_cells)
    return {
        **result,
        "part": str(shard),
        "rows": len(rows),
        "classes": classes.table(),
        "parameters": classes.parameters,
        "fit_seconds": round(result["fit_seconds"] * share, 1),
    }


def mosaic_result(
    image: Path, picture: PixelSource, plan: FitPlan, options: FitOptions, file_bytes: int
) -> Result:
    """Return what fitting a mosaic would make, in a file of some size."""
    costs = Costs(file_bytes, fit_seconds(plan), memory_bytes(plan))
    return _result(image, picture, plan.header(picture), options, costs)


def _result(
    image: Path, picture: PixelSource, header: Header, options: FitOptions, costs: Costs
) -> Result:
    """Return what fitting a picture would make."""
    destination = options.destination(image)
    destination.check_room(costs.file_bytes or 0)
    is_open_ended = options.budget != Budget()
    return {
        **head("plan", image, picture.facts),
        "output": str(destination.path),
        **smallness(costs.file_bytes, picture.facts),
        "quality": quality_setting(header),
        **parts(header),
        "parameters": header.parameters,
        "epochs": None if is_open_ended else header.epochs,
        "fit_seconds": None if is_open_ended else round(costs.fit_seconds, 1),
        "memory_bytes": costs.memory_bytes,
        "notes": picture.notes,
        **header.settings,
    }
