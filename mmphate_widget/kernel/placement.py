"""New slices on a fitted embedding: a new point lies among the fitted points it acts like.

    y(p) = sum_q k(p, q) y_q / sum_q k(p, q),    k(p, q) = exp(-(|z_p - z_q| / b)²)

The sums run over the fitted slices q of p's own unit, entries below 1e-4 being 0, and y_q is
where the landmark of q lies (q itself, where there are no landmarks). That is the fit's own way
from landmarks to points but for the entries between units of a slice, since the slice-mates of a
new point are not fitted, and for what a fitted point's own landmark counts more. Fitted slices are
sorted by landmark, and whole landmarks are skipped when their bounding balls are out of reach, as
in ``near``.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from mmphate_widget._parallel import Progress, map_items, no_progress
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.copies import count_distinct, find_copies
from mmphate_widget.kernel.gaussian import gaussian_kernel
from mmphate_widget.kernel.inter import REACH
from mmphate_widget.kernel.intra import BLOCK_VALUES
from mmphate_widget.kernel.kmeans import assign
from mmphate_widget.kernel.near import BALL_MARGIN
from mmphate_widget.kernel.principal import Projection
from mmphate_widget.kernel.standardize import unscaled, zscore
from mmphate_widget.kernel.tiles import TILE_VALUES

# Relative error of a kernel entry that single precision may cost. It moves a new point by that
# part of the distance to its neighbors at most, far less than what the eye or MDS can tell.
SINGLE_ERROR = 1e-3
# Rows of one tile, whose columns then are enough for BLAS.
TILE_ROWS = 128
# Pairs of points that one work item compares at most: a third of a second without any pruning,
# so that an interrupt is soon heard.
ITEM_PAIRS = 20_000_000
ITEM_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class FittedPoints:
    """What a fit keeps of its points, and how points of new slices are made comparable.

    ``points`` are in bandwidths, float32 where that suffices; ``duplicate`` is the distance in
    bandwidths below which two points count as equal.
    """

    points: Float[np.ndarray, "unit slice feature"]
    bandwidth: float
    duplicate: float
    n_samples: int
    normalize: bool
    axes: Projection | None

    def prepare(
        self, values: Shaped[np.ndarray, "slice sample"]
    ) -> Float[np.ndarray, "slice feature"]:
        """Standardized points of one unit, projected and scaled as the fitted ones."""
        z = zscore(values) if self.normalize else unscaled(values, name="X")
        if self.axes is not None:
            z = self.axes(z)
        # Rounded like the fitted points: what is equal stays equal.
        return (z / self.bandwidth).astype(self.points.dtype).astype(np.float64)


def keep_points(
    z: Float[np.ndarray, "slice unit feature"],
    *,
    bandwidth: float,
    duplicate: float,
    n_samples: int,
    normalize: bool,
    axes: Projection | None,
) -> FittedPoints:
    """The standardized points ``z`` of a fit, unit by unit, in the precision that they need."""
    n_slices, n_units, n_features = z.shape
    farthest = max(z.max(), -z.min()) / bandwidth * np.sqrt(n_features)
    # The exponent d² is off by 2 d times the rounding of both points.
    error = 4 * REACH * farthest * np.finfo(np.float32).eps
    precision = np.float32 if error < SINGLE_ERROR else np.float64
    points = np.empty((n_units, n_slices, n_features), dtype=precision)
    for i in range(n_units):
        points[i] = z[:, i] / bandwidth
    return FittedPoints(points, bandwidth, duplicate / bandwidth, n_samples, normalize, axes)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Fitted slices of one unit sorted by landmark, with bounding balls.

    ``pull`` holds, for each kind of slice, the sum of the coordinates of its copies and their
    number; ``kinds`` is a slice of each kind.
    """

    kinds: Int[np.ndarray, " kind"]
    pull: Float[np.ndarray, "kind pull"]
    ball: Int[np.ndarray, " kind"]
    centers: Float[np.ndarray, "ball feature"]
    radii: Float[np.ndarray, " ball"]


def make_anchors(
    points: Float[np.ndarray, "slice feature"],
    labels: Int[np.ndarray, " slice"],
    coordinates: Float[np.ndarray, "landmark component"],
) -> Anchors:
    """Anchors of a unit; ``labels`` say where in ``coordinates`` each slice finds its own."""
    pull = np.column_stack([coordinates[labels], np.ones(len(points))])
    kinds = np.arange(len(points))
    copies = find_copies(points, count_distinct(points))
    if copies is not None:
        summed = np.zeros((len(copies.first), pull.shape[1]))
        np.add.at(summed, copies.kind, pull)
        kinds, pull = copies.first, summed
    order = np.argsort(labels[kinds], kind="stable")
    kinds, pull = kinds[order], pull[order]
    _, starts, ball = np.unique(labels[kinds], return_index=True, return_inverse=True)
    inside = points[kinds].astype(np.float64)
    centers = np.add.reduceat(inside, starts, axis=0) / np.bincount(ball)[:, None]
    inside -= centers[ball]
    radii = np.sqrt(np.maximum.reduceat(np.einsum("kf,kf->k", inside, inside), starts))
    return Anchors(kinds, pull, ball, centers, radii)


