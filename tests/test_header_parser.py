"""A header that breaks a rule is refused with a sentence that says which."""

from pathlib import Path

import pytest

from siren_cli.errors import RepresentationError
from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation
from tests.helpers.siren_files import MISSING, SirenParts, load_header, refusal
from tests.helpers.version_1_files import encode_version_1

HEADER_ATTACKS = [
    ("format", "png", "header.format 'png' is unknown"),
    ("format", 1, "header.format is not a string"),
    ("format", "\x1b[2J", r"'\x1b[2J' is unknown"),
    ("version", 2, "is of format version 2; this siren reads 1 to 3"),
    ("version", 0, "header.version is not between"),
    ("version", True, "header.version is not an integer"),
    ("version", 1.0, "header.version is not an integer"),
    ("requires", ["3d"], "needs a newer siren, with '3d'"),
    ("requires", MISSING, "header.requires is not a list"),
    ("tool", 7, "header.tool is not a string"),
    ("tool", "\x1b[2J", "header.tool is not printable"),
    ("tool", "\ud800", "header.tool is not printable"),
    ("picture", MISSING, "header.picture is not a JSON object"),
    ("picture", [], "header.picture is not a JSON object"),
    ("picture.width", 0, "header.picture.width is not between 1 and 1000000"),
    ("picture.width", -6, "header.picture.width is not between"),
    ("picture.width", 10**7, "header.picture.width is not between"),
    ("picture.width", 10**400, "header.picture.width is not between"),
    ("picture.width", 6.0, "header.picture.width is not an integer"),
    ("picture.width", True, "header.picture.width is not an integer"),
    ("picture.width", "6", "header.picture.width is not an integer"),
    ("picture.width", None, "header.picture.width is not an integer"),
    ("picture.width", MISSING, "header.picture.width is not an integer"),
    ("picture.height", 10**6, "do not cover 1000000 pixels"),
    ("picture.color", "CMYK", "header.picture.color 'CMYK' is unknown"),
    ("picture.color", ["RGB"], "header.picture.color is not a string"),
    ("picture.color", "L", "header.network.layers do not lead from 2 to 1"),
    ("picture.bit_depth", 12, "header.picture.bit_depth 12 is not 8 or 16"),
    ("picture.premultiplied", True, "premultiplied does not fit the color"),
    ("picture.premultiplied", 0, "premultiplied is not true or false"),
    ("picture.value_range", [0, 1], "value_range is not [-1, 1]"),
    ("grid.rows", 1, "header.grid.margin_y is not between 0 and 0"),
    ("grid.rows", 3, "do not cover 8 pixels"),
    ("grid.rows", 9, "header.grid.rows is not between 1 and 8"),
    ("grid.cell_width", 0, "header.grid.cell_width is not between"),
    ("grid.cell_width", 6, "do not cover 6 pixels"),
    ("grid.margin_y", 3, "header.grid.margin_y is not between 0 and 1"),
    ("grid.margin_x", -1, "header.grid.margin_x is not between"),
    ("grid.ramp", "linear", "header.grid.ramp 'linear' is unknown"),
    ("network.layers", [2, 5, 3], "tensor 'layers.2.bias' is missing or does not"),
    ("network.layers", [2, 3], "header.network.layers do not lead"),
    ("network.layers", [3, 5, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, 5, 5, 4], "header.network.layers do not lead"),
    ("network.layers", [2, 5000, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, 0, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, True, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, [5], 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, *[5] * 32, 3], "header.network.layers do not lead"),
    ("network.layers", [2, 5, 6, 3], "tensor layers.1.weight is not F16 of shape"),
    ("network.layers", [], "header.network.layers do not lead"),
    ("network.layers", "2553", "header.network.layers is not a list"),
    ("network.activation", "swish", "header.network.activation 'swish' is unknown"),
    ("network.activation", ["relu"], "header.network.activation is not a string"),
    ("network.input", "picture", "header.network.input 'picture' is unknown"),
    ("network.form", "raw", "header.network.form 'raw' is unknown"),
    ("network.dtype", "float64", "header.network.dtype 'float64' is unknown"),
    ("network.dtype", "float32", "is not F32 of shape"),
    ("result", 7, "header.result is not a JSON object"),
    ("grid", None, "header.grid is not a JSON object"),
    ("grid.rows", 10**400, "header.grid.rows is not between"),
    ("grid.columns", 1, "do not cover 6 pixels"),
    ("grid.margin_y", 10**18, "header.grid.margin_y is not between 0 and 1"),
    ("network.layers", [2, 4096, 4096, 3], "tensor layers.0.weight is not F16 of shape"),
    ("settings", [], "header.settings is not a JSON object"),
    ("settings", MISSING, "header.settings is not a JSON object"),
    ("settings", {"a": "x" * (64 << 10)}, "no safetensors header"),
    ("tool", "0.1\n", "header.tool is not printable"),
    ("tool", "0.1\0", "header.tool is not printable"),
    ("tool", "0.1\u202e", "header.tool is not printable"),
    ("settings", "fast", "header.settings is not a JSON object"),
    ("result.epochs", -1, "header.result.epochs is not between"),
    ("result.identical", True, "psnr_db and identical contradict"),
    ("result.psnr_db", None, "psnr_db and identical contradict"),
    ("result.psnr_db", 10**400, "header.result.psnr_db is out of range"),
    ("result.psnr_db", "31", "header.result.psnr_db is not a number"),
    ("result.psnr_db", True, "header.result.psnr_db is not a number"),
    ("result.psnr_db", float("nan"), "metadata is not strict JSON"),
    ("result.psnr_db", float("inf"), "metadata is not strict JSON"),
]


