"""Many pictures by one command."""

import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.commands import finish, objects, siren, start, write_picture

NAMES = ("b.png", "c.gif", "line\nbreak.png", "deep.png", "tall.png", "fitted.png")
FRAMES_NOTE = "has 2 pictures, of which this is number 1 (--page chooses)"
RAMP = np.linspace(0, 65535, 1100)


def write_pictures(folder: Path) -> None:
    for name in NAMES:
        write_picture(folder / name)
    frames = [Image.new("RGB", (40, 30), color) for color in ("red", "green")]
    frames[0].save(folder / "c.gif", save_all=True, append_images=frames[1:])
    Image.fromarray(np.tile(RAMP.astype(np.uint16), (48, 1))).save(folder / "deep.png")
    Image.new("RGB", (1, 500), (9, 99, 199)).save(folder / "tall.png")
    (folder / "bad.png").write_text("no picture")
    (folder / "fits").mkdir()
    (folder / "fits" / "fitted.siren").write_text("from before")


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The fits of several pictures of all kinds, some of which cannot be fitted."""
    root = tmp_path_factory.mktemp("batch")
    write_pictures(root)
    (root / "names").write_bytes(b"\0".join(os.fsencode(name) for name in NAMES[1:]))
    many = ("--out-dir", "fits", "--skip-existing", "--files-from", "names", "-0")
    changed = ("--gray", "--max-side", "20", "--out-dir", "changed/deeply")
    quick = ("--preset", "fast", "--epochs", "40")
    run = siren(root, "fit", *quick, *many, "bad.png", "b.png")
    short = ("--preset", "fast", "--epochs", "2", "--json")
    json_run = siren(root, "fit", *short, *changed, "bad.png", "b.png", "c.gif")
    return root, run, json_run


def test_whatever_happens_to_one_picture_the_others_are_fitted(batch):
    root, run, _ = batch
    assert run.code == 9
    made = {path.name for path in (root / "fits").iterdir()}
    assert made == {Path(name).stem + ".siren" for name in NAMES}
    names = ["fitted", "b", "c", "line\nbreak", "deep", "tall"]
    assert run.out == "".join(f"fits/{name}.siren\n" for name in names).encode()


def test_all_pictures_are_checked_before_the_first_is_fitted(batch):
    _, run, _ = batch
    assert run.err[0] == "siren: bad.png: a text file, not a picture"
    assert run.err[1] == "fitted.png: skipped, fits/fitted.siren is there"


def test_a_batch_ends_with_one_line(batch):
    root, run, _ = batch
    assert (root / "fits" / "fitted.siren").read_text() == "from before"
    assert run.err[-1].startswith("7 pictures in ")
    assert run.err[-1].endswith(" s: 5 fitted, 1 skipped, 1 failed")


def test_what_was_left_out_is_said(batch):
    _, run, json_run = batch
    assert f"c.gif: {FRAMES_NOTE}" in run.err
    assert objects(json_run)[2]["notes"] == [FRAMES_NOTE]


def test_every_input_has_its_json_object(batch):
    results = objects(batch[2])
    assert [(each["input"], each["ok"]) for each in results] == [
        *(("bad.png", False), ("b.png", True), ("c.gif", True)),
    ]
    assert [each["channels"] for each in results[1:]] == [1, 1]
    assert results[1]["picture"] == {"gray": True, "max_side": 20}
    assert (results[1]["width"], results[1]["height"]) == (20, 15)


def test_the_original_is_compared_as_it_was_fitted(batch):
    root, _, _ = batch
    run = siren(root, "compare", "b.png", "changed/deeply/b.siren", "--json")
    original, fit, bicubic, _ = objects(run)
    assert (original["channels"], fit["channels"], bicubic["channels"]) == (3, 1, 1)
    assert (fit["width"], fit["height"]) == (40, 30)


def test_a_deep_ramp_comes_back_deep(batch):
    imagecodecs = pytest.importorskip("imagecodecs")
    root, _, _ = batch
    (result,) = objects(siren(root, "render", "fits/deep.siren", "--json"))
    drawn = imagecodecs.imread(root / result["output"])
    assert result["bit_depth"] == 16
    assert len(np.unique(drawn)) > 1000
    assert np.abs(drawn - RAMP).max() < 65535 / 510


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no IMAGE given"),
        (("b.png", "-0"), "--null is about"),
        (("-", "--files-from", "-"), "cannot both come from stdin"),
        (("--files-from", "missing"), "missing: cannot be read: No such file"),
        (("b.png", "--out-dir", "x", "-o", "y.siren"), "two places"),
        (("b.png", "--skip-existing", "-f"), "contradict"),
        (("-", "--json"), "standard output holds one fit"),
        (("b.png", "-"), "standard output holds one fit"),
        (("--files-from", "names"), "names end with NUL, not lines (-0 reads them)"),
        (("b.png", "b.gif", "--out-dir", "fits"), "both would become fits/b.siren"),
        (("b.png", "--alpha", "over=red"), "--alpha over=red: not keep, drop or over=#RRGGBB"),
        (("b.png", "--icc", "p3"), "--icc p3: not keep or srgb"),
        (("b.png", "--max-side", "0"), "--max-side 0: not between 1 and"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(batch, arguments, words):
    run = siren(batch[0], "fit", *arguments)
    assert (run.code, run.out, len(run.err)) == (2, b"", 1)
    assert words in run.err[0]


def test_no_names_are_no_pictures_and_no_error(tmp_path):
    (tmp_path / "names").write_text("")
    run = siren(tmp_path, "fit", "--files-from", "names")
    assert (run.code, run.out, run.err) == (0, b"", [])


def test_a_dry_run_makes_no_folder(batch):
    run = siren(batch[0], "fit", "-n", "b.png", "--out-dir", "not/yet")
    assert run.code == 0
    assert "b.png -> not/yet/b.siren  40x30" in run.err[0]
    assert not (batch[0] / "not").exists()


def test_a_missing_device_ends_the_whole_batch(batch):
    run = siren(batch[0], "fit", "b.png", "c.gif", "--devices", "gpu", "--out-dir", "gpu")
    assert run.code == 6
    assert run.err == ["siren: TensorFlow sees no GPU here (--devices cpu uses the CPU)"]


def test_a_picture_may_come_from_a_pipe_with_a_name(batch):
    pipe, content = batch[0] / "pipe", (batch[0] / "b.png").read_bytes()
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[content])
    writer.start()
    (plan,) = objects(siren(batch[0], "fit", "-n", "--json", "-o", "pipe.siren", "pipe"))
    writer.join()
    assert plan["width"] == 40


def test_a_picture_may_come_through_a_pipe(batch, tmp_path):
    shutil.copy(batch[0] / "b.png", tmp_path)
    with (tmp_path / "b.png").open("rb") as picture:
        process = start(tmp_path, "fit", "-n", "--json", "-o", "b.siren", "-", stdin=picture)
    (plan,) = objects(finish(process))
    assert (plan["input"], plan["output"], plan["width"]) == ("-", "b.siren", 40)
