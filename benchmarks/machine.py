"""The machine and the versions that the measurements were made with."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.plan import Row
from siren_cli.system.machine import cpu_cores

PACKAGES = ("tensorflow", "numpy", "torch", "siren-pytorch", "keras")


def facts() -> Row:
    """Return the processors, the number of cores, and the versions that decide speed."""
    return {
        "cpu": _cpu_model(),
        "cores": cpu_cores(),
        "gpus": _gpu_models(),
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _gpu_models() -> list[str]:
    # The driver is asked, because asking TensorFlow would start it.
    files = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]


def _version(package: str) -> str | None:
    # The package tensorflow-cpu is the same library under another name.
    for name in (package, f"{package}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None
