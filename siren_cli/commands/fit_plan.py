"""`siren fit --dry-run` without the command line: what fits would make."""

from pathlib import Path

from siren_cli.commands.fit import planned_fit, read
from siren_cli.commands.fit_options import FitOptions, check_image
from siren_cli.model.cell_classes import CellClasses
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, head, smallness
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.estimate import fit_seconds, memory_bytes
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import Budget
from siren_cli.planning.shards import row_works
from siren_cli.planning.survey import surveyed
from siren_cli.representation import part_file, siren_file


def plan_all(options: FitOptions, batch: Batch) -> None:
    """Say what a fit of every picture would make, without fitting any."""
    plan_one = planned_part if options.part else planned
    for image in batch.check_all(lambda image: check_image(image, options)):
        batch.do(image, lambda image: plan_one(image, options))


def planned(image: Path, options: FitOptions) -> Result:
    """Return what fitting a picture would make."""
    picture = read(image, options)
    plan = planned_fit(picture, options, surveyed(picture))
    file_bytes = siren_file.expected_bytes(plan.header(picture))
    return _result(image, picture, plan, options, file_bytes)


def planned_part(image: Path, options: FitOptions) -> Result:
    """Return what fitting a part of a picture would make."""
    shard, picture = options.asked_part, read(image, options)
    plan = planned_fit(picture, options, surveyed(picture))
    rows, header = shard.rows(plan), plan.header(picture)
    file_bytes = part_file.expected_bytes(header, rows, siren_file.expected_bytes(header))
    result = _result(image, picture, plan, options, file_bytes)
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


def _result(
    image: Path, picture: PixelSource, plan: FitPlan, options: FitOptions, file_bytes: int
) -> Result:
    """Return what fitting a picture would make, in a file of some size."""
    header, destination = plan.header(picture), options.destination(image)
    destination.check_room(file_bytes)
    is_open_ended = options.budget != Budget()
    return {
        **head("plan", image, picture.facts),
        "output": str(destination.path),
        **smallness(file_bytes, picture.facts),
        "rows": plan.grid.y.cells,
        "columns": plan.grid.x.cells,
        "classes": header.classes.table(),
        "parameters": header.parameters,
        "epochs": None if is_open_ended else plan.config.fit.epochs,
        "fit_seconds": None if is_open_ended else round(fit_seconds(plan), 1),
        "memory_bytes": memory_bytes(plan),
        "notes": picture.notes,
        **header.settings,
    }
