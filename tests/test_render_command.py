"""`siren render` from a file to a file, in this process."""

import signal
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from siren_cli.commands.render import render
from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import OutputError, RepresentationError, ResourceError, UsageError
from siren_cli.output.options import OutputOptions
from siren_cli.rendering.drawing import render as drawn
from siren_cli.representation import siren_file
from tests.helpers.commands import finish, start
from tests.helpers.representations import make_representation, save_representation, with_weight

FILE = Path("a.siren")
QUIET = OutputOptions(quiet=True)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder, with a fit of 30x20 pixels."""
    monkeypatch.chdir(tmp_path)
    save_representation(FILE, make_representation(20, 30, cell_size=8))


def result(**options: Any) -> dict[str, Any]:
    return render(FILE, RenderOptions(**options), QUIET)


def picture(path: str) -> "np.ndarray[Any, Any]":
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "a.30x20.png"),
        ({"size": "60"}, "a.60x40.png"),
        ({"region": "1.5,2,15,10", "size": "60"}, "a.15x10+1.5+2.60x40.png"),
        ({"what": "gradient", "form": "webp"}, "a.gradient.30x20.webp"),
        ({"size": "50%", "out_dir": Path("out")}, "out/a.15x10.png"),
        ({"raw": True, "output": Path("b.npy")}, "b.npy"),
    ],
)
def test_a_drawing_is_named_by_its_view(options: dict[str, Any], name: str) -> None:
    Path("out").mkdir()
    assert result(**options)["output"] == name
    assert Path(name).stat().st_size > 0


def test_a_region_is_that_of_the_whole() -> None:
    result(size="10x", output=Path("whole.png"))
    result(region="3,4,10,8", size="10x", output=Path("part.png"))
    whole, part = picture("whole.png"), picture("part.png")
    close = np.abs(part.astype(int) - whole[40:120, 30:130])
    assert close.max() <= 1


def test_arrays_are_the_functions_own_when_they_are_raw() -> None:
    result(output=Path("shown.npy"))
    result(output=Path("own.npy"), raw=True)
    result(output=Path("slopes.npy"), what="gradient")
    shown, own = np.load("shown.npy"), np.load("own.npy")
    assert shown.dtype == own.dtype == np.float32
    np.testing.assert_allclose(np.clip(own, 0.0, 1.0), shown, atol=1e-6)
    assert own.min() < 0.0 or own.max() > 1.0
    assert np.load("slopes.npy").shape == (20, 30, 3, 2)


@pytest.mark.parametrize("what", ["gradient", "laplacian"])
def test_the_scale_of_a_derivative_is_reported(what: str) -> None:
    found = result(what=what)
    assert found["scale"] > 0.0
    assert any("brightest" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"depth": 12}, "--depth 12: not 8, 16 or 32"),
        ({"what": "edges"}, "--what edges: not one of image, gradient, laplacian"),
        ({"supersample": 0}, "--supersample 0: not between 1 and 64"),
        ({"what": "gradient", "linear_light": True}, "--linear-light is about pictures"),
        ({"output": Path("b.png"), "out_dir": Path()}, "name two places"),
        ({"form": "hdr"}, "--format hdr: not one of"),
        ({"raw": True}, "--raw writes NumPy's .npy"),
        ({"raw": True, "linear_light": True, "form": "npy"}, "which are no light"),
        ({"region": "0,0,31,20"}, "leaves the picture, which is 30x20"),
        ({"size": "10x10"}, "another aspect"),
        ({"depth": 16, "output": Path("b.jpg")}, "JPEG holds 8 bits"),
        ({"depth": 16, "output": Path("b.npy")}, "NPY holds float32 alone"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        result(**options)
    assert list(Path().iterdir()) == [FILE]


def test_a_size_over_a_formats_limit_is_refused_before_work() -> None:
    with pytest.raises(OutputError, match="JPEG is limited to 65500 pixels a side"):
        result(size="65535x", output=Path("b.jpg"))
    with pytest.raises(OutputError, match="WEBP is limited to 16383"):
        result(size="16384x", output=Path("b.webp"))


def test_more_than_a_gigapixel_asks_first() -> None:
    with pytest.raises(UsageError, match=r"over a gigapixel, takes about .* \(--yes-huge"):
        result(size="60000x40000", output=Path("b.tif"))
    assert list(Path().iterdir()) == [FILE]


def test_a_disk_that_is_too_small_is_found_before_work() -> None:
    with pytest.raises(OutputError, match=r"are needed, and .* are free on its disk"):
        result(size="1000000x", stretch=True, yes_huge=True, output=Path("b.npy"))


def test_what_must_be_held_whole_must_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "MemAvailable: 10 kB")
    with pytest.raises(ResourceError, match=r"memory are needed, .* \(a \.png or \.tif is"):
        result(size="300", output=Path("b.jpg"))
    assert result(size="300", output=Path("b.png"))["bytes"] > 0


def test_a_large_drawing_is_estimated_and_watched(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("siren_cli.commands.render.LARGE_SAMPLES", 1000)
    monkeypatch.setattr("siren_cli.output.terminal.LINE_SECONDS", 0.0)
    render(FILE, RenderOptions(size="600x400", output=Path("b.png")), OutputOptions())
    shares = [line for line in capfd.readouterr().err.splitlines() if " Mpx/s" in line]
    assert shares
    assert shares[-1].startswith("b.png: 0/0 Mpx  0 s left")
    expected = drawn(siren_file.load(FILE), 400, 600).pixels
    assert np.abs(picture("b.png") / 255.0 - expected).max() < 0.6 / 255


def test_an_error_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(zlib, "compressobj", fail)
    with pytest.raises(KeyboardInterrupt):
        result(output=Path("b.png"))
    assert not Path("b.png").exists()
    assert not Path(".b.png.tmp").exists()


def test_encoders_that_give_up_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: Any, **__: Any) -> None:
        raise ValueError("too hard")

    monkeypatch.setattr(Image.Image, "save", give_up)
    with pytest.raises(OutputError, match=r"b\.webp: not written: cannot be encoded: too hard"):
        result(output=Path("b.webp"))


@pytest.mark.parametrize("what", ["image", "gradient"])
def test_weights_too_large_to_draw_are_refused_and_leave_nothing(what: str) -> None:
    made = make_representation(20, 30, cell_size=8, dtype="float32")
    save_representation(FILE, with_weight(made, np.finfo(np.float32).max))
    with pytest.raises(RepresentationError, match=r"^a\.siren: its weights are so large"):
        result(what=what)
    assert [path.name for path in Path().iterdir()] == ["a.siren"]


def test_samples_count_as_pixels_do() -> None:
    """A file may say that its picture is huge, though it is small."""
    save_representation(FILE, make_representation(10**6, 10**6, cell_size=0))
    with pytest.raises(UsageError, match="100x100 has 100000000 samples a pixel, takes"):
        result(size="100")


def test_a_speck_of_a_pixel_can_be_drawn() -> None:
    found = result(region="3,4,0.000000001,0.000000001", size="64")
    assert len(np.unique(picture(found["output"]).reshape(-1, 3), axis=0)) == 1


def test_a_signal_does_not_wait_for_what_is_drawn(tmp_path: Path) -> None:
    slow = ("--supersample", "64", "--size", "900", "--yes-huge", "-o", "b.png")
    process = start(tmp_path, "render", "a.siren", *slow)
    while not Path(".b.png.tmp").exists():
        assert process.poll() is None
        time.sleep(0.02)
    # A suite in the background ignores Ctrl-C, and its children inherit that.
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    run = finish(process)
    assert (run.code, run.err[-1]) == (143, "siren: terminated")
    assert time.monotonic() - begun < 3.0
    assert list(tmp_path.iterdir()) == [tmp_path / "a.siren"]
