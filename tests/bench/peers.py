"""Our engines beside m-phate, UMAP, openTSNE and PCA on the same inputs: time, memory, quality.

Three comparisons: a part of the paper's synthetic run that m-phate can embed; the whole suite of
the paper, one setting for all its scenarios; and units in planted groups (``planted``), where the
intra-step score and the recovery of the groups mean something. Then our default engine with more
and fewer landmarks.
"""

from typing import Any

import numpy as np
import planted
from fresh import embed
from inputs import PARTS, SCENARIOS, SYNTHETIC, keep, sampled_name, shape_of
from methods import LANDMARKS
from scipy.spatial import procrustes
from scores import average, communities, neighborhoods, standardized

# method -> repeats; what takes minutes is repeated less.
AGAINST_REFERENCE = {
    "mmphate": 3,
    "mmphate refine": 3,
    "mmphate phate": 1,
    "m-phate": 2,
    "umap": 2,
    "opentsne": 2,
    "pca": 3,
}
ON_PLANTED = {
    "mmphate": 3,
    "mmphate refine": 3,
    "m-phate": 1,
    "umap": 2,
    "opentsne": 2,
    "pca": 1,
}
OURS = {"mmphate": 1, "mmphate refine": 1}
FEWER_STEPS = sampled_name("area2bump", 12)
BY_LANDMARKS = {f"mmphate {n}": 2 for n in LANDMARKS}


def rows_of(methods: dict[str, int], name: str, groups: Any = None) -> list[dict[str, Any]]:
    """A row for each method on one input, with the medians of its scores over repeats."""
    values = np.load(keep(name))
    rows, faithful = [], None
    for method, repeats in methods.items():
        summary, layouts = embed(method, name, repeats=repeats, coordinates=True)
        row = {"input": name, "shape": shape_of(name), "method": method, **summary}
        if layouts:
            scores = [neighborhoods(values, layout) for layout in layouts]
            if groups is not None:
                scores = [
                    score | communities(layout, groups)
                    for score, layout in zip(scores, layouts, strict=True)
                ]
            row["scores"] = average(scores)
        if method == "mmphate":
            faithful = layouts
        if method == "mmphate refine" and layouts:
            row["disparity"] = disparity(faithful[0], layouts[0])
        rows.append(row)
    return rows


def disparity(one: np.ndarray, other: np.ndarray) -> float:
    """Procrustes disparity of two layouts of the same points."""
    return float(procrustes(*(flat.reshape(-1, flat.shape[-1]) for flat in (one, other)))[2])


def once(methods: dict[str, int], *, without: tuple[str, ...]) -> dict[str, int]:
    """One repeat of each method but those that would take too long for the quick form."""
    return {method: 1 for method in methods if method not in without}


def against_reference(quick: bool) -> list[dict[str, Any]]:
    """The same part of the paper's synthetic run through every method."""
    methods = AGAINST_REFERENCE
    if quick:
        methods = once(methods, without=("mmphate phate", "opentsne"))
    points = min(PARTS) if quick else max(PARTS)
    return rows_of(methods, f"{SYNTHETIC}, {points:,} points")


def paper_suite(quick: bool) -> list[dict[str, Any]]:
    """Our estimator on all scenarios of the paper's suite, at the paper's size."""
    names = [f"{SYNTHETIC}, {max(PARTS):,} points"] if quick else list(SCENARIOS)
    return [row for name in names for row in rows_of(OURS, name)]


def planted_groups(quick: bool) -> list[dict[str, Any]]:
    """Units in planted groups through every method; first the standardized samples themselves."""
    methods = ON_PLANTED
    if quick:
        methods = once(methods, without=("m-phate", "umap", "opentsne"))
    rows = []
    for n_groups in list(planted.SUITES)[: 1 if quick else None]:
        name = f"{n_groups} planted groups"
        values, groups = planted.planted(n_groups)
        space = {"input": name, "shape": shape_of(name), "method": "sample space"}
        rows.append(space | {"scores": communities(standardized(values), groups)})
        rows += rows_of(methods, name, groups)
    return rows


def landmarks(quick: bool) -> list[dict[str, Any]]:
    """What the number of landmarks costs and keeps: fragments, an RNN in training, and groups."""
    last = list(planted.SUITES)[-1]
    name = f"{last} planted groups"
    if quick:
        few = dict.fromkeys(list(BY_LANDMARKS)[1:3], 1)
        return rows_of(few, name, planted.planted(last)[1])
    rows = [row for name in (SYNTHETIC, FEWER_STEPS) for row in rows_of(BY_LANDMARKS, name)]
    # Of 3,600 points 4,000 landmarks would be all.
    fewer = dict.fromkeys(list(BY_LANDMARKS)[:-1], 2)
    return rows + rows_of(fewer, name, planted.planted(last)[1])
