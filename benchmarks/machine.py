"""The machine and the versions that the measurements were made with."""

import platform
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.plan import Row
from siren_cli.system.machine import cpu_cores

# The widest first, by the flags of Linux.
INSTRUCTION_SETS = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX", "sse2": "SSE2"}
PACKAGES = ("tensorflow", "numpy", "torch", "siren-pytorch", "keras")


def facts() -> Row:
    """Return the processors, the number of cores, and the versions that decide speed."""
    return {
        "cpu": _cpuinfo("model name") or platform.processor() or platform.machine(),
        "instructions": instruction_set(_cpuinfo("flags").split()),
        "cores": cpu_cores(),
        "gpus": _gpu_models(),
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def instruction_set(flags: Collection[str]) -> str | None:
    """Return the widest vector instructions of a processor, which decide its seconds.

    Args:
        flags: Those of Linux for an x86 processor; None is returned for others.
    """
    return next((name for flag, name in INSTRUCTION_SETS.items() if flag in flags), None)


def _cpuinfo(key: str) -> str:
    """Return what Linux says of the first processor, or nothing elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    values = [line.partition(":")[2].strip() for line in lines if line.startswith(key)]
    return values[0] if values else ""


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
