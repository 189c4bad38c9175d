"""`coincidence`: whether two curves over the epochs move together, and if that could be chance.

Curves of training drift, and two things that drift look alike whatever they are. So what is
compared are their changes from epoch to epoch, and the p-value comes from circular shifts of these
(`circular_shift`), with the search for the best lag inside. Of many curves the p-values are
corrected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import false_discovery_control

from mmphate_widget._dataframe import make_table
from mmphate_widget._types import AnyArray
from mmphate_widget._validation import (
    as_array,
    check_bool,
    check_choice,
    check_int,
    check_real_array,
)
from mmphate_widget._words import count
from mmphate_widget.analysis.circular_shift import (
    correlation_interval,
    is_flat,
    lagged_pairs,
    products_of,
    shift_test,
)
from mmphate_widget.channels import Curve

# Of three changes any two series are nearly the same.
FEWEST_EPOCHS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Coincidence:
    """How two curves move together.

    Attributes
    ----------
    names : tuple of two str
        What the curves are called.
    effect : float
        Correlation of the changes (or levels) at `lag`, over the pairs of epochs that exist,
        -1 … 1; NaN where a curve never changes or changes by the same at every epoch.
    lag : int
        Epochs by which the second curve follows the first: of all lags allowed the one of
        largest absolute correlation. Negative where the second is ahead.
    pvalue : float
        Share of circular shifts that do as well, the curves as they are among them.
    interval : tuple of two float
        95 % interval of `effect`: Fisher's z, with the number of pairs reduced by both curves'
        autocorrelation. It knows nothing of a search over lags: then its `effect` was picked
        because it is large.
    n_epochs : int
        Epochs at which both curves have a number.
    difference : bool
        Whether changes were compared, not levels.
    max_lag : int
        Largest lag that was tried.
    correlations : float64 ndarray, shape (shift,)
        Circular correlation at every shift 0, 1, …; read-only. Shift m - 1 is lag -1.
    contributions : float64 ndarray, shape (epoch,)
        Product of both curves' changes (or levels) at `lag`, each standardized: what an epoch of
        the first curve adds to `effect`, which is their mean. Read-only; NaN where a curve has no
        number or no change.
    """

    names: tuple[str, str]
    effect: float
    lag: int
    pvalue: float
    interval: tuple[float, float]
    n_epochs: int
    difference: bool
    max_lag: int
    correlations: Float[np.ndarray, " shift"]
    contributions: Float[np.ndarray, " epoch"]

    def __repr__(self) -> str:
        return (
            f"<Coincidence of {self.names[0]} and {self.names[1]}: effect {self.effect:.3f} "
            f"({self.interval[0]:.3f} to {self.interval[1]:.3f}) at lag {self.lag}, "
            f"p = {self.pvalue:.3g}, {self.n_epochs} epochs>"
        )

    def to_dataframe(self) -> Any:
        """One row: `first`, `second`, `effect`, `low`, `high`, `lag`, `pvalue`, `n_epochs`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        return make_table(_columns([self]))

    def curve(self) -> Curve:
        """Where in training it arises, `contributions`: ``w.add_curve(found.curve())``.

        Above 0 at epochs at which both curves change to the same side of their mean change.
        """
        return Curve(f"coincidence of {self.names[0]} and {self.names[1]}", self.contributions)

    def plot(self, ax: Any = None) -> Any:
        """Draw the correlation at every shift; shaded are the lags that were allowed.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed (extra "plot").
        """
        from mmphate_widget.analysis.coincidence_drawing import draw_coincidence

        return draw_coincidence(self, ax)


