"""The figures and the page of a comparison."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.comparing.candidates import Candidate, CurvePoint
from siren_cli.comparing.figures import figure_file
from siren_cli.comparing.fit_candidates import siren_candidate
from siren_cli.comparing.panels import (
    absolute_errors,
    curves,
    derivative_panel,
    hardest_spot,
    panel,
    png_file,
)
from siren_cli.comparing.picture_candidates import (
    Original,
    original_candidate,
    picture_candidate,
)
from siren_cli.errors import OutputError, UsageError
from siren_cli.pictures.picture import quantize
from siren_cli.planning.lesson_quality import LessonQuality
from siren_cli.rendering.drawing import render
from siren_cli.rendering.geometry import Region
from tests.helpers.commands import siren
from tests.helpers.representations import COLORS, make_representation, save_representation


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def all_kinds(channels: int = 3) -> list[Candidate]:
    """Return the original, a fit and a picture with a dark corner."""
    function = make_representation(40, 60, channels=channels, cell_size=0)
    save_representation(Path("a.siren"), function)
    picture = render(function, 40, 60)
    stored = quantize(picture.pixels, 8)
    if channels in (2, 4):
        stored[..., -1] = 255  # opaque enough to be the same again
        stored[0, 0, -1] = 128
    mode = COLORS[channels]
    Image.fromarray(stored.squeeze(), mode).save("a.png")
    stored[30:, 50:] = 0
    Image.fromarray(stored.squeeze(), mode).save("b.png")
    original = Original(Path("a.png"), 10**6)
    return [
        original_candidate(original),
        siren_candidate(Path("a.siren"), original, resize=False),
        picture_candidate(Path("b.png"), original, resize=False),
    ]


def test_the_hardest_spot_is_where_the_errors_are() -> None:
    errors = np.zeros((40, 60), np.float32)
    errors[30:, 50:] = 100.0
    assert hardest_spot([errors, np.zeros_like(errors)]) == Region(36, 24, 24, 16)
    large = np.pad(errors, ((600, 0), (0, 300)))
    spot = hardest_spot([large])
    assert spot.x <= 50
    assert spot.x + spot.width >= 60
    assert (spot.width, spot.height) == (60, 107)


def test_the_error_is_in_stored_values() -> None:
    first, fit, dark = all_kinds()
    assert absolute_errors(first).max() == 0.0
    assert absolute_errors(fit).max() <= 1.0
    pixels = np.asarray(Image.open("a.png")).astype(float)
    np.testing.assert_allclose(
        absolute_errors(dark)[30:, 50:], pixels[30:, 50:].mean(axis=-1), rtol=1e-6
    )


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_panel_shows_all_candidates(channels: int) -> None:
    found = all_kinds(channels)
    figure = panel(found, None)
    # Three rows of three, and the bar of the errors.
    assert len(figure.axes) == 10
    titles = [axes.get_title() for axes in figure.axes[:3]]
    assert [title.splitlines()[0] for title in titles] == ["a.png", "a.siren", "b.png"]
    with Image.open(io.BytesIO(figure_file(figure, "png"))) as image:
        assert image.width > 1000


def test_fits_are_shown_with_their_derivatives() -> None:
    first, fit, dark = all_kinds()
    curve = (CurvePoint(1, 0.0, 10.0), CurvePoint(9, 1.0, 20.0))
    fitted = replace(fit, kind="fit", name="sine", curve=curve)
    assert len(panel([first, fitted, dark, dark, dark], "0,0,9,6").axes) == 5 * 2 * 4 + 1
    lines = curves([first, fitted, dark]).axes[0].get_lines()
    assert [line.get_label() for line in lines] == ["sine"]
    with pytest.raises(UsageError, match="leaves the picture"):
        panel([first, fitted], "50,0,20,6")


def test_supervisions_are_shown_as_derivatives_on_one_scale() -> None:
    first, fit, dark = all_kinds()
    taught = replace(fit, kind="fit", name="gradient", learned=LessonQuality(31.0, None))
    figure = derivative_panel([first, taught, fit, dark, dark, dark])
    # Five columns of the picture and two derivatives, and a block below with the sixth.
    assert len(figure.axes) == 2 * 3 * 5
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[0].startswith("a.png\n")
    assert titles[5:9] == ["differences of its pixels", "31.00 dB", "", titles[5]]
    assert titles[11] == "identical"
    slopes, own, bends = (figure.axes[at].get_images()[0].get_array() for at in (5, 8, 11))
    assert not np.ptp(bends, axis=-1).any()
    # Far from its dark corner, a picture has the same colors as the original.
    np.testing.assert_array_equal(own[:28, :48], slopes[:28, :48])
    assert np.abs(own - slopes).max() > 0.1


def test_a_page_shows_what_a_candidate_shows() -> None:
    fit = all_kinds()[1]
    Path("shown.png").write_bytes(png_file(fit))
    np.testing.assert_array_equal(
        np.asarray(Image.open("shown.png")), quantize(fit.picture.pixels, 8)
    )


def test_the_command_draws_and_writes_them() -> None:
    all_kinds()
    outputs = ("--figure", "p.pdf", "--html", "r.html", "--region", "40,20,20,20")
    assert siren(Path(), "compare", "a.png", "a.siren", "b.png", *outputs).code == 0
    assert Path("p.pdf").read_bytes().startswith(b"%PDF")
    assert "b.png" in Path("r.html").read_text()
    again = siren(Path(), "compare", "a.siren", "--figure", "p.pdf")
    assert (again.code, again.err) == (5, ["siren: p.pdf: exists (-f overwrites it)"])
    wrong = siren(Path(), "compare", "a.siren", "--figure", "p.gif")
    assert wrong.err == ["siren: p.gif: not one of .png, .pdf, .svg, .jpg, .webp"]
    assert OutputError.exit_code == wrong.code


def test_without_an_original_there_is_no_figure() -> None:
    run = siren(Path(), "compare", "missing.png", "a.siren", "--figure", "p.png")
    assert (run.code, len(run.err)) == (3, 1)
    assert not Path("p.png").exists()


def test_a_flat_picture_has_derivatives_on_one_scale() -> None:
    first, fit, _ = all_kinds()
    white = replace(first.picture, pixels=np.ones_like(first.picture.pixels))
    flat = replace(first, original=white, picture=white)
    fitted = replace(fit, kind="fit", original=white)
    figure = panel([flat, fitted], None)
    gradient, laplacian = (figure.axes[row * 2].get_images()[0].get_array() for row in (2, 3))
    assert not np.any(gradient)
    np.testing.assert_array_equal(laplacian, 0.5)


@pytest.mark.parametrize("shape", [(1, 1), (300, 1), (1, 5000)])
def test_a_line_of_pixels_has_a_figure(shape: tuple[int, int]) -> None:
    picture = Image.new("RGB", shape[::-1], (9, 99, 199))
    picture.save("a.png")
    picture.save("b.bmp")
    original = Original(Path("a.png"), 10**6)
    found = [
        original_candidate(original),
        picture_candidate(Path("b.bmp"), original, resize=False),
    ]
    with Image.open(io.BytesIO(figure_file(panel(found, None), "png"))) as image:
        assert max(image.size) < 5000
