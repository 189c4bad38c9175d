"""Do two series move together? Correlation at lags, against all circular shifts of one of them.

    c[k] = correlation of x[i] with y[(i + k) mod m]

Shifting keeps each series' own autocorrelation and breaks what ties the two together. The
statistic is the largest |c| over the lags of a window around 0; under the null every shift of that
window is as likely as the one observed, so the share of shifts that do as well is a p-value, with
the search over lags inside.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtri

# Rounding of the Fourier transform must not decide between shifts that do equally well.
DECIMALS = 10
CONFIDENCE = 0.95
# Steps between values that differ by less than this share of the largest are rounding.
ROUNDING = 1e-12
# Autocorrelations up to this share of the series enter the effective number of values: beyond,
# they are noise.
LAG_SHARE = 0.2
# Fisher's z has variance 1 / (n - 3).
FISHER_LOSS = 3
# Fisher's z of ±1 is infinite.
LARGEST_CORRELATION = 1 - 1e-12


@dataclass(frozen=True, slots=True)
class ShiftTest:
    """The best lag, its chance, and the correlation at every shift (0 … m - 1)."""

    lag: int
    pvalue: float
    correlations: Float[np.ndarray, " shift"]
    best: Float[np.ndarray, " shift"]


def is_flat(series: Float[np.ndarray, " n"], *, scale: float) -> bool:
    """Whether a series is constant up to rounding of values as large as ``scale``."""
    return bool(np.ptp(series) <= ROUNDING * scale)


def circular_correlations(
    x: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"]
) -> Float[np.ndarray, " shift"]:
    """Correlation of ``x[i]`` with ``y[(i + k) mod m]`` for every k.

    Examples
    --------
    >>> circular_correlations(np.array([0.0, 1, 0, 0]), np.array([0.0, 0, 1, 0])).round(2)
    array([-0.33,  1.  , -0.33, -0.33])
    """
    n = len(x)
    # Scaled first: squares of 1e200 would leave float64.
    z = [series / np.abs(series).max() for series in (x - x.mean(), y - y.mean())]
    z = [series / np.linalg.norm(series) for series in z]
    product = np.conj(np.fft.rfft(z[0])) * np.fft.rfft(z[1])
    return np.asarray(np.round(np.fft.irfft(product, n), DECIMALS))


def lags_by_length(max_lag: int) -> Int[np.ndarray, " lag"]:
    """0, 1, -1, 2, -2, … ``max_lag``, ``-max_lag``."""
    lags = np.arange(1, max_lag + 1)
    return np.concatenate([[0], np.stack([lags, -lags], axis=1).ravel()])


def shift_test(
    x: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"], *, max_lag: int
) -> ShiftTest:
    """The largest |correlation| within ``max_lag`` and the share of shifts that do as well.

    A shift by less than the window's width sees the observed peak again, at another lag. Of
    shifts that see the same peak those do as well that see it at no longer a lag: whatever the
    rule, under the null it holds for all shifts alike, and so stays fair. The smallest p-value
    of a peak at lag l is (2 |l| + 1) / m; at lag 0 it is 1 / m.
    """
    n = len(x)
    correlations = circular_correlations(x, y)
    lags = lags_by_length(max_lag)
    window = np.abs(correlations)[(np.arange(n)[:, None] + lags) % n]
    # argmax takes the first of equals, which is the shortest lag.
    first = window.argmax(axis=1)
    best, length = window[np.arange(n), first], np.abs(lags)[first]
    as_good = (best > best[0]) | ((best == best[0]) & (length <= length[0]))
    return ShiftTest(int(lags[first[0]]), float(as_good.mean()), correlations, best)


def lagged_pairs(
    x: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"], lag: int
) -> tuple[Float[np.ndarray, " pair"], Float[np.ndarray, " pair"]]:
    """``x[i]`` and ``y[i + lag]`` wherever both exist."""
    n = len(x)
    return x[max(0, -lag) : n - max(0, lag)], y[max(0, lag) : n - max(0, -lag)]


def products_of(x: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
    """Products of both series in standard deviations; their mean is the correlation.

    Examples
    --------
    >>> products_of(np.array([0.0, 1, 0, 1]), np.array([5.0, 7, 7, 9])).round(2)
    array([ 1.41,  0.  , -0.  ,  1.41])
    """
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.full(len(x), np.nan)
    # Scaled first: squares of 1e200 would leave float64.
    z = [series / np.abs(series).max() for series in (x - x.mean(), y - y.mean())]
    return np.asarray(z[0] / z[0].std() * (z[1] / z[1].std()))


def effective_count(x: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"]) -> float:
    """Number of independent pairs that tell as much about the correlation of two series.

    m / (1 + 2 Σ (1 - k/m) r_x(k) r_y(k)) with the autocorrelations r up to a fifth of the
    series; between 4 and m.
    """
    n = len(x)
    most = max(1, int(LAG_SHARE * n))
    k = np.arange(1, most + 1)
    own = [autocorrelations(series, most) for series in (x, y)]
    inflation = 1 + 2 * np.sum((1 - k / n) * own[0] * own[1])
    return float(np.clip(n / max(inflation, ROUNDING), min(FISHER_LOSS + 1, n), n))


def autocorrelations(series: Float[np.ndarray, " m"], most: int) -> Float[np.ndarray, " lag"]:
    """Of lags 1 … ``most``, not circular."""
    z = series - series.mean()
    z = z / np.abs(z).max()
    return np.array([z[k:] @ z[:-k] / (z @ z) for k in range(1, most + 1)])


def correlation_interval(
    x: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"]
) -> tuple[float, float, float]:
    """Pearson correlation and its 95 % interval: Fisher's z with the effective count."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, np.nan, np.nan
    correlation = products_of(x, y).mean()
    value = float(np.clip(correlation, -LARGEST_CORRELATION, LARGEST_CORRELATION))
    freedom = effective_count(x, y) - FISHER_LOSS
    if freedom <= 0:
        return value, -1.0, 1.0
    half = ndtri((1 + CONFIDENCE) / 2) / np.sqrt(freedom)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    return value, float(low), float(high)
