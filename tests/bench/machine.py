"""What this machine can do at most: float64 matrix products and copies, on one and two threads."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

# Past the caches, and short.
GEMM_SIZE = 2_000
COPY_VALUES = 16_000_000
REPEATS = 3
THREADS = (1, 2)


def best_seconds(run: Callable[[], object]) -> float:
    """Least of a few runs, the first, which touches the memory, not counted."""
    run()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def gemm_ceiling(n_threads: int) -> float:
    """Float64 operations a second of a product of two square matrices."""
    one, other = np.random.default_rng(0).normal(size=(2, GEMM_SIZE, GEMM_SIZE))
    out = np.empty_like(one)
    with threadpool_limits(limits=n_threads):
        return 2 * GEMM_SIZE**3 / best_seconds(lambda: np.matmul(one, other, out=out))


def copy_ceiling(n_threads: int) -> float:
    """Bytes read and written a second by copies, each thread its own part."""
    sources = np.array_split(np.zeros(COPY_VALUES), n_threads)
    targets = np.array_split(np.zeros(COPY_VALUES), n_threads)
    with ThreadPoolExecutor(n_threads) as pool:
        seconds = best_seconds(lambda: list(pool.map(np.copyto, targets, sources)))
    return 2 * 8 * COPY_VALUES / seconds


def ceilings() -> dict[str, dict[str, float]]:
    """Both, by number of threads."""
    return {
        "gemm": {str(n): gemm_ceiling(n) for n in THREADS},
        "copy": {str(n): copy_ceiling(n) for n in THREADS},
    }