@dataclass(frozen=True, slots=True, eq=False)
class Coincidences:
    """How one curve moves together with each of several, p-values corrected for their number.

    Attributes
    ----------
    results : tuple of Coincidence
        One for each curve, in the order given.
    correction : {"holm", "fdr_bh"}
        How `adjusted` was computed.
    adjusted : float64 ndarray, shape (curve,)
        Adjusted p-values, read-only.
    """

    results: tuple[Coincidence, ...]
    correction: str
    adjusted: Float[np.ndarray, " curve"]

    @property
    def names(self) -> tuple[str, ...]:
        """What the several curves are called."""
        return tuple(result.names[1] for result in self.results)

    @property
    def pvalues(self) -> Float[np.ndarray, " curve"]:
        """P-values before the correction, float64 of shape (curve,)."""
        return np.array([result.pvalue for result in self.results])

    @property
    def effects(self) -> Float[np.ndarray, " curve"]:
        """Correlations, float64 of shape (curve,)."""
        return np.array([result.effect for result in self.results])

    @property
    def lags(self) -> Int[np.ndarray, " curve"]:
        """Lags in epochs, int64 of shape (curve,)."""
        return np.array([result.lag for result in self.results], dtype=np.int64)

    @property
    def intervals(self) -> Float[np.ndarray, "curve 2"]:
        """95 % intervals of the effects, not corrected."""
        return np.array([result.interval for result in self.results])

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, name: str) -> Coincidence:
        """The coincidence with the curve of this name."""
        check_choice(name, name="name", choices=self.names)
        return self.results[self.names.index(name)]

    def __repr__(self) -> str:
        curves = count(len(self), "curve")
        return (
            f"<Coincidences of {self.results[0].names[0]} with {curves}, smallest "
            f"adjusted p = {self.adjusted.min():.3g} ({self.correction})>"
        )

    def to_dataframe(self) -> Any:
        """A row for each curve: the columns of `Coincidence.to_dataframe`, and `adjusted`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        return make_table(_columns(self.results) | {"adjusted": self.adjusted})

    def curve(self, name: str | None = None) -> Curve:
        """Where in training one coincidence arises: ``w.add_curve(found.curve("loss"))``.

        Parameters
        ----------
        name : str, optional
            Which of `names`. Default: that of the smallest p-value; of equal ones that of the
            largest absolute effect.

        Raises
        ------
        ValueError
            If `name` is none of `names`.
        """
        if name is not None:
            return self[name].curve()
        size = np.nan_to_num(np.abs(self.effects))
        return self.results[int(np.lexsort((-size, self.pvalues))[0])].curve()

    def plot(self, ax: Any = None) -> Any:
        """Draw each effect with its interval; filled where the adjusted p-value is under 0.05.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed (extra "plot").
        """
        from mmphate_widget.analysis.coincidence_drawing import draw_coincidences

        return draw_coincidences(self, ax)


def coincidence(
    curve_a: Any,
    curve_b: Any,
    *,
    difference: bool = True,
    max_lag: int = 0,
    correction: str = "holm",
) -> Any:
    """Whether two curves over the epochs move together, with a p-value that knows of drift.

    Parameters
    ----------
    curve_a : array_like of shape (epoch,), Curve, or what has a ``curve()`` as a Result does
        At least 5 epochs, evenly spaced. Missing numbers (NaN) at the beginning or end of
        either curve cut both; between numbers they raise.
    curve_b : the same, or a mapping of names to such curves, or a list of them
        Of the same number of epochs. Of several, each is compared with `curve_a`.
    difference : bool, default True
        Compare changes from epoch to epoch, not levels. On levels two independent random walks
        get p-values under 0.05 one time in five.
    max_lag : int, default 0
        Look for the best lag from ``-max_lag`` to ``max_lag`` epochs.
    correction : {"holm", "fdr_bh"}, default "holm"
        For several curves: Holm's correction bounds the chance of any false finding, whatever
        the curves have in common; Benjamini and Hochberg's bounds the expected share of false
        ones among the findings.

    Returns
    -------
    Coincidence or Coincidences
        The second where `curve_b` are several.

    Raises
    ------
    TypeError, ValueError
        If a curve has several axes, fewer than 5 epochs, another number of epochs, infinite
        numbers or a gap, or an argument is out of range.

    Notes
    -----
    Let x, y be the m = n - 1 changes of both curves (the n levels without `difference`), and for
    each shift s of y let c(s) be the largest absolute correlation of x[i] with y[(i + s + l) mod
    m] over the lags l from ``-max_lag`` to ``max_lag``. The p-value is the share of shifts s =
    0 … m - 1 with c(s) ≥ c(0): the lags are searched for every shift alike. A shift that sees the
    very peak observed counts only where it sees it at no longer a lag (*ours*; whatever treats
    all shifts alike keeps the p-value fair). So the smallest p-value is 1/(n - 1) at lag 0, and
    (2L + 1)/(n - 1) where the best lag is L or -L: of fewer than 22 epochs none is under 0.05, and
    many curves or lags need hundreds. Nothing is drawn at random.

    Shifts take for granted that changes at one epoch are like those at another. Curves that move
    early in training and then rest coincide by this measure whatever moves them: leave the first
    epochs out, or compare with a network trained on shuffled labels.

    References
    ----------
    Why levels mislead: Harris, "Nonsense correlations in neuroscience", bioRxiv
    2020.11.29.402719.
    Effective number of pairs: Bartlett, J. R. Stat. Soc. 98 (1935) 536. Holm, Scand. J. Stat. 6
    (1979) 65. Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995) 289.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> loss, noise = rng.normal(size=(2, 100)).cumsum(axis=1)
    >>> entropy = np.roll(loss, 2) + 0.1 * noise
    >>> found = coincidence(loss, entropy, max_lag=3)
    >>> found.lag, round(found.effect, 2), round(found.pvalue * 99)
    (2, 0.99, 5)
    >>> coincidence(loss, {"entropy": loss + noise, "other": noise}).adjusted.round(2)
    array([0.02, 0.64])
    """
    check_bool(difference, name="difference")
    check_choice(correction, name="correction", choices=tuple(CORRECTIONS))
    first = _as_curve(curve_a, name="curve_a")
    several = _as_several(curve_b)
    if several is None:
        second = _as_curve(curve_b, name="curve_b")
        return _compare(first, second, difference=difference, max_lag=max_lag)
    results = tuple(
        _compare(first, second, difference=difference, max_lag=max_lag) for second in several
    )
    adjusted = CORRECTIONS[correction](np.array([result.pvalue for result in results]))
    adjusted.flags.writeable = False
    return Coincidences(results, correction, adjusted)


def holm(pvalues: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Holm's adjusted p-values: the k-th smallest times (n - k + 1), never falling, up to 1.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(pvalues, kind="stable")
    factors = np.arange(len(pvalues), 0, -1)
    adjusted = np.empty(len(pvalues))
    adjusted[order] = np.minimum(np.maximum.accumulate(pvalues[order] * factors), 1.0)
    return adjusted


def benjamini_hochberg(pvalues: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Benjamini and Hochberg's adjusted p-values."""
    return np.array(false_discovery_control(pvalues))


