"""Which of the points shown a path joins, and how it fades: lines through steps or epochs."""

import numpy as np
from jaxtyping import Float64, Int64

from mmphate_widget.widget.lasso import Window

# Strength of a path through epochs ahead of the current one, and the least behind it.
AHEAD, LEAST_BEHIND = 0.12, 0.15
# Part of all epochs after which a path has faded to 1/e, but at least so many epochs.
FADE, LEAST_FADE = 0.25, 2.0


def joined(
    ids: Int64[np.ndarray, " n"], shape: tuple[int, int, int], show: str
) -> tuple[Int64[np.ndarray, " m"], Int64[np.ndarray, " m"]]:
    """Rows of ``ids`` (ascending) where segments start and stop: a unit's next step or epoch.

    Where the next one is not among ``ids`` the path has a gap.
    """
    apart = shape[2] if show == "steps" else shape[1] * shape[2]
    following = np.searchsorted(ids, ids + apart)
    inside = np.minimum(following, len(ids) - 1)
    starts = np.flatnonzero(ids[inside] == ids + apart)
    return starts, inside[starts]


def path_strengths(
    ids: Int64[np.ndarray, " m"], shape: tuple[int, int, int], window: Window
) -> Float64[np.ndarray, " m"]:
    """How strong the segments are that stop at these points, 0 … 1: past epochs fade."""
    if window.show != "epochs":
        return np.ones(len(ids))
    age = window.epoch - ids // (shape[1] * shape[2])
    # Clipped first: what lies ahead would overflow.
    behind = np.exp(-np.maximum(age, 0) / max(LEAST_FADE, FADE * shape[0]))
    return np.where(age < -0.5, AHEAD, np.maximum(LEAST_BEHIND, behind))
