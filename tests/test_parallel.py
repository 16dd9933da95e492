"""Work on all cores: results in order, and one BLAS thread for each of them meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from threadpoolctl import threadpool_info

from siren_cli.rendering.function import PictureFunction
from siren_cli.system.parallel import ahead, one_blas_thread
from tests.helpers.representations import make_representation


def blas_threads() -> list[int]:
    """Return the threads of NumPy's own OpenBLAS; SciPy may load another at any time."""
    own = [pool for pool in threadpool_info() if "numpy" in pool["filepath"]]
    return [pool["num_threads"] for pool in own if pool["user_api"] == "blas"]


BEFORE = blas_threads()
ONE = [1] * len(BEFORE)


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    """After every test there are as many threads as before."""
    yield
    assert blas_threads() == BEFORE


def test_results_come_in_order_though_work_ends_in_any():
    second_is_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            second_is_done.wait(timeout=10)
        else:
            second_is_done.set()
        return number**2

    assert list(ahead(work, range(20))) == [number**2 for number in range(20)]


def test_an_error_is_raised_in_its_turn():
    def work(number: int) -> int:
        return 12 // (3 - number)

    results = ahead(work, range(9))
    assert [next(results) for _ in range(3)] == [4, 6, 12]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_only_a_few_items_are_begun_before_their_time():
    begun: list[int] = []
    results = ahead(begun.append, range(1000))
    next(results)
    results.close()  # as Ctrl-C does
    assert len(begun) < 1000


def test_work_has_one_blas_thread():
    assert list(ahead(lambda _: blas_threads(), range(3))) == [ONE] * 3


def test_users_that_overlap_share_the_limit():
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(one_blas_thread.held())
        second.enter_context(one_blas_thread.held())
        first.close()
        assert blas_threads() == ONE
        second.close()
        assert blas_threads() == BEFORE


def test_users_in_many_threads_share_the_limit():
    def use() -> None:
        for _ in range(200):
            with one_blas_thread.held():
                pass

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_limit_ends_with_an_error_and_with_a_drawing():
    with suppress(ValueError), one_blas_thread.held():
        raise ValueError
    assert blas_threads() == BEFORE
    PictureFunction(make_representation(60, 40, cell_size=8)).render(width=200)
