"""The multiway multislice kernel, assembled exactly: intra-step blocks, inter-step parts, 1s.

    K = I + sum over slices of k(e, t) + sum over units of A_i,     entries below 1e-4 are 0

This is the definition, for inspection, for tests and for small inputs. The estimator's engine
computes the same numbers without ever holding K (see ``kernel.landmarks``).
"""

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from mmphate_widget._blocks import Activations
from mmphate_widget._lengths import check_lengths, without_padding
from mmphate_widget._points import point_ids
from mmphate_widget._types import AXES
from mmphate_widget._validation import (
    check_activations,
    check_bool,
    check_finite,
    check_int,
    check_real,
)
from mmphate_widget.kernel.inter import global_bandwidth, inter_blocks, unit_bandwidth
from mmphate_widget.kernel.intra import intra_block, slice_blocks
from mmphate_widget.kernel.ragged import Ragged, ragged_points
from mmphate_widget.kernel.standardize import duplicate_distance, standardize


def check_values(
    values: Any, *, name: str, lengths: Any = None
) -> tuple[Activations, Int[np.ndarray, " sample"] | None]:
    """Finite 4-way array of a Trace or array, and its lengths where they are unequal.

    A Zarr array stays where it is, unless there are lengths.
    """
    array = check_activations(getattr(values, "values", values), name=name)
    if lengths is None:
        lengths = getattr(values, "lengths", None)
    if array.ndim != len(AXES):
        raise ValueError(
            f"`{name}` must have 4 axes (epoch, step, unit, sample); got shape {array.shape}. "
            f"Add missing axes of length 1 with np.expand_dims, or build a Trace with its `dims`."
        )
    if array.shape[3] < 2:
        raise ValueError(
            f"`{name}` must have at least 2 samples on its last axis; got shape {array.shape}. "
            f"A pattern over samples needs more than one."
        )
    n_epochs, n_steps, _, n_samples = array.shape
    lengths = check_lengths(lengths, n_epochs=n_epochs, n_steps=n_steps, n_samples=n_samples)
    if lengths is not None:
        array = without_padding(np.asarray(array), lengths)
    check_finite(array, name=name, axes=AXES)
    return array, lengths


def clamp_neighbors(
    intraslice_knn: int, interslice_knn: int, *, n_units: int, n_slices: int, stacklevel: int
) -> tuple[int, int]:
    """Both neighbor counts, clamped with a warning to the neighbors that there are."""
    if intraslice_knn > n_units - 2:
        clamped = min(intraslice_knn, n_units - 1)
        warnings.warn(
            f"`intraslice_knn` is {intraslice_knn}, and a slice has only {n_units} units: "
            f"neighbor {clamped} sets the intra-step bandwidth.",
            UserWarning,
            stacklevel=stacklevel,
        )
        intraslice_knn = clamped
    if interslice_knn > n_slices - 1:
        warnings.warn(
            f"`interslice_knn` is {interslice_knn}, and there are only {n_slices} slices (epochs "
            f"times steps): neighbor {n_slices - 1} sets the inter-step bandwidth.",
            UserWarning,
            stacklevel=stacklevel,
        )
        interslice_knn = n_slices - 1
    return intraslice_knn, interslice_knn


def exact_bandwidth(
    z: Float[np.ndarray, "slice unit feature"],
    *,
    knn: int,
    duplicate: float,
    ragged: Ragged | None = None,
) -> float:
    """Global inter-step bandwidth of standardized points, taken from all slices."""
    units = (
        np.ascontiguousarray(z[:, i]) if ragged is None else ragged.unit(i)
        for i in range(z.shape[1])
    )
    found = [unit_bandwidth(unit, knn=knn, duplicate=duplicate) for unit in units]
    return global_bandwidth(found)[0]


def assemble_kernel(
    z: Float[np.ndarray, "slice unit feature"],
    *,
    intraslice_knn: int,
    bandwidth: float,
    decay: float,
    duplicate: float,
    ragged: Ragged | None = None,
) -> sparse.csr_array:
    """The kernel of standardized points; ``intraslice_knn`` is within range.

    ``ragged`` compares slices of unequal length; ``z`` then is ``ragged.padded()``.
    """
    n_slices, n_units, _ = z.shape
    n_points = n_slices * n_units
    ids = np.arange(n_points)
    rows, columns, entries = [ids], [ids], [np.ones(n_points)]
    for slices in slice_blocks(n_slices, n_units):
        block = intra_block(z, slices, knn=intraslice_knn, decay=decay, duplicate=duplicate)
        first = point_ids(slices.start, 0, n_units=n_units)
        rows.append(first + block.row)
        columns.append(first + block.col)
        entries.append(block.data)
    for i in range(n_units):
        unit = np.ascontiguousarray(z[:, i]) if ragged is None else ragged.unit(i)
        for slices, block in inter_blocks(unit, bandwidth=bandwidth, duplicate=duplicate):
            rows.append(point_ids(slices.start + block.row, i, n_units=n_units))
            columns.append(point_ids(block.col, i, n_units=n_units))
            entries.append(block.data)
    coordinates = (np.concatenate(rows), np.concatenate(columns))
    kernel = sparse.coo_array((np.concatenate(entries), coordinates), shape=(n_points, n_points))
    return kernel.tocsr()


