"""`siren join`: names, refusals, and what it prints."""

import os
from pathlib import Path

import pytest

from siren_cli.representation.siren_file import encode, load
from siren_cli.system import locks
from tests.helpers.commands import objects, siren
from tests.helpers.part_files import write_parts
from tests.helpers.representations import make_representation

# Five rows of cells.
FIT = make_representation(20, 12)


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A folder with a.1-of-3.part to a.3-of-3.part."""
    write_parts(tmp_path, FIT, 1, 3)
    return tmp_path


def names(*numbers: int) -> list[str]:
    return [f"a.{number}-of-3.part" for number in numbers]


def test_the_file_is_named_after_its_parts_in_any_order(parts: Path) -> None:
    run = siren(parts, "join", *names(3, 1, 2))
    assert (run.code, run.out) == (0, b"a.siren\n")
    assert run.err[0].startswith("3 parts -> a.siren  12x20  ")
    made = load(parts / "a.siren")
    assert made.cells.in_memory().row_bytes(4) == FIT.cells.row_bytes(4)
    assert made.header.psnr not in (None, 31.5)


def test_the_object_says_what_was_made(parts: Path) -> None:
    run = siren(parts, "join", *names(1, 2, 3), "-o", "b.siren", "--json", "-q")
    (result,) = objects(run)
    assert (result["output"], result["parts"], run.err) == ("b.siren", 3, [])
    assert result["bytes"] == (parts / "b.siren").stat().st_size
    assert result["psnr_db"] == pytest.approx(load(parts / "b.siren").header.psnr)


def test_the_file_itself_goes_to_stdout(parts: Path) -> None:
    run = siren(parts, "join", *names(1, 2, 3), "-o", "-", "-q")
    assert siren(parts, "join", *names(1, 2, 3), "-q").code == 0
    assert run.out == (parts / "a.siren").read_bytes()
    assert len(run.out) == len(encode(load(parts / "a.siren")))


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (4, names(1, 3), "a.1-of-3.part: part 2 of 3 is missing"),
        (4, names(2), "a.2-of-3.part: parts 1, 3 of 3 are missing"),
        (4, names(1, 2, 2, 3), "a.2-of-3.part: is part 2 of 3, as a.2-of-3.part is"),
        (4, names(1, 2, 4), "a.4-of-3.part: No such file or directory"),
        (4, [*names(1, 2, 3), "text", "-o", "b"], "text: is no part of a fit (siren fit"),
        (2, ["text"], "text: is not named like x.1-of-4.part; name the output by -o"),
        (2, ["b.1-of-3.part", *names(2)], "b.1-of-3.part and a.2-of-3.part: differ in name"),
        (2, [], "no PART given"),
        (2, [*names(1, 2, 3), "-f", "-o", *names(1)], "a.1-of-3.part: would overwrite its own"),
        (5, [*names(1, 2, 3), "-o", "text"], "text: exists (-f overwrites it)"),
    ],
)
def test_what_cannot_be_joined_is_one_line(
    parts: Path, code: int, arguments: list[str], words: str
) -> None:
    (parts / "text").write_text("a text")
    before = sorted(os.listdir(parts))
    run = siren(parts, "join", *arguments)
    assert (run.code, run.out, len(run.err)) == (code, b"", 1)
    assert run.err[0].startswith(f"siren: {words}")
    assert sorted(os.listdir(parts)) == before


def test_a_damaged_part_is_named_and_nothing_is_written(parts: Path) -> None:
    path = parts / names(2)[0]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    run = siren(parts, "join", *names(1, 2, 3))
    said = "siren: a.2-of-3.part: damaged: the weights do not match their SHA-256"
    assert (run.code, run.err) == (4, [said])
    assert not (parts / "a.siren").exists()


def test_two_runs_never_write_the_same_file(parts: Path) -> None:
    with locks.locked(parts / "a.siren"):
        assert siren(parts, "join", *names(1, 2, 3)).code == 8


@pytest.mark.parametrize("command", [["info"], ["render", "-o", "b.png"], ["query"]])
def test_other_commands_say_that_a_part_is_to_be_joined(
    parts: Path, command: list[str]
) -> None:
    points = ["1", "2"] if command == ["query"] else []
    run = siren(parts, *command, *names(1), *points)
    said = "siren: a.1-of-3.part: is a part of a fit; join all of them: siren join *.part"
    assert (run.code, run.err) == (4, [said])
