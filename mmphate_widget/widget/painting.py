"""Paints discs into an array of pixels, half a million of them in well under a second.

Of opaque discs each pixel shows the last that covers it, as if they were painted one after another:
instead of disc by disc this runs over the few pixels that a disc has, all discs at once, and keeps
at every place the highest rank among the discs that reach it. Of discs that are seen through, a
veil, each pixel is covered as by all of them, in their mean color, whatever their order.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64, Int32, Int64, UInt8

from mmphate_widget._types import AnyArray

# Rank of a place that no disc covers.
NOBODY = -1
# No disc of a veil covers more: the logarithm of what it leaves must exist.
MOST_OPACITY = 0.999
# Covered pixels that are added up at once; each round costs as much as the canvas has pixels.
BATCH = 2_000_000


def paint_discs(
    canvas: UInt8[np.ndarray, "height width 4"],
    centers: Float64[np.ndarray, "n 2"],
    colors: UInt8[np.ndarray, "n 4"],
    *,
    diameter: float | Float64[np.ndarray, " n"],
) -> None:
    """Paint discs over the canvas, in the order given; what lies outside is cut."""
    height, width = canvas.shape[:2]
    sides, rim = _sides(diameter, len(centers))
    padded = (height + 2 * rim, width + 2 * rim)
    highest: Int32[np.ndarray, " places"] = np.full(padded[0] * padded[1], NOBODY, dtype=np.int32)
    for places, ranks in _places(centers, sides, rim=rim, size=(width, height)):
        # Where a place occurs twice the later entry stays, which has the higher rank.
        highest[places] = np.maximum(highest[places], ranks.astype(np.int32))
    inner = _inner(highest, padded, rim)
    covered = inner != NOBODY
    canvas[covered] = colors[inner[covered]]


def paint_veil(
    canvas: UInt8[np.ndarray, "height width 4"],
    centers: Float64[np.ndarray, "n 2"],
    colors: UInt8[np.ndarray, "n 3"],
    opacities: Float64[np.ndarray, " n"],
    *,
    diameter: float | Float64[np.ndarray, " n"],
) -> None:
    """Paint discs that are seen through into an empty canvas; what lies outside is cut."""
    sides, rim = _sides(diameter, len(centers))
    canvas, centers = _cut(canvas, centers, rim=rim)
    height, width = canvas.shape[:2]
    padded = (height + 2 * rim, width + 2 * rim)
    opacities = np.minimum(opacities, MOST_OPACITY)
    # A disc leaves the part 1 - opacity of what is behind it; logarithms of these add up.
    weights = [-np.log1p(-opacities), opacities, *(colors.T * opacities)]
    sums = np.zeros((len(weights), padded[0] * padded[1]))
    pairs = _places(centers, sides, rim=rim, size=(width, height))
    for places, ranks in _in_batches(pairs):
        for total, weight in zip(sums, weights, strict=True):
            total += np.bincount(places, weight[ranks], minlength=len(total))
    left, weight, *mixed = (_inner(total, padded, rim) for total in sums)
    covered = weight > 0
    for axis, total in enumerate(mixed):
        canvas[covered, axis] = np.rint(total[covered] / weight[covered])
    canvas[covered, 3] = np.rint(-255 * np.expm1(-left[covered]))


def _sides(diameter: float | AnyArray, count: int) -> tuple[Int64[np.ndarray, " n"], int]:
    """Whole diameters in pixels, and the widest: in a rim as wide, discs may be cut."""
    sides = np.broadcast_to(np.maximum(1, np.rint(diameter)), (count,)).astype(np.int64)
    return sides, int(sides.max(initial=1))


def _cut(
    canvas: UInt8[np.ndarray, "height width 4"], centers: Float64[np.ndarray, "n 2"], *, rim: int
) -> tuple[UInt8[np.ndarray, "rows columns 4"], Float64[np.ndarray, "n 2"]]:
    """The part of the canvas that discs may reach, and their centers in it."""
    size = np.array(canvas.shape[1::-1])
    near = centers[((centers > -rim) & (centers < size + rim)).all(axis=1)]
    if not len(near):
        return canvas[:0, :0], centers
    left, top = np.maximum(0, np.floor(near.min(axis=0)).astype(int) - rim)
    right, bottom = np.minimum(size, np.ceil(near.max(axis=0)).astype(int) + rim)
    return canvas[top:bottom, left:right], centers - [left, top]


def _places(
    centers: Float64[np.ndarray, "n 2"],
    sides: Int64[np.ndarray, " n"],
    *,
    rim: int,
    size: tuple[int, int],
) -> Iterator[tuple[Int64[np.ndarray, " places"], Int64[np.ndarray, " places"]]]:
    """Pixels of the canvas with its rim that discs cover, and the ranks of these, ascending.

    Each disc occurs at most once in each pair of arrays.
    """
    columns = size[0] + 2 * rim
    for side in np.unique(sides):
        ranks = np.flatnonzero(sides == side)
        corners = np.floor(centers[ranks] - side / 2 + 0.5)
        near = ((corners > -side) & (corners < size)).all(axis=1)
        x, y = corners[near].astype(np.int64).T + rim
        corner, ranks = y * columns + x, ranks[near]
        middle = (side - 1) / 2
        for row, column in np.ndindex(int(side), int(side)):
            if (row - middle) ** 2 + (column - middle) ** 2 <= (side / 2) ** 2:
                yield corner + (row * columns + column), ranks


def _in_batches(
    pairs: Iterator[tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]],
) -> Iterator[tuple[Int64[np.ndarray, " places"], Int64[np.ndarray, " places"]]]:
    """Pairs of arrays put together until they are long enough to be worth a round."""
    batch: list[tuple[AnyArray, AnyArray]] = []
    length = 0
    for places, ranks in pairs:
        batch.append((places, ranks))
        length += len(places)
        if length >= BATCH:
            yield np.concatenate([a for a, _ in batch]), np.concatenate([b for _, b in batch])
            batch, length = [], 0
    if batch:
        yield np.concatenate([a for a, _ in batch]), np.concatenate([b for _, b in batch])


def _inner(flat: AnyArray, padded: tuple[int, int], rim: int) -> AnyArray:
    return flat.reshape(padded)[rim:-rim, rim:-rim]
