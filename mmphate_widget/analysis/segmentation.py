"""A curve cut into segments with a straight line each. The one module that imports ruptures.

Of all ways to cut a curve y of E values into m + 1 segments of at least n values, the one whose
lines (or, for trend="constant", whose means) leave the smallest sum of squares. ``ruptures`` finds
it by dynamic programming (Dynp) over the costs of all segments, which are worked out here at once:
with u = t - mean(t) and v = y - mean(y) in a segment, the cost is sum v² - (sum u v)² / sum u².

References
----------
C. Truong, L. Oudre, N. Vayatis. Selective review of offline change point detection methods.
https://doi.org/10.1016/j.sigpro.2019.107299
"""

from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Int64

from mmphate_widget._types import AnyArray

TRENDS = ("linear", "constant")
# Values below which a line through them leaves nothing to measure.
FEWEST = {"linear": 3, "constant": 2}


def segment(
    y: Float[np.ndarray, " n"], n_breaks: int, *, trend: str, shortest: int
) -> Int64[np.ndarray, " break"]:
    """Where the segments after the first begin, in the best partition with so many breaks."""
    if n_breaks == 0:
        return np.zeros(0, np.int64)
    cost = _cost_class()(segment_costs(y, trend=trend))
    dynp = _import_ruptures().Dynp(custom_cost=cost, min_size=shortest, jump=1)
    return np.array(dynp.fit_predict(y, n_bkps=n_breaks)[:-1], np.int64)


def fit_segments(
    y: Float[np.ndarray, " n"], breaks: Int[np.ndarray, " break"], *, trend: str
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " segment"]]:
    """The lines of the segments, and their slopes by position."""
    fitted, slopes = np.empty(len(y)), []
    for start, stop in spans(breaks, len(y)):
        at, values = np.arange(stop - start) - (stop - start - 1) / 2, y[start:stop]
        square = (at**2).sum()
        slope = float(at @ values / square) if trend == "linear" and square > 0 else 0.0
        fitted[start:stop] = values.mean() + slope * at
        slopes.append(slope)
    return fitted, np.array(slopes)


def spans(breaks: Int[np.ndarray, " break"], n: int) -> list[tuple[int, int]]:
    """First position of each segment, and the one after its last."""
    ends = [0, *map(int, breaks), n]
    return list(zip(ends[:-1], ends[1:], strict=True))


def segment_costs(y: Float[np.ndarray, " n"], *, trend: str) -> Float[np.ndarray, "start stop"]:
    """Sum of squares that each segment y[start:stop] leaves, for start < stop."""
    n = len(y)
    # About its middle and in its own scale, so that sums of squares lose nothing.
    y = y - (y.max() + y.min()) / 2
    t = np.arange(n) - (n - 1) / 2
    sums = {name: _sums(values) for name, values in _moments(t, y).items()}
    count = np.maximum(np.arange(n + 1) - np.arange(n + 1)[:, None], 1)
    square = sums["yy"] - sums["y"] ** 2 / count
    if trend == "linear":
        across = sums["ty"] - sums["t"] * sums["y"] / count
        spread = sums["tt"] - sums["t"] ** 2 / count
        square = square - across**2 / np.where(spread > 0, spread, 1)
    return np.maximum(square, 0)


def _moments(t: AnyArray, y: AnyArray) -> dict[str, AnyArray]:
    return {"t": t, "y": y, "tt": t * t, "ty": t * y, "yy": y * y}


def _sums(values: AnyArray) -> AnyArray:
    """Sum of values[start:stop] at [start, stop]."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total - total[:, None])


@cache
def _cost_class() -> Any:
    """A cost for ruptures that looks up what was worked out for all segments."""

    class TabulatedCost(_import_ruptures().base.BaseCost):  # type: ignore[misc]
        model = "tabulated"
        min_size = 1

        def __init__(self, costs: AnyArray) -> None:
            self.costs = costs.tolist()

        def fit(self, signal: AnyArray) -> "TabulatedCost":
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            return float(self.costs[start][end])

    return TabulatedCost


def _import_ruptures() -> Any:
    try:
        return import_module("ruptures")
    except ImportError as error:
        raise ModuleNotFoundError(
            "`phases` needs ruptures, which is not installed: "
            'pip install "mmphate-widget[analysis]".',
            name="ruptures",
        ) from error
