"""Which devices a fit runs on: MirroredStrategy for one and for many.

TensorFlow freezes its devices at the first operation, and it silently uses the
CPU where a GPU was asked for and is not there. So we choose before, and check
against the devices that exist.
"""

import ctypes
import os
import re
import sys
from dataclasses import dataclass

import tensorflow as tf

from siren_cli.errors import ResourceError, UsageError

# malloc.h of the GNU C library.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


@dataclass(frozen=True)
class Resources:
    """What a fit may use.

    Attributes:
        devices: `auto` (all GPUs, or else the CPU), `cpu`, `gpu` or `gpu:0,1`.
        replicas: Copies of the network that share each batch; None is one per
            device. More than one on the CPU makes logical devices of it.
        group: Most cells that are fitted at the same time. It decides memory,
            not the result.
    """

    devices: str = "auto"
    replicas: int | None = None
    group: int = 128


def make_strategy(resources: Resources) -> tf.distribute.MirroredStrategy:
    """Return the strategy for the devices that were asked for.

    Raises:
        UsageError: `devices` or `replicas` make no sense.
        ResourceError: A device is not there, or TensorFlow has already been
            started with others.
    """
    tf.get_logger().setLevel("ERROR")
    kind, indices = _parse(resources.devices)
    gpus = tf.config.list_physical_devices("GPU")
    if kind == "cpu" or (kind == "auto" and not gpus):
        names = _cpus(resources.replicas or 1)
    else:
        names = _gpus(gpus, indices, resources.replicas)
    return tf.distribute.MirroredStrategy(names)


def device_names(strategy: tf.distribute.Strategy) -> list[str]:
    """Return the replicas' devices, such as ["CPU:0"]."""
    return [device.rpartition("device:")[2] for device in strategy.extended.worker_devices]


def keep_freed_memory() -> None:
    """Ask the C library not to return freed memory to the system.

    Once a distributed dataset runs, TensorFlow makes glibc return it at once
    (M_TRIM_THRESHOLD in its generator_dataset_op.cc), and every step would pay
    for fresh pages: a quarter of a fit's time.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)


def cpu_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _parse(devices: str) -> tuple[str, list[int] | None]:
    if devices in ("auto", "cpu", "gpu"):
        return devices, None
    match = re.fullmatch(r"gpu:([0-9]+(?:,[0-9]+)*)", devices)
    if not match:
        raise UsageError(f"--devices {devices}: not auto, cpu, gpu or a list such as gpu:0,1")
    return "gpu", [int(index) for index in match.group(1).split(",")]


def _cpus(replicas: int) -> list[str]:
    if replicas < 1:
        raise UsageError(f"--replicas {replicas}: at least 1")
    cpu = tf.config.list_physical_devices("CPU")[0]
    logical = [tf.config.LogicalDeviceConfiguration() for _ in range(replicas)]
    _configure(lambda: tf.config.set_visible_devices([], "GPU"))
    _configure(lambda: tf.config.set_logical_device_configuration(cpu, logical))
    if len(tf.config.list_logical_devices("CPU")) < replicas:
        raise ResourceError(f"{replicas} replicas: TensorFlow was already started with fewer")
    return [f"/cpu:{index}" for index in range(replicas)]


def _gpus(gpus: list[object], indices: list[int] | None, replicas: int | None) -> list[str]:
    if not gpus:
        raise ResourceError("TensorFlow sees no GPU here (--devices cpu uses the CPU)")
    chosen = list(range(len(gpus))) if indices is None else indices
    chosen = chosen[: replicas or len(chosen)]
    if replicas and len(chosen) < replicas:
        raise ResourceError(f"--replicas {replicas}: there are {len(chosen)} GPUs for them")
    absent = [index for index in chosen if index >= len(gpus)]
    if absent:
        raise ResourceError(f"gpu:{absent[0]} is not there; TensorFlow sees {len(gpus)} GPUs")
    visible = [gpus[index] for index in chosen]
    _configure(lambda: tf.config.set_visible_devices(visible, "GPU"))
    for gpu in visible:
        _configure(lambda gpu=gpu: tf.config.experimental.set_memory_growth(gpu, True))
    # What is visible is numbered anew.
    return [f"/gpu:{index}" for index in range(len(visible))]


def _configure(change: object) -> None:
    try:
        change()  # type: ignore[operator]
    except RuntimeError:
        # Already started, by an earlier fit of this process: what is there is
        # counted afterwards.
        return
