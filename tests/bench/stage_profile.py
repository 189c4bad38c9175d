"""Where the time of the HAR-shaped run goes, stage by stage, beside what the machine can do.

Seconds are those of a clean run in a fresh process. A second run, in this process and with
counters around a few of the engine's functions, says how much was done:

- `pairs`: slices of one unit whose kernel entry was computed, beside those that pass the cut;
- `rows`: rows that SMACOF moved; `squares`: multiply-adds of the sparse landmark product.

Operations and bytes are lower estimates from these counts and the sizes: what a clustering, a tree
search or a sort does besides is not in them. Bytes are what has to come from and go to memory once;
for the eigenvalues they are the passes over the shrinking matrix that its reduction makes.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Lock
from typing import Any
from unittest import mock

import numpy as np
from fresh import embed
from inputs import keep, shape_of
from machine import ceilings
from methods import N_COMPONENTS

HAR = "har"
QUICK_HAR = "har, 16 epochs"
# Float64 operations of an exponential and of a power, as vector libraries do them.
EXPONENTIAL, POWER = 20, 50
# Of all eigenvalues of a symmetric matrix, in L³: its reduction to a tridiagonal one.
EIGEN = 4 / 3
FLOAT, ENTRY = 8, 12


@contextmanager
def counting() -> Iterator[dict[str, float]]:
    """Count what the engine does while this is open."""
    from mmphate_widget import diffusion
    from mmphate_widget.kernel import tiles

    # The package's own name for this is the function.
    smacof = import_module("mmphate_widget.embedding.smacof")
    counts = dict.fromkeys(("pairs", "inside", "rows", "squares", "entries", "landmarks"), 0.0)
    lock = Lock()
    tile_kernels, transform_rows = tiles.tile_kernels, smacof.transform_rows
    spectrum = diffusion.landmark_spectrum

    def count(**amounts: float) -> None:
        with lock:
            for name, amount in amounts.items():
                counts[name] += amount

    def counted_tiles(*args: Any, **kwargs: Any) -> Any:
        kernels = tile_kernels(*args, **kwargs)
        count(pairs=kernels.size, inside=np.count_nonzero(kernels))
        return kernels

    def counted_rows(distances: Any, at: Any, rows: slice) -> Any:
        count(rows=rows.stop - rows.start)
        return transform_rows(distances, at, rows)

    def counted_spectrum(affinity: Any, *args: Any, **kwargs: Any) -> Any:
        in_row = np.diff(affinity.indptr).astype(float)
        count(squares=(in_row**2).sum(), entries=affinity.nnz, landmarks=affinity.shape[1])
        return spectrum(affinity, *args, **kwargs)

    with (
        mock.patch.object(tiles, "tile_kernels", counted_tiles),
        mock.patch.object(smacof, "transform_rows", counted_rows),
        mock.patch.object(diffusion, "landmark_spectrum", counted_spectrum),
    ):
        yield counts


def work(
    shape: tuple[int, ...], counts: dict[str, float], stages: list[str], *, t: int
) -> dict[str, tuple[float, float]]:
    """Operations and bytes of each stage that can be counted; ``t`` is the operator's power."""
    from mmphate_widget.diffusion.operator import FIRST_SQUARES

    n_epochs, n_steps, n_units, n_samples = shape
    n_slices, n_values = n_epochs * n_steps, float(np.prod(shape))
    n_landmarks = counts["landmarks"]
    intra = n_slices * n_units**2 * (3 * n_samples + EXPONENTIAL + POWER)
    inter = counts["pairs"] * (2 * n_samples + 4 + EXPONENTIAL)
    # The half of the reduction that is products with the part of the matrix that is left.
    passes = FLOAT * n_landmarks**3 / 6
    majorized = counts["rows"] * n_landmarks
    # Half products: squares and products of them for the power, one for distances of potentials.
    squares = max(0, t.bit_length() - 1 - FIRST_SQUARES)
    n_products = squares + t.bit_count()
    potential = n_products * np.array([n_landmarks**3, 3 * FLOAT * n_landmarks**2])
    layout = np.array([majorized * (4 * N_COMPONENTS + 8), FLOAT * majorized])
    found = {
        # Mean, difference, square, quotient; once in, once out.
        "standardize": (5 * n_values, 2 * FLOAT * n_values),
        "kernel": (intra + inter, 2 * FLOAT * n_values + ENTRY * counts["entries"]),
        "diffusion": (
            2 * counts["squares"] + (EIGEN + FIRST_SQUARES) * n_landmarks**3,
            2 * ENTRY * counts["entries"] + passes + FIRST_SQUARES * 2 * FLOAT * n_landmarks**2,
        ),
        "potential": potential,
        # Where the potential is no stage of its own, it is part of this one.
        "embedding": layout if "potential" in stages else potential + layout,
    }
    return {stage: (float(of[0]), float(of[1])) for stage, of in found.items() if stage in stages}


def measure(quick: bool) -> dict[str, Any]:
    """Stages with seconds, work and shares of the ceilings; pairs; what the next factor costs."""
    name = QUICK_HAR if quick else HAR
    shape = shape_of(name)
    summary, _ = embed("mmphate", name, repeats=1)
    with counting() as counts:
        t = fit_quietly(np.load(keep(name)))
    limits = ceilings()
    gemm, copy = (max(limits[kind].values()) for kind in ("gemm", "copy"))
    counted = work(shape, counts, list(summary["stages"]), t=t)
    stages = []
    for stage, seconds in summary["stages"].items():
        row: dict[str, Any] = {"stage": stage, "seconds": seconds}
        if stage in counted and seconds > 0:
            operations, moved = counted[stage]
            row |= {
                "operations": operations,
                "bytes": moved,
                "of_gemm": operations / seconds / gemm,
                "of_copy": moved / seconds / copy,
                # A noisy ceiling must not make a stage slower than it was.
                "at_ceiling": min(max(operations / gemm, moved / copy), seconds),
            }
        stages.append(row)
    n_slices = shape[0] * shape[1]
    return {
        "input": name,
        "shape": shape,
        "seconds": summary["seconds"]["median"],
        "stages": stages,
        "ceilings": limits,
        "counts": counts | {"all_pairs": shape[2] * n_slices * (n_slices + 1) / 2},
        "next": next_factor(stages),
    }


def fit_quietly(values: np.ndarray) -> int:
    """Embed on the CPU with default parameters and say which t was chosen, without warnings."""
    import mmphate_widget as mm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return mm.MMPHATE(engine="numpy", random_state=0).fit(values).t_


def next_factor(stages: list[dict[str, Any]]) -> str:
    """What it would take to be twice as fast, in words made of the figures."""
    total = sum(stage["seconds"] for stage in stages)
    largest = max(stages, key=lambda stage: stage["seconds"])
    name, seconds = largest["stage"], largest["seconds"]
    said = f"The longest stage is `{name}` with {seconds:.2f} of {total:.2f} s. "
    rest = total - seconds
    if rest < total / 2:
        said += f"To halve the whole, it alone would have to be {seconds / (total / 2 - rest):.1f} "
        said += "times as fast. "
    else:
        said += f"Without it the rest would still take {rest:.2f} s, so no gain in it alone halves "
        said += "the whole. "
    counted = [stage for stage in stages if "at_ceiling" in stage]
    at_ceiling = total - sum(stage["seconds"] - stage["at_ceiling"] for stage in counted)
    said += "With every counted stage at the machine's ceilings the whole would take "
    said += f"{at_ceiling:.2f} s, {total / at_ceiling:.1f} times less: more than that needs other "
    return said + "algorithms, fewer landmarks or other hardware."
