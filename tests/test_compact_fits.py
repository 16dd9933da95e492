"""`siren fit --preset compact` up to the trainer, whose place a stub takes."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import siren_cli
from siren_cli.commands import fit_jobs
from siren_cli.commands.fit_options import FitOptions
from siren_cli.comparing.trial_options import TrialOptions
from siren_cli.errors import UsageError
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.planning.survey import surveyed
from siren_cli.presets import load_preset
from siren_cli.pyramid_config import quality_of
from siren_cli.representation import siren_file
from tests.helpers.commands import objects, siren
from tests.helpers.pyramid_content import make_grids, make_networks
from tests.helpers.small_fits import smooth_picture

COMPACT = ("fit", "photo.png", "-o", "new.siren", "--preset", "compact", "--epochs", "5")
# What a bit weighs at the end of a fit of the stub.
WEIGHT = 1e-3


class StubTrainer:
    """Does nothing in each step, keeps its state after each, and may be stopped."""

    stop_at = 0
    began_at: list[int]

    def __init__(self) -> None:
        self.began_at = []

    def train(
        self, source: PixelSource, plan: PyramidPlan, report: Any, budget: Any, keeper: Any
    ) -> Any:
        resumed = keeper and keeper.resumed
        self.began_at.append(resumed.done if resumed else 0)
        for step in range(self.began_at[-1], plan.steps):
            if step + 1 == self.stop_at:
                raise KeyboardInterrupt
            if keeper:
                keeper.save(PyramidState(step + 1, {"latents": np.zeros(3, np.float32)}))
        return SimpleNamespace(
            grids=make_grids(plan.shape),
            networks=make_networks(plan.sizes),
            epochs=plan.steps,
            rate_weight=WEIGHT,
            seconds=0.25,
        )


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubTrainer]:
    from siren_cli.training.pyramid import fit

    stub = StubTrainer()
    fit.shared_pyramid_fits.__wrapped__.cache_clear()
    monkeypatch.setattr(fit, "_trainer", lambda strategy: stub)
    yield stub
    fit.shared_pyramid_fits.__wrapped__.cache_clear()


def fitted(folder: Path, *arguments: str) -> dict[str, Any]:
    (result,) = objects(siren(folder, *COMPACT, *arguments, "--json", "-q"))
    return result


def test_a_fit_says_what_it_is(quick: Path, trainer: StubTrainer):
    result = fitted(quick, "--quality", "45", "--seed", "3")
    with siren_file.opened(quick / "new.siren") as file:
        header = file.read_whole().header
    assert header.settings == {"fit": result["fit"], "pyramid": result["pyramid"]}
    assert (header.epochs, round(header.psnr, 4)) == (5, result["psnr_db"])
    assert (result["quality"], result["epochs"], result["seed"]) == (45.0, 5, 3)
    assert (result["stopped"], result["missed"]) == ("epochs", False)
    assert (result["replicas"], result["hosts"], result["resumed"]) == (1, 1, False)
    assert result["pyramid"]["quality"] == 45.0
    assert result["fit"] == {"epochs": 5, "seed": 3, "target_bytes": 0}
    assert "network" not in result
    assert not (quick / ".new.siren.part").exists()


def test_a_fit_for_bytes_says_which_quality_they_were(quick: Path, trainer: StubTrainer):
    result = fitted(quick, "--target-bytes", "9k")
    assert (result["quality"], result["stopped"]) == (quality_of(WEIGHT), "epochs")
    assert result["fit"]["target_bytes"] == 9000


@pytest.mark.parametrize(
    ("goal", "code", "ending"), [("0.1", 0, "target"), ("90", 1, "epochs")]
)
def test_a_fit_for_decibels_reaches_or_misses_them(
    quick: Path, trainer: StubTrainer, goal: str, code: int, ending: str
):
    run = siren(quick, *COMPACT, "--target-psnr", goal, "--json", "-q")
    (result,) = objects(run)
    assert (run.code, result["stopped"], result["missed"]) == (code, ending, code == 1)
    assert result["quality"] == quality_of(WEIGHT)


def test_a_fit_that_is_stopped_goes_on(quick: Path, trainer: StubTrainer):
    trainer.stop_at = 4
    run = siren(quick, *COMPACT)
    assert run.code == 130
    assert "new.siren: unfinished; the same command goes on with it" in "".join(run.err)
    trainer.stop_at = 0
    run = siren(quick, *COMPACT)
    assert run.code == 0
    assert "new.siren: goes on with an unfinished fit (--fresh starts over)" in run.err[0]
    assert trainer.began_at == [0, 3]
    assert not (quick / ".new.siren.part").exists()


@pytest.mark.parametrize("change", ["--fresh", "--gray", "--quality=50", "--seed=1"])
def test_another_fit_starts_over(quick: Path, trainer: StubTrainer, change: str):
    trainer.stop_at = 4
    siren(quick, *COMPACT)
    trainer.stop_at = 0
    assert not fitted(quick, change)["resumed"]
    assert trainer.began_at == [0, 0]


def test_a_stream_is_fitted_to_a_stream(quick: Path, trainer: StubTrainer):
    stdin = (quick / "photo.png").read_bytes()
    arguments = ("fit", "-", "-o", "-", "--preset", "compact", "--epochs", "2")
    run = siren(quick, *arguments, stdin=stdin)
    assert (run.code, run.out[:6]) == (0, b"\x89SIREN")


def fingerprint(options: FitOptions, replicas: int) -> str:
    picture = smooth_picture(8, 6)
    plan = PyramidPlan(picture.facts, options.config, replicas)
    job = fit_jobs.PyramidJob(picture, plan, options, surveyed(picture))
    return str(job._fingerprint)


def test_the_number_of_devices_is_part_of_the_fingerprint():
    options = FitOptions(load_preset("compact"))
    assert fingerprint(options, 1) == fingerprint(options, 1) != fingerprint(options, 2)


@pytest.mark.parametrize(
    "options",
    [
        {"preset": "fast", "quality": 50},
        {"preset": "compact", "quality": 101},
        {"preset": "compact", "quality": 50, "target_bytes": 900},
        {"preset": "compact", "target_psnr": 30, "target_bytes": 900},
        {"preset": "compact", "settings": {"network": {"hidden_features": 9}}},
        {"preset": "balanced", "settings": {"pyramid": {"quality": 9}}},
    ],
)
def test_a_program_hears_what_makes_no_sense(options: dict[str, Any]):
    with pytest.raises(UsageError):
        siren_cli.fit(np.zeros((3, 4), np.uint8), **options)


def test_activations_are_compared_of_mosaics_alone():
    with pytest.raises(UsageError, match="--activation is of mosaics"):
        TrialOptions(presets=("fast", "compact"), activations=("relu",))
    fits = TrialOptions(presets=("fast", "compact")).planned()
    assert [fit.preset for fit in fits] == ["fast", "compact"]
