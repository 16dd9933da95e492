"""A file is there as a whole or not at all, whatever happens while it is written."""

import errno
import io
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from siren_cli.errors import OutputError, UsageError
from siren_cli.system import files

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
    files.save(tmp_path / "a.siren", NEW, force=False)
    assert (tmp_path / "a.siren").read_bytes() == NEW
    assert names(tmp_path) == ["a.siren"]


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    files.save(tmp_path / "a.siren", NEW, force=False)
    assert stat.S_IMODE((tmp_path / "a.siren").stat().st_mode) == 0o666 & ~umask
    assert os.umask(umask) == umask


def test_an_overwritten_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    path.chmod(0o640)
    files.save(path, NEW, force=True)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_is_not_overwritten_without_force(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(OLD)
    with pytest.raises(OutputError, match=r"exists \(-f overwrites it\)"):
        files.save(path, NEW, force=False)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_is_followed_and_stays(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "a.siren"
    if exists:
        target.write_bytes(OLD)
    link = tmp_path / "link.siren"
    link.symlink_to(Path("there", "a.siren"))
    files.save(link, NEW, force=True)
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
        files.save(path, NEW, force=True)
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
        files.save(path, NEW, force=True)
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a.siren"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from siren_cli.system import files
from siren_cli.errors import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
try:
    files.save(Path(sys.argv[1]), bytes(10**6), force=True)
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
        files.save(Path("/dev/full"), NEW, force=False)


def test_a_directory_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.siren").mkdir()
    with pytest.raises(OutputError, match=r"a.siren: is a directory"):
        files.check_target(tmp_path / "a.siren", force=True)
    with pytest.raises(OutputError, match=r"a.siren: is a directory"):
        files.save(tmp_path / "a.siren", NEW, force=True)


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
    files.save(tmp_path / "a.siren", NEW, force=False)
    assert (tmp_path / "a.siren").read_bytes() == NEW
    assert other.read_bytes() == OLD
    assert names(tmp_path) == ["a.siren", "other"]


def test_a_directory_of_the_temporarys_name_is_refused_before_any_work(tmp_path):
    (tmp_path / ".a.siren.tmp").mkdir()
    with pytest.raises(OutputError, match=r"a.siren: .*\.a\.siren\.tmp is a directory, and in"):
        files.check_target(tmp_path / "a.siren", force=True)
    with pytest.raises(OutputError, match="in the way"):
        files.save(tmp_path / "a.siren", NEW, force=True)
    assert names(tmp_path) == [".a.siren.tmp"]


@pytest.mark.parametrize("parent", ["missing", "file"])
def test_a_missing_directory_is_refused(tmp_path: Path, parent: str) -> None:
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(OutputError, match=f"there is no directory {tmp_path / parent}"):
        files.check_target(tmp_path / parent / "a.siren", force=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_directory_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="the directory is read-only"):
        files.check_target(tmp_path / "a.siren", force=False)
    tmp_path.chmod(0o700)


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    files.check_target(tmp_path / "a.siren", force=False)
    files.check_target(Path("-"), force=False)
    assert names(tmp_path) == []


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    files.save(pipe, NEW, force=False)
    reader.join()
    assert received == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    files.save(Path("-"), NEW, force=False)
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
    files.save(path, OLD, force=False)
    files.save(path, NEW, force=True)
    assert path.read_bytes() == NEW
    assert names(tmp_path) == [os.fsdecode(name)]


def test_a_name_too_long_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"File name too long \(-o names another file\)"):
        files.check_target(tmp_path / ("x" * 256), force=False)


WRITER = """
import sys
from itertools import count
from pathlib import Path
from siren_cli.system import files
print("ready", flush=True)
for number in count():
    files.save(Path(sys.argv[1]), bytes([number % 256]) * 500_000, force=True)
"""


def test_a_kill_leaves_the_old_or_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "a.siren"
    for milliseconds in (5, 27, 61):
        command = [sys.executable, "-c", WRITER, path]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            while not path.exists():
                time.sleep(0.001)
            time.sleep(milliseconds / 1000)
            writer.kill()
        content = path.read_bytes()
        assert content == content[:1] * 500_000


def test_a_result_goes_beside_its_source() -> None:
    assert files.beside(Path("a", "photo.of.me.png"), ".siren") == Path(
        "a", "photo.of.me.siren"
    )


def test_the_newest_representation_is_the_file_written_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for age, name in enumerate(("b.siren", "a.siren", "c.siren")):
        Path(name).write_bytes(NEW)
        os.utime(name, (0, 1000 - age))
    Path("d.siren").mkdir()
    Path("e.siren").symlink_to("nowhere")
    assert files.newest_representation() == Path("b.siren")


def test_no_representation_here_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"there is no \.siren file in this folder"):
        files.newest_representation()


