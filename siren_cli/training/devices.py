"""The devices and cores that a fit runs on: MirroredStrategy for one and for many.

TensorFlow freezes its devices at the first operation, and it silently uses the CPU
where a GPU was asked for and is missing. So the devices are chosen before, and checked
against those that exist. In a process that has used TensorFlow before, its devices and
thread settings stay as they are.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import tensorflow as tf

from siren_cli.errors import ResourceError
from siren_cli.planning.groups import CPU_BLOCK_FEATURES, BlockSize
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import Budget
from siren_cli.resources import Resources
from siren_cli.system.machine import cpu_cores

# A share of fewer points is not worth starting a core.
MIN_SHARE_POINTS = 128
# More features than any group has.
ALL_FEATURES = 1 << 40
# A GPU is busy with about 4096 cells, which is as many as this number of groups have.
GROUPS_OF_A_GPU = 32


def make_strategy(resources: Resources) -> tf.distribute.MirroredStrategy:
    """Return the strategy for the devices that were asked for.

    Raises:
        ResourceError: A device is not there, or TensorFlow has already been
            started with others.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if resources.devices == "cpu" or (resources.devices == "auto" and not gpus):
        _configure(one_core_per_operation)
        names = _cpus(resources.replicas or 1)
    else:
        names = _gpus(gpus, resources.gpus, resources.replicas)
    return _strategy(tuple(names))


@cache
def _strategy(names: tuple[str, ...]) -> tf.distribute.MirroredStrategy:
    # Strategies number their exchanges alone, so two for the same devices would take each
    # other's.
    return tf.distribute.MirroredStrategy(names)


def device_names(strategy: tf.distribute.Strategy) -> list[str]:
    """Return the replicas' devices, such as ["CPU:0"]."""
    return [device.rpartition("device:")[2] for device in strategy.extended.worker_devices]


def plan_for_devices(
    strategy: tf.distribute.Strategy, plan: FitPlan, budget: Budget
) -> FitPlan:
    """Return a plan for groups that keep all devices busy.

    With a goal in decibels groups keep their size, for each has a goal of its own.
    """
    replicas = strategy.num_replicas_in_sync
    groups = replicas * (GROUPS_OF_A_GPU if _is_on_gpus(strategy) else 1)
    own = plan.with_replicas(replicas)
    return own if budget.psnr else own.with_group_cells(plan.group_cells * groups)


def block_size(strategy: tf.distribute.Strategy, plan: FitPlan) -> BlockSize:
    """Return how large the blocks of a plan's groups may be.

    A core trains a block at a time; a GPU divides its work by itself.
    """
    replicas = plan.cell_replicas
    most = math.ceil(min(plan.group_cells, plan.grid.cells) / replicas)
    if _is_on_gpus(strategy):
        return BlockSize(most, ALL_FEATURES, replicas)
    return BlockSize(math.ceil(most / _cores(strategy, replicas)), CPU_BLOCK_FEATURES, replicas)


def share_count(strategy: tf.distribute.Strategy, batch_points: int, replicas: int) -> int:
    """Return the number of shares that a replica divides its points of a single cell into.

    Args:
        strategy: Decides the devices.
        batch_points: Points of a batch.
        replicas: Replicas that share these points.
    """
    points = batch_points // replicas
    most = min(_cores(strategy, replicas), max(1, points // MIN_SHARE_POINTS))
    # Shares are whole fours, because means over pixels take four points.
    return max(count for count in range(1, most + 1) if points % (4 * count) == 0)


def tiles_side_by_side(strategy: tf.distribute.Strategy) -> int:
    """Return the number of tiles of a pyramid that a replica computes at the same time."""
    return _cores(strategy, strategy.num_replicas_in_sync)


def _cores(strategy: tf.distribute.Strategy, replicas: int) -> int:
    """Return the cores of each of some replicas that share work."""
    # A GPU counts as one core, for it divides its work by itself.
    return 1 if _is_on_gpus(strategy) else max(1, cpu_cores() // replicas)


def _is_on_gpus(strategy: tf.distribute.Strategy) -> bool:
    return "GPU" in strategy.extended.worker_devices[0]


def one_core_per_operation() -> None:
    """Run each operation on one core, and as many at once as there are cores."""
    # `trainer` gives every core a part of its own; operations that are spread over all
    # cores as well would wait for each other.
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
    # TensorFlow refuses where it was started already, by an earlier fit or by the program
    # that uses this one. `_present` then counts the devices that it has.
    with suppress(RuntimeError):
        change()


def _present(kind: str, count: int) -> list[str]:
    """Return the names of the first devices of a kind, checked to exist."""
    # The visible devices are numbered anew, from 0.
    if len(tf.config.list_logical_devices(kind)) < count:
        raise ResourceError(f"TensorFlow was already started with fewer {kind} devices")
    return [f"/{kind.lower()}:{number}" for number in range(count)]
