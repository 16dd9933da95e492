"""Work on all cores, its results in order, and never much of it at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from siren_cli.system.machine import cpu_cores

Item = TypeVar("Item")
Result = TypeVar("Result")

# Results that may wait for one that takes longer, per core.
WAITING = 2


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results of `work` for each item, in order, computed ahead in threads.

    An error of `work` is raised when its turn comes, and what was not begun is not done.
    """
    cores = cpu_cores()
    threads = ThreadPoolExecutor(cores)
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(threads.submit(work, item))
            if len(waiting) > WAITING * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # Who presses Ctrl-C does not wait for what was begun.
        threads.shutdown(wait=False, cancel_futures=True)
