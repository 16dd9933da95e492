"""TOML files of users: one lies over a preset, and a wrong one is refused by name."""

from pathlib import Path

import pytest

from siren_cli import presets
from siren_cli.config import Config
from siren_cli.errors import UsageError


def test_a_toml_file_lies_over_the_preset(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[fit]\nepochs = 5\n", encoding="utf-8")
    base = presets.load_preset("detailed")
    mine = presets.load_toml(path, base)
    assert mine == base.updated({"fit": {"epochs": 5}})
    assert mine.network.hidden_features == 64


BAD_TOML = {
    "no TOML": (b"[fit", "not TOML"),
    "not UTF-8": (b"\xff\xfe", "not TOML"),
    "a key twice": (b"[fit]\nseed=1\nseed=2", "not TOML"),
    "deep nesting": (b"a = " + b"[" * 50_000, "not TOML"),
    "digits without end": (b"[fit]\nseed = " + b"9" * 5000, "not TOML"),
    "beyond floats": (b"[fit]\nlearning_rate = 1" + b"0" * 400, "fit.learning_rate: 10000"),
    "a huge seed": (b"[fit]\nseed = 0x" + b"f" * 9000, "fit.seed: a value too large to show"),
    "too large": (b"#" * 65_537, "over 65536 bytes"),
    "nested values": (b"a = " + b"[" * 400 + b"]" * 400, "a: unknown key; did you mean"),
    "nested tables": (b"fit.seed" + b".a" * 9000 + b" = 1", "fit.seed: a value too large"),
    "a key at the top": (b"epochs = 3", "epochs: unknown key; did you mean"),
    "a number for a table": (b"fit = 3", "fit: is 3, not a table"),
    "a date for a table": (
        b"fit = 2000-01-01",
        "fit: is datetime.date(2000, 1, 1), not a table",
    ),
    "an array for a table": (b"fit = [1, 2]", "fit: is [1, 2], not a table"),
    "an array of tables": (b"[[fit]]\nseed = 1", "fit: is [{'seed': 1}], not a table"),
    "a table for a number": (b"[fit.seed]\na = 1", "fit.seed: {'a': 1} is not of type int"),
    "an array for a number": (b"[fit]\nseed = [1]", "fit.seed: [1] is not of type int"),
    "a date for a number": (b"[fit]\nseed = 2000-01-01", "fit.seed: datetime.date(2000, 1, 1)"),
    "a time for a number": (b"[fit]\nlearning_rate = 12:00:00", "fit.learning_rate: datetime"),
    "true for an integer": (b"[fit]\nepochs = true", "fit.epochs: True is not of type int"),
    "true for a float": (b"[fit]\nbeta_2 = true", "fit.beta_2: True is not of type float"),
    "a float for an integer": (b"[fit]\nepochs = 3.0", "fit.epochs: 3.0 is not of type int"),
    "not a number": (b"[fit]\nlearning_rate = nan", "fit.learning_rate: nan is not between"),
    "infinite": (
        b"[network]\nfirst_omega_0 = inf",
        "network.first_omega_0: inf is not between",
    ),
    "minus infinity": (b"[fit]\nbeta_2 = -inf", "fit.beta_2: -inf is not between"),
    "beyond the exponent": (b"[fit]\nbeta_2 = 1e999", "fit.beta_2: inf is not between"),
    "NUL": (b"[fit]\nseed = 1\0", "not TOML"),
    "a NUL in a key": (b'[fit]\n"\\u0000" = 1', r"fit.'\x00': unknown key"),
    "half a character": (b'[fit]\ndecay = "\\ud800"', "not TOML"),
    "control characters": (
        b'[fit]\ndecay = "\\u001b[2J"',
        "fit.decay: '\\x1b[2J' is not one of",
    ),
    "control in a key": (b'[fit]\n"\\u001b[2J\\n" = 1', r"fit.'\x1b[2J\n': unknown"),
    "a long key": (b"[fit]\n" + b"k" * 60_000 + b" = 1", "fit.'" + "k" * 59 + "...: unknown"),
    "unknown table": (b"[fits]\nseed = 1", "fits: unknown key; did you mean fit?"),
    "unknown key": (b"[fit]\nseeds = 1", "fit.seeds: unknown key; did you mean fit.seed?"),
    "wrong type": (b'[fit]\nseed = "1"', "fit.seed: '1' is not of type int"),
    "out of range": (b"[fit]\nseed = -1", "fit.seed: -1 is not between"),
}


@pytest.mark.parametrize("name", BAD_TOML)
def test_a_bad_toml_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, rule = BAD_TOML[name]
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        presets.load_toml(path, Config())
    assert str(caught.value).startswith(f"{path}: {rule}")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < len(str(path)) + 200


def test_a_missing_toml_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        presets.load_toml(tmp_path / "mine.toml", Config())
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        presets.load_toml(tmp_path, Config())