def _as_curve(curve: Any, *, name: str, called: str | None = None) -> Curve:
    """A curve of whatever came; NaN stays."""
    if callable(getattr(curve, "curve", None)):
        curve = curve.curve()
    if isinstance(curve, Curve):
        called, values = called or curve.name, curve.values
    else:
        values = check_real_array(curve, name=name).astype(np.float64)
    if values.ndim != 1:
        raise ValueError(f"`{name}` must have one number for each epoch; got shape {values.shape}.")
    if np.isinf(values).any():
        at = int(np.flatnonzero(np.isinf(values))[0])
        raise ValueError(f"`{name}` must be finite or NaN; got {values[at]} at epoch {at}.")
    return Curve(called or name, values)


def _as_several(curves: Any) -> list[Curve] | None:
    """The curves of a mapping or list; None of what is one curve."""
    if isinstance(curves, Mapping):
        named = [
            _as_curve(curve, name=f"curve_b[{name!r}]", called=str(name))
            for name, curve in curves.items()
        ]
    elif isinstance(curves, list | tuple) and any(_is_curve(curve) for curve in curves):
        named = [_as_curve(curve, name=f"curve_b[{i}]") for i, curve in enumerate(curves)]
    else:
        if isinstance(curves, list | tuple) and not curves:
            raise ValueError("`curve_b` must hold at least one curve; got none.")
        return None
    if not named:
        raise ValueError("`curve_b` must hold at least one curve; got none.")
    names = [curve.name for curve in named]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`curve_b` must have a name for each curve; got {twice!r} twice.")
    return named


