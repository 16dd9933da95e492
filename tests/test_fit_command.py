"""`siren fit` finds problems before it fits."""

import os
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from siren_cli.commands.fit import fit_one
from siren_cli.commands.fit_checks import check_image_for_work
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_plan import planned
from siren_cli.errors import OutputError
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.output.timeline import Timeline
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.presets import load_preset
from tests.helpers.commands import write_picture
from tests.helpers.picture_files import encoded
from tests.helpers.small_fits import SMALL, smooth_picture

Usage = namedtuple("Usage", "total used free")
OPTIONS = FitOptions(load_preset("fast"))
SILENT = ProgressDisplay(lambda share, text: None, lambda line: None)


def test_what_another_run_wrote_meanwhile_is_found_before_the_fit(tmp_path: Path) -> None:
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    output.write_bytes(b"the other's")
    with pytest.raises(OutputError, match="exists"):
        fit_one(image, OPTIONS, SILENT, Timeline(0.0))
    assert output.read_bytes() == b"the other's"


def test_a_disk_too_full_is_found_before_the_fit(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(9000, 8500, 500))
    full = r"a.siren: about .\.. kB are needed, and 500 B are free on its disk \(-o names"
    with pytest.raises(OutputError, match=full):
        planned(tmp_path / "a.png", OPTIONS)
    with pytest.raises(OutputError, match=full):
        fit_one(tmp_path / "a.png", OPTIONS, SILENT, Timeline(0.0))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_disk_that_counts_nothing_is_tried(tmp_path, monkeypatch):
    write_picture(tmp_path / "a.png")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, 0))
    assert planned(tmp_path / "a.png", OPTIONS)["ok"]


@pytest.mark.parametrize(("age", "left"), [(1, False), (-1, True)])
def test_what_is_left_of_a_fit_that_is_there_goes_and_a_newer_fit_stays(tmp_path, age, left):
    """A fit may be killed when its output is saved; another may be on its way since then."""
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    write_picture(image)
    file = CheckpointFile(output, "f")
    file.save(Checkpoint())
    output.write_bytes(b"a fit")
    now = file.path.stat().st_mtime
    os.utime(output, (now + age, now + age))
    with pytest.raises(OutputError, match="exists"):
        check_image_for_work(image, OPTIONS)
    assert file.path.exists()
    result = check_image_for_work(image, replace(OPTIONS, skip_existing=True))
    assert result is not None
    assert result["skipped"]
    assert file.path.exists() == left
    assert output.read_bytes() == b"a fit"


@pytest.mark.parametrize("is_pipe", [True, False])
def test_a_stopped_fit_leaves_a_checkpoint_unless_it_goes_to_a_pipe(tmp_path, is_pipe):
    def stop(share: float, text: str) -> None:
        raise KeyboardInterrupt

    picture = smooth_picture(50, 34)
    (tmp_path / "a.png").write_bytes(encoded(picture, Path("a.png")))
    if is_pipe:
        os.mkfifo(tmp_path / "a.siren")
    with pytest.raises(KeyboardInterrupt):
        fit_one(
            tmp_path / "a.png", FitOptions(SMALL), SILENT._replace(update=stop), Timeline(0.0)
        )
    assert (tmp_path / ".a.siren.part").exists() == (not is_pipe)
