"""New epochs on a fitted embedding: how far from where a fit of all epochs puts them.

The even epochs are embedded and the odd ones placed among them; all epochs are embedded as well,
and the embedding of the even ones is turned and scaled onto theirs (potential distances grow with
the number of slices near a point). `odd` is the distance of the placed
points from where the whole fit has them, `even` that of the fitted points, which says how far two
fits differ without any placing, `seeds` that between the whole fit and one with another
`random_state`: medians over points, as parts of the diameter of the embedding. The inputs have the
shapes of the paper's runs.
"""

import warnings
from typing import Any

import numpy as np
from inputs import SYNTHETIC, keep, sampled_name, shape_of
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

# Input, solver.
CASES = [
    (sampled_name("area2bump", 6), "auto"),
    ("har", "auto"),
    (SYNTHETIC, "auto"),
    (SYNTHETIC, "classical"),
]
QUICK_CASES = [("har, 16 epochs", "auto")]


def diameter(points: np.ndarray) -> float:
    """Largest distance between two of the points, which are corners of their hull."""
    return float(pdist(points[ConvexHull(points).vertices]).max())


def apart(moved: np.ndarray, goal: np.ndarray, start: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Distance of ``moved`` from ``goal`` after ``start`` is turned and scaled onto ``onto``."""
    centered = start - start.mean(axis=0)
    rotation, singular = orthogonal_procrustes(centered, onto - onto.mean(axis=0))
    scale = singular / (centered**2).sum()
    laid = scale * (moved - start.mean(axis=0)) @ rotation + onto.mean(axis=0)
    return np.asarray(np.linalg.norm(laid - goal, axis=1))


def place(name: str, solver: str) -> dict[str, Any]:
    """One input: the medians, and how many pieces its graph is in."""
    import mmphate_widget as mm

    values = np.load(keep(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        whole, even, other = (
            mm.MMPHATE(engine="numpy", random_state=seed, mds_solver=solver).fit(part)
            for seed, part in ((0, values), (0, values[::2]), (1, values))
        )
        odd = even.transform(values[1::2])
    placed, fitted = (Y.reshape(-1, Y.shape[-1]) for Y in (odd, even.embedding_))
    odd_goal, even_goal = (whole.embedding_[first::2].reshape(-1, 3) for first in (1, 0))
    once, again = (fit.embedding_.reshape(-1, 3) for fit in (whole, other))
    size = diameter(once)
    return {
        "input": name,
        "shape": shape_of(name),
        "solver": solver,
        "components": whole.n_connected_components_,
        "odd": float(np.median(apart(placed, odd_goal, fitted, even_goal))) / size,
        "even": float(np.median(apart(fitted, even_goal, fitted, even_goal))) / size,
        "seeds": float(np.median(apart(again, once, again, once))) / size,
    }


def measure(quick: bool) -> list[dict[str, Any]]:
    """A row for each case."""
    return [place(name, solver) for name, solver in (QUICK_CASES if quick else CASES)]
