"""What a page draws of a view that moves, without a browser."""

import json
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from siren_cli.exporting.page import page

SCRIPTS = ("view.js", "sheets.js", "painter.js", "refining.js")


@pytest.fixture(scope="module")
def painted():
    """What one process of Node.js painted."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not on PATH")
    folder = resources.files("siren_cli.exporting.page")
    program = page.engine() + "".join(
        folder.joinpath(name).read_text("utf-8") for name in SCRIPTS
    )
    program += Path(__file__).with_name("helpers").joinpath("painter.js").read_text("utf-8")
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_view_that_is_dragged_stays_covered_by_the_coarse_drawing(painted):
    assert painted["dragged"] == [True] * 10


def test_the_overview_is_drawn_again_when_the_picture_comes_back(painted):
    assert painted["switched"] == 1


def test_a_view_has_a_bounded_number_of_tiles(painted):
    assert painted["tiles"] <= 65 * 44