def test_our_own_names_are_hidden_and_never_too_long(tmp_path: Path) -> None:
    path = tmp_path / ("\u00e9" * 127)
    assert files.hidden(tmp_path / "a.siren", ".part") == tmp_path / ".a.siren.part"
    assert len(os.fsencode(files.hidden(path, ".part").name)) <= 255
    files.save(path, NEW, force=False)
    assert path.read_bytes() == NEW


def test_a_terminal_is_no_place_for_a_file(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(UsageError, match="standard output is a terminal"):
        files.check_target(Path("-"), force=False)


def test_a_directory_closed_to_us_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="the directory is read-only"):
        files.check_target(tmp_path / "a.siren", force=False)


def test_a_reader_that_has_left_is_no_failure_to_write(tmp_path, monkeypatch):
    def leave(*_: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(os, "replace", leave)
    with pytest.raises(BrokenPipeError):
        files.save(tmp_path / "a.siren", NEW, force=False)
    assert names(tmp_path) == []


def test_a_folder_for_results_is_made_or_refused(tmp_path):
    files.make_directory(tmp_path / "a" / "b")
    files.make_directory(tmp_path / "a" / "b")
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(OutputError, match="cannot be made: "):
        files.make_directory(tmp_path / "file")


@pytest.fixture(autouse=True)
def _another_standard_input():
    files.read_stdin.cache_clear()
    yield
    files.read_stdin.cache_clear()


@pytest.mark.parametrize(
    ("content", "null"),
    [(b"\xef\xbb\xbfa b\n\n\xff\r\n", False), (b"a b\0\0\xff\0", True)],
)
def test_names_are_read_from_lists(tmp_path, monkeypatch, content, null):
    (tmp_path / "list").write_bytes(content)
    expected = [Path("a b"), Path(os.fsdecode(b"\xff"))]
    assert files.read_names(tmp_path / "list", null=null) == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert files.read_names(Path("-"), null=null) == expected


def test_lists_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        files.read_names(tmp_path / "list", null=False)
    (tmp_path / "list").write_bytes(b"a\0b")
    with pytest.raises(UsageError, match="end with NUL, not lines"):
        files.read_names(tmp_path / "list", null=False)


def test_streams_are_standard_input_pipes_and_devices(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(OLD)
    streams = [Path("-"), tmp_path / "pipe", Path(os.devnull)]
    others = [tmp_path, tmp_path / "file", tmp_path / "missing"]
    assert list(map(files.is_stream, streams + others)) == [True] * 3 + [False] * 3


def test_a_list_from_a_closed_standard_input_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="-: cannot be read: standard input is closed"):
        files.read_names(Path("-"), null=False)


def test_standard_input_is_read_once_and_used_as_often_as_wanted(monkeypatch):
    text = "1 2\r\n\xe9".encode("latin-1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert files.open_regular(Path("-")).read() == text
    assert files.size(Path("-")) == len(text)
    assert files.read_lines(Path("-")) == ["1 2", "\ufffd"]


def test_standard_output_cannot_seek(capsysbinary):
    with files.writing(Path("-"), force=False) as file:
        assert file.writable()
        assert not file.seekable()
        file.write(OLD)
    assert capsysbinary.readouterr().out == OLD
