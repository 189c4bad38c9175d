"""What is lost by embedding fewer time steps than were recorded.

The same recording is embedded with all its steps and with every 6th, 12th and 24th. Each of these
embeddings is asked for all recorded slices: the coordinates of a step that was left out lie on the
straight line, in step, between those of the two kept steps around it (before the first and after
the last kept step they stay where that one is). Then, for seeded slices of each unit, the `k`
nearest among all other recorded slices of that unit in standardized sample space are found, and
`inter` is the share of them that is among the `k` nearest of all recorded slices in those
coordinates. So every row is measured on the full data and on the same questions. Interpolating
favors the sparse embeddings: what is next in time comes out as next, which noise hides from the
full one. `across` therefore counts the same among the slices of other epochs alone, where nothing
is given away.

`shown` counts differently: only slices that were embedded have a place in the picture. Of the `k`
nearest recorded slices of an embedded slice it is the share that is in the picture at all and among
its `k` nearest there.

Seeds change the estimator's draws, the slices asked for, and which steps are kept (the first one).
"""

from typing import Any

import numpy as np
from fresh import embed_once
from inputs import keep, sampled_name
from jaxtyping import Float, Int
from scipy import stats
from scipy.spatial.distance import cdist
from scores import standardized

# Kept: every so many steps.
STRIDES = (1, 6, 12, 24)
QUICK_STRIDES = (6, 24)
NEIGHBORS = (10, 40, 160)
KINDS = [f"{kind} {k}" for kind in ("inter", "across", "shown") for k in NEIGHBORS]
N_QUERIES = 200
SEEDS, QUICK_SEEDS = 5, 2
CONFIDENCE = 0.95
METHOD = "mmphate"


def interpolated(
    layout: Float[np.ndarray, "epoch kept unit component"],
    steps: Int[np.ndarray, " kept"],
    n_steps: int,
) -> Float[np.ndarray, "epoch step unit component"]:
    """Coordinates of all steps, linear in step between those that were embedded."""
    at = np.clip(np.interp(np.arange(n_steps), steps, np.arange(len(steps))), 0, len(steps) - 1)
    before = np.minimum(at.astype(int), max(len(steps) - 2, 0))
    part = (at - before)[:, None, None]
    after = np.minimum(before + 1, len(steps) - 1)
    return (1 - part) * layout[:, before] + part * layout[:, after]


def nearest(
    points: Float[np.ndarray, "slice feature"],
    queries: Int[np.ndarray, " query"],
    k: int,
    epochs: Int[np.ndarray, " slice"] | None = None,
) -> Int[np.ndarray, "query neighbor"]:
    """The ``k`` nearest other rows of each query, in order; all others where there are fewer.

    With ``epochs`` only rows of other epochs count.
    """
    squared = cdist(points[queries], points, "sqeuclidean")
    squared[np.arange(len(queries)), queries] = np.inf
    if epochs is not None:
        squared[epochs[queries][:, None] == epochs] = np.inf
    k = min(k, int(np.isfinite(squared).sum(axis=1).min()))
    found = np.argpartition(squared, k - 1, axis=1)[:, :k]
    order = np.argsort(np.take_along_axis(squared, found, axis=1), axis=1)
    return np.take_along_axis(found, order, axis=1)


def share(wanted: np.ndarray, found: np.ndarray) -> float:
    """Share of ``wanted`` that stands in the same row of ``found``."""
    hits = [np.isin(one, other).sum() for one, other in zip(wanted, found, strict=True)]
    return float(np.sum(hits) / wanted.size)


def losses(
    space: Float[np.ndarray, "epoch step unit sample"],
    layout: Float[np.ndarray, "epoch kept unit component"],
    steps: Int[np.ndarray, " kept"],
    *,
    seed: int,
) -> dict[str, float]:
    """Shares kept of full-data neighborhoods, averaged over units."""
    n_epochs, n_steps, n_units, _ = space.shape
    every = interpolated(layout, steps, n_steps)
    is_kept = np.tile(np.isin(np.arange(n_steps), steps), n_epochs)
    embedded, epochs = np.flatnonzero(is_kept), np.repeat(np.arange(n_epochs), n_steps)
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {}
    for i in range(n_units):
        samples, points = (part[:, :, i].reshape(len(is_kept), -1) for part in (space, every))
        queries = rng.choice(len(is_kept), min(N_QUERIES, len(is_kept)), replace=False)
        shown = rng.choice(len(embedded), min(N_QUERIES, len(embedded)), replace=False)
        most = max(NEIGHBORS)
        wanted, got = nearest(samples, queries, most), nearest(points, queries, most)
        far, got_far = (nearest(of, queries, most, epochs) for of in (samples, points))
        wanted_shown = nearest(samples, embedded[shown], most)
        got_shown = embedded[nearest(points[embedded], shown, most)]
        for k in NEIGHBORS:
            found.setdefault(f"inter {k}", []).append(share(wanted[:, :k], got[:, :k]))
            found.setdefault(f"across {k}", []).append(share(far[:, :k], got_far[:, :k]))
            found.setdefault(f"shown {k}", []).append(share(wanted_shown[:, :k], got_shown[:, :k]))
    return {key: float(np.mean(found[key])) for key in sorted(found, key=KINDS.index)}


def interval(values: list[float]) -> dict[str, float | None]:
    """Mean over seeds and its Student interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return {"mean": mean, "low": None, "high": None}
    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values)
    return {"mean": mean, "low": mean - half, "high": mean + half}


def measure(quick: bool) -> list[dict[str, Any]]:
    """A row for each number of kept steps."""
    source = "area2bump, 4 epochs" if quick else "area2bump, 16 epochs"
    space = standardized(np.load(keep(source)))
    return [
        measure_stride(source, space, stride, n_seeds=QUICK_SEEDS if quick else SEEDS)
        for stride in (QUICK_STRIDES if quick else STRIDES)
    ]


def measure_stride(
    source: str, space: Float[np.ndarray, "epoch step unit sample"], stride: int, *, n_seeds: int
) -> dict[str, Any]:
    """Mean shares and their intervals where every so many steps are kept."""
    n_steps = space.shape[1]
    row = {"method": METHOD, "shape": space.shape, "steps": n_steps // stride}
    scores = []
    for seed in range(n_seeds):
        first = seed * stride // n_seeds
        name = sampled_name(source, stride, first)
        run, layout = embed_once(METHOD, name, seed=seed, coordinates=True)
        if layout is None:
            return row | run
        scores.append(losses(space, layout, np.arange(first, n_steps, stride), seed=seed))
    shares = {key: interval([score[key] for score in scores]) for key in scores[0]}
    return row | {"seeds": n_seeds, "scores": shares}
