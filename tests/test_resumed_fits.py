"""An unfinished fit goes on where it was stopped, and ends with the same bits."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.representation.siren_file import encode
from siren_cli.training.fitter import Fit
from tests.helpers.small_fits import (
    NO_BUDGET,
    fit_small,
    half_noise,
    plan_by_cell,
    small_config,
    small_plan,
    smooth_picture,
)
from tests.helpers.unfinished_fits import (
    MAX_BYTES,
    Stopped,
    load_checkpoint,
    make_checkpoint,
    make_current,
    stopping_after,
)

PICTURE = smooth_picture(50, 70)
# Three groups of four cells.
PLAN = small_plan(PICTURE, small_config(epochs=12), group_cells=4)


def resume(path: Path, report: Callable[[Progress], None], budget: Budget = NO_BUDGET) -> Fit:
    """Go on with the unfinished fit of an output."""
    return fit_small(PICTURE, PLAN, report=report, budget=budget, file=load_checkpoint(path))


@pytest.mark.parametrize("budget", [Budget(), Budget(psnr=34.0)])
def test_a_fit_that_is_stopped_again_and_again_ends_with_the_same_bits(tmp_path, budget):
    path = tmp_path / "a.siren"
    whole = fit_small(PICTURE, PLAN, budget=budget)
    stops = 0
    while True:
        try:
            done = resume(path, stopping_after(2 + stops), budget)
            break
        except Stopped:
            stops += 1
            assert load_checkpoint(path).checkpoint.group_cells == 4
    assert stops >= 2
    assert encode(done.representation) == encode(whole.representation)


def test_a_fit_of_several_widths_and_of_areas_goes_on_to_the_same_bits(tmp_path):
    picture, path = half_noise(50, 70), tmp_path / "a.siren"
    plan = plan_by_cell(picture, small_config(epochs=6, area_share=0.5), group_cells=8)
    whole = fit_small(picture, plan)
    for reports in range(2, 99):
        try:
            done = fit_small(
                picture, plan, report=stopping_after(reports), file=load_checkpoint(path)
            )
            break
        except Stopped:
            assert not load_checkpoint(path).checkpoint.is_empty
    assert reports > 3
    assert encode(done.representation) == encode(whole.representation)


class StoppingPixels(np.ndarray[Any, Any]):
    """Pixels whose first reading is the moment of Ctrl-C."""

    def __getitem__(self, place: Any) -> Any:
        raise Stopped


def stopped_at_once(path: Path) -> CheckpointFile:
    """Return the file of a fit that is stopped before its first step."""
    file = CheckpointFile(path, "f")
    with suppress(RepresentationError):
        file.load(MAX_BYTES)
    with pytest.raises(Stopped):
        fit_small(replace(PICTURE, pixels=PICTURE.pixels.view(StoppingPixels)), PLAN, file=file)
    return file


def test_a_fit_stopped_before_it_went_on_has_lost_nothing(tmp_path):
    path = tmp_path / "a.siren"
    with pytest.raises(Stopped):
        resume(path, stopping_after(2))
    before = load_checkpoint(path).checkpoint
    assert stopped_at_once(path).is_ours
    after = load_checkpoint(path).checkpoint
    assert len(after.groups) == len(before.groups)
    assert after.current.training.done == before.current.training.done > 0
    assert (after.current.training.variables == before.current.training.variables).all()


def test_a_fit_stopped_before_it_began_leaves_another_one_as_it_is(tmp_path):
    path = tmp_path / "a.siren"
    CheckpointFile(path, "g").save(make_checkpoint())
    before = load_checkpoint(path, "g").path.read_bytes()
    file = stopped_at_once(path)
    assert not file.is_ours
    assert file.path.read_bytes() == before


def test_a_checkpoint_of_other_groups_is_not_gone_on_with(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    whole = fit_small(PICTURE, PLAN)
    file.checkpoint = Checkpoint((), make_current(range(4)), 8, PLAN.batching.steps)
    again = fit_small(PICTURE, PLAN, file=file)
    assert encode(again.representation) == encode(whole.representation)
