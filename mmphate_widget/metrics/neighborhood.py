"""Neighborhood preservation: the share of nearest neighbors that the embedding keeps.

    intra: among the units of one slice, averaged over slices
    inter: among the slices of one unit, averaged over units

Neighbors in z-scored sample space (ddof 1, +1e-8, as for the paper's table) against
neighbors in coordinates. Chance is k / (count - 1): with k as large as that, every
embedding scores 1 and the number says nothing.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import AXES, AnyArray
from mmphate_widget._validation import check_finite, check_int, check_real_array
from mmphate_widget.metrics.neighbors import (
    BATCH_VALUES,
    count_shared,
    nearest_in_batch,
    nearest_rows,
)

# The paper's guard against constant points.
DEVIATION_FLOOR = 1e-8


@dataclass(frozen=True, slots=True)
class NeighborhoodPreservation:
    """Shares of neighbors kept, 0 … 1, beside what a random embedding keeps.

    Attributes
    ----------
    intra, inter : float
        Mean share kept among units of a slice, and among slices of a unit; NaN where there
        is no other unit or slice.
    intra_chance, inter_chance : float
        k / (count - 1) of each.
    intra_k, inter_k : int
        Neighbors counted, after clamping.
    k : int
        Neighbors asked for.
    """

    intra: float
    inter: float
    intra_chance: float
    inter_chance: float
    intra_k: int
    inter_k: int
    k: int


def paper_zscore(values: AnyArray) -> Float[np.ndarray, "*point sample"]:
    """Z-score over the last axis as for the paper's table: ddof 1, deviation + 1e-8."""
    values = np.asarray(values, dtype=np.float64)
    deviation = values.std(axis=-1, ddof=1, keepdims=True) + DEVIATION_FLOOR
    return np.asarray((values - values.mean(axis=-1, keepdims=True)) / deviation)


def intra_shared(
    space: Float[np.ndarray, "slice unit feature"],
    layout: Float[np.ndarray, "slice unit component"],
    k: int,
) -> float:
    """Mean share of neighbors among the units of a slice that ``layout`` keeps."""
    n_slices, n_units, _ = space.shape
    block = max(1, BATCH_VALUES // n_units**2)
    shared = 0
    for at in range(0, n_slices, block):
        wanted = nearest_in_batch(space[at : at + block], k)
        shared += count_shared(wanted, nearest_in_batch(layout[at : at + block], k))
    return float(shared / (n_slices * n_units * k))


def inter_shared(
    space: Float[np.ndarray, "slice unit feature"],
    layout: Float[np.ndarray, "slice unit component"],
    k: int,
) -> float:
    """Mean share of neighbors among the slices of a unit that ``layout`` keeps."""
    n_slices, n_units, _ = space.shape
    shared = 0
    for i in range(n_units):
        wanted = nearest_rows(np.ascontiguousarray(space[:, i]), k)
        shared += count_shared(wanted, nearest_rows(np.ascontiguousarray(layout[:, i]), k))
    return float(shared / (n_slices * n_units * k))


def clamp(k: int, count: int, *, what: str) -> int:
    """``k``, or ``count - 1`` with a warning where that is fewer."""
    if k > count - 1:
        warnings.warn(
            f"`k` is {k}, more than the {count - 1} other {what}: using {count - 1}, where every "
            f"embedding scores 1.",
            UserWarning,
            stacklevel=3,
        )
    return min(k, count - 1)


def check_layout(Y: Any, shape: tuple[int, ...]) -> Float[np.ndarray, "epoch step unit component"]:
    """``Y`` as finite float64 coordinates of the points of a trace of ``shape``."""
    layout = check_real_array(Y, name="Y")
    if layout.ndim != len(AXES) or layout.shape[:3] != shape[:3]:
        raise ValueError(
            f"`Y` must have shape (epoch, step, unit, component) with the trace's {shape[:3]} "
            f"in front; got shape {layout.shape}."
        )
    check_finite(layout, name="Y", axes=(*AXES[:3], "component"))
    return layout.astype(np.float64, copy=False)


def check_space(values: Any) -> AnyArray:
    """The values of a trace or array as a finite 4-way array with at least 2 samples."""
    space = check_real_array(getattr(values, "values", values), name="values")
    if space.ndim != len(AXES) or space.shape[3] < 2:
        raise ValueError(
            f"`values` must have 4 axes (epoch, step, unit, sample) with at least 2 samples; "
            f"got shape {space.shape}."
        )
    check_finite(space, name="values", axes=AXES)
    return space


def neighborhood_preservation(values: Any, Y: Any, *, k: int = 10) -> NeighborhoodPreservation:
    """Share of the ``k`` nearest neighbors in sample space that an embedding keeps.

    Parameters
    ----------
    values : Trace or array_like, shape (epoch, step, unit, sample)
        Activations; at least 2 samples.
    Y : array_like, shape (epoch, step, unit, component)
        Coordinates of the same points.
    k : int, default 10
        Neighbors, not counting the point itself.

    Returns
    -------
    NeighborhoodPreservation

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit, values are not finite or ``k`` is below 1.

    Warns
    -----
    UserWarning
        If there are fewer than ``k`` other units in a slice, or other slices.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv 2406.01969.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(5, 4, 12, 3))
    >>> result = neighborhood_preservation(values, values, k=4)
    >>> result.intra > 0.5, round(result.inter_chance, 3)
    (True, 0.211)
    """
    k = check_int(k, name="k", minimum=1)
    space = check_space(values)
    layout = check_layout(Y, space.shape)
    n_units, n_slices = space.shape[2], space.shape[0] * space.shape[1]
    intra_k = clamp(k, n_units, what="units of a slice")
    inter_k = clamp(k, n_slices, what="slices")
    z = paper_zscore(space).reshape(n_slices, n_units, -1)
    layout = layout.reshape(n_slices, n_units, -1)
    nan = float("nan")
    return NeighborhoodPreservation(
        intra=intra_shared(z, layout, intra_k) if intra_k else nan,
        inter=inter_shared(z, layout, inter_k) if inter_k else nan,
        intra_chance=intra_k / (n_units - 1) if intra_k else nan,
        inter_chance=inter_k / (n_slices - 1) if inter_k else nan,
        intra_k=intra_k,
        inter_k=inter_k,
        k=k,
    )
