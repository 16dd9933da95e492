"""Golden files of version 1 are read for ever, and draw the same pixels."""

from dataclasses import replace
from pathlib import Path

import pytest

from siren_cli.rendering.drawing import render
from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation
from tests.helpers.siren_files import assert_equal
from tests.helpers.version_1_files import encode_version_1

GOLDEN = Path(__file__).parent / "golden" / "version-1.siren"
GOLDEN_INT8 = Path(__file__).parent / "golden" / "version-1-int8.siren"
GOLDEN_RELU_PE = Path(__file__).parent / "golden" / "version-1-relu-pe.siren"


def test_the_golden_file_of_version_1_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN)
    header = golden.header
    assert (header.facts.width, header.facts.height, header.facts.color) == (7, 9, "RGBA")
    assert (header.grid.y.cells, header.grid.y.cell_size, header.grid.y.margin) == (2, 5, 1)
    assert (header.grid.x.cells, header.grid.x.cell_size, header.grid.x.margin) == (2, 4, 1)
    assert (header.classes.layer_sizes, header.dtype) == (((2, 5, 5, 4),), "float16")
    assert (header.epochs, header.psnr, header.tool) == (3, 31.5, "0.1.0")
    assert header.settings["fit"] == {"seed": 7}
    assert golden.icc_profile is not None
    assert golden.icc_profile[16:20] == b"RGB "
    assert encode_version_1(golden) == GOLDEN.read_bytes()


def test_the_golden_file_with_small_integers_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_INT8)
    made = make_representation(8, 6, channels=4, dtype="int8", seed=7)
    settings = {"network": {"cell_size": 4}, "fit": {"seed": 7}}
    assert_equal(golden, replace(made, header=replace(made.header, settings=settings)))
    assert encode_version_1(golden) == GOLDEN_INT8.read_bytes()


def test_the_golden_file_of_another_activation_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_RELU_PE)
    header = golden.header
    assert (header.activation, header.encoding) == ("relu", "positional")
    assert (header.stored_activation, header.classes.layer_sizes) == (
        "relu-pe",
        ((14, 5, 5, 3),),
    )
    assert encode_version_1(golden) == GOLDEN_RELU_PE.read_bytes()
    pixels = render(golden, 9, 7).pixels
    assert pixels[4, 3] == pytest.approx([0.0, 0.0, 0.8416], abs=2e-4)
    assert pixels[8, 6] == pytest.approx([0.1407, 0.0, 0.3594], abs=2e-4)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((4, 3), [0.5032, 0.2130, 0.0, 0.0]),
        ((5, 4), [0.3658, 0.2240, 0.2581, 0.7442]),
        ((8, 6), [0.6001, 0.4481, 0.0, 0.9024]),
    ],
)
def test_the_golden_file_renders_the_pixels_it_always_did(
    place: tuple[int, int], expected: list[float]
) -> None:
    pixels = render(siren_file.load(GOLDEN), 9, 7).pixels
    assert pixels.shape == (9, 7, 4)
    assert pixels[place] == pytest.approx(expected, abs=2e-4)
