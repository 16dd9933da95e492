"""A destination is checked, locked and written as a whole, whatever happens meanwhile."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from siren_cli.errors import BusyError, OutputError, UsageError
from siren_cli.system.destination import Destination

OLD, NEW = b"old" * 1000, b"new" * 2000


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture
def umask() -> Iterator[int]:
    wanted = 0o027
    before = os.umask(wanted)
    yield wanted
    os.umask(before)


def test_a_new_file_holds_the_content_and_nothing_else_is_left(tmp_path: Path) -> None:
    Destination(tmp_path / "a.siren").save(NEW)
    assert (tmp_path / "a.siren").read_bytes() == NEW
    assert names(tmp_path) == ["a.siren"]


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    Destination(tmp_path / "a.siren").save(NEW)
    assert stat.S_IMODE((tmp_path / "a.siren").stat().st_mode) == 0o666 & ~umask
    assert os.umask(umask) == umask


def test_an_overwritten_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    path.chmod(0o640)
    Destination(path, force=True).save(NEW)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_is_not_overwritten_without_force(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    with pytest.raises(OutputError, match=r"exists \(-f overwrites it\)"):
        Destination(path).save(NEW)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_is_followed_and_stays(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "a.siren"
    if exists:
        target.write_bytes(OLD)
    link = tmp_path / "link.siren"
    link.symlink_to(Path("there", "a.siren"))
    Destination(link, force=True).save(NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert names(tmp_path / "there") == ["a.siren"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("function", ["fsync", "chmod", "replace"])
def test_a_failing_call_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, code: int
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OutputError, match=f"a.siren: not written: {os.strerror(code)}"):
        Destination(path, force=True).save(NEW)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.siren"]


def test_an_interrupt_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Destination(path, force=True).save(NEW)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.siren"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from siren_cli.system.destination import Destination
from siren_cli.errors import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
try:
    Destination(Path(sys.argv[1]), force=True).save(bytes(10**6))
except OutputError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path], capture_output=True, check=True, text=True
    )
    assert done.stdout == f"{path}: not written: File too large\n"
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.siren"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device_is_one_line() -> None:
    with pytest.raises(OutputError, match=r"^/dev/full: not written: No space left on device$"):
        Destination(Path("/dev/full")).save(NEW)


def test_a_directory_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.siren").mkdir()
    with pytest.raises(OutputError, match=r"a.siren: is a directory"):
        Destination(tmp_path / "a.siren", force=True).check()
    with pytest.raises(OutputError, match=r"a.siren: is a directory"):
        Destination(tmp_path / "a.siren", force=True).save(NEW)


LEFTOVERS: dict[str, Callable[[Path, Path], Any]] = {
    "a file": lambda temporary, other: temporary.write_bytes(NEW * 2),
    "a symbolic link": lambda temporary, other: temporary.symlink_to(other),
    "a link to nowhere": lambda temporary, other: temporary.symlink_to("nowhere"),
    "a link to a directory": lambda temporary, other: temporary.symlink_to(other.parent),
    "a hard link": lambda temporary, other: os.link(other, temporary),
    "a pipe": lambda temporary, other: os.mkfifo(temporary),
}


@pytest.mark.parametrize("kind", LEFTOVERS)
def test_what_has_the_temporarys_name_is_replaced_and_not_written_to(tmp_path, kind):
    other = tmp_path / "other"
    other.write_bytes(OLD)
    LEFTOVERS[kind](tmp_path / ".a.siren.tmp", other)
    Destination(tmp_path / "a.siren").save(NEW)
    assert (tmp_path / "a.siren").read_bytes() == NEW
    assert other.read_bytes() == OLD
    assert names(tmp_path) == ["a.siren", "other"]


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


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    Destination(pipe).save(NEW)
    reader.join()
    assert received == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Destination(Path("-")).save(NEW)
    assert capfdbinary.readouterr().out == NEW


ODD_NAMES = [
    b"two words",
    b"-f",
    b"new\nline",
    "\N{FOX FACE}".encode(),
    b"\xff\xfe",
    b"x" * 255,
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_written(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    Destination(path).save(OLD)
    Destination(path, force=True).save(NEW)
    assert path.read_bytes() == NEW
    assert names(tmp_path) == [os.fsdecode(name)]


def test_a_name_too_long_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"File name too long \(-o names another file\)"):
        Destination(tmp_path / ("x" * 256)).check()


def test_a_terminal_is_no_place_for_a_file(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(UsageError, match="standard output is a terminal"):
        Destination(Path("-")).check()


def test_a_directory_closed_to_us_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="the directory is read-only"):
        Destination(tmp_path / "a.siren").check()


def test_a_reader_that_has_left_is_no_failure_to_write(tmp_path, monkeypatch):
    def leave(*_: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(os, "replace", leave)
    with pytest.raises(BrokenPipeError):
        Destination(tmp_path / "a.siren").save(NEW)
    assert names(tmp_path) == []


def test_standard_output_cannot_seek(capsysbinary):
    with Destination(Path("-")).opened() as file:
        assert file.writable()
        assert not file.seekable()
        file.write(OLD)
    assert capsysbinary.readouterr().out == OLD


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
    with pytest.raises(OutputError, match=r"about 2 kB are needed, and 500 B are free"):
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
