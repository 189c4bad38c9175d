"""Threads over work items whose results do not depend on how many threads there are."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[float], None]


def no_progress(fraction: float) -> None:
    """Progress callback that ignores the fraction done."""


def map_items(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    n_jobs: int,
    progress: Progress = no_progress,
) -> list[Result]:
    """``[function(item) for item in items]`` on ``n_jobs`` threads.

    BLAS stays single-threaded meanwhile: threads times threads are slow, and a product that
    is split differently rounds differently. ``progress`` is called on the calling thread with
    the fraction done; an exception there, or a KeyboardInterrupt, drops the items not begun.
    """
    items = list(items)
    with threadpool_limits(limits=1), ThreadPoolExecutor(n_jobs) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            for done, _ in enumerate(as_completed(futures), start=1):
                progress(done / len(items))
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
