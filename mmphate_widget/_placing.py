"""Between the estimator's `transform` and ``kernel.placement``: checks, and what a fit keeps."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from mmphate_widget._parallel import Progress
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.placement import FittedPoints, place_points


@dataclass(frozen=True, slots=True)
class Placement:
    """What new points are compared with, and where it lies.

    ``points`` is None after a fit to sequences of unequal length, ``labels`` without landmarks.
    ``coordinates`` and ``places`` are those of landmarks and points before any refinement.
    """

    points: FittedPoints | None
    labels: Int[np.ndarray, " point"] | None
    coordinates: Float[np.ndarray, "landmark component"]
    places: Float[np.ndarray, "point component"]


def check_new_values(
    values: Shaped[np.ndarray, "epoch step unit sample"],
    lengths: AnyArray | None,
    points: FittedPoints | None,
) -> FittedPoints:
    """What ``values`` can be compared with, or an error that says why they cannot."""
    if points is None:
        raise NotImplementedError(
            "`X` cannot be placed after a fit to sequences of unequal length (`lengths`): fit all "
            "slices together, or fit a trace of full-length samples."
        )
    if lengths is not None:
        raise ValueError(
            f"`X` must have sequences of full length, as those of the fit; got `lengths` of "
            f"{lengths.min()} to {lengths.max()} steps. Cut it to its first {lengths.min()} steps."
        )
    expected = (len(points.points), points.n_samples)
    if values.shape[2:] != expected:
        raise ValueError(
            f"`X` must have the {expected[0]} units and {expected[1]} samples of the fit on its "
            f"last two axes; got shape {values.shape}."
        )
    return points


def place_trace(
    values: Shaped[np.ndarray, "epoch step unit sample"],
    lengths: AnyArray | None,
    placement: Placement,
    *,
    n_jobs: int,
    progress: Progress,
) -> tuple[Float[np.ndarray, "epoch step unit component"], int]:
    """Coordinates of the points of ``values``, and how many of them were out of reach."""
    points = check_new_values(values, lengths, placement.points)
    n_units, n_fitted, _ = points.points.shape
    labels = placement.labels
    if labels is None:
        labels = np.arange(n_fitted * n_units)
    coordinates, n_lost = place_points(
        values.reshape(-1, *values.shape[2:]),
        points,
        labels=labels.reshape(n_fitted, n_units),
        coordinates=placement.coordinates,
        places=placement.places.reshape(n_fitted, n_units, -1),
        n_jobs=n_jobs,
        progress=progress,
    )
    return coordinates.reshape(*values.shape[:3], -1), n_lost
