"""What `siren fit` finds out before it fits."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from siren_cli import files
from siren_cli.errors import OutputError
from siren_cli.fit_command import Fits, plan
from siren_cli.fit_options import FitOptions
from siren_cli.presets import load_preset
from siren_cli.schedule import Budget
from siren_cli.terminal import Watcher
from tests.commands import write_picture

Usage = namedtuple("Usage", "total used free")


def test_what_another_run_wrote_meanwhile_is_found_before_the_fit(tmp_path: Path) -> None:
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    fits = Fits(FitOptions(load_preset("fast")))
    files.save(output, b"the other's", force=False)
    with pytest.raises(OutputError, match="exists"):
        fits.fit(image, Budget(), Watcher(print, print))
    assert output.read_bytes() == b"the other's"


def test_a_disk_too_full_is_found_before_the_fit(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png")
    options = FitOptions(load_preset("fast"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(9000, 8500, 500))
    full = r"a.siren: about . kB are needed, and 500 B are free on its disk \(-o names"
    with pytest.raises(OutputError, match=full):
        plan(tmp_path / "a.png", options)
    with pytest.raises(OutputError, match=full):  # TensorFlow was not started
        Fits(options).fit(tmp_path / "a.png", Budget(), Watcher(print, print))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_disk_that_counts_nothing_is_tried(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, 0))
    assert plan(tmp_path / "a.png", FitOptions(load_preset("fast")))["ok"]
