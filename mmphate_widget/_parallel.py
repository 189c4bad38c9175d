"""Threads over work items whose results do not depend on how many threads there are.

A stage cuts its work into items by its own rule, never by the number of threads, and BLAS
stays single-threaded inside: threads times threads are slow, and a product that is split
differently rounds differently.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[float], None]


def no_progress(fraction: float) -> None:
    """Progress callback that ignores the fraction done."""


@contextmanager
def worker_pool(n_jobs: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of ``n_jobs`` threads, BLAS limited to one; an error drops what has not begun."""
    with threadpool_limits(limits=1), ThreadPoolExecutor(n_jobs) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def map_items(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    n_jobs: int,
    progress: Progress = no_progress,
) -> list[Result]:
    """``[function(item) for item in items]`` on ``n_jobs`` threads.

    ``progress`` is called on the calling thread with the fraction done; an exception there, or
    a KeyboardInterrupt, ends the work at the next item.
    """
    items = list(items)
    with worker_pool(n_jobs) as pool:
        futures = [pool.submit(function, item) for item in items]
        for done, future in enumerate(as_completed(futures), start=1):
            # Of an error that an item raised, those that have not begun hear at once.
            future.result()
            progress(done / len(items))
        return [future.result() for future in futures]


def stream_items(
    function: Callable[[Item], Result], items: Iterable[Item], *, n_jobs: int
) -> Iterator[Result]:
    """Results in the order of ``items``, which are drawn only as the threads come to them."""
    waiting: deque[Future[Result]] = deque()
    with worker_pool(n_jobs) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > n_jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
