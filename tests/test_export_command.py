"""`siren export` as a person starts it: where files go, and what is refused."""

import pytest

from siren_cli.representation.stored_cells import StoredCells
from tests.helpers.commands import objects, siren
from tests.helpers.representations import make_representation, save_representation


@pytest.fixture
def folder(tmp_path):
    save_representation(tmp_path / "a.siren", make_representation(6, 8))
    return tmp_path


def test_the_kind_is_that_of_the_suffix_or_of_the_format(folder):
    assert siren(folder, "export", "a.siren", "-o", "b.NPZ").code == 0
    assert siren(folder, "export", "a.siren", "-o", "c.dat", "--format", "npz").code == 0
    assert (folder / "b.NPZ").read_bytes() == (folder / "c.dat").read_bytes()


def test_the_usual_kind_is_a_page_beside_the_file(folder):
    assert siren(folder, "export", "a.siren", "-q").out == b"a.html\n"
    run = siren(folder, "export", "a.siren", "-o", "-")
    assert run.out == (folder / "a.html").read_bytes()


def test_several_files_go_to_a_folder(folder):
    save_representation(folder / "b.siren", make_representation(8, 6))
    arguments = ["a.siren", "b.siren", "--format", "npz", "--out-dir", "out", "--json", "-q"]
    found = objects(siren(folder, "export", *arguments))
    assert [each["output"] for each in found] == ["out/a.npz", "out/b.npz"]
    assert {path.name for path in (folder / "out").iterdir()} == {"a.npz", "b.npz"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "a.obj"], 2, "a.obj: ends with no kind of file that is exported"),
        (["--format", "pt"], 2, "--format pt: not one of html, npz, onnx"),
        (["-o", "a.npz", "--out-dir", "out"], 2, "name two places"),
        (["-o", "missing/a.npz"], 5, "there is no directory"),
        (["-o", "a.siren", "--format", "npz"], 2, "would overwrite its own source"),
    ],
)
def test_what_makes_no_sense_is_one_line(folder, arguments, code, message):
    run = siren(folder, "export", "a.siren", *arguments)
    assert run.code == code
    (line,) = run.err
    assert message in line
    assert [path.name for path in folder.iterdir()] == ["a.siren"]


def test_two_files_do_not_go_to_one_place(folder):
    (folder / "b").mkdir()
    save_representation(folder / "b" / "a.siren", make_representation(8, 6))
    run = siren(folder, "export", "a.siren", "b/a.siren", "--out-dir", "out", "-f")
    assert run.code == 2
    assert run.err == ["siren: a.siren and b/a.siren: both would become out/a.html"]


def test_a_foreign_file_is_refused(folder):
    (folder / "b.siren").write_bytes(b"not a file of ours")
    run = siren(folder, "export", "b.siren", "-o", "b.npz")
    assert run.code == 4
    assert not (folder / "b.npz").exists()


def test_a_file_that_exists_is_kept(folder):
    (folder / "a.npz").write_bytes(b"mine")
    assert siren(folder, "export", "a.siren", "--format", "npz").code == 5
    assert (folder / "a.npz").read_bytes() == b"mine"
    assert siren(folder, "export", "a.siren", "--format", "npz", "-f").code == 0


def test_weights_without_room_in_memory_are_one_line(folder, monkeypatch):
    def fails(_):
        raise MemoryError

    monkeypatch.setattr(StoredCells, "in_memory", fails)
    run = siren(folder, "export", "a.siren", "-o", "a.npz")
    assert run.code == 6
    assert run.err == ["siren: a.siren: larger than the memory that is left"]
