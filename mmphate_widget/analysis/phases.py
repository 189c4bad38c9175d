"""Phases of a curve over the epochs: where its course changes, and how sure that is.

A phase is a stretch of epochs that one straight line describes (``segmentation``). There are as
many as a test against drifting noise needs (``change_test``); a bootstrap says how stable each
change is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Int64

from mmphate_widget._dataframe import make_table
from mmphate_widget._types import AnyArray, Generator
from mmphate_widget._validation import (
    as_array,
    check_choice,
    check_int,
    check_random_state,
    check_real,
    check_real_array,
)
from mmphate_widget.analysis.change_test import Layout, change_pvalue
from mmphate_widget.analysis.result import AxisLabels
from mmphate_widget.analysis.segmentation import FEWEST, TRENDS, fit_segments, segment, spans
from mmphate_widget.channels import Bands, Channel, Curve
from mmphate_widget.trace import Trace, as_trace

# A bootstrap curve agrees with a change that lies this near, in epochs.
NEAR = 1
# A line that rises or falls by less than this many standard deviations of the noise is flat.
LEAST_CHANGE = 2.0
# Ends of the interval of a change over the bootstrap curves.
INTERVAL = (0.05, 0.95)
# What is left of a curve, relative to its range, that is rounding and no noise.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Phases:
    """Where the course of a curve changes.

    Attributes
    ----------
    name : str
        What the curve is called.
    values : int64 ndarray, shape (n_phases - 1,)
        Position of the first epoch of each phase but the first.
    support : float64 ndarray, shape (n_phases - 1,)
        Share of the bootstrap curves that change within one epoch of it; NaN without bootstrap.
    low, high : int64 ndarray, shape (n_phases - 1,)
        Between which 90 % of the bootstrap curves have it.
    pvalues : tuple of float
        Of the test for a first change, a second, and so on, up to the one that was not found.
    slopes : float64 ndarray, shape (n_phases,)
        Of the line of each phase, per epoch position.
    observed, fitted : float64 ndarray, shape (E,)
        The curve, and the lines. NaN where the curve is.
    epochs : int64 ndarray, shape (E,)
        Number of each epoch; positions where the curve came without.
    resampled : {"samples", "residuals"}
        What the bootstrap drew from: probe samples, or blocks of what the lines leave.
    """

    name: str
    values: Int64[np.ndarray, " change"]
    support: Float64[np.ndarray, " change"]
    low: Int64[np.ndarray, " change"]
    high: Int64[np.ndarray, " change"]
    pvalues: tuple[float, ...]
    slopes: Float64[np.ndarray, " phase"]
    observed: Float64[np.ndarray, " epoch"]
    fitted: Float64[np.ndarray, " epoch"]
    epochs: AnyArray
    resampled: str

    def __post_init__(self) -> None:
        for name in ("values", "support", "low", "high", "slopes", "observed", "fitted"):
            getattr(self, name).flags.writeable = False

    def __repr__(self) -> str:
        return f"<Phases of {self.name}: {', '.join(name for *_, name in self._stretches())}>"

    @property
    def n_phases(self) -> int:
        """One more than there are changes."""
        return len(self.values) + 1

    @property
    def trends(self) -> tuple[str, ...]:
        """Rising, falling or flat: a word for each phase.

        Flat is a line that changes by less than two standard deviations of what it leaves.
        """
        scale = _scale_of(self.observed)
        observed = self.observed / scale
        noise = float(np.nanstd(observed - self.fitted / scale))
        names = []
        for slope, (start, stop) in zip(self.slopes, self._spans(), strict=True):
            change = slope / scale * (stop - start - 1)
            is_flat = abs(change) <= max(LEAST_CHANGE * noise, ROUNDING * _range(observed))
            names.append("flat" if is_flat else "rising" if change > 0 else "falling")
        return tuple(names)

    def to_dataframe(self) -> Any:
        """A row for each phase.

        Returns
        -------
        pandas.DataFrame
            Columns `phase`, `first_epoch`, `last_epoch` (int64 positions), `first_label`,
            `last_label` (numbers of the epochs), `trend`, `slope`, `mean`, and of the change that
            begins it `support`, `low`, `high` (NaN for the first phase).

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        first, stop = (np.array(ends, np.int64) for ends in zip(*self._spans(), strict=True))
        scale = _scale_of(self.observed)
        means = [np.nanmean(self.fitted[start:end] / scale) * scale for start, end in self._spans()]
        return make_table(
            {
                "phase": np.arange(self.n_phases),
                "first_epoch": first,
                "last_epoch": stop - 1,
                "first_label": self.epochs[first],
                "last_label": self.epochs[stop - 1],
                "trend": list(self.trends),
                "slope": self.slopes,
                "mean": means,
                "support": np.concatenate([[np.nan], self.support]),
                "low": np.concatenate([[np.nan], self.low]),
                "high": np.concatenate([[np.nan], self.high]),
            }
        )

    def bands(self) -> Bands:
        """The phases to shade behind the curves: ``w.add_bands(result.bands())``."""
        return Bands(f"phases of {self.name}", self._stretches())

    def curve(self) -> Curve:
        """The lines, to be drawn with the curve: ``w.add_curve(result.curve())``."""
        return Curve(f"lines of {self.name}", self.fitted)

    def channel(self) -> Channel:
        """The phase of each epoch, to color points by."""
        codes = np.repeat(np.arange(self.n_phases), [stop - first for first, stop in self._spans()])
        names = tuple(f"{at} {trend}" for at, trend in enumerate(self.trends))
        limits = (0.0, float(len(names) - 1))
        values = codes.astype(np.float32)
        return Channel(f"phase of {self.name}", values, ("epoch",), "categorical", names, limits)

    def plot(self, ax: Any = None) -> Any:
        """Draw the curve, its lines, the phases, and the interval of each change.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed (extra "plot").
        """
        from mmphate_widget.analysis.phases_drawing import draw_phases

        return draw_phases(self, ax)

    def _spans(self) -> list[tuple[int, int]]:
        return spans(self.values, len(self.observed))

    def _stretches(self) -> tuple[tuple[int, int, str], ...]:
        return tuple(
            (start, stop - 1, trend)
            for (start, stop), trend in zip(self._spans(), self.trends, strict=True)
        )


