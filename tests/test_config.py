"""Settings: every key, type and range is checked, and files name what was chosen."""

from pathlib import Path

import pytest

from siren_cli import config, presets
from siren_cli.config import Config, FitConfig, NetworkConfig
from siren_cli.errors import UsageError
from siren_cli.function_names import STORED_NAMES, Function
from siren_cli.model.layers import layer_sizes

ROOT = Path(__file__).parent.parent
PRESETS = ["balanced", "compact", "detailed", "fast", "paper"]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("network.hidden_feature", "network.hidden_features"),
        ("network.hidden_omega", "network.hidden_omega_0"),
        ("fit.epoch", "fit.epochs"),
        ("fit.lr", "fit.learning_rate"),
        ("netwrk.margin", "network"),
        ("network.__class__", "network."),
        ("fit.zzz", "fit."),
    ],
)
def test_an_unknown_key_names_the_nearest(key: str, nearest: str) -> None:
    table, _, name = key.partition(".")
    with pytest.raises(UsageError, match=f"unknown key; did you mean {nearest}"):
        Config().updated({table: {name: 1}})


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("fit.epochs", True, "int"),
        ("fit.epochs", 3.0, "int"),
        ("fit.epochs", "3", "int"),
        ("fit.epochs", [3], "int"),
        ("fit.learning_rate", True, "float"),
        ("fit.learning_rate", "fast", "float"),
        ("fit.decay", 1, "str"),
        ("network.cell_size", None, "int"),
    ],
)
def test_a_value_of_another_type_is_refused(key: str, value: object, kind: str) -> None:
    table, _, name = key.partition(".")
    with pytest.raises(UsageError, match=f"{key}: .* is not of type {kind}"):
        Config().updated({table: {name: value}})


@pytest.mark.parametrize(
    "assignment",
    [
        "network.cell_size=-1",
        "network.cell_size=4097",
        "network.margin=65",
        "network.hidden_features=0",
        "network.hidden_features=4097",
        "network.hidden_layers=31",
        "network.first_omega_0=0",
        "network.hidden_omega_0=1e5",
        "fit.epochs=0",
        "fit.epochs=1000001",
        "fit.batch_points=0",
        "fit.min_steps=0",
        "fit.beta_2=1.0",
        "fit.learning_rate=0.0",
        "fit.learning_rate=nan",
        "fit.learning_rate=inf",
        "fit.warmup_steps=-1",
        "fit.seed=-1",
        "fit.seed=9223372036854775808",
    ],
)
def test_a_value_out_of_range_is_refused(assignment: str) -> None:
    key = assignment.partition("=")[0]
    with pytest.raises(UsageError, match=f"^{key}: .* is not between .* and "):
        Config().updated(presets.parse_assignments([assignment]))


@pytest.mark.parametrize(
    "assignment",
    [
        "fit.decay=linear",
        "fit.dtype=float64",
        "network.activation=swish",
        "network.activation=swish-pe",
        "network.encoding=fourier",
    ],
)
def test_a_value_that_is_no_choice_is_refused(assignment: str) -> None:
    with pytest.raises(UsageError, match=r"is not one of (cosine|int8|sine|none), "):
        Config().updated(presets.parse_assignments([assignment]))


def test_a_margin_over_a_quarter_of_the_cell_is_refused() -> None:
    assert NetworkConfig(cell_size=8, margin=2).margin == 2
    with pytest.raises(UsageError, match=r"is over a quarter of network\.cell_size 8"):
        NetworkConfig(cell_size=8, margin=3)


def test_one_cell_may_have_any_margin() -> None:
    assert NetworkConfig(cell_size=0, margin=64).margin == 64


def test_hidden_layers_are_those_after_the_first() -> None:
    network = NetworkConfig(hidden_features=5, hidden_layers=2)
    assert layer_sizes(network, 4) == (2, 5, 5, 5, 4)


@pytest.mark.parametrize(
    ("cell", "width"),
    [
        ((64, 64), 44),
        ((57, 58), 44),
        ((76, 68), 48),
        ((95, 95), 64),
        ((48, 48), 32),
        ((1, 64), 8),
    ],
)
def test_parameters_per_pixel_are_the_same_in_cells_of_any_size(cell, width):
    network = config.NetworkConfig().for_cells_of(cell[0] * cell[1])
    assert network.hidden_features == width


def test_a_single_network_is_as_wide_as_its_setting_says():
    network = config.NetworkConfig(cell_size=0, hidden_features=256)
    assert network.for_cells_of(10) == network


def test_a_table_makes_the_config_it_came_from() -> None:
    made = Config(NetworkConfig(cell_size=7, margin=1), FitConfig(seed=11, dtype="float32"))
    assert Config().updated(made.table()) == made


def test_only_other_activations_than_sines_are_in_the_tables() -> None:
    assert "activation" not in Config().table()["network"]
    made = Config().updated({"network": {"activation": "relu-pe"}})
    assert (made.network.activation, made.network.encoding) == ("relu", "positional")
    assert made.table()["network"]["activation"] == "relu-pe"


@pytest.mark.parametrize("name", STORED_NAMES)
def test_a_stored_name_is_an_activation_and_an_encoding(name: str) -> None:
    function = STORED_NAMES[name]
    apart = Config().updated({"network": function._asdict()})
    assert Config().updated({"network": {"activation": name}}) == apart
    assert Config().updated(apart.table()) == apart
    assert "encoding" not in apart.table()["network"]


def test_names_in_files_stay_for_ever() -> None:
    assert STORED_NAMES["sine"] == Function("sine", "none")
    assert STORED_NAMES["relu-pe"] == Function("relu", "positional")


def test_an_encoding_is_chosen_apart_from_the_activation() -> None:
    encoded = Config().updated(presets.parse_assignments(["network.encoding=positional"]))
    assert (encoded.network.activation, encoded.network.encoding) == ("sine", "positional")
    changed = encoded.updated({"network": {"activation": "tanh"}})
    assert (changed.network.activation, changed.network.encoding) == ("tanh", "positional")


def test_a_stored_name_and_another_encoding_are_refused() -> None:
    rule = r"network\.encoding: 'none' contradicts network\.activation relu-pe"
    with pytest.raises(UsageError, match=rule):
        Config().updated({"network": {"activation": "relu-pe", "encoding": "none"}})


@pytest.mark.parametrize(("cell_size", "inputs"), [(64, 26), (48, 26), (1, 2), (0, 34)])
def test_an_encoding_ends_at_waves_of_two_pixels(cell_size: int, inputs: int) -> None:
    network = NetworkConfig(cell_size, 0, encoding="positional")
    assert layer_sizes(network, 3) == (inputs, 44, 44, 44, 3)


def test_updating_leaves_the_original() -> None:
    base = Config()
    assert base.updated({"fit": {"epochs": 7}}).fit.epochs == 7
    assert base == Config()


def test_a_whole_number_is_also_a_float() -> None:
    changed = Config().updated({"network": {"first_omega_0": 15}})
    assert repr(changed.network.first_omega_0) == "15.0"


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="fit: is 3, not a table"):
        Config().updated({"fit": 3})
