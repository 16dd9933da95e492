"""Files of version 3: what they hold, how small they begin, and that damage is found."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siren_cli import presets
from siren_cli.config import Config
from siren_cli.model.pyramid.networks import NetworkSizes
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.representation import siren_file, usual_values, version_3
from siren_cli.representation.header import PyramidHeader
from siren_cli.representation.pyramid import network_stream
from siren_cli.representation.pyramid.tables import SCALES
from siren_cli.representation.representation import PyramidRepresentation
from tests.helpers.representations import make_pyramid_representation, with_all_facts
from tests.helpers.siren_files import load_header, refusal
from tests.helpers.version_3_files import MAGIC, Version3Parts

PROFILE = bytes(range(200))
# Two tiles.
MADE = make_pyramid_representation(3, 260, icc_profile=PROFILE)
CONTENT = siren_file.encode(MADE)
SMALL = siren_file.encode(make_pyramid_representation(3, 2))
SMALL_START = len(SMALL) - len(Version3Parts(SMALL).streams[0])
USUAL_SETTINGS = presets.load_preset("compact").table()


def parts(content: bytes = CONTENT, tiles: int = 2) -> Version3Parts:
    return Version3Parts(content, tiles)


def assert_same(found: object, expected: PyramidRepresentation) -> None:
    assert isinstance(found, PyramidRepresentation)
    assert found.header == expected.header
    assert (found.icc_profile, found.metadata) == (expected.icc_profile, expected.metadata)
    ours, theirs = found.arrays(), expected.arrays()
    assert list(ours) == list(theirs)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (14, 20), (70, 5)])
def test_a_file_comes_back(tmp_path: Path, channels: int, size: tuple[int, int]) -> None:
    made = make_pyramid_representation(*size, channels=channels, sizes=(7, 3))
    (tmp_path / "a.siren").write_bytes(siren_file.encode(made))
    assert_same(siren_file.load(tmp_path / "a.siren"), made)
    assert load_header(tmp_path / "a.siren") == made.header


@pytest.mark.parametrize("profile", [None, PROFILE])
def test_values_and_metadata_come_back(tmp_path: Path, profile: bytes | None) -> None:
    made = with_all_facts(make_pyramid_representation(8, 6, icc_profile=profile))
    (tmp_path / "a.siren").write_bytes(siren_file.encode(made))
    assert_same(siren_file.load(tmp_path / "a.siren"), made)


@pytest.mark.parametrize(("channels", "profile"), [(1, SRGB_GRAY), (4, SRGB)])
def test_srgb_is_a_word_of_the_header(tmp_path: Path, channels: int, profile: bytes) -> None:
    made = make_pyramid_representation(8, 6, channels=channels)
    named = replace(made, header=replace(made.header, color_space="sRGB"), icc_profile=profile)
    (tmp_path / "a.siren").write_bytes(siren_file.encode(named))
    assert siren_file.load(tmp_path / "a.siren").icc_profile == profile


def test_a_file_is_evaluated_while_it_is_open(tmp_path: Path) -> None:
    (tmp_path / "a.siren").write_bytes(CONTENT)
    with siren_file.opened(tmp_path / "a.siren") as file:
        assert_same(file.read(), MADE)
        file.read().check()


def test_the_parts_put_together_again_are_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.siren").write_bytes(parts().sealed())
    assert_same(siren_file.load(tmp_path / "a.siren"), MADE)


def usual_header() -> PyramidHeader:
    """Return the header of a photograph of 768x512 pixels, as `compact` fits it."""
    header = make_pyramid_representation(1, 1).header
    facts = replace(header.facts, width=768, height=512)
    usual = {"settings": USUAL_SETTINGS, "epochs": 2000}
    sizes = NetworkSizes(24, 24, 3)
    return replace(header, facts=facts, color_space="sRGB", psnr=35.1234, sizes=sizes, **usual)


def test_all_that_is_neither_networks_nor_latents_is_small() -> None:
    header = usual_header()
    tiles = 3 * header.shape.rows * header.shape.columns
    assert len(version_3.encoded_header(header, 1300)) + tiles + 16 <= 200


def test_the_header_says_no_more_than_it_must() -> None:
    header = usual_header()
    text = version_3.encoded_header(header, 1300)[12:]
    assert json.loads(text) == {
        "picture": {"color_space": "sRGB", "height": 512, "width": 768},
        "pyramid": {"network_bytes": 1300},
        "result": {"psnr_db": 35.1234},
        "tool": "0.1.0",
        "version": 3,
    }
    assert usual_values.USUAL_OF_PYRAMIDS["settings"].keys() == USUAL_SETTINGS.keys()


def test_settings_that_only_an_old_program_had_come_back(tmp_path: Path) -> None:
    odd = {"pyramid": {"quality": 7.0}, "fit": {"seed": 1}, "picture": {"gray": True}}
    made = make_pyramid_representation(3, 2)
    made = replace(made, header=replace(made.header, settings=odd))
    (tmp_path / "a.siren").write_bytes(siren_file.encode(made))
    assert load_header(tmp_path / "a.siren").settings == odd


def test_sizes_are_guessed_from_the_quality_or_the_target() -> None:
    header = usual_header()
    guesses = [
        siren_file.expected_bytes(
            replace(header, settings=Config(pyramid=PyramidConfig(quality=each)).table())
        )
        for each in (0.0, 22.0, 53.0, 75.0, 100.0)
    ]
    assert guesses == sorted(guesses)
    assert guesses[2] == pytest.approx(0.45 * 768 * 512 / 8, rel=0.1)
    target = {**USUAL_SETTINGS, "fit": {"target_bytes": 12_345}}
    assert siren_file.expected_bytes(replace(header, settings=target)) == 12_345
    assert siren_file.largest_bytes(header) == 768 * 512 // 2 + (64 << 10)


def test_networks_of_another_code_keep_their_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may choose other scales and low bits for them."""
    with monkeypatch.context() as changed:
        changed.setattr(network_stream, "_best_code", lambda _: 2 * SCALES + 30)
        content = siren_file.encode(make_pyramid_representation(3, 2))
    (tmp_path / "a.siren").write_bytes(content)
    loaded = siren_file.load(tmp_path / "a.siren")
    assert_same(loaded, make_pyramid_representation(3, 2))
    assert content != SMALL
    assert siren_file.encode(loaded) == siren_file.encode(copy.deepcopy(loaded)) == content


