"""Neighborhood preservation: the share of nearest neighbors that the embedding keeps.

    intra: among the units of one slice, averaged over slices
    inter: among the slices of one unit, averaged over units

Neighbors in z-scored sample space (ddof 1, +1e-8, as for the paper's table) against
neighbors in coordinates. Chance is k / (count - 1): with k as large as that, every
embedding scores 1 and the number says nothing.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._lengths import (
    ValidSet,
    check_lengths,
    layered_points,
    padded_points,
    valid_sets,
    without_padding,
)
from mmphate_widget._types import AXES, AnyArray
from mmphate_widget._validation import check_finite, check_int, check_real_array
from mmphate_widget.metrics.neighbors import (
    BATCH_VALUES,
    count_shared,
    nearest_in_batch,
    nearest_layered,
    nearest_rows,
)

# The paper's guard against constant points.
DEVIATION_FLOOR = 1e-8
# 1e-8 over a smaller power of two would leave float64.
LEAST_EXPONENT = -980


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
    """Z-score over the last axis as for the paper's table: ddof 1, deviation + 1e-8.

    Constant points are 0.
    """
    values = np.asarray(values, dtype=np.float64)
    constant = values.max(axis=-1, keepdims=True) == values.min(axis=-1, keepdims=True)
    # Scaling by a power of two is exact: squares neither overflow at 1e200 nor vanish at 1e-200.
    _, exponent = np.frexp(np.abs(values).max(axis=-1, keepdims=True))
    exponent = np.maximum(exponent, LEAST_EXPONENT)
    z: AnyArray = np.ldexp(values, -exponent)
    deviation = z.std(axis=-1, ddof=1, keepdims=True) + np.ldexp(DEVIATION_FLOOR, -exponent)
    z -= z.mean(axis=-1, keepdims=True)
    z /= deviation
    z[np.broadcast_to(constant, z.shape)] = 0.0
    return z


def unit_scale(values: AnyArray) -> AnyArray:
    """Values times the power of two that brings the largest between 1/2 and 1: same neighbors."""
    return unit_scales([values])[0]


def unit_scales(arrays: Sequence[AnyArray]) -> list[AnyArray]:
    """Several arrays times the one power of two that does so for the largest value of all."""
    exponent = max(int(np.frexp(np.abs(values).max())[1]) for values in arrays)
    # In two halves: 2**1074 is beyond float64.
    half = exponent // 2
    return [np.asarray(np.ldexp(np.ldexp(values, -half), half - exponent)) for values in arrays]


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
    sets: tuple[ValidSet, ...] | None = None,
) -> float:
    """Mean share of neighbors among the slices of a unit that ``layout`` keeps.

    With ``sets`` of valid samples, ``space`` holds activations that are not standardized.
    """
    n_slices, n_units, _ = space.shape
    shared = 0
    for i in range(n_units):
        if sets is None:
            wanted = nearest_rows(np.ascontiguousarray(space[:, i]), k)
        else:
            points = layered_points(space[:, i], sets, standardize=paper_zscore)
            layers = tuple(unit_scales(points.layers))
            wanted = nearest_layered(replace(points, layers=layers), k)
        shared += count_shared(wanted, nearest_rows(np.ascontiguousarray(layout[:, i]), k))
    return float(shared / (n_slices * n_units * k))


def clamp(k: int, count: int, *, what: str) -> int:
    """``k``, or ``count - 1`` with a warning where that is fewer."""
    if k > count - 1:
        instead = f"using {count - 1}, where every embedding scores 1"
        if count == 1:
            instead = "without a neighbor, what is kept of them is NaN"
        warnings.warn(
            f"`k` is {k}, more than the {count - 1} other {what}: {instead}.",
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
    return unit_scale(layout.astype(np.float64, copy=False))


def check_space(values: Any) -> tuple[AnyArray, Int[np.ndarray, " sample"] | None]:
    """Finite 4-way values of a trace or array with at least 2 samples, and unequal lengths."""
    space = check_real_array(getattr(values, "values", values), name="values")
    if space.ndim != len(AXES) or space.shape[3] < 2:
        raise ValueError(
            f"`values` must have 4 axes (epoch, step, unit, sample) with at least 2 samples; "
            f"got shape {space.shape}."
        )
    n_epochs, n_steps, _, n_samples = space.shape
    lengths = check_lengths(
        getattr(values, "lengths", None), n_epochs=n_epochs, n_steps=n_steps, n_samples=n_samples
    )
    if lengths is not None:
        space = without_padding(space, lengths)
    check_finite(space, name="values", axes=AXES)
    return space, lengths


def neighborhood_preservation(values: Any, Y: Any, *, k: int = 10) -> NeighborhoodPreservation:
    """Share of the ``k`` nearest neighbors in sample space that an embedding keeps.

    Parameters
    ----------
    values : Trace or array_like, shape (epoch, step, unit, sample)
        Activations; at least 2 samples. Slices of a Trace with unequal lengths are compared
        over the samples valid in both, squared distances scaled by the share of valid samples.
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
    space, lengths = check_space(values)
    layout = check_layout(Y, space.shape)
    n_units, n_slices = space.shape[2], space.shape[0] * space.shape[1]
    intra_k = clamp(k, n_units, what="units of a slice")
    inter_k = clamp(k, n_slices, what="slices")
    points = space.reshape(n_slices, n_units, -1)
    sets = None
    if lengths is not None:
        sets = valid_sets(lengths, n_epochs=space.shape[0], n_steps=space.shape[1])
        z = unit_scale(padded_points(points, sets, standardize=paper_zscore))
    else:
        z = points = unit_scale(paper_zscore(points))
    layout = layout.reshape(n_slices, n_units, -1)
    nan = float("nan")
    return NeighborhoodPreservation(
        intra=intra_shared(z, layout, intra_k) if intra_k else nan,
        inter=inter_shared(points, layout, inter_k, sets) if inter_k else nan,
        intra_chance=intra_k / (n_units - 1) if intra_k else nan,
        inter_chance=inter_k / (n_slices - 1) if inter_k else nan,
        intra_k=intra_k,
        inter_k=inter_k,
        k=k,
    )