def _is_curve(value: Any) -> bool:
    """Whether an entry of a list is a curve of its own, not a number."""
    return hasattr(value, "curve") or isinstance(value, Curve) or np.ndim(value) > 0


def _compare(first: Curve, second: Curve, *, difference: bool, max_lag: int) -> Coincidence:
    """One pair of curves."""
    start, levels = _common_epochs(first, second)
    n_epochs = levels.shape[1]
    series = np.diff(levels, axis=1) if difference else levels
    max_lag = check_int(max_lag, name="max_lag", minimum=0, maximum=(series.shape[1] - 1) // 2)
    names = (first.name, second.name)
    scales = np.abs(levels).max(axis=1)
    if any(is_flat(one, scale=scale) for one, scale in zip(series, scales, strict=True)):
        # Nothing to tell shifts apart by: all do as well.
        missing, nowhere = np.full(series.shape[1], np.nan), np.full(len(first.values), np.nan)
        missing.flags.writeable = nowhere.flags.writeable = False
        nothing = (np.nan, np.nan)
        return Coincidence(
            names, np.nan, 0, 1.0, nothing, n_epochs, difference, max_lag, missing, nowhere
        )
    found = shift_test(series[0], series[1], max_lag=max_lag)
    pairs = lagged_pairs(series[0], series[1], found.lag)
    effect, low, high = correlation_interval(*pairs)
    # A change stands at the epoch that it leads to, a level at its own.
    begin = start + int(difference) + max(0, -found.lag)
    contributions = np.full(len(first.values), np.nan)
    contributions[begin : begin + len(pairs[0])] = products_of(*pairs)
    contributions.flags.writeable = found.correlations.flags.writeable = False
    return Coincidence(
        names=names,
        effect=effect,
        lag=found.lag,
        pvalue=found.pvalue,
        interval=(low, high),
        n_epochs=n_epochs,
        difference=difference,
        max_lag=max_lag,
        correlations=found.correlations,
        contributions=contributions,
    )


def _common_epochs(first: Curve, second: Curve) -> tuple[int, Float[np.ndarray, "2 epoch"]]:
    """Both curves from the first to the last epoch at which both have numbers, and the first."""
    if len(first.values) != len(second.values):
        raise ValueError(
            f"`curve_b` must have as many epochs as `curve_a`, {len(first.values)}; got "
            f"{len(second.values)} in {second.name!r}."
        )
    levels = np.stack([first.values, second.values])
    there = np.flatnonzero(np.isfinite(levels).all(axis=0))
    if len(there) < FEWEST_EPOCHS:
        raise ValueError(
            f"`curve_a` and `curve_b` must have numbers at {FEWEST_EPOCHS} or more common "
            f"epochs; got {len(there)} with {second.name!r}."
        )
    start, stop = int(there[0]), int(there[-1]) + 1
    if len(there) < stop - start:
        gap = int(np.setdiff1d(np.arange(start, stop), there)[0])
        which = "curve_a" if np.isnan(levels[0, gap]) else "curve_b"
        raise ValueError(
            f"`{which}` must have a number at every epoch between its first and last; got NaN at "
            f"epoch {gap} ({first.name!r} with {second.name!r}). Fill the gap, or leave the same "
            f"epochs out of both."
        )
    return start, levels[:, start:stop]


def _columns(results: Iterable[Coincidence]) -> dict[str, AnyArray]:
    """Columns of a table with a row for each pair."""
    rows = list(results)
    return {
        "first": as_array([row.names[0] for row in rows], name="names"),
        "second": as_array([row.names[1] for row in rows], name="names"),
        "effect": np.array([row.effect for row in rows]),
        "low": np.array([row.interval[0] for row in rows]),
        "high": np.array([row.interval[1] for row in rows]),
        "lag": np.array([row.lag for row in rows], dtype=np.int64),
        "pvalue": np.array([row.pvalue for row in rows]),
        "n_epochs": np.array([row.n_epochs for row in rows], dtype=np.int64),
    }


# Adjusted p-values of p-values, each at least as large as it was.
CORRECTIONS = {"holm": holm, "fdr_bh": benjamini_hochberg}
