"""An unfinished fit goes on where it was stopped, and ends with the same bits."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from siren_cli.config import Resources
from siren_cli.errors import RepresentationError
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.representation.siren_file import encode
from siren_cli.training import devices, mosaic
from siren_cli.training.devices import even_cells, make_strategy
from siren_cli.training.fitter import Fit, Fitter
from tests.helpers.small_fits import SMALL, quiet, smooth_picture
from tests.helpers.unfinished_fits import MAX_BYTES, load_kept, make_checkpoint, make_learning

PICTURE = smooth_picture(50, 70)
CONFIG = SMALL.updated({"fit": {"epochs": 12}})


class Stopped(KeyboardInterrupt):
    """As Ctrl-C, at a moment of our choosing."""


def stopping_after(reports: int) -> Callable[[Progress], None]:
    left = reports

    def report(progress: Progress) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Stopped

    return report


def learn(path: Path, report: Callable[[Progress], None], budget: Budget) -> Fit:
    """Go on with a fit in groups of four cells."""
    fitter = Fitter(CONFIG, Resources(group=4))
    return fitter.fit(PICTURE, report, budget, load_kept(path))


@pytest.mark.parametrize(
    "budget", [Budget(), pytest.param(Budget(psnr=34.0), marks=pytest.mark.slow)]
)
def test_a_fit_that_is_stopped_again_and_again_ends_with_the_same_bits(tmp_path, budget):
    path = tmp_path / "a.siren"
    whole = Fitter(CONFIG, Resources(group=4)).fit(PICTURE, quiet, budget)
    stops = 0
    while True:
        try:
            done = learn(path, stopping_after(2 + stops), budget)
            break
        except Stopped:
            stops += 1
            assert load_kept(path).kept.group_cells == 4
    assert stops >= 2
    assert encode(done.representation) == encode(whole.representation)


def stopped_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """Return the keeper of a fit that is stopped before its first step."""

    def stop(*_: Any) -> Any:
        raise Stopped

    keeper = Keeper(path, "f")
    with suppress(RepresentationError):
        keeper.load(MAX_BYTES)
    fitter = Fitter(CONFIG, Resources(group=4))
    with monkeypatch.context() as patches:
        patches.setattr(mosaic, "window_colors", stop)
        with pytest.raises(Stopped):
            fitter.fit(PICTURE, quiet, Budget(), keeper)
    return keeper


def test_a_fit_stopped_before_it_went_on_has_lost_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.siren"
    with pytest.raises(Stopped):
        learn(path, stopping_after(2), Budget())
    before = load_kept(path).kept
    assert stopped_at_once(path, monkeypatch).holds
    after = load_kept(path).kept
    assert len(after.groups) == len(before.groups)
    assert after.learning.state.done == before.learning.state.done > 0
    assert (after.learning.state.variables == before.learning.state.variables).all()


def test_a_fit_stopped_before_it_began_leaves_another_one_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "a.siren"
    Keeper(path, "g").save(make_checkpoint())
    before = load_kept(path, "g").path.read_bytes()
    keeper = stopped_at_once(path, monkeypatch)
    assert not keeper.holds
    assert keeper.path.read_bytes() == before


def test_a_group_that_cores_cannot_share_is_not_gone_on_with(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "cpu_cores", lambda: 2)
    keeper = Keeper(tmp_path / "a.siren", "f")
    fitter = Fitter(CONFIG, Resources(group=4))
    whole = fitter.fit(PICTURE, quiet)
    size = next(n for n in range(2, 99) if even_cells(make_strategy(Resources()), n) != n)
    grid = whole.representation.header.grid
    parameters = whole.representation.header.parameters // grid.cells
    keeper.kept = Checkpoint((), make_learning(size, parameters))
    again = fitter.fit(PICTURE, quiet, Budget(), keeper)
    assert encode(again.representation) == encode(whole.representation)


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 8, 64])
def test_a_group_that_cores_can_share_stays_as_it_is(monkeypatch, cores):
    monkeypatch.setattr(devices, "cpu_cores", lambda: cores)
    strategy = make_strategy(Resources())
    for cells in range(1, 300):
        even = even_cells(strategy, cells)
        assert cells <= even == even_cells(strategy, even)
