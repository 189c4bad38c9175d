"""The values at the two ends of a channel's colors: as given, by quantiles, or as its kind asks."""

from typing import Any

import numpy as np

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_real

# A phase in radians goes once around the colors; any other turn of 2π looks the same.
FULL_TURN = (-np.pi, np.pi)


def limits_of(values: AnyArray) -> tuple[float, float]:
    """Smallest and largest of the values that are not NaN; (0, 1) where there are none."""
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def choose_limits(
    values: AnyArray,
    *,
    kind: str,
    scale: str = "linear",
    limits: Any = None,
    quantiles: Any = None,
) -> tuple[float, float]:
    """Limits for colors of ``values``, of which those that are NaN do not count.

    Parameters
    ----------
    values : float ndarray
        The numbers to color by.
    kind : {"continuous", "diverging", "cyclic"}
        Diverging limits lie symmetric about 0, cyclic ones at ±π, where none are given.
    scale : {"linear", "log"}, default="linear"
        "log" needs positive values.
    limits : (float, float), default=None
        The limits themselves.
    quantiles : (float, float), default=None
        The shares of the values below the lower and the upper limit, between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If both `limits` and `quantiles` are given, or one is no pair of numbers in order, or
        there are quantiles of cyclic values, or values that have no logarithm.
    """
    if limits is not None and quantiles is not None:
        raise ValueError(
            f"one of `limits` and `quantiles` may be given; got {limits!r} and {quantiles!r}."
        )
    if scale == "log":
        _check_positive(values)
    if limits is not None:
        return check_pair(limits, name="limits")
    if kind == "cyclic":
        if quantiles is not None:
            raise ValueError(f"`quantiles` must be None for cyclic values; got {quantiles!r}.")
        return FULL_TURN
    low, high = limits_of(values) if quantiles is None else _between(values, quantiles)
    if scale == "log" and not low > 0:  # where there are no values
        return (1.0, 10.0)
    if kind == "diverging":
        reach = max(abs(low), abs(high))
        return (-reach, reach)
    return (low, high)


def check_pair(
    pair: Any, *, name: str, minimum: float = -np.inf, maximum: float = np.inf
) -> tuple[float, float]:
    """``pair`` as two floats in order, or TypeError / ValueError."""
    try:
        low, high = pair
    except (TypeError, ValueError):
        raise TypeError(f"`{name}` must be a pair of numbers; got {pair!r}.") from None
    low = check_real(low, name=name, minimum=minimum, maximum=maximum)
    high = check_real(high, name=name, minimum=minimum, maximum=maximum)
    if low > high:
        raise ValueError(f"`{name}` must be finite and in order; got {(low, high)}.")
    return low, high


def _between(values: AnyArray, quantiles: Any) -> tuple[float, float]:
    shares = check_pair(quantiles, name="quantiles", minimum=0, maximum=1)
    known = values[~np.isnan(values)]
    if not known.size:
        return limits_of(values)
    low, high = np.quantile(known, shares)
    return float(low), float(high)


def _check_positive(values: AnyArray) -> None:
    if (values <= 0).any():
        where = tuple(int(at) for at in np.argwhere(values <= 0)[0])
        raise ValueError(
            f"`values` must be positive for scale='log', or NaN for no value; got {values[where]} "
            f"at {where}."
        )
