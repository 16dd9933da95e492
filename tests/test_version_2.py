"""Files of version 2: what they hold, how small they begin, and that damage is found."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.config import Config
from siren_cli.errors import RepresentationError
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.representation import cell_records, siren_file, usual_values, version_2
from siren_cli.representation.representation import Representation
from tests.helpers.representations import (
    make_representation,
    save_representation,
    with_all_facts,
    with_weight,
)
from tests.helpers.siren_files import assert_equal, load_header, refusal
from tests.helpers.version_2_files import MAGIC, Version2Parts, middle_bytes

PROFILE = bytes(range(200))
# Two rows of two cells, of two classes.
MADE = make_representation(8, 6, widths=(5, 9), icc_profile=PROFILE, dtype="int8")
CONTENT = siren_file.encode(MADE)
# Classes of four cells, a profile, digests of two rows.
MIDDLE_BYTES = 4 + 200 + 2 * 16


def parts(content: bytes = CONTENT) -> Version2Parts:
    return Version2Parts(content, MIDDLE_BYTES)


@pytest.mark.parametrize("dtype", ["int8", "float16", "float32"])
@pytest.mark.parametrize("widths", [(5,), (5, 9), (8, 3, 5)])
@pytest.mark.parametrize("pixels", ["center", "area"])
def test_a_file_comes_back_bit_for_bit(
    tmp_path: Path, dtype: Any, widths: tuple[int, ...], pixels: Any
) -> None:
    made = make_representation(13, 18, dtype=dtype, widths=widths, pixels=pixels)
    save_representation(tmp_path / "a.siren", made)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)
    assert load_header(tmp_path / "a.siren") == made.header


@pytest.mark.parametrize("profile", [None, PROFILE])
def test_values_and_metadata_come_back(tmp_path: Path, profile: bytes | None) -> None:
    made = with_all_facts(make_representation(8, 6, icc_profile=profile))
    save_representation(tmp_path / "a.siren", made)
    found = siren_file.load(tmp_path / "a.siren")
    assert_equal(found, made)
    assert found.header == made.header
    assert (found.metadata, found.icc_profile) == (made.metadata, profile)
    assert (tmp_path / "a.siren").stat().st_size == version_2.file_bytes(made.header)


@pytest.mark.parametrize(("channels", "profile"), [(1, SRGB_GRAY), (4, SRGB)])
def test_srgb_is_a_word_of_the_header(tmp_path: Path, channels: int, profile: bytes) -> None:
    made = make_representation(8, 6, channels=channels)
    named = replace(made, header=replace(made.header, color_space="sRGB"), icc_profile=profile)
    save_representation(tmp_path / "a.siren", named)
    assert siren_file.load(tmp_path / "a.siren").icc_profile == profile
    plain = len(siren_file.encode(made))
    assert (tmp_path / "a.siren").stat().st_size < plain + 40


def test_the_parts_put_together_again_are_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.siren").write_bytes(parts().sealed())
    assert_equal(siren_file.load(tmp_path / "a.siren"), MADE)


def test_the_cells_follow_one_another_layer_by_layer() -> None:
    """A cell of width 5 in int8: weights, scales and biases, float16 in the first layer."""
    first = CONTENT[len(CONTENT) - len(parts().weights) :]
    layers = MADE.layers[0]
    expected = [layers[0].weight[0], layers[0].bias[0]]
    for layer in layers[1:]:
        assert layer.scale is not None
        expected += [layer.weight[0], layer.scale[0], layer.bias[0]]
    raw = b"".join(array.tobytes() for array in expected)
    assert len(raw) == (2 + 1) * 5 * 2 + (25 + 2 * 10) + (15 + 2 * 6)
    assert first.startswith(raw)


def test_a_row_of_cells_is_checked_by_its_own_digest() -> None:
    sizes = [cell_records.cell_bytes(each, "int8") for each in MADE.header.classes.layer_sizes]
    row = parts().weights[: sum(sizes)]  # a cell of each class
    assert parts().middle[204:220] == hashlib.sha256(row).digest()[:16]


def small_picture(size: int) -> Representation:
    """Return a picture of one cell, as `balanced` fits it."""
    made = make_representation(size, size, cell_size=64, dtype="int8", pixels="area")
    settings = Config().table()
    return replace(made, header=replace(made.header, settings=settings, psnr=41.2345))


@pytest.mark.parametrize("size", [16, 64])
def test_the_header_of_a_small_picture_is_small(size: int) -> None:
    assert len(version_2.encoded_header(small_picture(size).header)) <= 250


def test_usual_values_are_left_out_and_come_back() -> None:
    usual = {"a": 1, "b": {"c": 2, "d": {"e": 3}}, "f": []}
    for table in (
        usual,
        {"a": 1, "b": {"c": 5, "d": {"e": 3}}, "f": [], "g": 7},
        {"a": {"h": 1}, "b": {"c": 2, "d": {"e": 4}}, "f": [1]},
    ):
        short = usual_values.shortened(table, usual)
        assert usual_values.completed(short, usual) == table
    assert usual_values.shortened(usual, usual) == {}


def test_settings_that_only_an_old_program_had_come_back_as_they_were(tmp_path: Path) -> None:
    odd = {"network": {"cell_size": 7}, "fit": {"seed": 1}, "picture": {"gray": True}}
    header = replace(MADE.header, settings=odd)
    save_representation(tmp_path / "a.siren", replace(MADE, header=header))
    assert load_header(tmp_path / "a.siren").settings == odd


@pytest.mark.parametrize("place", range(0, len(CONTENT), 7))
def test_any_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[place] ^= 1
    refusal(tmp_path / "a.siren", bytes(damaged))


@pytest.mark.parametrize("count", [0, 1, 7, 8, 11, 12, 40, 300, len(CONTENT) - 1])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, count: int) -> None:
    refusal(tmp_path / "a.siren", CONTENT[:count])


def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.siren", CONTENT + b"\0").endswith(f"should be {len(CONTENT)}")


HEADER_ATTACKS = [
    ("version", 1, "is of format version 1; this siren reads 1 to 3"),
    ("version", 4, "is of format version 4; this siren reads 1 to 3"),
    ("version", 2.0, "header.version is not an integer"),
    ("requires", ["hdr"], "needs a newer siren, with 'hdr'"),
    ("tool", 7, "header.tool is not a string"),
    ("tool", "\x1b[2J", "header.tool is not printable"),
    ("picture", [], "header.picture is not a JSON object"),
    ("picture.width", 0, "header.picture.width is not between 1 and 1000000"),
    ("picture.width", 6.0, "header.picture.width is not an integer"),
    ("picture.color", "CMYK", "header.picture.color 'CMYK' is unknown"),
    ("picture.bit_depth", 12, "header.picture.bit_depth 12 is not 8 or 16"),
    ("picture.pixels", "disk", "header.picture.pixels 'disk' is unknown"),
    ("picture.icc_bytes", -1, "header.picture.icc_bytes is not between"),
    ("picture.icc_bytes", 5 << 20, "header.picture.icc_bytes is not between"),
    ("picture.color_space", "P3", "header.picture.color_space 'P3' is unknown"),
    ("picture.resolution", [300], "header.picture.resolution is not two numbers from 0.01"),
    ("picture.resolution", [300, 0], "header.picture.resolution is not two numbers from"),
    ("picture.exif_bytes", 5, "header.picture.exif_bytes and header.requires disagree"),
    ("picture.xmp_bytes", 2 << 20, "header.picture.xmp_bytes is not between"),
    ("picture.values", {}, "header.picture.values and header.requires disagree"),
    ("requires", ["values"], "header.picture.values and header.requires disagree"),
    ("grid.cell_height", 9, "header.grid.cell_height is not between 1 and 8"),
    ("grid.cell_width", 0, "header.grid.cell_width is not between"),
    ("grid.margin_y", 2, "header.grid.margin_y is not between 0 and 1"),
    ("network.dtype", "int4", "header.network.dtype 'int4' is unknown"),
    ("network.activation", "cosine", "header.network.activation 'cosine' is unknown"),
    ("network.classes", [], "header.network.classes is not 1 to 256 lists"),
    ("network.classes", 3, "header.network.classes is not a list"),
    ("network.classes", [[2, 5, 3], 7], "header.network.classes is not 1 to 256 lists"),
    ("network.classes", [[2, 5, 3], [2, 5, 4]], "header.network.classes do not lead"),
    ("network.classes", [[2, 5, 3], [2, 5, 5, 3]], "differ in more than widths"),
    ("network.classes", [[2, 5, 5, 3]], "damaged"),
    ("result.epochs", -1, "header.result.epochs is not between"),
    ("result.psnr_db", "41", "header.result.psnr_db is not a number"),
    ("settings", [], "header.settings is not a JSON object"),
]


@pytest.mark.parametrize(("place", "value", "rule"), HEADER_ATTACKS)
def test_a_header_that_breaks_a_rule_is_refused(
    tmp_path: Path, place: str, value: object, rule: str
) -> None:
    forged = parts()
    forged.set(place, value)
    assert rule in refusal(tmp_path / "a.siren", forged.sealed())


@pytest.mark.parametrize(
    ("place", "value", "rule"),
    [
        ("curve", "cubic", "header.picture.values.curve 'cubic' is unknown"),
        ("scene", "fog", "header.picture.values.scene 'fog' is unknown"),
        ("low", None, "header.picture.values.low is not a number"),
        ("low", 1e5, "header.picture.values make no sense"),
        ("high", 1e39, "header.picture.values make no sense"),
        ("knee", 0, "header.picture.values make no sense"),
        ("knee", 1e-38, "header.picture.values.knee is too small"),
    ],
)
def test_values_that_make_no_sense_are_refused(
    tmp_path: Path, place: str, value: object, rule: str
) -> None:
    content = siren_file.encode(with_all_facts(MADE))
    forged = Version2Parts(content, middle_bytes(content))
    forged.set(f"picture.values.{place}", value)
    assert rule in refusal(tmp_path / "a.siren", forged.sealed())


def test_a_cell_of_no_class_is_refused(tmp_path: Path) -> None:
    forged = parts()
    forged.middle[3] = 2
    assert "a cell is of class 2, which is not there" in refusal(
        tmp_path / "a.siren", forged.sealed()
    )


def test_a_huge_picture_takes_no_memory_before_its_size_is_checked(tmp_path: Path) -> None:
    forged = parts()
    forged.set("picture.width", 10**6)
    forged.set("picture.height", 10**6)
    forged.set("grid.cell_height", 1)
    forged.set("grid.cell_width", 1)
    forged.set("grid.margin_y", 0)
    forged.set("grid.margin_x", 0)
    assert "too few for 1000000000000 cells" in refusal(tmp_path / "a.siren", forged.sealed())


def test_a_header_that_claims_to_be_long_is_not_read(tmp_path: Path) -> None:
    content = MAGIC + (1 << 31).to_bytes(4, "little") + CONTENT[12:]
    assert "its header is over 65536 bytes" in refusal(tmp_path / "a.siren", content)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"version":2,"version":2}', b"\xff"])
def test_a_header_that_is_no_json_object_is_refused(tmp_path: Path, text: bytes) -> None:
    content = MAGIC + len(text).to_bytes(4, "little") + text + bytes(100)
    refusal(tmp_path / "a.siren", content)


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    content = siren_file.encode(with_weight(make_representation(8, 6), np.nan))
    assert "holds weights that are not finite" in refusal(tmp_path / "a.siren", content)


def test_the_header_says_no_more_than_it_must() -> None:
    text = version_2.encoded_header(small_picture(64).header)[12:]
    assert set(json.loads(text)) == {"version", "tool", "picture", "network", "result"}


def test_what_is_no_siren_file_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "a.siren").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(RepresentationError, match=r"not a \.siren file"):
        siren_file.load(tmp_path / "a.siren")
