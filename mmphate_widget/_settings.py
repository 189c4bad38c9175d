"""Parameters of a fit: checked, resolved against the input, and frozen."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmphate_widget._validation import check_bool, check_choice, check_int, check_random_state

# Threads that ``n_jobs=None`` means at most: many small array operations between them hold Python.
# On 16 cores the paper's HAR shape takes 8.4 s with 4 threads and 14 s with 16.
USEFUL_THREADS = 4


@dataclass(frozen=True, slots=True)
class Seeds:
    """A seed for each stage that draws."""

    pca: int
    bandwidth: int
    landmarks: int
    mds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of a fit after validation; neighbor counts are within range."""

    n_components: int
    intraslice_knn: int
    interslice_knn: int
    decay: float
    t: int | None
    gamma: float
    n_landmark: int
    n_pca: int
    normalize: bool
    mds_solver: str
    refine: bool
    seeds: Seeds
    n_jobs: int
    engine: str


def check_availability(engine: str, refine: bool) -> None:
    """Raise on an engine that does not exist, or does not refine where it is to."""
    check_choice(engine, name="engine", choices=("auto", "numpy", "torch", "phate"))
    if check_bool(refine, name="refine") and engine == "phate":
        raise ValueError(
            f"`refine` must be False with engine='phate', which shows what the reference finds; "
            f"got {refine!r}. The default engine refines."
        )


def check_time(t: Any) -> int | None:
    """``t`` as int, or None for "auto"."""
    if isinstance(t, str):
        if t != "auto":
            raise ValueError(f"`t` must be 'auto' or an integer at least 1; got {t!r}.")
        return None
    return check_int(t, name="t", minimum=1)


def draw_seeds(random_state: Any) -> Seeds:
    """One seed for each stage that draws."""
    generator = check_random_state(random_state)
    pca, bandwidth, landmarks, mds = (int(seed) for seed in generator.integers(2**32, size=4))
    return Seeds(pca=pca, bandwidth=bandwidth, landmarks=landmarks, mds=mds)


def count_threads(n_jobs: int | None) -> int:
    """Number of threads that ``n_jobs`` means on this machine."""
    if n_jobs is None or (isinstance(n_jobs, int | np.integer) and n_jobs == -1):
        usable = getattr(os, "sched_getaffinity", None)
        cores = len(usable(0)) if usable else os.cpu_count() or 1
        return cores if n_jobs == -1 else min(cores, USEFUL_THREADS)
    try:
        return check_int(n_jobs, name="n_jobs", minimum=1)
    except (TypeError, ValueError) as error:
        known = f"`n_jobs` must be None, -1 or an integer at least 1; got {n_jobs!r}."
        raise type(error)(known) from None