# Places in all parts of a small file; `python -m tests.stress` takes any.
SOME_PLACES = [*range(0, len(SMALL), 17), SMALL_START - 1, SMALL_START, len(SMALL) - 1]


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    for place in SOME_PLACES:
        damaged = bytearray(SMALL)
        damaged[place] ^= 1 << place % 8
        refusal(tmp_path / "a.siren", bytes(damaged))


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    for count in SOME_PLACES:
        refusal(tmp_path / "a.siren", SMALL[:count])
    assert refusal(tmp_path / "a.siren", SMALL[: SMALL_START + 9]).endswith("truncated?")


def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.siren", SMALL + b"\0").endswith(f"should be {len(SMALL)}")


HEADER_ATTACKS = [
    ("version", 2, "header.network.classes is not a list"),
    ("version", 4, "is of format version 4; this siren reads 1 to 3"),
    ("version", 3.0, "header.version is not an integer"),
    ("version", None, "header.version is not an integer"),
    ("requires", ["hdr"], "needs a newer siren, with 'hdr'"),
    ("requires", 3, "header.requires is not a list"),
    ("tool", "\x1b[2J", "header.tool is not printable"),
    ("picture", [], "header.picture is not a JSON object"),
    ("picture.width", 0, "header.picture.width is not between 1 and 1000000"),
    ("picture.height", 6.0, "header.picture.height is not an integer"),
    ("picture.height", 4, "damaged: the latents of tile row 0, column 0"),
    ("picture.width", 600, "damaged: the header does not match its SHA-256"),
    ("picture.color", "CMYK", "header.picture.color 'CMYK' is unknown"),
    ("picture.color", "L", "damaged: the networks do not match their SHA-256"),
    ("picture.bit_depth", 12, "header.picture.bit_depth 12 is not 8 or 16"),
    ("picture.icc_bytes", 5 << 20, "header.picture.icc_bytes is not between"),
    ("picture.icc_bytes", 199, "damaged"),
    ("picture.color_space", "sRGB", "has a color_space and a profile, too"),
    ("picture.exif_bytes", 5, "header.picture.exif_bytes and header.requires disagree"),
    ("picture.values", {}, "header.picture.values and header.requires disagree"),
    ("pyramid", None, "header.pyramid is not a JSON object"),
    ("pyramid.hidden_features", 0, "header.pyramid.hidden_features is not between 1 and 64"),
    ("pyramid.hidden_features", 65, "header.pyramid.hidden_features is not between 1 and 64"),
    ("pyramid.hidden_features", "5", "header.pyramid.hidden_features is not an integer"),
    ("pyramid.hidden_features", 6, "damaged: the networks do not match their SHA-256"),
    ("pyramid.context_features", 1 << 60, "header.pyramid.context_features is not between"),
    ("pyramid.context_features", 5, "damaged: the networks do not match their SHA-256"),
    ("pyramid.network_bytes", 59, "header.pyramid.network_bytes is not between 60 and"),
    ("pyramid.network_bytes", 1 << 40, "header.pyramid.network_bytes is not between 60 and"),
    ("pyramid.network_bytes", 61, "damaged: the header does not match its SHA-256"),
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
    ("lengths", "rule"),
    [
        ((0, 0), "the length of tile row 0, column 0 is not between 32 and"),
        ((31, 80), "the length of tile row 0, column 0 is not between 32 and"),
        ((80, (1 << 24) - 1), "the length of tile row 0, column 1 is not between 32 and"),
        ((32, 32), "should be"),
        ((1, -1), "damaged: the latents of tile row 0, column 0 do not match"),
        ((-2, 2), "damaged: the latents of tile row 0, column 0 do not match"),
    ],
)
def test_lengths_of_streams_are_checked(
    tmp_path: Path, lengths: tuple[int, int], rule: str
) -> None:
    forged = parts()
    is_shift = sum(lengths) == 0 and any(lengths)
    moved = zip(forged.lengths, lengths, strict=True)
    forged.lengths = [own + each if is_shift else each for own, each in moved]
    assert rule in refusal(tmp_path / "a.siren", forged.sealed())


def test_a_huge_picture_takes_no_memory_before_its_size_is_checked(tmp_path: Path) -> None:
    forged = parts()
    forged.set("picture.width", 10**6)
    forged.set("picture.height", 10**6)
    assert "too few for 15264649 tiles" in refusal(tmp_path / "a.siren", forged.sealed())


def test_networks_that_are_damaged_are_refused_under_a_digest_that_fits(tmp_path: Path) -> None:
    for place in range(0, len(parts().networks), 5):
        forged = parts()
        forged.networks[place] ^= 0x80
        refusal(tmp_path / "a.siren", forged.sealed())


def test_a_stream_of_another_file_is_refused(tmp_path: Path) -> None:
    forged, other = (
        parts(),
        parts(siren_file.encode(make_pyramid_representation(3, 260, seed=1))),
    )
    forged.streams, forged.lengths = other.streams, other.lengths
    assert "damaged: the latents of tile row 0" in refusal(
        tmp_path / "a.siren", forged.sealed()
    )


def test_a_header_that_claims_to_be_long_is_not_read(tmp_path: Path) -> None:
    content = MAGIC + (1 << 31).to_bytes(4, "little") + SMALL[12:]
    assert "its header is over 65536 bytes" in refusal(tmp_path / "a.siren", content)
