"""How long to diffuse: the knee of the von Neumann entropy.

    S(t) = -sum_i p_i log p_i,   p_i = |λ_i|ᵗ / sum_j |λ_j|ᵗ

Powers of the operator first forget noise (entropy falls fast), then structure (it falls
slowly). The knee between the two is the t that denoises without blurring.
"""

import numpy as np
from jaxtyping import Float

# Powers among which t is chosen, as in PHATE.
LONGEST_TIME = 100


def entropy_curve(
    eigenvalues: Float[np.ndarray, " landmark"], *, t_max: int = LONGEST_TIME
) -> Float[np.ndarray, " time"]:
    """Von Neumann entropy in nats of the powers 1 … ``t_max``; entry t - 1 belongs to power t.

    Examples
    --------
    >>> np.exp(entropy_curve(np.array([1.0, 1.0, 0.0]), t_max=2)).round(6)
    array([2., 2.])
    """
    base = np.abs(eigenvalues)
    base = base / base.max()
    weights = base ** np.arange(1, t_max + 1)[:, None]
    weights /= weights.sum(axis=1, keepdims=True)
    # x log x is 0 at 0; adding the smallest normal number changes nothing else.
    return np.asarray(-np.sum(weights * np.log(weights + np.finfo(float).tiny), axis=1))


def line_residuals(x: Float[np.ndarray, " time"], y: Float[np.ndarray, " time"]) -> float:
    """Sum of absolute residuals of the least-squares line through (x, y)."""
    centered = x - x.mean()
    slope = centered @ y / (centered @ centered)
    return float(np.abs(y - y.mean() - slope * centered).sum())


def knee(y: Float[np.ndarray, " time"]) -> int:
    """Position of the knee of a curve: where two straight lines fit it best.

    Every inner position is tried as the end of a left and the start of a right line, each
    fitted by least squares; the smallest sum of absolute residuals wins.

    Parameters
    ----------
    y : ndarray, shape (time,)
        At least 3 values.

    Returns
    -------
    int
        Position in ``y``, never the first or the last.

    Examples
    --------
    >>> knee(np.array([9.0, 6.0, 3.0, 2.0, 1.0, 0.0]))
    2
    """
    x = np.arange(len(y), dtype=float)
    errors = [
        line_residuals(x[: at + 1], y[: at + 1]) + line_residuals(x[at:], y[at:])
        for at in range(1, len(y) - 1)
    ]
    return 1 + int(np.argmin(errors))


def choose_time(eigenvalues: Float[np.ndarray, " landmark"]) -> int:
    """The power t at the knee of the entropy of powers 1 … 100."""
    return 1 + knee(entropy_curve(eigenvalues))