def multiway_kernel(
    values: Any,
    *,
    lengths: Any = None,
    intraslice_knn: int = 2,
    interslice_knn: int = 25,
    decay: float = 5,
    normalize: bool = True,
) -> sparse.csr_array:
    """Multiway multislice kernel of MM-PHATE over all (epoch, step, unit) points.

    Two points are connected when they are two units of the same slice (epoch, step) with
    similar activation patterns, or the same unit in two slices where it acts alike.

    Parameters
    ----------
    values : Trace or array_like, shape (epoch, step, unit, sample)
        Activations of each hidden unit for each probe sample.
    lengths : array_like of int, shape (sample,), optional
        Number of valid steps of each sample; what stands past them is not looked at. Two slices
        are compared over the samples valid in both, squared distances scaled by the number of
        samples over that of valid ones. Default: the lengths of the Trace, else all steps.
    intraslice_knn : int, default 2
        Nearest other unit whose distance is a unit's bandwidth inside a slice.
    interslice_knn : int, default 25
        Nearest other slice whose median distance makes the bandwidth between slices.
    decay : float, default 5
        Exponent of the intra-step kernel.
    normalize : bool, default True
        Z-score each point over its samples first. Without it values must lie within ±1e100,
        and points less than ``1e-7 * sqrt(S)`` apart count as equal: scale small values up.

    Returns
    -------
    scipy.sparse.csr_array of float64, shape (point, point)
        Symmetric, diagonal 1, entries below 1e-4 dropped. Row ``(e * T + t) * H + i`` is
        unit i at epoch e and step t.

    Notes
    -----
    All S samples count. ``MMPHATE`` first projects more than ``n_pca`` (100) samples on as many
    principal components, and its kernel then differs a little; with ``n_pca`` at least S it
    works on exactly this one.

    Raises
    ------
    ValueError
        If ``values`` has not 4 axes, an empty axis, fewer than 2 samples, NaN or infinity, or
        is beyond 1e100 without ``normalize``; if ``lengths`` leave a slice fewer than 2 valid
        samples, or a parameter is out of range.
    TypeError
        If ``values`` does not hold real numbers or a parameter has the wrong type.

    Warns
    -----
    UserWarning
        If a neighbor count is clamped because there are too few units or slices.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv 2406.01969; Gigante et al., Visualizing the
    PHATE of neural networks, arXiv 1908.02831.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.random.default_rng(0).normal(size=(6, 5, 4, 8))
    >>> K = multiway_kernel(values)
    >>> K.shape
    (120, 120)
    >>> float(abs(K - K.T).max())
    0.0
    """
    array, lengths = check_values(values, name="values", lengths=lengths)
    intraslice_knn = check_int(intraslice_knn, name="intraslice_knn", minimum=1)
    interslice_knn = check_int(interslice_knn, name="interslice_knn", minimum=1)
    decay = check_real(decay, name="decay", minimum=np.finfo(float).tiny)
    n_epochs, n_steps, n_units, n_samples = array.shape
    intraslice_knn, interslice_knn = clamp_neighbors(
        intraslice_knn, interslice_knn, n_units=n_units, n_slices=n_epochs * n_steps, stacklevel=3
    )
    is_normalized = check_bool(normalize, name="normalize")
    ragged = None
    if lengths is not None:
        ragged = ragged_points(np.asarray(array), lengths, normalize=is_normalized, name="values")
        z = ragged.padded()
    else:
        z, _ = standardize(array, n_pca=n_samples, normalize=is_normalized, seed=0, name="values")
    duplicate = duplicate_distance(n_samples)
    bandwidth = exact_bandwidth(z, knn=interslice_knn, duplicate=duplicate, ragged=ragged)
    return assemble_kernel(
        z,
        intraslice_knn=intraslice_knn,
        bandwidth=bandwidth,
        decay=decay,
        duplicate=duplicate,
        ragged=ragged,
    )
