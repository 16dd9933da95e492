"""A destination is checked, locked and written as a whole, whatever happens meanwhile."""

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from siren_cli.errors import OutputError
from siren_cli.system.destination import Destination

OLD = b"old" * 1000
NEW = b"new" * 2000


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
