"""Standardize activations: every point becomes its pattern over the probe samples.

    z[p, k] = (x[p, k] - mean_k x[p]) / std_k x[p]        (ddof 0, no epsilon)

A constant point has no pattern and becomes the zero vector. With many samples the
points are projected on their leading principal components, which keeps distances up
to the variance dropped. Everything downstream works on these vectors.
"""

import numpy as np
from jaxtyping import Float, Shaped

from mmphate_widget._blocks import BLOCK_VALUES, Activations, read_blocks
from mmphate_widget._parallel import Progress, no_progress, stream_items
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.principal import Moments, Projection, leading_projection, moments

# Two standardized points have norms of at most sqrt(S) and rounding of about 1e-16 each;
# what lies this close together is a duplicate up to rounding, not a neighbor at some scale.
DUPLICATE_DISTANCE = 1e-7
# Squares of distances in bandwidths, at least 2e-16, overflow some 40 decades above this.
LARGEST_UNSCALED = 1e100


def duplicate_distance(n_samples: int) -> float:
    """Distance between standardized points of ``n_samples`` samples below which it counts as 0."""
    return float(DUPLICATE_DISTANCE * np.sqrt(n_samples))


def zscore(
    values: Shaped[np.ndarray, "*point sample"],
) -> Float[np.ndarray, "*point sample"]:
    """Z-score over the last axis, float64; constant rows become zero.

    Parameters
    ----------
    values : ndarray, shape (..., sample)
        Finite activations in any unit.

    Returns
    -------
    ndarray of float64, shape (..., sample)

    Examples
    --------
    >>> zscore(np.array([[1.0, 3.0], [5.0, 5.0]]))
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    values = np.ascontiguousarray(values, dtype=np.float64)
    constant = values.max(axis=-1, keepdims=True) == values.min(axis=-1, keepdims=True)
    # Scaling by a power of two is exact: squares neither overflow at 1e200 nor vanish at 1e-200.
    _, exponent = np.frexp(np.abs(values).max(axis=-1, keepdims=True))
    scaled: AnyArray = np.ldexp(values, -exponent)
    deviation = scaled.std(axis=-1, keepdims=True)
    scaled -= scaled.mean(axis=-1, keepdims=True)
    scaled /= np.where(constant, 1.0, deviation)
    scaled[np.broadcast_to(constant, scaled.shape)] = 0.0
    return scaled


def unscaled(
    values: Shaped[np.ndarray, "*point sample"], *, name: str
) -> Float[np.ndarray, "*point sample"]:
    """The values themselves in float64, for ``normalize=False``, where squares do not overflow."""
    check_unscaled(values, name=name)
    return np.array(values, dtype=np.float64)


def check_unscaled(values: Shaped[np.ndarray, "*point sample"], *, name: str) -> None:
    """Raise ValueError where squares of values that are not standardized would overflow."""
    largest = float(np.abs(values).max())
    if largest > LARGEST_UNSCALED:
        raise ValueError(
            f"`{name}` must lie within ±{LARGEST_UNSCALED:g} with normalize=False; got "
            f"{largest:g}. Scale it, or use normalize=True."
        )


def standardize(
    values: Activations,
    *,
    n_pca: int,
    normalize: bool,
    seed: int,
    name: str,
    n_jobs: int = 1,
    progress: Progress = no_progress,
) -> tuple[Float[np.ndarray, "slice unit feature"], Projection | None]:
    """Standardized points of each slice, on ``n_pca`` principal components where that is fewer.

    Parameters
    ----------
    values : Activations, shape (epoch, step, unit, sample)
        Read in blocks of slices, once or, with components, twice.
    n_pca : int
        Number of components kept; with ``sample <= n_pca`` there are none.
    normalize : bool
        Whether to z-score, or to take the values as they are.
    seed : int
        See ``leading_projection``.
    name : str
        What errors call ``values``.
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    progress : callable(fraction), optional

    Returns
    -------
    ndarray of float64, shape (slice, unit, feature)
    Projection or None
        From samples to the components, where there are any.
    """
    n_epochs, n_steps, n_units, n_samples = values.shape
    n_slices = n_epochs * n_steps

    def points_of(block: AnyArray) -> AnyArray:
        return zscore(block) if normalize else unscaled(block, name=name)

    project, n_features, begun = None, n_samples, 0.0
    if n_samples > n_pca:
        # Scatter matrices must not outweigh the blocks that they are made from.
        blocks = read_blocks(values, max(BLOCK_VALUES, n_samples**2 // 4))
        found = Moments.none(n_samples)
        for stop, part in stream_items(
            lambda item: (item[0].stop, moments(points_of(item[1]))), blocks, n_jobs=n_jobs
        ):
            found = found.joined(part)
            progress(stop / n_slices / 2)
        n_features, begun = min(n_pca, n_slices * n_units), 0.5
        project = leading_projection(found, n_features, seed=seed)
    z = np.empty((n_slices, n_units, n_features))

    def fill(item: tuple[slice, AnyArray]) -> int:
        slices, block = item
        points = points_of(block)
        z[slices] = points if project is None else project(points)
        return int(slices.stop)

    for stop in stream_items(fill, read_blocks(values), n_jobs=n_jobs):
        progress(begun + (1 - begun) * stop / n_slices)
    return z, project
