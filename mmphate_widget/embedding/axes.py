"""Fixed axes: the same embedding every time, though MDS leaves rotation and signs open."""

import numpy as np
from jaxtyping import Float


def fixed_axes(
    points: Float[np.ndarray, "point component"],
) -> tuple[Float[np.ndarray, " component"], Float[np.ndarray, "component component"]]:
    """Center and rotation that bring ``points`` to fixed axes: ``(points - center) @ rotation``.

    Axes are the principal axes, longest first; each points to where its coordinate of
    largest size is positive. Distances are untouched.

    Examples
    --------
    >>> center, rotation = fixed_axes(np.array([[0.0, -4.0], [0.0, 1.0], [0.0, 0.0]]))
    >>> ((np.array([[0.0, -4.0]]) - center) @ rotation).round(6)
    array([[3., 0.]])
    """
    center = points.mean(axis=0)
    centered = points - center
    _, vectors = np.linalg.eigh(centered.T @ centered)
    rotation = vectors[:, ::-1]
    rotated = centered @ rotation
    largest = np.take_along_axis(rotated, np.abs(rotated).argmax(axis=0)[None], axis=0)[0]
    return center, rotation * np.where(largest < 0, -1.0, 1.0)
