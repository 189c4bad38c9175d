"""Whether a curve has one change more than a partition says, against noise that drifts.

The statistic is the largest gain of cutting one of the segments [a, b) at k,

    F = max_k [C(a, b) - C(a, k) - C(k, b)] / R,

C the sum of squares that a segment's line leaves and R that of the whole partition after the cut.
Under the null the curve is the lines of the partition and an AR(1) process, e_t = rho e_{t-1} + w_t.
F does not depend on the lines nor on the variance of w, so its law is simulated from rho alone. The
autocorrelation r of what is left after the cut is too small for rho, and uncertain; rho is the value
for which a quarter of simulated curves have less than r. (All ours.)
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._types import AnyArray, Generator
from mmphate_widget.analysis.segmentation import spans

# Beyond the last one drift of noise is that of a random walk, which has changes everywhere.
RHOS = np.array([-0.5, -0.25, 0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.88, 0.94, 0.98])
# Which share of curves drift less than the observed one seems to. At one half, noise with rho = 0.8
# is given a change in 10 to 20 % of curves of 25 to 100 epochs at a level of 5 %, at a quarter in 10 %.
CAUTION = 0.25
# Steps that the process runs before the curve begins, to forget its start.
WARM_UP = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """A partition, and where its segments may be cut."""

    breaks: Int[np.ndarray, " break"]
    trend: str
    shortest: int


def change_pvalue(
    y: Float[np.ndarray, " n"], layout: Layout, *, n_simulations: int, rng: Generator
) -> float:
    """How often noise alone gains as much by one more break; 1 where there is no room for one."""
    observed = _best_cuts(y[None], layout)
    if observed is None:
        return 1.0
    gain, correlation = observed[0][0], observed[1][0]
    innovations = rng.normal(size=(n_simulations, WARM_UP + len(y)))
    typical = [
        np.quantile(_simulate(innovations, rho, layout)[1], CAUTION) for rho in RHOS
    ]
    # Simulation may disturb the order between neighbors a little.
    rho = float(np.interp(correlation, np.maximum.accumulate(typical), RHOS))
    simulated, _ = _simulate(innovations, rho, layout)
    return float((1 + (simulated >= gain).sum()) / (1 + n_simulations))


def _simulate(innovations: AnyArray, rho: float, layout: Layout) -> tuple[AnyArray, AnyArray]:
    noise = innovations.copy()
    for t in range(1, noise.shape[1]):
        noise[:, t] += rho * noise[:, t - 1]
    found = _best_cuts(noise[:, WARM_UP:], layout)
    assert found is not None
    return found


def _best_cuts(
    curves: Float[np.ndarray, "curve n"], layout: Layout
) -> tuple[Float[np.ndarray, " curve"], Float[np.ndarray, " curve"]] | None:
    """Of each curve F and the autocorrelation after the best cut; None where none is possible."""
    n = curves.shape[1]
    sums = _Sums.of(curves)
    segments = spans(layout.breaks, n)
    before = sum(sums.cost(start, stop, layout.trend) for start, stop in segments)
    cuts, gains = [], []
    for start, stop in segments:
        for cut in range(start + layout.shortest, stop - layout.shortest + 1):
            cuts.append((start, cut, stop))
            after = sums.cost(start, cut, layout.trend) + sums.cost(cut, stop, layout.trend)
            gains.append(sums.cost(start, stop, layout.trend) - after)
    if not cuts:
        return None
    gain = np.array(gains)
    best = gain.argmax(axis=0)
    largest = gain[best, np.arange(len(curves))]
    rest = np.maximum(before - largest, np.finfo(float).tiny)
    residuals = np.empty_like(curves)
    for at in np.unique(best):
        rows = best == at
        start, cut, stop = cuts[at]
        parts = [part for part in segments if part != (start, stop)] + [(start, cut), (cut, stop)]
        for first, last in parts:
            residuals[rows, first:last] = _residuals(curves[rows, first:last], layout.trend)
    lagged = (residuals[:, 1:] * residuals[:, :-1]).sum(axis=1)
    square = np.maximum((residuals**2).sum(axis=1), np.finfo(float).tiny)
    return largest / rest, lagged / square


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running sums of many curves, from which the cost of any segment follows."""

    y: AnyArray
    yy: AnyArray
    ty: AnyArray

    @classmethod
    def of(cls, curves: AnyArray) -> "_Sums":
        centered = curves - curves.mean(axis=1, keepdims=True)
        t = np.arange(curves.shape[1])
        sums = [centered, centered**2, t * centered]
        return cls(*(np.pad(np.cumsum(part, axis=1), ((0, 0), (1, 0))) for part in sums))

    def cost(self, start: int, stop: int, trend: str) -> Float[np.ndarray, " curve"]:
        count = stop - start
        y, yy, ty = (part[:, stop] - part[:, start] for part in (self.y, self.yy, self.ty))
        square = yy - y**2 / count
        if trend == "linear":
            across = ty - (start + stop - 1) / 2 * y
            square = square - across**2 / (count * (count**2 - 1) / 12)
        return np.asarray(np.maximum(square, 0))


def _residuals(values: AnyArray, trend: str) -> AnyArray:
    left = values - values.mean(axis=1, keepdims=True)
    if trend == "linear":
        t = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
        left = left - (left @ t / (t @ t))[:, None] * t
    return left
