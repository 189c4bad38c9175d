"""Where points stand between two recorded epochs."""

import math

import numpy as np
from jaxtyping import Float32


def between(slices: Float32[np.ndarray, "epoch n 3"], epoch: float) -> Float32[np.ndarray, "n 3"]:
    """Rows of the two epochs around ``epoch``, mixed as on the page."""
    below = math.floor(epoch)
    part = np.float32(epoch - below)
    if part == 0:
        return np.asarray(slices[below])
    return np.asarray((1 - part) * slices[below] + part * slices[below + 1])
