"""Golden files of all versions are read for ever, and draw the same pixels."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from siren_cli.model.pyramid.networks import NetworkSizes
from siren_cli.pictures.colors.icc_profile import SRGB
from siren_cli.pictures.picture import Metadata, Resolution
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.drawing import render
from siren_cli.rendering.function import PictureFunction
from siren_cli.representation import siren_file
from siren_cli.representation.representation import PyramidRepresentation
from tests.helpers.representations import make_representation
from tests.helpers.siren_files import assert_equal, load_header
from tests.helpers.version_1_files import encode_version_1

GOLDEN = Path(__file__).parent / "golden" / "version-1.siren"
GOLDEN_INT8 = Path(__file__).parent / "golden" / "version-1-int8.siren"
GOLDEN_RELU_PE = Path(__file__).parent / "golden" / "version-1-relu-pe.siren"
GOLDEN_2 = Path(__file__).parent / "golden" / "version-2.siren"
GOLDEN_2_VALUES = Path(__file__).parent / "golden" / "version-2-values.siren"
GOLDEN_2_FLOATS = Path(__file__).parent / "golden" / "version-2-floats.siren"
GOLDEN_3 = Path(__file__).parent / "golden" / "version-3.siren"
GOLDEN_3_VALUES = Path(__file__).parent / "golden" / "version-3-values.siren"


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


def test_the_golden_file_of_version_2_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_2)
    header = golden.header
    assert (header.facts.width, header.facts.height, header.facts.color) == (13, 18, "RGBA")
    assert (header.grid.y.cells, header.grid.y.cell_size, header.grid.y.margin) == (4, 5, 1)
    assert header.classes.layer_sizes == ((2, 5, 5, 4), (2, 8, 8, 4), (2, 3, 3, 4))
    assert header.classes.of_cells == bytes([0, 1, 2] * 4)
    assert (header.dtype, header.pixels) == ("int8", "area")
    assert (header.epochs, header.psnr, header.tool) == (3, 31.5, "0.1.0")
    assert header.settings["network"]["hidden_features"] == 44
    assert header.settings["fit"]["seed"] == 7
    assert golden.icc_profile == bytes(range(200))
    assert siren_file.encode(golden) == GOLDEN_2.read_bytes()


def test_the_golden_file_of_version_2_with_floats_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_2_FLOATS)
    header = golden.header
    assert (header.dtype, header.pixels, header.psnr) == ("float32", "center", None)
    assert (header.stored_activation, header.facts.bit_depth) == ("finer", 16)
    assert (header.grid.cells, header.classes.layer_sizes) == (1, ((2, 5, 5, 1),))
    assert siren_file.encode(golden) == GOLDEN_2_FLOATS.read_bytes()


def test_the_golden_file_of_version_2_with_values_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_2_VALUES)
    header = golden.header
    mapping = ValueMapping("asinh", -0.5, 800.0, 0.0625, "light")
    assert (header.facts.mapping, header.facts.bit_depth) == (mapping, 16)
    assert (header.psnr, header.tone_mapped_psnr) == (31.5, 28.25)
    assert golden.icc_profile == SRGB
    assert golden.metadata == Metadata(
        Resolution(300.0, 150.0), b"II*\0\x08\0\0\0\0\0\0\0\0\0", b"<x/>"
    )
    values = PictureFunction(golden)(3.5, 4.5)
    assert values == pytest.approx([10.375, -0.5, 0.23665, 1.2325], rel=1e-3)
    assert siren_file.encode(golden) == GOLDEN_2_VALUES.read_bytes()


@pytest.mark.parametrize(
    ("path", "place", "expected"),
    [
        (GOLDEN_2, (4, 3), [0.3930, 0.2696, 0.0, 0.0]),
        (GOLDEN_2, (9, 7), [0.9617, 0.7551, 0.5556, 0.2432]),
        (GOLDEN_2, (17, 12), [0.0, 0.4275, 1.0, 0.7327]),
        (GOLDEN_2_FLOATS, (8, 6), [0.3912]),
    ],
)
def test_the_golden_files_of_version_2_render_the_pixels_they_always_did(
    path: Path, place: tuple[int, int], expected: list[float]
) -> None:
    facts = load_header(path).facts
    pixels = render(siren_file.load(path), facts.height, facts.width).pixels
    assert pixels[place] == pytest.approx(expected, abs=2e-4)


def latents_digest(golden: PyramidRepresentation) -> str:
    """Return the SHA-256 of all latents, grid after grid from the finest."""
    latents = b"".join(each.astype("<i2").tobytes() for each in golden.pyramid.grids())
    return hashlib.sha256(latents).hexdigest()


def test_the_golden_file_of_a_pyramid_is_read_for_ever() -> None:
    """Some of its latents are written plainly."""
    golden = siren_file.load(GOLDEN_3)
    assert isinstance(golden, PyramidRepresentation)
    header = golden.header
    assert (header.facts.width, header.facts.height, header.facts.color) == (20, 14, "RGBA")
    assert (header.sizes, header.epochs, header.psnr) == (NetworkSizes(16, 16, 4), 3, 31.5)
    assert latents_digest(golden) == (
        "fc09e281902541d525f1e94abafe67325a7dc93e49f5ba43a802bef8a5b82d94"
    )
    assert siren_file.encode(golden) == GOLDEN_3.read_bytes()


def test_the_golden_file_of_a_pyramid_with_values_is_read_for_ever() -> None:
    """It has two tiles, and latents of any size; hundreds are written plainly."""
    golden = siren_file.load(GOLDEN_3_VALUES)
    assert isinstance(golden, PyramidRepresentation)
    header = golden.header
    assert (header.facts.width, header.facts.height, header.facts.color) == (300, 70, "RGBA")
    assert (header.shape.columns, header.sizes) == (2, NetworkSizes(12, 9, 4))
    mapping = ValueMapping("asinh", -0.5, 800.0, 0.0625, "light")
    assert (header.facts.mapping, header.facts.bit_depth) == (mapping, 16)
    assert (header.psnr, header.tone_mapped_psnr, header.pixels) == (31.5, 28.25, "area")
    assert golden.icc_profile == bytes(range(200))
    assert golden.metadata == Metadata(
        Resolution(300.0, 150.0), b"II*\0\x08\0\0\0\0\0\0\0\0\0", b"<x/>"
    )
    assert latents_digest(golden) == (
        "20b7bdadcb94496201a96ff6191ed9ade9bc378cf1145e19568db92b15157f0d"
    )
    assert siren_file.encode(golden) == GOLDEN_3_VALUES.read_bytes()
