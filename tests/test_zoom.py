"""`siren zoom`: the figure of what is between the pixels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.commands.zoom import PANEL_PIXELS, panels, square, zoom
from siren_cli.errors import OutputError, UsageError
from siren_cli.model.grid import WHOLE
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Point, Region, Size
from siren_cli.rendering.view import View
from tests.helpers.commands import siren
from tests.helpers.representations import make_representation, save_representation


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.siren"
    save_representation(path, make_representation(40, 60, cell_size=8))
    return path


@pytest.mark.parametrize(
    ("at", "side", "region"),
    [
        (None, 32.0, (14, 4, 32, 32)),
        (Point(20, 20), 10.0, (15, 15, 10, 10)),
        (Point(0, 40), 10.0, (0, 30, 10, 10)),
        (Point(60, 0), 0.5, (59.5, 0, 0.5, 0.5)),
        (Point(60, 0), 999.0, (20, 0, 40, 40)),
    ],
)
def test_a_square_stays_in_the_picture(at, side, region):
    assert square(Size(60, 40), at, side) == Region(*region)


def test_a_square_that_is_none_is_refused():
    for at, side in ((Point(61, 3), 8.0), (None, 0.001), (None, 5000.0), (None, float("nan"))):
        with pytest.raises(UsageError, match=r"is outside|between 0\.01 and 4096"):
            square(Size(60, 40), at, side)


def test_panels_show_the_same_place():
    function = make_representation(40, 60, cell_size=0)  # smooth
    region = Region(10.5, 6.25, 20.0, 20.0)
    found = panels(function, region)
    assert list(found) == ["nearest", "bicubic", "SIREN"]
    assert {panel.shape for panel in found.values()} == {(PANEL_PIXELS, PANEL_PIXELS, 3)}
    for panel in found.values():
        np.testing.assert_allclose(panel, found["SIREN"], atol=0.05)
    view = View(region, Size(PANEL_PIXELS, PANEL_PIXELS))
    np.testing.assert_array_equal(found["SIREN"], Drawing(function, view).block(WHOLE, WHOLE))


@pytest.mark.parametrize("channels", [2])
def test_pictures_of_all_colors_have_a_figure(tmp_path, channels):
    path = tmp_path / "a.siren"
    save_representation(path, make_representation(9, 7, channels=channels))
    result = zoom(path, Point(1, 2), 3.0, None, force=False)
    assert result["output"] == str(tmp_path / "a.zoom.png")
    with Image.open(result["output"]) as image:
        assert image.width > 3 * image.height
        assert len(np.unique(np.asarray(image).reshape(-1, 4), axis=0)) > 100


def test_a_figure_may_be_for_print(file):
    zoom(file, None, 8.0, file.with_name("a.pdf"), force=False)
    assert file.with_name("a.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(OutputError, match=r"a\.gif: not one of \.png, \.pdf"):
        zoom(file, None, 8.0, file.with_name("a.gif"), force=False)
    with pytest.raises(OutputError, match="exists"):
        zoom(file, None, 8.0, file.with_name("a.pdf"), force=False)


def test_the_command_draws_one(file):
    run = siren(file.parent, "zoom", "--at", "3,4", "--side", "5")
    assert (run.code, run.out) == (0, b"a.zoom.png\n")
    assert run.err[1].startswith("a.siren -> a.zoom.png  5x5 at 0.5,1.5  ")
    wrong = siren(file.parent, "zoom", "--at", "3")
    assert (wrong.code, wrong.err) == (2, ["siren: --at: '3' is not two numbers X Y"])
