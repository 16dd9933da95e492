"""Results as people read them."""

from dataclasses import replace

from siren_cli.commands.info import info
from siren_cli.output.info_text import info_lines
from tests.helpers.representations import make_representation, save_representation
from tests.helpers.version_1_files import encode_version_1


def test_one_is_singular(tmp_path):
    save_representation(tmp_path / "a.siren", make_representation(3, 7))
    lines = info_lines({**info(tmp_path / "a.siren"), "epochs": 1})
    assert "  mosaic    1 row x 2 columns of cells" in lines
    assert "  fit       1 epoch by siren 0.1.0" in lines


def described(folder, settings):
    """Return the lines about a file with such settings, from those on."""
    made = make_representation(6, 8)
    representation = replace(made, header=replace(made.header, settings=settings))
    # A file of version 1 holds its settings as they are.
    (folder / "a.siren").write_bytes(encode_version_1(representation))
    lines = info_lines(info(folder / "a.siren"))
    first = next(index for index, line in enumerate(lines) if line.startswith("  settings"))
    return lines[first:]


def test_settings_are_shown_as_they_are_set(tmp_path):
    settings = {"network": {"cell_size": 64, "first_omega_0": 30.0}, "fit": {"decay": "cosine"}}
    assert described(tmp_path, settings) == [
        "  settings  fit: decay=cosine",
        "            network: cell_size=64, first_omega_0=30.0",
    ]


def test_odd_settings_are_lines_of_their_own_without_control_characters(tmp_path):
    lines = described(tmp_path, {"a\nb": 3, "c": {f"key\x1b{n}": ["\x7f"] for n in range(9)}})
    assert lines[0] == "  settings  a\\nb: 3"
    assert all(line.isprintable() and len(line) < 90 for line in lines)
