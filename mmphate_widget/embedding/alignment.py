"""Procrustes: one set of points turned, mirrored, scaled and moved onto another.

Of point sets X (what moves) and Z (where to), both with their means taken away, the orthogonal R
and the scale c that minimize ||Z - c X R||² are found from the singular values s of XᵀZ (Schönemann
1966): R from its singular vectors, c = Σs / ||X||². What is left, as a share of ||Z||², is the
disparity 1 - (Σs)² / (||X||² ||Z||²): 0 where the shapes are the same, 1 where nothing agrees;
`scipy.spatial.procrustes` gives the same number.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from scipy.linalg import orthogonal_procrustes

# Fewer points can be laid onto any others.
LEAST_POINTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A similarity ``c (x - from) R + to`` and what it leaves of the difference."""

    rotation: Float64[np.ndarray, "component component"]
    scale: float
    origin: Float64[np.ndarray, " component"]
    target: Float64[np.ndarray, " component"]
    disparity: float

    def apply(
        self, points: Float[np.ndarray, "*shape component"]
    ) -> Float64[np.ndarray, "*shape component"]:
        """Any points of the set that moves, where they come to lie."""
        return np.asarray(self.scale * (points - self.origin) @ self.rotation + self.target)


def align(
    points: Float[np.ndarray, "n component"], onto: Float[np.ndarray, "n component"]
) -> Alignment:
    """The similarity that lays ``points`` best onto ``onto``, row by row.

    Raises
    ------
    ValueError
        If there are fewer than three rows, or all of one set are in one place.

    References
    ----------
    Schönemann, A generalized solution of the orthogonal Procrustes problem, Psychometrika 31
    (1966), doi:10.1007/BF02289451.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> found = align(square[:, ::-1] * 3 + 5, square)
    >>> np.allclose(found.apply(square[:, ::-1] * 3 + 5), square), round(found.disparity, 9)
    (True, 0.0)
    """
    if len(points) < LEAST_POINTS:
        raise ValueError(f"`points` must be at least {LEAST_POINTS}; got {len(points)}.")
    x, z = np.asarray(points, dtype=np.float64), np.asarray(onto, dtype=np.float64)
    origin, target = x.mean(axis=0), z.mean(axis=0)
    x, z = x - origin, z - target
    norm_x, norm_z = np.linalg.norm(x), np.linalg.norm(z)
    if not norm_x > 0 or not norm_z > 0:
        name = "points" if not norm_x > 0 else "onto"
        raise ValueError(f"`{name}` must not all be in one place; got {len(points)} that are.")
    rotation, total = orthogonal_procrustes(x / norm_x, z / norm_z)
    disparity = float(np.clip(1 - total**2, 0, 1))
    return Alignment(rotation, float(total * norm_z / norm_x), origin, target, disparity)