def phases(
    curve: Any,
    measure: Callable[[Trace], Any] | str | None = None,
    *,
    trend: str = "linear",
    shortest: int = 4,
    most: int = 6,
    level: float = 0.05,
    n_simulations: int = 199,
    n_bootstrap: int = 100,
    random_state: int | Generator | None = None,
) -> Phases:
    """Stretches of epochs over which a curve keeps its course.

    Changes are added one after the other, each time all of them where they fit best, as long as a
    test at `level` says that noise would not gain as much by one more. The noise may drift from
    epoch to epoch (an AR(1) process). Simulated curves without a change (30 and 60
    epochs, drift up to 0.8) were given one no more often than `level` says.

    The bootstrap asks whether changes would stay. Where the curve is measured from a trace, probe
    samples are drawn anew and the curve measured again: what would another probe set have shown?
    Else what the lines leave is drawn anew in blocks of neighboring epochs, so that it drifts as it
    did: what would another course of the same noise have shown? (All ours.)

    Parameters
    ----------
    curve : Curve, what has a ``curve()`` as a Result does, array-like of shape (n_epochs,), \
Trace or array-like of 4 axes
        The curve, of a Result its mean over steps and units; or what to measure it from. NaN are
        left out.
    measure : callable or str, default=None
        For a Trace: a function of a Trace that returns a Curve, what has one, or an array, for
        example ``mm.analysis.intra_step_entropy`` or ``mm.analysis.flow`` (its displacement); or
        the name of one of its metrics.
    trend : {"linear", "constant"}, default="linear"
        Whether a phase is a straight line or a level. Positions are taken as equally spaced.
    shortest : int, default=4
        Epochs of the shortest phase; at least 3, or 2 for levels.
    most : int, default=6
        Changes at most. A smooth curve almost without noise is bent everywhere.
    level : float, default=0.05
        Of the test, between 0 and 1.
    n_simulations : int, default=199
        Simulated curves for each test.
    n_bootstrap : int, default=100
        Bootstrap curves; 0 leaves them out.
    random_state : int, numpy Generator or None, default=None
        Equal integers give equal results.

    Returns
    -------
    Phases

    Raises
    ------
    ModuleNotFoundError
        If ruptures is not installed (extra "analysis").
    TypeError, ValueError
        If an argument is not as stated.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> entropy = np.concatenate([np.linspace(1, 3, 20), np.linspace(2.4, 1.5, 20)])
    >>> entropy += 0.05 * np.random.default_rng(0).normal(size=40)
    >>> found = mm.analysis.phases(entropy, random_state=0)
    >>> found.values, found.trends
    (array([20]), ('rising', 'falling'))
    """
    check_choice(trend, name="trend", choices=TRENDS)
    check_int(shortest, name="shortest", minimum=FEWEST[trend])
    check_int(most, name="most", minimum=0)
    alpha = check_real(level, name="level", minimum=0, maximum=1)
    check_int(n_simulations, name="n_simulations", minimum=1)
    check_int(n_bootstrap, name="n_bootstrap", minimum=0)
    rng = check_random_state(random_state)
    given = _read(curve, measure)
    known = np.flatnonzero(np.isfinite(given.values))
    scale = _scale_of(given.values)
    y = given.values[known] / scale
    breaks, pvalues = _find(
        y, Layout(np.zeros(0, np.int64), trend, shortest), most, alpha, n_simulations, rng
    )
    fitted, slopes = fit_segments(y, breaks, trend=trend)
    count = n_bootstrap if len(breaks) else 0
    drawn = _bootstrap(given, known, y, fitted, breaks, count, scale, rng)
    again = np.array(
        [segment(other, len(breaks), trend=trend, shortest=shortest) for other in drawn], np.int64
    ).reshape(len(drawn), len(breaks))
    near = (np.abs(again[:, :, None] - breaks) <= NEAR).any(axis=1)
    low, high = (
        known[np.quantile(again, share, axis=0, method="nearest")] if len(again) else known[breaks]
        for share in INTERVAL
    )
    lines = np.full(len(given.values), np.nan)
    lines[known] = fitted * scale
    return Phases(
        name=given.name,
        values=known[breaks].astype(np.int64),
        support=near.mean(axis=0) if len(near) else np.full(len(breaks), np.nan),
        low=low.astype(np.int64),
        high=high.astype(np.int64),
        pvalues=pvalues,
        slopes=slopes * scale,
        observed=given.values.copy(),
        fitted=lines,
        epochs=given.epochs,
        resampled="residuals" if given.remeasure is None else "samples",
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """A curve, and how to measure it from samples drawn anew, where that is known."""

    name: str
    values: Float[np.ndarray, " epoch"]
    epochs: AnyArray
    remeasure: Callable[[Generator], AnyArray] | None = None


def _read(curve: Any, measure: Any) -> _Given:
    if not isinstance(curve, Trace | Curve) and not _has_curve(curve):
        curve = as_array(curve, name="curve")
        if curve.ndim == 4:
            curve = as_trace(curve)
    if not isinstance(curve, Trace):
        if measure is not None:
            raise TypeError("`measure` must be None where `curve` is no Trace.")
        return _as_given(curve, None)
    if isinstance(measure, str):
        check_choice(measure, name="measure", choices=tuple(curve.metrics))
        return _Given(measure, _checked(curve.metrics[measure]), curve.epochs)
    if not callable(measure):
        raise TypeError(
            f"`measure` must be a function of a Trace or the name of one of its metrics "
            f"{tuple(curve.metrics)} where `curve` is a Trace; got {measure!r}."
        )
    first = _as_given(measure(curve), AxisLabels.of(curve))
    name = getattr(measure, "__name__", first.name) if first.name == "curve" else first.name

    def remeasure(rng: Generator) -> AnyArray:
        return _as_given(measure(_drawn_anew(curve, rng)), None).values

    return _Given(name, first.values, first.epochs, remeasure)


def _as_given(curve: Any, labels: AxisLabels | None) -> _Given:
    """A Curve, what has one, or an array of one number an epoch."""
    if _has_curve(curve):
        given = getattr(curve, "labels", None)
        labels = given if isinstance(given, AxisLabels) else labels
        curve = curve.curve()
    name = curve.name if isinstance(curve, Curve) else "curve"
    values = _checked(curve.values if isinstance(curve, Curve) else curve)
    epochs = np.arange(len(values)) if labels is None else labels.epochs
    if len(epochs) != len(values):
        raise ValueError(
            f"`measure` must give a number for each of {len(epochs)} epochs; got {len(values)}."
        )
    return _Given(name, values, epochs)


def _has_curve(given: Any) -> bool:
    """Whether it is a Result, or alike: Flow, Communities, EpochPairs, Similarity."""
    return callable(getattr(given, "curve", None))


def _checked(values: Any) -> Float[np.ndarray, " epoch"]:
    array = check_real_array(values, name="curve").astype(np.float64)
    if array.ndim != 1 or not np.isfinite(array).any():
        raise ValueError(
            f"`curve` must have one number for each epoch, not all of them NaN; got shape "
            f"{array.shape}."
        )
    if np.isinf(array).any():
        at = int(np.flatnonzero(np.isinf(array))[0])
        raise ValueError(f"`curve` must be finite or NaN; got {array[at]} at epoch {at}.")
    return array


def _drawn_anew(trace: Trace, rng: Generator) -> Trace:
    """As many samples, drawn with replacement; two at least reach as far as two of all do."""
    lengths = np.zeros(trace.n_samples) if trace.lengths is None else np.sort(trace.lengths)
    while True:
        samples = rng.integers(trace.n_samples, size=trace.n_samples)
        if trace.lengths is None or np.sort(trace.lengths[samples])[-2:][0] >= lengths[-2:][0]:
            return trace[:, :, :, samples]


def _find(
    y: AnyArray, layout: Layout, most: int, level: float, n_simulations: int, rng: Generator
) -> tuple[Int64[np.ndarray, " break"], tuple[float, ...]]:
    """Changes, one more as long as the test finds one, and the test's p-values."""
    pvalues: list[float] = []
    while len(layout.breaks) < most:
        fitted, _ = fit_segments(y, layout.breaks, trend=layout.trend)
        if np.abs(y - fitted).max() <= ROUNDING * _range(y):
            break
        pvalues.append(change_pvalue(y, layout, n_simulations=n_simulations, rng=rng))
        if pvalues[-1] > level:
            break
        more = segment(y, len(layout.breaks) + 1, trend=layout.trend, shortest=layout.shortest)
        layout = Layout(more, layout.trend, layout.shortest)
    return layout.breaks, tuple(pvalues)


def _bootstrap(
    given: _Given,
    known: AnyArray,
    y: AnyArray,
    fitted: AnyArray,
    breaks: AnyArray,
    count: int,
    scale: float,
    rng: Generator,
) -> list[AnyArray]:
    """Curves as they might have been, at the epochs that are known."""
    if given.remeasure is None:
        return [fitted + _blocks(y - fitted, len(breaks), rng) for _ in range(count)]
    curves = [given.remeasure(rng)[known] / scale for _ in range(count)]
    # What another draw cannot measure is taken as on the curve.
    return [np.where(np.isfinite(curve), curve, y) for curve in curves]


def _blocks(residuals: AnyArray, n_breaks: int, rng: Generator) -> AnyArray:
    """Residuals in blocks drawn anew, around the end, as large as noise is before lines are fitted.

    Blocks of n^(1/3) values or more (Künsch, https://doi.org/10.1214/aos/1176347265).
    """
    n = len(residuals)
    size = int(np.ceil(n ** (1 / 3)))
    starts = rng.integers(n, size=-(-n // size))
    at = (starts[:, None] + np.arange(size)).ravel()[:n] % n
    n_lines = n_breaks + 1
    return np.asarray(residuals[at] * np.sqrt(n / max(n - 2 * n_lines, 1)))


def _scale_of(y: AnyArray) -> float:
    """A power of two about as large as the largest value: squares of values over it are numbers."""
    largest = float(np.nanmax(np.abs(y)))
    return float(np.ldexp(1.0, int(np.frexp(largest)[1]) - 1)) if largest > 0 else 1.0


def _range(y: AnyArray) -> float:
    return float(np.nanmax(y) - np.nanmin(y))
