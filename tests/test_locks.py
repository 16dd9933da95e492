"""Two runs never write the same output."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from siren_cli.errors import BusyError, OutputError
from siren_cli.system import locks


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


LOCKED = """
import sys
from pathlib import Path
from siren_cli import errors
from siren_cli.system import locks
try:
    with locks.locked(Path(sys.argv[1])):
        print("ours", flush=True)
        sys.stdin.read()
except errors.BusyError as error:
    print(error)
"""


def locker(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", LOCKED, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_second_run_on_one_output_learns_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    with locker(path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ours\n"
        with locker(path) as second:
            out, _ = second.communicate()
        owner = f"process {first.pid} (its lock: {tmp_path}/.a.siren.lock)"
        assert out == f"{path}: is being written by {owner}\n"
        first.communicate()
    assert names(tmp_path) == []


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    with locker(path) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()
    with locks.locked(path):
        assert names(tmp_path) == [".a.siren.lock"]
    assert names(tmp_path) == []


@pytest.mark.parametrize("function", ["ftruncate", "write"])
def test_a_lock_that_cannot_be_made_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patches:
        patches.setattr(os, function, fail)
        with pytest.raises(OutputError, match=r"cannot be locked by .+\.lock: No space left"):
            locks.locked(tmp_path / "a.siren").__enter__()
    assert names(tmp_path) == []
    with locks.locked(tmp_path / "a.siren"):
        assert names(tmp_path) == [".a.siren.lock"]


def test_an_output_is_locked_once_also_within_a_process(tmp_path):
    path = tmp_path / "a.siren"
    busy = pytest.raises(BusyError, match=f"is being written by process {os.getpid()} ")
    with locks.locked(path), busy, locks.locked(path):
        pass
    assert names(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"no number", b"\xff\x1b"])
def test_a_lock_without_a_number_is_of_another_process(tmp_path, content):
    lock = tmp_path / ".a.siren.lock"
    with lock.open("wb", buffering=0) as file:
        file.write(content)
        fcntl.flock(file, fcntl.LOCK_EX)
        busy = pytest.raises(BusyError, match=r"by another process \(its lock: .+\.lock\)$")
        with busy, locks.locked(tmp_path / "a.siren"):
            pass


def test_a_directory_where_the_lock_goes_is_one_line(tmp_path):
    (tmp_path / ".a.siren.lock").mkdir()
    refused = pytest.raises(OutputError, match=r"cannot be locked by .+\.lock: Is a directory$")
    with refused, locks.locked(tmp_path / "a.siren"):
        pass


def test_a_lock_that_its_owner_removed_meanwhile_is_taken_anew(tmp_path, monkeypatch):
    lock, flock = tmp_path / ".a.siren.lock", fcntl.flock

    def remove_once(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        lock.unlink()

    monkeypatch.setattr(fcntl, "flock", remove_once)
    with locks.locked(tmp_path / "a.siren"):
        assert lock.read_text() == str(os.getpid())


def test_a_file_system_without_locks_is_written_all_the_same(tmp_path, monkeypatch):
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with locks.locked(tmp_path / "a.siren"):
        assert names(tmp_path) == [".a.siren.lock"]
    assert names(tmp_path) == []
