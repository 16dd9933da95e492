"""Names of files, and reading them."""

import io
import os
import sys
from pathlib import Path

import pytest

from siren_cli.errors import OutputError, UsageError
from siren_cli.system import files


def test_a_result_goes_beside_its_source() -> None:
    assert files.beside(Path("a", "photo.of.me.png"), ".siren") == Path(
        "a", "photo.of.me.siren"
    )


def test_our_own_names_are_hidden_and_never_too_long(tmp_path: Path) -> None:
    path = tmp_path / ("\u00e9" * 127)
    assert files.hidden(tmp_path / "a.siren", ".part") == tmp_path / ".a.siren.part"
    assert len(os.fsencode(files.hidden(path, ".part").name)) <= 255


def test_a_folder_for_results_is_made_or_refused(tmp_path):
    files.make_directory(tmp_path / "a" / "b")
    files.make_directory(tmp_path / "a" / "b")
    (tmp_path / "file").write_bytes(b"old")
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
    (tmp_path / "file").write_bytes(b"old")
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
    assert files.file_bytes(Path("-")) == len(text)
    assert files.read_lines(Path("-")) == ["1 2", "\ufffd"]
