"""Work on all cores: results come in order, and only a few of them wait at a time."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from siren_cli.system.machine import cpu_cores

Item = TypeVar("Item")
Result = TypeVar("Result")

# Results that may wait, per core, for an earlier one that takes longer.
WAITING_PER_CORE = 2
# The environment variable by which Intel's OpenMP allows several copies of itself.
OPENMP_COPIES = "KMP_DUPLICATE_LIB_OK"


class SharedLimit:
    """Limits NumPy's OpenBLAS to one thread while any band is worked on.

    Bands are worked on by a thread for each core; if each of their matrix products used
    all cores as well, they would wait for each other (5 times slower). The limit is one
    for the whole process, so it is counted: the first user sets it and the last one
    gives back the threads that there were. Apple's Accelerate has no such limit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._limiter: Any = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the limit meanwhile."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._limiter = _controller().limit(limits=1, user_api="blas")
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._limiter.restore_original_limits()


@cache
def _controller() -> Any:
    # Importing it lets copies of Intel's OpenMP run side by side, in this process and those
    # that it starts. That is for the program to decide.
    before = os.environ.get(OPENMP_COPIES)
    from threadpoolctl import ThreadpoolController  # commands that draw nothing need none

    if before is None:
        os.environ.pop(OPENMP_COPIES, None)
    # Looking for the loaded libraries takes a millisecond.
    return ThreadpoolController()


one_blas_thread = SharedLimit()


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results of `work` for each item, in order, computed ahead in threads.

    An error of `work` is raised in its turn, and items that were not begun are left.
    """
    cores = cpu_cores()
    threads = ThreadPoolExecutor(cores)
    waiting: deque[Future[Result]] = deque()
    with one_blas_thread.held():
        try:
            for item in items:
                waiting.append(threads.submit(work, item))
                if len(waiting) > WAITING_PER_CORE * cores:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # Ctrl-C does not wait for the work that was begun.
            threads.shutdown(wait=False, cancel_futures=True)
