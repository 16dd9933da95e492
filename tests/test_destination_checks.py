"""A destination is checked before any work, and locked meanwhile."""

import io
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from siren_cli.errors import BusyError, OutputError, UsageError
from siren_cli.system.destination import Destination

OLD = b"old" * 1000
NEW = b"new" * 2000


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_directory_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.siren").mkdir()
    with pytest.raises(OutputError, match=r"a.siren: is a directory"):
        Destination(tmp_path / "a.siren", force=True).check()
    with pytest.raises(OutputError, match=r"a.siren: is a directory"):
        Destination(tmp_path / "a.siren", force=True).save(NEW)


def test_a_directory_of_the_temporarys_name_is_refused_before_any_work(tmp_path):
    (tmp_path / ".a.siren.tmp").mkdir()
    with pytest.raises(OutputError, match=r"a.siren: .*\.a\.siren\.tmp is a directory, and in"):
        Destination(tmp_path / "a.siren", force=True).check()
    assert names(tmp_path) == [".a.siren.tmp"]


@pytest.mark.parametrize("parent", ["missing", "file"])
def test_a_missing_directory_is_refused(tmp_path: Path, parent: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(OutputError, match=f"there is no directory {tmp_path / parent}"):
        Destination(tmp_path / parent / "a.siren").check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_directory_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="the directory is read-only"):
        Destination(tmp_path / "a.siren").check()
    tmp_path.chmod(0o700)


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    Destination(tmp_path / "a.siren").check()
    Destination(Path("-")).check()
    assert names(tmp_path) == []


def test_a_name_too_long_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"File name too long \(-o names another file\)"):
        Destination(tmp_path / ("x" * 256)).check()


def test_a_terminal_is_no_place_for_a_file(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(UsageError, match="standard output is a terminal"):
        Destination(Path("-")).check()


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_a_notebooks_output_is_no_place_for_a_file(monkeypatch, stream):
    monkeypatch.setattr("sys.stdout", stream)
    with pytest.raises(UsageError, match="takes no bytes here"):
        Destination(Path("-")).save(b"")


def test_saving_says_which_folder_is_missing(tmp_path):
    with pytest.raises(OutputError, match="there is no directory"):
        Destination(tmp_path / "x" / "a.siren").save_locked(b"")


def test_a_directory_closed_to_us_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="the directory is read-only"):
        Destination(tmp_path / "a.siren").check()


def test_a_result_may_not_replace_what_it_is_made_of(tmp_path):
    source = tmp_path / "a.png"
    source.write_bytes(OLD)
    (tmp_path / "link").symlink_to(source)
    for path in (source, tmp_path / "link"):
        with pytest.raises(UsageError, match="would overwrite its own source"):
            Destination(path, force=True).check(source)
    Destination(tmp_path / "b.png").check(source)


def test_streams_hold_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    streams = [Path("-"), tmp_path / "pipe", Path(os.devnull)]
    others = [tmp_path / "file", tmp_path]
    found = [Destination(path).is_stream for path in streams + others]
    assert found == [True] * 3 + [False] * 2


class DiskUsage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_without_room_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DiskUsage(9000, 8500, 500))
    destination = Destination(tmp_path / "a.siren")
    destination.check_room(500)
    with pytest.raises(OutputError, match=r"about 2.0 kB are needed, and 500 B are free"):
        destination.check_room(2000)
    Destination(Path("-")).check_room(2000)


def test_a_disk_that_counts_nothing_is_tried(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DiskUsage(0, 0, 0))
    Destination(tmp_path / "a.siren").check_room(2000)


def test_a_folder_that_is_still_to_be_made_has_room(tmp_path):
    Destination(tmp_path / "later" / "a.siren").check_room(1 << 60)


def test_a_destination_is_locked_while_it_is_worked_for(tmp_path):
    destination = Destination(tmp_path / "a.siren")
    busy = pytest.raises(BusyError, match=f"by process {os.getpid()} ")
    with destination.locked(), busy, destination.locked():
        pass
    with destination.locked():
        destination.save(NEW)
    assert names(tmp_path) == ["a.siren"]


def test_streams_are_not_locked(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    stream = Destination(pipe)
    with Destination(Path("-")).locked(), stream.locked(), stream.locked():
        assert names(tmp_path) == ["pipe"]
