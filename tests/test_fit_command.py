"""What `siren fit` finds out before it fits."""

import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from siren_cli.commands.fit import Fits, plan
from siren_cli.commands.fit_options import FitOptions, check_for_work
from siren_cli.errors import DivergedError, OutputError
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.schedule import Budget
from siren_cli.presets import load_preset
from siren_cli.system import files
from tests.helpers.commands import write_picture

Usage = namedtuple("Usage", "total used free")


def test_what_another_run_wrote_meanwhile_is_found_before_the_fit(tmp_path: Path) -> None:
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    fits = Fits(FitOptions(load_preset("fast")))
    files.save(output, b"the other's", force=False)
    with pytest.raises(OutputError, match="exists"):
        fits.fit(image, Budget(), ProgressDisplay(print, print))
    assert output.read_bytes() == b"the other's"


def test_a_disk_too_full_is_found_before_the_fit(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png")
    options = FitOptions(load_preset("fast"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(9000, 8500, 500))
    full = r"a.siren: about . kB are needed, and 500 B are free on its disk \(-o names"
    with pytest.raises(OutputError, match=full):
        plan(tmp_path / "a.png", options)
    with pytest.raises(OutputError, match=full):  # TensorFlow was not started
        Fits(options).fit(tmp_path / "a.png", Budget(), ProgressDisplay(print, print))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_disk_that_counts_nothing_is_tried(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, 0))
    assert plan(tmp_path / "a.png", FitOptions(load_preset("fast")))["ok"]


@pytest.mark.parametrize(("age", "left"), [(1, False), (-1, True)])
def test_what_is_left_of_a_fit_that_is_there_goes_and_a_newer_fit_stays(tmp_path, age, left):
    """A fit may be killed when its output is saved; another may be on its way since then."""
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    write_picture(image)
    keeper = Keeper(output, "f")
    keeper.save(Checkpoint())
    output.write_bytes(b"a fit")
    now = keeper.path.stat().st_mtime
    os.utime(output, (now + age, now + age))
    config = load_preset("fast")
    with pytest.raises(OutputError, match="exists"):
        check_for_work(image, FitOptions(config))
    assert keeper.path.exists()
    result = check_for_work(image, FitOptions(config, skip_existing=True))
    assert result is not None
    assert result["skipped"]
    assert keeper.path.exists() == left
    assert output.read_bytes() == b"a fit"


class LosingFitter:
    """Ends each fit, and remembers what it was to keep it with."""

    def fit(self, *told: Any) -> Any:
        self.keeper = told[-1]
        raise DivergedError("lost")


@pytest.mark.parametrize("stream", [True, False])
def test_nothing_is_kept_beside_a_pipe(tmp_path, stream):
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    write_picture(image)
    if stream:
        os.mkfifo(output)
    fits, fitter = Fits(FitOptions(load_preset("fast"))), LosingFitter()
    fits._fitter = fitter
    with pytest.raises(DivergedError):
        fits.fit(image, Budget(), ProgressDisplay(print, print))
    assert (fitter.keeper is None) == stream
