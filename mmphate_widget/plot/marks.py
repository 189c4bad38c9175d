"""What is drawn into axes: dots for points, lines for paths, of two or three coordinates."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget.plot._matplotlib import AnyAxes, Line3DCollection, LineCollection, rcParams
from mmphate_widget.plot.panels import is_3d

# Diameter of a dot among few and among many in a panel, as shares of the style's markers, and where
# "many" begins. Many become pixels also in a vector file, which would be large otherwise.
LARGEST, SMALLEST, MANY = 0.65, 0.17, 5_000
# Opacity and width of the first piece of a path, as shares of the last one's.
OLDEST_OPACITY, OLDEST_WIDTH = 0.35, 0.5
# Diameter of the dot at a path's end, in widths of its line.
HEAD = 3.0


def draw_points(
    axis: AnyAxes,
    points: Float[np.ndarray, "n component"],
    colors: Float[np.ndarray, "n 3"],
    *,
    size: float | None,
) -> None:
    """A dot a point; ``size`` is its area in points squared, None: by their number."""
    options = {"depthshade": False} if is_3d(axis) else {}
    axis.scatter(
        *points.T,
        c=colors,
        s=_diameter(len(points)) ** 2 if size is None else size,
        linewidths=0,
        rasterized=len(points) > MANY,
        **options,
    )


def draw_paths(
    axis: AnyAxes,
    paths: Float[np.ndarray, "moment unit component"],
    colors: Float[np.ndarray, "moment unit 3"],
    *,
    width: float | None,
) -> None:
    """A line a unit, the fainter and thinner the longer ago, with a dot at its end.

    Each piece has the color of the point that it leads to. Pieces of one moment lie above those
    of all earlier ones.
    """
    n_moments, n_units, n_components = paths.shape
    width = rcParams["lines.linewidth"] if width is None else width
    if n_moments > 1:
        recency = np.repeat(np.arange(1, n_moments) / (n_moments - 1), n_units)
        opacity = OLDEST_OPACITY + (1 - OLDEST_OPACITY) * recency
        pieces = np.stack([paths[:-1], paths[1:]], axis=2).reshape(-1, 2, n_components)
        collection: Any = Line3DCollection if is_3d(axis) else LineCollection
        lines = collection(
            pieces,
            colors=np.column_stack([colors[1:].reshape(-1, 3), opacity]),
            linewidths=width * (OLDEST_WIDTH + (1 - OLDEST_WIDTH) * recency),
            capstyle="butt",
            rasterized=len(pieces) > MANY,
        )
        axis.add_collection(lines)
    draw_points(axis, paths[-1], colors[-1], size=(HEAD * width) ** 2)


def _diameter(count: int) -> float:
    crowd = min(1.0, math.sqrt(count / MANY))
    diameter: float = rcParams["lines.markersize"] * (LARGEST - (LARGEST - SMALLEST) * crowd)
    return diameter
