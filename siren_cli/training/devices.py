"""Which devices and cores a fit runs on: MirroredStrategy for one and for many.

TensorFlow freezes its devices at the first operation, and it silently uses the
CPU where a GPU was asked for and is not there. So we choose before, and check
against the devices that exist.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import tensorflow as tf

from siren_cli.config import Resources
from siren_cli.errors import ResourceError
from siren_cli.planning.plan import MIN_PART_CELLS
from siren_cli.system.machine import cpu_cores

# Less is not worth a core's start.
MIN_SHARE_POINTS = 128


def make_strategy(resources: Resources) -> tf.distribute.MirroredStrategy:
    """Return the strategy for the devices that were asked for.

    Raises:
        ResourceError: A device is not there, or TensorFlow has already been
            started with others.
    """
    tf.get_logger().setLevel("ERROR")
    gpus = tf.config.list_physical_devices("GPU")
    if resources.devices == "cpu" or (resources.devices == "auto" and not gpus):
        _configure(_one_core_per_operation)
        names = _cpus(resources.replicas or 1)
    else:
        names = _gpus(gpus, resources.gpus, resources.replicas)
    return tf.distribute.MirroredStrategy(names)


def device_names(strategy: tf.distribute.Strategy) -> list[str]:
    """Return the replicas' devices, such as ["CPU:0"]."""
    return [device.rpartition("device:")[2] for device in strategy.extended.worker_devices]


def even_cells(strategy: tf.distribute.Strategy, cells: int) -> int:
    """Return the cells of a trainer for so many: a few more, so that parts are equal.

    For as many as it returns it returns the same, or a kept fit would not go on.
    """
    count = part_count(strategy, cells)
    even = count * math.ceil(cells / count)
    return even if even == cells else even_cells(strategy, even)


def part_count(strategy: tf.distribute.Strategy, cells: int) -> int:
    """Return into how many parts so many cells are divided, one for a core."""
    return max(1, min(cells // MIN_PART_CELLS, _cores_of_a_replica(strategy)))


def share_count(strategy: tf.distribute.Strategy, points: int) -> int:
    """Return into how many shares the points of a single cell are divided."""
    most = min(_cores_of_a_replica(strategy), max(1, points // MIN_SHARE_POINTS))
    return max(count for count in range(1, most + 1) if points % count == 0)


def _cores_of_a_replica(strategy: tf.distribute.Strategy) -> int:
    # A GPU is one: it finds its own parallel work.
    if "GPU" in strategy.extended.worker_devices[0]:
        return 1
    replicas: int = strategy.num_replicas_in_sync
    return max(1, cpu_cores() // replicas)


def _one_core_per_operation() -> None:
    # `training` keeps every core busy with work of its own; products that are
    # spread over all cores as well would wait for each other.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(cpu_cores())


def _cpus(replicas: int) -> list[str]:
    cpu = tf.config.list_physical_devices("CPU")[0]
    logical = [tf.config.LogicalDeviceConfiguration() for _ in range(replicas)]
    _configure(lambda: tf.config.set_visible_devices([], "GPU"))
    _configure(lambda: tf.config.set_logical_device_configuration(cpu, logical))
    return _present("CPU", replicas)


def _gpus(physical: list[Any], numbers: list[int] | None, replicas: int | None) -> list[str]:
    if not physical:
        raise ResourceError("TensorFlow sees no GPU here (--devices cpu uses the CPU)")
    wanted = list(range(len(physical))) if numbers is None else numbers
    if max(wanted) >= len(physical):
        raise ResourceError(f"gpu:{max(wanted)} is not there; TensorFlow sees {len(physical)}")
    if replicas and replicas > len(wanted):
        raise ResourceError(f"--replicas {replicas}: there are {len(wanted)} GPUs for them")
    chosen = [physical[number] for number in wanted[:replicas]]
    _configure(lambda: tf.config.set_visible_devices(chosen, "GPU"))
    _configure(lambda: [tf.config.experimental.set_memory_growth(gpu, True) for gpu in chosen])
    return _present("GPU", len(chosen))


def _configure(change: Callable[[], Any]) -> None:
    # TensorFlow may have been started already, by an earlier fit of this process;
    # `_present` counts what is there.
    with suppress(RuntimeError):
        change()


def _present(kind: str, count: int) -> list[str]:
    # Those that are visible are numbered anew, from 0.
    if len(tf.config.list_logical_devices(kind)) < count:
        raise ResourceError(f"TensorFlow was already started with fewer {kind} devices")
    return [f"/{kind.lower()}:{number}" for number in range(count)]
