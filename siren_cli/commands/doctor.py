"""`siren doctor` without the command line: versions, devices and formats, for bug reports.

A report holds nothing private: no paths, and no names of files, hosts or users.
"""

import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from siren_cli import presets
from siren_cli.errors import ResourceError
from siren_cli.output.json_results import Result
from siren_cli.pictures import formats
from siren_cli.resources import Resources
from siren_cli.system import extras
from siren_cli.system.machine import cpu_cores

# Packages whose versions are reported.
PACKAGES = (
    "numpy", "pillow", "tifffile", "imagecodecs", "pi-heif", "simplejpeg",
    "safetensors", "typer", "rich", "matplotlib",
)  # fmt: skip
# TensorFlow is installed as one of several packages.
TENSORFLOW_PACKAGES = ("tensorflow", "tensorflow-cpu", "keras")
# Environment variables whose values may be private paths.
PRIVATE_VARIABLES = ("SIREN_CONFIG",)


def examine(*, fast: bool) -> Result:
    """Return a report of this installation.

    Args:
        fast: Whether to leave out the devices, because TensorFlow is slow to load.

    Raises:
        ResourceError: TensorFlow cannot be loaded.
    """
    return {
        "schema": 1,
        "type": "doctor",
        "ok": True,
        "siren": version("siren-cli"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": cpu_cores(),
        "memory_bytes": _memory_bytes(),
        "packages": _versions((*PACKAGES, *TENSORFLOW_PACKAGES)),
        "blas": _blas(),
        "reads": formats.readable(),
        "extras": {extra: extras.is_installed(extra) for extra in extras.MODULES},
        "presets": presets.preset_names(),
        "presets_from": "the installed package" if presets.are_installed() else "a checkout",
        "environment": _environment(),
        "devices": None if fast else _devices(),
    }


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _versions(names: tuple[str, ...]) -> dict[str, str]:
    versions = {}
    for name in names:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def _blas() -> str:
    built: dict[str, dict[str, dict[str, str]]] = np.show_config(mode="dicts")  # type: ignore[assignment]
    blas = built["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name.startswith("SIREN_")}
    return {name: "set" if name in PRIVATE_VARIABLES else value for name, value in ours.items()}


def _devices() -> list[str]:
    try:
        from siren_cli.training.devices import device_names, make_strategy
    except ImportError as error:
        # The message may name a file below the folder of the installation, which is private.
        missing = str(error).splitlines()[0].replace(sys.prefix, "")
        raise ResourceError(f"TensorFlow cannot be loaded: {missing}") from error
    return device_names(make_strategy(Resources()))
