"""Commands refuse .siren files whose digest is right and whose content is not."""

import os
from pathlib import Path

import pytest
from PIL import Image

from siren_cli.comparing.fit_candidates import siren_candidate
from siren_cli.comparing.picture_candidates import Original
from siren_cli.errors import RepresentationError
from siren_cli.representation import siren_file
from tests.helpers.commands import siren
from tests.helpers.representations import make_pyramid_representation, make_representation
from tests.helpers.siren_files import SirenParts
from tests.helpers.version_1_files import encode_version_1
from tests.helpers.version_3_files import Version3Parts

PYRAMID = siren_file.encode(make_pyramid_representation(3, 2))


def write(path: Path, place: str, value: object) -> None:
    parts = SirenParts(encode_version_1(make_representation(8, 6)))
    parts.set(place, value)
    path.write_bytes(parts.sealed())


@pytest.mark.parametrize("command", [["info"], ["render", "-o", "out.png"]])
@pytest.mark.parametrize(
    ("place", "value"),
    [("result.psnr_db", 10**400), ("tool", "\x1b[2J\n"), ("grid.rows", 1 << 60)],
)
def test_a_hostile_file_is_one_line_and_makes_no_file(tmp_path, command, place, value):
    write(tmp_path / "a.siren", place, value)
    run = siren(tmp_path, *command, "a.siren")
    assert (run.code, run.out, len(run.err)) == (4, b"", 1)
    assert run.err[0].startswith(f"siren: a.siren: header.{place} ")
    assert os.listdir(tmp_path) == ["a.siren"]


@pytest.mark.parametrize("command", [["info"], ["render", "-o", "out.png"]])
@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(("result.psnr_db", 10**400), ("tool", "\x1b[2J\n"), ("picture.width", 1 << 60)),
        *(("pyramid.hidden_features", 1 << 60), ("pyramid.network_bytes", -1)),
    ],
)
def test_a_hostile_pyramid_is_one_line_and_makes_no_file(tmp_path, command, place, value):
    parts = Version3Parts(PYRAMID)
    parts.set(place, value)
    (tmp_path / "a.siren").write_bytes(parts.sealed())
    run = siren(tmp_path, *command, "a.siren")
    assert (run.code, run.out, len(run.err)) == (4, b"", 1)
    assert run.err[0].startswith(f"siren: a.siren: header.{place} ")
    assert os.listdir(tmp_path) == ["a.siren"]


@pytest.mark.parametrize("command", [["info"], ["render", "-o", "out.png"]])
def test_a_pipe_is_not_waited_for(tmp_path, command):
    os.mkfifo(tmp_path / "a.siren")
    run = siren(tmp_path, *command, "a.siren")
    assert (run.code, run.out) == (4, b"")
    assert run.err == ["siren: a.siren: Is not a regular file"]
    assert os.listdir(tmp_path) == ["a.siren"]


@pytest.mark.parametrize(
    "changes",
    [
        *(7, None, {"max_side": 4.0}, {"max_side": True}, {"gray": 1}, {"icc": ["x"] * 99}),
        *({"alpha": "x"}, {"max_side": 10**400}, {"\x1b" * 99: 1}, {"max_side": 0}),
    ],
)
def test_changes_that_make_no_sense_are_the_files_fault(tmp_path, changes):
    write(tmp_path / "a.siren", "settings.picture", changes)
    Image.new("RGB", (6, 8)).save(tmp_path / "a.png")
    original = Original(tmp_path / "a.png", 1000)
    with pytest.raises(
        RepresentationError, match=r"a.siren: header.settings.picture: "
    ) as caught:
        siren_candidate(tmp_path / "a.siren", original, resize=False)
    assert str(caught.value).isprintable()
