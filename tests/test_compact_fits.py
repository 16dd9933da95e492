"""`siren fit --preset compact` up to the trainer, whose place a stub takes."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import siren_cli
from siren_cli.commands import fit_jobs
from siren_cli.commands.fit_options import FitOptions
from siren_cli.comparing.trial_options import TrialOptions
from siren_cli.errors import UsageError
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.survey import surveyed
from siren_cli.presets import load_preset
from siren_cli.pyramid_config import quality_of
from siren_cli.representation import siren_file
from tests.helpers.commands import objects, siren
from tests.helpers.small_fits import smooth_picture
from tests.helpers.stub_trainer import WEIGHT, StubTrainer

COMPACT = ("fit", "photo.png", "-o", "new.siren", "--preset", "compact", "--epochs", "5")


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


def test_a_file_that_is_larger_than_its_target_is_told(quick: Path, trainer: StubTrainer):
    run = siren(quick, *COMPACT, "--target-bytes", "800", "--json", "-q")
    (result,) = objects(run)
    assert (run.code, result["missed"], result["target_psnr_db"]) == (1, True, None)
    (note,) = result["notes"]
    assert "bytes, more than --target-bytes allowed" in note
    run = siren(quick, *COMPACT, "--target-bytes", "800", "-f")
    assert (run.code, " dB  quality" in run.err[0]) == (1, True)


def test_a_target_that_no_file_has_is_refused_before_the_fit(quick: Path, trainer: StubTrainer):
    run = siren(quick, *COMPACT, "--target-bytes", "300")
    assert (run.code, trainer.began_at) == (2, [])
    assert "--target-bytes 300: its smallest file has about " in run.err[0]


def test_a_plan_a_header_and_a_file_have_the_widths_of_a_target(
    quick: Path, trainer: StubTrainer
):
    arguments = ("--target-bytes", "5k", "--json", "-q")
    (plan,) = objects(siren(quick, *COMPACT, *arguments, "-n"))
    result = fitted(quick, *arguments[:2])
    with siren_file.opened(quick / "new.siren") as file:
        sizes = file.header.sizes
    widths = [result["pyramid"][key] for key in ("hidden_features", "context_features")]
    assert [sizes.hidden, sizes.context] == widths == [16, 16]
    assert [plan["pyramid"][key] for key in ("hidden_features", "context_features")] == widths


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
    plan = PyramidPlan(picture.facts, options.config)
    return fit_jobs.pyramid_fingerprint(picture, plan, options, surveyed(picture), replicas)


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


def test_a_fit_is_summed_up_with_its_quality(quick: Path, trainer: StubTrainer):
    run = siren(quick, *COMPACT, "--quality", "45")
    assert " dB  quality 45  5 epochs  " in run.err[0]


def test_pictures_go_to_a_folder(quick: Path, trainer: StubTrainer):
    shutil.copy(quick / "photo.png", quick / "other.png")
    names = ("photo.png", "other.png", "--out-dir", "out", "--preset", "compact")
    run = siren(quick, "fit", *names, "--epochs", "1", "--gray", "--max-side", "5", "-q")
    assert run.code == 0
    headers = []
    for name in ("photo", "other"):
        with siren_file.opened(quick / "out" / f"{name}.siren") as file:
            headers.append(file.header)
    assert [(each.facts.color, each.facts.width) for each in headers] == [("L", 5)] * 2


def test_a_program_fits_a_pyramid(trainer: StubTrainer):
    picture = siren_cli.fit(np.zeros((3, 4), np.uint8), "compact", quality=30, epochs=2)
    assert picture.render().shape == (3, 4)
    header = picture.representation.header
    assert (header.epochs, header.settings["pyramid"]["quality"]) == (2, 30.0)


def test_fits_and_files_of_pyramids_are_compared(quick: Path, trainer: StubTrainer):
    siren(quick, *COMPACT)
    arguments = ("compare", "photo.png", "new.siren", "--preset", "compact", "--epochs", "2")
    run = siren(quick, *arguments, "--codec", "webp", "--match", "bytes", "--json", "-q")
    rows = [row for row in objects(run) if row["ok"]]
    made = [(row["preset"], row["activation"]) for row in rows if row["kind"] != "codec"]
    assert made == [(None, None), ("compact", "sine"), ("compact", "sine")]
    assert rows[1]["bytes"] == (quick / "new.siren").stat().st_size


def test_activations_are_compared_of_mosaics_alone():
    with pytest.raises(UsageError, match="--activation is of mosaics"):
        TrialOptions(presets=("fast", "compact"), activations=("relu",))
    fits = TrialOptions(presets=("fast", "compact")).planned()
    assert [fit.preset for fit in fits] == ["fast", "compact"]
