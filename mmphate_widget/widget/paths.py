"""Which of some points a path joins: a unit's next step, or its next epoch."""

import numpy as np
from jaxtyping import Int64


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