@pytest.mark.parametrize(("place", "value", "rule"), HEADER_ATTACKS)
def test_a_header_that_breaks_a_rule_is_refused(
    tmp_path: Path, version_1_file: bytes, place: str, value: object, rule: str
) -> None:
    parts = SirenParts(version_1_file)
    parts.set(place, value)
    assert rule in refusal(tmp_path / "a.siren", parts.sealed())


def test_the_inputs_of_an_encoding_are_whole_octaves(tmp_path: Path) -> None:
    made = make_representation(8, 6, cell_size=4, activation="relu", encoding="positional")
    parts = SirenParts(encode_version_1(made))
    parts.set("network.layers", [11, 5, 5, 3])
    assert "do not lead from an encoding to 3" in refusal(tmp_path / "a.siren", parts.sealed())


# Places of tensors that are wrong; `info` reads them without the weights.
PLACE_ATTACKS: list[tuple[str, object, str]] = [
    ("digests", None, "digests.data_offsets is not a list"),
    ("digests", [], "tensor digests has no data_offsets"),
    ("digests", [0, 64, 128], "tensor digests has no data_offsets"),
    ("digests", [False, 64], "tensor digests has no data_offsets"),
    ("digests", [0.0, 64.0], "tensor digests has no data_offsets"),
    ("digests", ["0", "64"], "tensor digests has no data_offsets"),
    ("digests", [-64, 0], "tensor digests lies outside the file"),
    ("digests", [64, 0], "tensor digests lies outside the file"),
    ("digests", [0, 0], "tensor digests lies outside the file"),
    ("digests", [0, 65], "tensor digests lies outside the file"),
    ("digests", [2**63, 2**63 + 64], "tensor digests lies outside the file"),
    ("digests", [10**400, 10**400 + 64], "tensor digests lies outside the file"),
    ("icc_profile", [0, 2**60], "tensor icc_profile lies outside the file"),
    ("icc_profile", [0, 199], "tensor icc_profile lies outside the file"),
]


@pytest.mark.parametrize(("name", "place", "rule"), PLACE_ATTACKS)
def test_a_place_that_is_none_is_refused_without_the_weights(
    tmp_path: Path, version_1_file: bytes, name: str, place: object, rule: str
) -> None:
    parts = SirenParts(version_1_file)
    parts.tensors[name].update(data_offsets=place)
    path = tmp_path / "a.siren"
    path.write_bytes(parts.joined() + bytes(parts.body))
    with pytest.raises(RepresentationError, match=f"^{path}: {rule}$") as caught:
        load_header(path)
    assert str(caught.value).isprintable()
    assert refusal(path, path.read_bytes()) == f"{path}: {rule}"


def test_a_forged_fact_is_found_without_reading_the_weights(tmp_path):
    content = encode_version_1(make_representation(9, 7))
    forged = tmp_path / "forged.siren"
    forged.write_bytes(content.replace(b'psnr_db\\":31.5', b'psnr_db\\":99.5'))
    with pytest.raises(RepresentationError, match="SHA-256"):
        load_header(forged)


def test_unknown_optional_keys_are_ignored(tmp_path: Path, version_1_file: bytes) -> None:
    parts = SirenParts(version_1_file)
    parts.set("comment", {"by": ["someone", None, 1.5]})
    parts.set("picture.taken", "at noon")
    parts.set("settings.fit.new_knob", 11)
    path = tmp_path / "a.siren"
    path.write_bytes(parts.sealed())
    found = siren_file.load(path)
    assert found.header.facts == make_representation(8, 6).header.facts
    assert found.header.settings["fit"]["new_knob"] == 11
