"""Settings: presets, TOML over them, --set over that, each key checked."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from siren_cli import config, presets
from siren_cli.config import Config, FitConfig, NetworkConfig
from siren_cli.errors import UsageError
from siren_cli.function_names import STORED_NAMES, Function
from siren_cli.model.layers import layer_sizes

ROOT = Path(__file__).parent.parent
PRESETS = ["balanced", "detailed", "fast", "paper"]


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
    with pytest.raises(UsageError, match="preset 'slow': not one of balanced, detailed, fast"):
        presets.load_preset("slow")


def test_a_preset_is_no_path() -> None:
    with pytest.raises(UsageError, match="not one of"):
        presets.load_preset("../configs/fast")


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


def test_a_single_network_is_as_wide_as_it_is_told():
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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "-o",
        directory,
        ROOT,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(directory.glob("*.whl"))


def test_a_wheel_holds_the_presets_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    presets = [name for name in names if name.endswith(".toml")]
    assert presets == [f"siren_cli/configs/{name}.toml" for name in PRESETS]
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"siren_cli"}


LOADED = """
from siren_cli import config, presets
print(config.__file__)
print(*(f"{name}={presets.load_preset(name).fit.epochs}" for name in presets.preset_names()))
"""


def test_presets_are_found_in_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        text=True,
    )
    expected = " ".join(f"{name}={presets.load_preset(name).fit.epochs}" for name in PRESETS)
    assert done.stdout.split("\n")[:2] == [str(tmp_path / "siren_cli" / "config.py"), expected]


def test_the_defaults_are_the_default_preset():
    assert presets.load_preset(presets.DEFAULT_PRESET) == Config()
