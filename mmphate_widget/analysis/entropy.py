"""Entropy inside a step, over units, and between steps, of a unit: how much is told apart.

    intra-step, slice (e, t):   eigenvalues of Z Zᵀ / tr(Z Zᵀ), Z the z-scored slice (unit, sample)
    inter-step, unit i, epoch e: eigenvalues of A / T, A = exp(-(D / b)²) between its T steps

Both are the entropy of that spectrum in nats; its exponential counts groups of units, or of steps,
that act apart. The paper reads rising entropy as processing of information and falling entropy as
compression; its own definition is not published in a form that one can read, and these are ours.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._lengths import LayeredPoints, layered_points, valid_sets
from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_choice, check_int, check_real
from mmphate_widget.analysis.nearest import nearest_neighbor_entropy
from mmphate_widget.analysis.patterns import Lengths, check_patterns, values_at
from mmphate_widget.analysis.result import AxisLabels, Result
from mmphate_widget.analysis.spectrum import pattern_entropy, spectral_entropy
from mmphate_widget.kernel.inter import (
    BANDWIDTH_SLICES,
    global_bandwidth,
    squared_distances,
    unit_bandwidth,
)
from mmphate_widget.kernel.standardize import duplicate_distance, zscore
from mmphate_widget.trace import Trace, as_trace
from mmphate_widget.trace.coordinates import check_coordinates

Points = Float[np.ndarray, "slice sample"] | LayeredPoints

# Neighbor of the Kozachenko-Leonenko estimate: the first one has twice the variance.
NEIGHBOR = 3
# Least distance of that estimate, as a part of the embedding's root-mean-square extent: a float32
# coordinate has a resolution of about 1e-7 of it, and what is closer is a duplicate.
FLOOR = 1e-6
# Points whose neighbors the bandwidth is taken from, of all units together, where there are more.
BANDWIDTH_POINTS = 20_000
# Values of one working array: 16 MB of float64.
BLOCK_VALUES = 2_000_000


def intra_step_entropy(
    trace: Any,
    embedding: Any = None,
    *,
    estimator: str = "spectral",
    n_neighbors: int = NEIGHBOR,
) -> Result:
    """How many groups of units act apart at each epoch and step, as an entropy in nats.

    Parameters
    ----------
    trace : Trace, or array-like of shape (n_epochs, n_steps, n_units, n_samples)
        Activations; at least 2 samples. At a step only the samples that reach it take part.
    embedding : array-like of shape (n_epochs, n_steps, n_units, 2 or 3), default=None
        Coordinates of the same points. ``estimator="knn"`` measures these alone;
        ``estimator="spectral"`` does not look at them.
    estimator : {"spectral", "knn"}, default="spectral"
        "spectral" (ours): -Σ p ln p of the eigenvalues p of Z Zᵀ / tr(Z Zᵀ), Z the slice
        z-scored over samples. It lies between 0 (all units alike, up to sign) and ln of the
        smaller of n_units and n_samples - 1. A constant unit does not count.
        "knn" (ours): Kozachenko-Leonenko entropy of the units' places in the embedding. It is a
        differential entropy: it may be negative, and times ``a`` the coordinates it grows by
        ``n_components * ln a``, so that only values of one embedding can be compared.
    n_neighbors : int, default=3
        Of "knn": neighbor whose distance is taken; at most n_units - 1.

    Returns
    -------
    Result
        Values of shape (n_epochs, n_steps), in nats. NaN in a slice whose units are all constant,
        and in all of an embedding that is one place.

    Raises
    ------
    TypeError
        If an argument is of the wrong type.
    ValueError
        If ``estimator`` is unknown, "knn" has no ``embedding``, shapes do not fit, a slice has
        fewer than 2 samples, or ``n_neighbors`` is out of range.

    Notes
    -----
    "spectral" does not change when a unit's activity is scaled, shifted or turned over in sign,
    nor with the order of units or samples.

    It is biased where there are few samples, and the more so the more groups there are: n unrelated
    units and S samples give about ln m - m / 2M nats, m and M the smaller and the larger of n and
    S - 1 (Page 1993), in place of ln n: 20 groups for 40 units and 30 samples. G groups of units
    that are exactly alike count as G unrelated units; noise of each unit adds groups: 4 groups of
    10 with noise of a fifth of the signal's deviation and 30 samples give 4.6. Compare entropies at
    equal numbers of units and samples. "knn" treats distances below 1e-6 of the embedding's
    root-mean-square extent as that: duplicates make it very low, not infinite.
    ``tests/bench/entropy_bias.py`` measures all this.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv 2406.01969. D. N. Page, Average entropy of a
    subsystem, Physical Review Letters 71 (1993), doi:10.1103/PhysRevLett.71.1291.
    O. Roy, M. Vetterli, The effective rank, EUSIPCO 2007.

    Examples
    --------
    >>> groups = np.random.default_rng(0).normal(size=(2, 5, 4, 500))
    >>> units = groups[:, :, np.arange(20) % 4]
    >>> entropy = intra_step_entropy(units)
    >>> entropy
    <Result: intra-step entropy, 2 epochs × 5 steps>
    >>> np.exp(entropy.curve().values).round(1)
    array([4., 4.])
    """
    trace = as_trace(trace)
    check_choice(estimator, name="estimator", choices=tuple(INTRA_ESTIMATORS))
    lengths = check_patterns(trace) if estimator == "spectral" else None
    places = _check_embedding(embedding, trace, estimator)
    k = check_int(n_neighbors, name="n_neighbors", minimum=1)
    if estimator == "knn":
        _check_neighbors(k, trace.n_units, what="units of a slice")
    values = INTRA_ESTIMATORS[estimator](trace, lengths, places, k)
    name = _result_name("intra-step entropy", estimator)
    return Result(name, values, ("epoch", "step"), AxisLabels.of(trace), unit_of_measure="nats")


def inter_step_entropy(
    trace: Any,
    embedding: Any = None,
    *,
    estimator: str = "spectral",
    n_neighbors: int = NEIGHBOR,
    interslice_knn: int = 25,
    bandwidth: float | None = None,
) -> Result:
    """How many of its steps a unit tells apart at each epoch, as an entropy in nats.

    Parameters
    ----------
    trace : Trace, or array-like of shape (n_epochs, n_steps, n_units, n_samples)
        Activations; at least 2 samples. Two steps are compared over the samples that reach both.
    embedding : array-like of shape (n_epochs, n_steps, n_units, 2 or 3), default=None
        Coordinates of the same points. ``estimator="knn"`` measures these alone;
        ``estimator="spectral"`` does not look at them.
    estimator : {"spectral", "knn"}, default="spectral"
        "spectral" (ours): -Σ p ln p of the eigenvalues p of A / T, A = exp(-(D / b)²) between the
        unit's T steps of one epoch, D the distance of the activations z-scored over samples. This
        is the inter-step kernel of MM-PHATE, with its bandwidth, before entries below 1e-4 are
        cut off (cut, its eigenvalues can be negative). It lies between 0 (all steps alike) and
        ln T (none like another).
        "knn" (ours): Kozachenko-Leonenko entropy of the places of the unit's steps in the
        embedding; see `intra_step_entropy`.
    n_neighbors : int, default=3
        Of "knn": neighbor whose distance is taken; at most n_steps - 1.
    interslice_knn : int, default=25
        Of "spectral": b is the mean over units of the median over slices of the distance to this
        nearest other slice, of all epochs.
    bandwidth : float, default=None
        Of "spectral": b itself, above 0, in units of z-scores times √n_samples; for several runs
        that are to be compared. None finds it by ``interslice_knn``.

    Returns
    -------
    Result
        Values of shape (n_epochs, n_units), in nats.

    Raises
    ------
    TypeError
        If an argument is of the wrong type.
    ValueError
        If ``estimator`` is unknown, "knn" has no ``embedding``, shapes do not fit, a slice has
        fewer than 2 samples, or another argument is out of range.

    Warns
    -----
    UserWarning
        If there are no more than ``interslice_knn`` slices: the farthest sets the bandwidth then.

    Notes
    -----
    The bandwidth follows the run as a whole, so that the entropy of one epoch depends on all
    others. In a run of many epochs that change little the nearest slices of a step are the same
    step at other epochs; the bandwidth then is small beside the distances between steps, and the
    entropy is near ln T throughout (on average over units 7.7 to 8 of 8 steps in GRUs that learn
    digits for 100 epochs). Give ``bandwidth`` then, and where runs are compared. Half the distance
    of unrelated patterns, ``0.5 * sqrt(2 * n_samples)``, counts 32 steps in 4 phases as 4; noise of
    each step with a fifth of the signal's deviation makes them 7.3, with half of it 19.

    Above 20,000 points the bandwidth is taken from a seeded draw of at least 1,000 slices, the same
    for each unit. With unequal lengths distances break the triangle inequality and A may have
    eigenvalues below 0, which count as 0. A unit that is constant at all steps of an epoch has
    entropy 0. ``tests/bench/entropy_bias.py`` measures the bias with few samples.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv 2406.01969.

    Examples
    --------
    >>> patterns = np.random.default_rng(0).normal(size=(1, 3, 2, 500))
    >>> steps = np.repeat(np.repeat(patterns, 10, axis=1), 2, axis=0)
    >>> entropy = inter_step_entropy(steps, bandwidth=1.0)
    >>> np.exp(entropy.values).round(1)
    array([[3., 3.],
           [3., 3.]])
    """
    trace = as_trace(trace)
    check_choice(estimator, name="estimator", choices=tuple(INTER_ESTIMATORS))
    lengths = check_patterns(trace) if estimator == "spectral" else None
    places = _check_embedding(embedding, trace, estimator)
    k = check_int(n_neighbors, name="n_neighbors", minimum=1)
    knn = check_int(interslice_knn, name="interslice_knn", minimum=1)
    if bandwidth is not None:
        bandwidth = check_real(bandwidth, name="bandwidth", minimum=np.finfo(float).tiny)
    if estimator == "knn":
        _check_neighbors(k, trace.n_steps, what="steps")
    elif bandwidth is None:
        bandwidth = _run_bandwidth(trace, lengths, knn)
    values = INTER_ESTIMATORS[estimator](trace, lengths, places, k, bandwidth)
    name = _result_name("inter-step entropy", estimator)
    return Result(name, values, ("epoch", "unit"), AxisLabels.of(trace), unit_of_measure="nats")


def _intra_spectral(trace: Trace, lengths: Lengths, places: Any, k: int) -> AnyArray:
    entropy = np.empty(trace.shape[:2])
    for step in range(trace.n_steps):
        values = values_at(trace, step, lengths)
        _, n_units, n_samples = values.shape
        per_block = max(1, BLOCK_VALUES // (n_units * n_samples))
        for first in range(0, trace.n_epochs, per_block):
            epochs = slice(first, first + per_block)
            entropy[epochs, step] = pattern_entropy(zscore(values[epochs]))
    return entropy


def _intra_knn(trace: Trace, lengths: Lengths, places: AnyArray, k: int) -> AnyArray:
    return _places_entropy(places, k)


def _inter_spectral(
    trace: Trace, lengths: Lengths, places: Any, k: int, bandwidth: float
) -> AnyArray:
    entropy = np.empty((trace.n_epochs, trace.n_units))
    duplicate = duplicate_distance(trace.n_samples)
    every_step = np.arange(trace.n_steps)
    for unit in range(trace.n_units):
        for epoch, points in enumerate(_epochs_of_unit(trace, unit, lengths)):
            squared = squared_distances(points, every_step)
            squared[squared < duplicate**2] = 0.0
            # Divided twice: the square of a bandwidth of 1e-200 would be 0.
            with np.errstate(over="ignore"):
                kernel = np.exp(-(squared / bandwidth) / bandwidth)
            entropy[epoch, unit] = spectral_entropy(kernel)
    return entropy


def _inter_knn(
    trace: Trace, lengths: Lengths, places: AnyArray, k: int, bandwidth: float
) -> AnyArray:
    return _places_entropy(places.swapaxes(1, 2), k)


def _places_entropy(
    places: Float[np.ndarray, "epoch item point component"], k: int
) -> Float[np.ndarray, "epoch item"]:
    """Entropy of each set of places, with a floor from the extent of all of them."""
    n_epochs, n_items, n_points, n_components = places.shape
    flat = places.reshape(-1, n_components)
    extent = float(np.sqrt(np.square(flat - flat.mean(axis=0)).sum(axis=1).mean()))
    if extent == 0:
        return np.full((n_epochs, n_items), np.nan)
    sets = places.reshape(-1, n_points, n_components)
    return nearest_neighbor_entropy(sets, k=k, floor=FLOOR * extent).reshape(n_epochs, n_items)


def _run_bandwidth(trace: Trace, lengths: Lengths, knn: int) -> float:
    """The bandwidth of MM-PHATE's inter-step kernel: one for all units and epochs."""
    n_epochs, n_steps, n_units, n_samples = trace.shape
    n_slices = n_epochs * n_steps
    if knn > n_slices - 1:
        warnings.warn(
            f"`interslice_knn` is {knn}, and there are only {n_slices} slices (epochs times "
            f"steps): neighbor {n_slices - 1} sets the bandwidth.",
            UserWarning,
            stacklevel=3,
        )
        knn = n_slices - 1
    n_sampled = max(BANDWIDTH_SLICES, BANDWIDTH_POINTS // n_units)
    duplicate = duplicate_distance(n_samples)
    units = [
        # Equal seeds, so that the order of the units does not matter.
        unit_bandwidth(points, knn=knn, duplicate=duplicate, n_sampled=n_sampled, seed=0)
        for points in (_whole_unit(trace, unit, lengths) for unit in range(n_units))
    ]
    return global_bandwidth(units)[0]


def _whole_unit(trace: Trace, unit: int, lengths: Lengths) -> Points:
    """All slices of a unit as standardized points."""
    n_epochs, n_steps, _, n_samples = trace.shape
    values = trace.values[:, :, unit].reshape(-1, n_samples)
    if lengths is None:
        return zscore(values)
    sets = valid_sets(lengths, n_epochs=n_epochs, n_steps=n_steps)
    return layered_points(values, sets, standardize=zscore)


def _epochs_of_unit(trace: Trace, unit: int, lengths: Lengths) -> Iterator[Points]:
    """The steps of a unit as standardized points, epoch by epoch."""
    if lengths is None:
        yield from zscore(trace.values[:, :, unit])
        return
    sets = valid_sets(lengths, n_epochs=1, n_steps=trace.n_steps)
    for values in trace.values[:, :, unit]:
        yield layered_points(values, sets, standardize=zscore)


def _check_embedding(embedding: Any, trace: Trace, estimator: str) -> AnyArray | None:
    if embedding is not None:
        places = check_coordinates(embedding, trace, name="embedding")
        return np.asarray(places, dtype=np.float64)
    if estimator == "knn":
        raise ValueError(
            "`embedding` must hold the coordinates (epoch, step, unit, component) with "
            'estimator="knn"; got None. Pass Y of MMPHATE.fit_transform(trace).'
        )
    return None


def _check_neighbors(k: int, count: int, *, what: str) -> None:
    if k > count - 1:
        raise ValueError(
            f"`n_neighbors` must be at most {count - 1}, as there are {count} {what}; got {k}."
        )


def _result_name(measured: str, estimator: str) -> str:
    return measured if estimator == "spectral" else f"{measured} {estimator}"


# Estimator -> (trace, lengths, places, neighbor[, bandwidth]) -> values; "knn" has places.
INTRA_ESTIMATORS: dict[str, Callable[..., AnyArray]] = {
    "spectral": _intra_spectral,
    "knn": _intra_knn,
}
INTER_ESTIMATORS: dict[str, Callable[..., AnyArray]] = {
    "spectral": _inter_spectral,
    "knn": _inter_knn,
}
