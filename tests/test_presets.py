"""Presets, TOML files over them, and single assignments over these."""

import tomllib
from pathlib import Path

import pytest

from siren_cli import presets
from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.model.layers import layer_sizes

ROOT = Path(__file__).parent.parent
PRESETS = ["balanced", "compact", "detailed", "fast", "paper"]


def test_the_presets_are_the_files_of_configs() -> None:
    assert presets.preset_names() == PRESETS
    assert presets.DEFAULT_PRESET in PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_holds_what_its_file_says(name: str) -> None:
    with (ROOT / "configs" / f"{name}.toml").open("rb") as file:
        tables = tomllib.load(file)
    loaded = presets.load_preset(name).table()
    for table, values in tables.items():
        assert loaded[table] | values == loaded[table]


def test_the_paper_preset_is_the_network_of_the_paper() -> None:
    network = presets.load_preset("paper").network
    assert layer_sizes(network, 3) == (2, 256, 256, 256, 256, 3)


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(
        UsageError, match="preset 'slow': not one of balanced, compact, detailed, fast"
    ):
        presets.load_preset("slow")


def test_a_preset_is_no_path() -> None:
    with pytest.raises(UsageError, match="not one of"):
        presets.load_preset("../configs/fast")


def test_assignments_are_typed_as_toml_types_them() -> None:
    tables = presets.parse_assignments(
        ["fit.epochs=7", "fit.learning_rate = 1e-3", "fit.decay=constant", "network.margin=1"]
    )
    assert tables == {
        "fit": {"epochs": 7, "learning_rate": 1e-3, "decay": "constant"},
        "network": {"margin": 1},
    }


def test_the_last_assignment_counts_and_quotes_are_toml() -> None:
    tables = presets.parse_assignments(["fit.seed=1", 'fit.decay="a=b"', "fit.seed=2"])
    assert tables == {"fit": {"seed": 2, "decay": "a=b"}}


@pytest.mark.parametrize("text", ["", "=", "fit", "epochs=3", "fit.=3", "fit.epochs", "fit=3"])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"not of the form network\.margin=3"):
        presets.parse_assignments([text])


@pytest.mark.parametrize("value", ["", "9" * 5000, "[" * 50_000, "2000-01-01", "{}"])
def test_an_assignment_of_nonsense_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match=r"^fit\.epochs: .* is not of type int$"):
        Config().updated(presets.parse_assignments([f"fit.epochs={value}"]))


HUGE_ASSIGNMENTS = {
    "fit.seed=0x" + "f" * 9000: "a value too large to show is not between 0",
    "fit.seed=1" + "0" * 400: r"10{59}\.\.\. is not between 0",
    "fit.learning_rate=1" + "0" * 400: r"10{59}\.\.\. is not of type float",
    "fit.learning_rate=0x" + "f" * 9000: "a value too large to show is not of type float",
    "fit.seed={a" + ".a" * 5000 + "=1}": "a value too large to show is not of type int",
    "fit.decay=" + "x" * 5000: r"'x{59}\.\.\. is not one of cosine",
}


@pytest.mark.parametrize("assignment", HUGE_ASSIGNMENTS)
def test_a_huge_value_is_refused_in_a_short_line(assignment: str) -> None:
    with pytest.raises(UsageError, match=HUGE_ASSIGNMENTS[assignment]) as caught:
        Config().updated(presets.parse_assignments([assignment]))
    assert len(str(caught.value)) < 150


def test_the_defaults_are_the_default_preset():
    assert presets.load_preset(presets.DEFAULT_PRESET) == Config()
