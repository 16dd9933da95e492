"""The sources of a `Config`: presets, TOML files of users, and single settings.

A preset is a TOML file in `configs/` with the tables [network] and [fit], or [pyramid] and
[fit].
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from siren_cli.config import Config
from siren_cli.errors import UsageError, prefixed
from siren_cli.lesson_settings import low_frequencies
from siren_cli.pyramid_config import PyramidConfig

DEFAULT_PRESET = "balanced"
# The preset of pyramids.
PYRAMID_PRESET = "compact"
# The folder of the presets in a wheel.
INSTALLED = Path(__file__).parent / "configs"
# Largest TOML file that is read, in bytes.
MAX_TOML_BYTES = 64 << 10


def preset_names() -> list[str]:
    """Return the names of all presets, sorted."""
    return sorted(path.stem for path in _configs_directory().glob("*.toml"))


def load_preset(name: str) -> Config:
    """Return the preset `name`.

    Raises:
        UsageError: There is no such preset.
    """
    names = preset_names()
    if name not in names:
        raise UsageError(f"preset {name!r}: not one of {', '.join(names)}")
    pyramid = PyramidConfig() if name == PYRAMID_PRESET else None
    return load_toml(_configs_directory() / f"{name}.toml", Config(pyramid=pyramid))


def name_of(settings: Mapping[str, Any]) -> str | None:
    """Return the name of the preset that has the network of a file's settings.

    The activation may be another. None is a network of no preset.
    """
    if "pyramid" in settings:
        return PYRAMID_PRESET
    if settings.get("fit", {}).get("target_bytes"):
        return None
    wanted = _without_activation(settings.get("network", {}))
    table = settings.get("supervision")
    by = table.get("by") if isinstance(table, Mapping) else None
    for name in preset_names():
        network = load_preset(name).table().get("network", {})
        if network:
            network.update(low_frequencies(str(by), network["cell_size"]))
        if network and _without_activation(network) == wanted:
            return name
    return None


def _without_activation(network: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in network.items() if key != "activation"}


def load_toml(path: Path, base: Config) -> Config:
    """Return `base` with its values replaced by those of the TOML file `path`.

    Raises:
        UsageError: The file cannot be read, is not TOML, or has a wrong key or value.
    """
    with prefixed(path):
        return base.updated(load_tables(path))


def load_tables(path: Path) -> dict[str, Any]:
    """Return the tables of the TOML file `path`, unchecked.

    Raises:
        UsageError: The file cannot be read, or is not TOML.
    """
    with prefixed(path):
        try:
            with path.open("rb") as file:
                content = file.read(MAX_TOML_BYTES + 1)
            if len(content) > MAX_TOML_BYTES:
                raise UsageError(f"over {MAX_TOML_BYTES} bytes, too large for settings")
            return tomllib.loads(content.decode("utf-8-sig"))
        except OSError as error:
            raise UsageError(f"cannot be read: {error.strerror}") from error
        except (ValueError, OverflowError, RecursionError) as error:
            # Besides TOMLDecodeError these are numbers and nesting beyond Python's limits.
            raise UsageError(f"not TOML: {error}") from error


def parse_assignments(assignments: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the tables of assignments such as `network.margin=3`.

    Raises:
        UsageError: An assignment is not of the form table.key=value.
    """
    tables: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        table, dot, key = name.strip().partition(".")
        if not (equals and dot and key):
            raise UsageError(f"--set {assignment}: not of the form network.margin=3")
        tables.setdefault(table, {})[key] = _toml_value(value.strip())
    return tables


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text  # a word without quotes, as in fit.decay=constant


def are_installed() -> bool:
    """Return whether the presets are those of a wheel, which has them inside the package."""
    return INSTALLED.is_dir()


def _configs_directory() -> Path:
    # The source tree has the presets beside the package.
    return INSTALLED if are_installed() else Path(__file__).parent.parent / "configs"