def draw_in(
    rows: Float[np.ndarray, "row feature"],
    points: Float[np.ndarray, "slice feature"],
    anchors: Anchors,
    *,
    duplicate: float,
) -> Float[np.ndarray, "row pull"]:
    """Kernel of each row times the pull of all anchors of its unit, in tiles."""
    drawn = np.zeros((len(rows), anchors.pull.shape[1]))
    widest = np.sqrt(np.einsum("rf,rf->r", rows, rows).max())
    widest = max(widest, float((np.linalg.norm(anchors.centers, axis=1) + anchors.radii).max()))
    reach = max(REACH, duplicate) * (1 + BALL_MARGIN) + BALL_MARGIN * widest
    nearest = assign(rows, anchors.centers)
    for a in np.unique(nearest):
        group = np.flatnonzero(nearest == a)
        center = anchors.centers[a]
        centered = rows[group] - center
        radius = np.sqrt(np.einsum("rf,rf->r", centered, centered).max())
        gap = np.linalg.norm(anchors.centers - center, axis=1)
        close = gap - anchors.radii <= radius + reach
        candidates = np.flatnonzero(close[anchors.ball])
        columns = points[anchors.kinds[candidates]] - center
        within = np.einsum("cf,cf->c", columns, columns) <= (radius + reach) ** 2
        candidates, columns = candidates[within], columns[within]
        for row in range(0, len(group), TILE_ROWS):
            some = slice(row, min(row + TILE_ROWS, len(group)))
            width = TILE_VALUES // (some.stop - row)
            for column in range(0, len(candidates), width):
                part = slice(column, column + width)
                tile = gaussian_kernel(centered[some], columns[part], duplicate=duplicate)
                drawn[group[some]] += tile @ anchors.pull[candidates[part]]
    return drawn


def nearest_slice(
    rows: Float[np.ndarray, "row feature"], points: Float[np.ndarray, "slice feature"]
) -> Int[np.ndarray, " row"]:
    """The fitted slice nearest to each row, the first of equal ones."""
    best, found = np.full(len(rows), np.inf), np.zeros(len(rows), dtype=np.int64)
    width = max(1, BLOCK_VALUES // max(len(rows), rows.shape[1]))
    # Distances from the middle of the rows, where the inner products cost the least precision.
    middle = rows.mean(axis=0)
    centered = rows - middle
    for first in range(0, len(points), width):
        columns = points[first : first + width] - middle
        lead = np.einsum("cf,cf->c", columns, columns) - (2 * centered) @ columns.T
        at = lead.argmin(axis=1)
        least = lead[np.arange(len(rows)), at]
        better = least < best
        best[better], found[better] = least[better], first + at[better]
    return found


def place_points(
    values: Shaped[np.ndarray, "slice unit sample"],
    fitted: FittedPoints,
    *,
    labels: Int[np.ndarray, "slice_of_fit unit"],
    coordinates: Float[np.ndarray, "landmark component"],
    places: Float[np.ndarray, "slice_of_fit unit component"],
    n_jobs: int = 1,
    progress: Progress = no_progress,
) -> tuple[Float[np.ndarray, "slice unit component"], int]:
    """Place the points of new slices.

    Parameters
    ----------
    values : ndarray, shape (slice, unit, sample)
        Finite activations of the fitted units for the fitted samples.
    fitted : FittedPoints
    labels : ndarray of int, shape (slice of the fit, unit)
        Landmark of each fitted point.
    coordinates : ndarray, shape (landmark, component)
        Where the landmarks lie.
    places : ndarray, shape (slice of the fit, unit, component)
        Where the fitted points lie; a new point out of reach of all of its unit goes to the
        place of the nearest.
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    progress : callable(fraction), optional

    Returns
    -------
    ndarray of float64, shape (slice, unit, component)
        Coordinates.
    int
        Number of new points out of reach.
    """
    n_slices, n_units, n_samples = values.shape
    points = fitted.points

    def anchor_unit(i: int) -> Anchors:
        return make_anchors(points[i], labels[:, i], coordinates)

    anchors = map_items(
        anchor_unit,
        range(n_units),
        n_jobs=n_jobs,
        progress=lambda fraction: progress(0.1 * fraction),
    )
    result = np.empty((n_slices, n_units, coordinates.shape[1]))
    limits = (ITEM_ROWS, ITEM_PAIRS // points.shape[1], BLOCK_VALUES // n_samples)
    n_rows = max(1, min(limits))
    items = [
        (i, slice(first, min(first + n_rows, n_slices)))
        for i in range(n_units)
        for first in range(0, n_slices, n_rows)
    ]

    def place(item: tuple[int, slice]) -> int:
        i, slices = item
        rows = fitted.prepare(values[slices, i])
        drawn = draw_in(rows, points[i], anchors[i], duplicate=fitted.duplicate)
        weight: AnyArray = drawn[:, -1]
        lost = np.flatnonzero(weight == 0)
        weight[lost] = 1.0
        result[slices, i] = drawn[:, :-1] / weight[:, None]
        if len(lost):
            result[slices.start + lost, i] = places[nearest_slice(rows[lost], points[i]), i]
        return len(lost)

    lost = map_items(
        place, items, n_jobs=n_jobs, progress=lambda fraction: progress(0.1 + 0.9 * fraction)
    )
    return result, sum(lost)
