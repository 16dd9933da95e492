"""How a fit goes on: from its checkpoint, and with less memory than it wanted."""

from dataclasses import replace

from siren_cli.errors import ResourceError
from siren_cli.planning.checkpoint import Checkpoint, FitShape
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.estimate import memory_bytes, smaller_plan
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import Budget
from siren_cli.system.machine import available_bytes


def with_less_memory(plan: FitPlan, finished: FinishedCells, hosts: int) -> FitPlan:
    """Return a plan that takes less memory; with other batches all cells are left again.

    Args:
        plan: The plan that takes too much.
        finished: The finished cells, which get the new plan.
        hosts: Number of hosts, which must have the same batches.

    Raises:
        ResourceError: There is none.
    """
    smaller = smaller_plan(plan)
    if smaller is None:
        raise ResourceError("not enough memory, not even for the smallest batches")
    finished.plan = smaller
    if smaller.batching != plan.batching:
        if hosts > 1:
            raise ResourceError("not enough memory for the batches that all hosts have")
        finished.forget()
    return smaller


def resumed(
    plan: FitPlan, budget: Budget, file: CheckpointFile | None
) -> tuple[FitPlan, Checkpoint]:
    """Return the checkpoint to go on from, and the plan for groups of its size.

    One that is of another fit is forgotten. With a goal in decibels that size changes the
    result. Groups of more devices may be too large for this one.
    """
    if file is None or file.checkpoint.is_empty:
        return plan, Checkpoint()
    shape = FitShape(
        classes=plan.classes,
        epoch_steps=plan.batching.steps,
        max_steps=budget.max_steps(plan.config.fit, plan.batching.steps),
    )
    if not file.checkpoint.matches(shape):
        file.checkpoint = Checkpoint()
        return plan, file.checkpoint
    own, left = plan.with_group_cells(file.checkpoint.group_cells), available_bytes()
    if left is None or memory_bytes(own) <= left:
        return own, file.checkpoint
    return plan, replace(file.checkpoint, current=None)
