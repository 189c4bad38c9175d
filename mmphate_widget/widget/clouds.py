"""The points that a picture consists of, each with its id and the place where it stands.

At the front are the points of the current epoch, on their way from one recorded epoch to the next
while the epoch is a fraction, as on the page. With "all" epochs, or paths through "epochs", every
point stands at its own epoch behind them, too.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Int64

from mmphate_widget.widget.lasso import Window, shown_mask
from mmphate_widget.widget.projection import View, in_front, project

# In these modes points of all epochs are shown.
WITH_TRAIL = ("all", "epochs")


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Point ids, ascending, and where each of these points stands."""

    ids: Int64[np.ndarray, " n"]
    places: Float32[np.ndarray, "n 3"]


def current_points(
    positions: Float32[np.ndarray, "epoch step unit 3"], window: Window, view: View
) -> Cloud:
    """The points of the window's epoch, between two recorded ones where it is a fraction."""
    n_epochs, n_steps, _ = positions.shape[:3]
    step = n_steps - 1 if window.show == "epochs" and window.step is None else window.step
    only = shown_mask(replace(window, show="epoch", step=step), positions.shape[:3])
    ids = np.flatnonzero(only)
    slices = positions.reshape(n_epochs, -1, 3)
    return _seen(ids, between(slices, window.epoch)[ids % slices.shape[1]], view)


def all_points(
    positions: Float32[np.ndarray, "epoch step unit 3"], window: Window, view: View
) -> Cloud:
    """The points that the window shows, each at its own epoch."""
    ids = np.flatnonzero(shown_mask(window, positions.shape[:3]))
    return _seen(ids, positions.reshape(-1, 3)[ids], view)


def between(slices: Float32[np.ndarray, "epoch n 3"], epoch: float) -> Float32[np.ndarray, "n 3"]:
    """Rows of the two epochs around ``epoch``, mixed as on the page."""
    below = math.floor(epoch)
    part = np.float32(epoch - below)
    if part == 0:
        return np.asarray(slices[below])
    return np.asarray((1 - part) * slices[below] + part * slices[below + 1])


def _seen(ids: Int64[np.ndarray, " n"], places: Float32[np.ndarray, "n 3"], view: View) -> Cloud:
    """Those in front of the camera."""
    _, depth = project(places, view)
    seen = in_front(depth, view)
    return Cloud(ids[seen], places[seen])
