"""Presets, your own TOML files, and single settings: where a `Config` comes from.

A preset is a TOML file of `configs/` with the tables [network] and [fit].
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from siren_cli.config import Config
from siren_cli.errors import UsageError

DEFAULT_PRESET = "balanced"
MAX_TOML_BYTES = 64 << 10


def preset_names() -> list[str]:
    """Return the names of the presets that are installed, sorted."""
    return sorted(path.stem for path in _configs_directory().glob("*.toml"))


def load_preset(name: str) -> Config:
    """Return the preset `name`.

    Raises:
        UsageError: There is no such preset.
    """
    names = preset_names()
    if name not in names:
        raise UsageError(f"preset {name!r}: not one of {', '.join(names)}")
    return load_toml(_configs_directory() / f"{name}.toml", Config())


def name_of(settings: Mapping[str, Any]) -> str | None:
    """Return the preset with the network of a file's settings; None is one of your own."""
    wanted = _shape(settings.get("network", {}))
    tables = {name: load_preset(name).table()["network"] for name in preset_names()}
    return next((name for name, table in tables.items() if _shape(table) == wanted), None)


def _shape(network: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in network.items() if key != "activation"}


def load_toml(path: Path, base: Config) -> Config:
    """Return `base` with the tables of the TOML file `path` laid over it.

    Raises:
        UsageError: The file cannot be read, is no TOML or has unknown keys.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_TOML_BYTES + 1)
        if len(content) > MAX_TOML_BYTES:
            raise UsageError(f"over {MAX_TOML_BYTES} bytes, too large for settings")
        return base.updated(tomllib.loads(content.decode("utf-8-sig")))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        # Not only TOMLDecodeError: numbers and nesting beyond Python's limits too.
        raise UsageError(f"{path}: not TOML: {error}") from error


def parse_assignments(assignments: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the tables that `network.margin=3`-like strings spell.

    Raises:
        UsageError: One of them is not of the form table.key=value.
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
        return text  # a bare word: fit.decay=constant


def _configs_directory() -> Path:
    # In a wheel the presets lie inside the package, in a checkout beside it.
    installed = Path(__file__).parent / "configs"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "configs"
