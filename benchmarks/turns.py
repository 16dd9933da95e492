"""Works whose times are compared: they take turns, and their medians count."""

import math
import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

ROUNDS = 5

# A function that does a number of steps and returns when they are done.
Work = Callable[[int], Any]


def interleaved(works: dict[str, Work], seconds: float) -> dict[str, list[float]]:
    """Return the seconds per step of each work, in rounds.

    The works take turns, so that a busy moment of the machine hits all of them.

    Args:
        works: The works by name.
        seconds: About the time of one work in a round.
    """
    counts = {name: _count_for(work, seconds) for name, work in works.items()}
    measured: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            measured[name].append(_time(work, counts[name]) / counts[name])
    return measured


def repeated(once: Callable[[], Any]) -> Work:
    """Return a work that repeats a function inside one compiled call of TensorFlow."""

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def loop(count: tf.Tensor) -> Any:
        # The results are carried along, because TensorFlow removes results that are
        # never read. Passes follow one another, as steps must.
        first = tf.nest.flatten(once())
        _, *last = tf.while_loop(
            lambda done, *_: done < count,
            lambda done, *_: (done + 1, *tf.nest.flatten(once())),
            (tf.constant(1), *first),
            parallel_iterations=1,
        )
        return [tf.reduce_sum(result) for result in last]

    def work(count: int) -> None:
        for result in loop(tf.constant(count)):
            result.numpy()

    return work


def _count_for(work: Work, seconds: float) -> int:
    work(1)  # compiles
    work(2)
    return max(1, math.ceil(2 * seconds / _time(work, 2)))


def _time(work: Work, count: int) -> float:
    start = time.perf_counter()
    work(count)
    return time.perf_counter() - start
