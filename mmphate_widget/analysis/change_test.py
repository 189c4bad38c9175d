"""Whether a curve has more changes than a partition says, against noise that drifts.

With R_j the smallest sum of squares that lines leave after j more cuts of the partition's segments,
the statistic is the largest gain by a cut, for up to K = 3 of them (as one change may show only
together with the next):

    F = max_{j <= K} (R_0 - R_j) / (j R_K)

Under the null the curve is the lines of the partition and an AR(1) process,
e_t = rho e_{t-1} + w_t. F does not depend on the lines nor on the variance of w, so its law is
simulated from rho alone. The autocorrelation r of what is left after K cuts, where hardly any
change can be in it, is too small for rho, and uncertain; rho is the value for which a tenth of
simulated curves have less.
(Ours; the statistic is in the manner of Bai and Perron's UDmax, https://doi.org/10.2307/2998540.)
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._types import AnyArray, Generator

# Further cuts that are looked for at once.
CUTS = 3
# Beyond the last one drift of noise is that of a random walk, which has changes everywhere.
RHOS = np.array([-0.5, -0.25, 0.0, 0.2, 0.4, 0.6, 0.75, 0.87, 0.95])
# Which share of curves drift less than the observed one seems to.
CAUTION = 0.1
# Steps that the process runs before the curve begins, to forget its start.
WARM_UP = 60
# What is left, relative to what was there, that is rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Layout:
    """A partition, and how its segments may be cut."""

    breaks: Int[np.ndarray, " break"]
    trend: str
    shortest: int


def change_pvalue(
    y: Float[np.ndarray, " n"], layout: Layout, *, n_simulations: int, rng: Generator
) -> float:
    """How often noise alone gains as much by more breaks; 1 where there is no room for one."""
    observed = measure_cuts(y[None], layout)
    if observed is None:
        return 1.0
    gain, correlation = observed[0][0], observed[1][0]
    innovations = rng.normal(size=(n_simulations, WARM_UP + len(y)))
    # Fewer curves say well enough where a quantile lies.
    few = innovations[: max(n_simulations // 3, 40)]
    typical = [np.quantile(_simulate(few, rho, layout)[1], CAUTION) for rho in RHOS]
    # Simulation may disturb the order between neighbors a little.
    rho = float(np.interp(correlation, np.maximum.accumulate(typical), RHOS))
    simulated, _ = _simulate(innovations, rho, layout)
    return float((1 + (simulated >= gain).sum()) / (1 + n_simulations))


def _simulate(innovations: AnyArray, rho: float, layout: Layout) -> tuple[AnyArray, AnyArray]:
    noise = innovations.copy()
    for t in range(1, noise.shape[1]):
        noise[:, t] += rho * noise[:, t - 1]
    found = measure_cuts(noise[:, WARM_UP:], layout)
    assert found is not None
    return found


def measure_cuts(
    curves: Float[np.ndarray, "curve n"], layout: Layout
) -> tuple[Float[np.ndarray, " curve"], Float[np.ndarray, " curve"]] | None:
    """Of each curve F, and the autocorrelation after the most cuts; None where none is possible."""
    n_curves, n = curves.shape
    lines = _Lines.of(curves, layout.trend)
    allowed = _allowed(n, layout)
    n_segments = len(layout.breaks) + 1
    # least[s] of all stops: the smallest sum of squares of s segments up to there.
    least = np.full((n_curves, n + 1), np.inf)
    least[:, 0] = 0
    left, begun = [], []
    for _ in range(n_segments + CUTS):
        following = np.full_like(least, np.inf)
        begin = np.zeros((n_curves, n + 1), np.int64)
        for stop in range(layout.shortest, n + 1):
            starts = np.flatnonzero(allowed[:, stop])
            if len(starts):
                sums = least[:, starts] + lines.costs(starts, stop)
                best = sums.argmin(axis=1)
                following[:, stop] = sums[np.arange(n_curves), best]
                begin[:, stop] = starts[best]
        least = following
        left.append(least[:, n])
        begun.append(begin)
    rest = [part for part in left[n_segments - 1 :] if np.isfinite(part).all()]
    if len(rest) < 2:
        return None
    floor = np.maximum(rest[-1], ROUNDING * rest[0] + np.finfo(float).tiny)
    gain = np.max([(rest[0] - part) / at for at, part in enumerate(rest[1:], start=1)], axis=0)
    residuals = lines.residuals(curves, begun[: n_segments + len(rest) - 1])
    lagged = (residuals[:, 1:] * residuals[:, :-1]).sum(axis=1)
    square = np.maximum((residuals**2).sum(axis=1), np.finfo(float).tiny)
    return gain / floor, lagged / square


def _allowed(n: int, layout: Layout) -> AnyArray:
    """Which segments [start, stop) are long enough and reach over no break of the partition."""
    start, stop = np.arange(n + 1)[:, None], np.arange(n + 1)
    allowed = stop - start >= layout.shortest
    for cut in layout.breaks:
        allowed &= ~((start < cut) & (cut < stop))
    return np.asarray(allowed)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Running sums of many curves, from which the line of any segment follows."""

    y: AnyArray
    yy: AnyArray
    ty: AnyArray
    trend: str

    @classmethod
    def of(cls, curves: AnyArray, trend: str) -> "_Lines":
        centered = curves - curves.mean(axis=1, keepdims=True)
        t = np.arange(curves.shape[1])
        sums = [centered, centered**2, t * centered]
        y, yy, ty = (np.pad(np.cumsum(part, axis=1), ((0, 0), (1, 0))) for part in sums)
        return cls(y, yy, ty, trend)

    def costs(
        self, starts: Int[np.ndarray, " start"], stop: int
    ) -> Float[np.ndarray, "curve start"]:
        """Sum of squares left in each segment from ``starts`` to ``stop``."""
        count = stop - starts
        y = self.y[:, stop, None] - self.y[:, starts]
        square = self.yy[:, stop, None] - self.yy[:, starts] - y * y / count
        if self.trend == "linear":
            across = self.ty[:, stop, None] - self.ty[:, starts] - (starts + stop - 1) / 2 * y
            square -= across * across * (12 / (count * (count**2 - 1.0)))
        return np.asarray(np.maximum(square, 0))

    def residuals(self, curves: AnyArray, begun: list[AnyArray]) -> AnyArray:
        """What lines leave in the partitions that ``begun`` leads back through."""
        n_curves, n = curves.shape
        rows = np.arange(n_curves)
        t = np.arange(n)
        residuals = curves - curves.mean(axis=1, keepdims=True)
        stop = np.full(n_curves, n)
        for begin in reversed(begun):
            start = begin[rows, stop]
            count, middle = stop - start, (start + stop - 1) / 2
            y = self.y[rows, stop] - self.y[rows, start]
            line = np.repeat((y / count)[:, None], n, axis=1)
            if self.trend == "linear":
                across = self.ty[rows, stop] - self.ty[rows, start] - middle * y
                slope = across * 12 / (count * (count**2 - 1.0))
                line += slope[:, None] * (t - middle[:, None])
            inside = (t >= start[:, None]) & (t < stop[:, None])
            residuals -= np.where(inside, line, 0)
            stop = start
        return np.asarray(residuals)
