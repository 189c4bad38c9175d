"""`label_information`: how much one unit's state tells about the label.

    I = Σ_b Σ_c n_bc / N · log(N n_bc / (n_b n_c))

over bins b of the state and classes c, less what the same counts give on average when labels are
permuted. That average is known exactly (the expected mutual information of two partitions), so
nothing is drawn at random.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.special import gammaln, xlogy
from scipy.stats import rankdata

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_int
from mmphate_widget.analysis.labels import FEWEST_CLASSES, check_labels, valid_parts
from mmphate_widget.analysis.result import AxisLabels, Result
from mmphate_widget.trace import as_trace

FEWEST_BINS = 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LabelInformation(Result):
    """Mutual information of each unit's state with the label, in nats, corrected for bias.

    Attributes
    ----------
    values : float64 ndarray, shape (epoch, step, unit)
        Information above what permuted labels give on average; may be below 0. NaN where one
        class is left.
    chance : float64 ndarray, shape (epoch, step, unit)
        What was subtracted: ``values + chance`` is the information of the counts as they are.
    n_bins : int
        Bins of the state.
    name, axes, labels, unit_of_measure
        As in `Result`.
    """

    chance: Float[np.ndarray, "epoch step unit"] = field(kw_only=True)
    n_bins: int = field(kw_only=True)

    def __post_init__(self) -> None:
        Result.__post_init__(self)
        self.chance.flags.writeable = False


def label_information(
    trace: Any, labels: Any = None, *, n_bins: int | str = "auto"
) -> LabelInformation:
    """Mutual information between each unit's state and the label, with bias correction.

    Parameters
    ----------
    trace : Trace or array_like of shape (epoch, step, unit, sample)
        Activations.
    labels : array_like of int or str, shape (sample,), optional
        Class of each sample. Default: ``trace.sample_labels``.
    n_bins : int or "auto", default "auto"
        Bins of a unit's state, with equally many samples in each as far as ties allow. "auto" is
        the cube root of the number of samples, rounded, at least 2. No more than log(n_bins) nats
        can be found.

    Returns
    -------
    LabelInformation
        With ``values`` of shape (epoch, step, unit) in nats. Its ``curve()`` is the mean over
        steps and units.

    Raises
    ------
    TypeError, ValueError
        If there are no labels, not one for each sample or fewer than two classes, or `n_bins` is
        below 2 or above the number of samples.

    Notes
    -----
    The correction subtracts the mean over all permutations of the labels, so that it is 0 on
    average where state and label are independent, whatever the numbers of samples, bins and
    classes. Where the state determines the label it takes too much, by up to ``chance``. Bins
    are of ranks (equal states share one): a monotone change of a unit's scale changes nothing.
    Of unequal lengths, samples take part in the steps they have.

    References
    ----------
    Expected information: Vinh, Epps and Bailey, J. Mach. Learn. Res. 11 (2010) 2837. Bias:
    Panzeri et al., J. Neurophysiol. 98 (2007) 1064, doi 10.1152/jn.00559.2007.

    Examples
    --------
    >>> classes = np.arange(60) % 3
    >>> values = np.random.default_rng(0).normal(size=(4, 5, 2, 60))
    >>> values[:, :, 0] += 3 * classes
    >>> label_information(values, classes).values.mean(axis=(0, 1)).round(1)
    array([0.7, 0. ])
    """
    trace = as_trace(trace)
    classes = check_labels(labels, trace)
    count = _count_bins(n_bins, trace.n_samples)
    found = np.full(trace.shape[:3], np.nan)
    chance = np.full(trace.shape[:3], np.nan)
    for part in valid_parts(trace):
        steps, samples = part.own, part.samples
        own = classes[samples]
        sizes = np.unique(own, return_counts=True)[1]
        if len(sizes) < FEWEST_CLASSES:
            continue
        expected = expected_terms(sizes)
        for epoch in range(trace.n_epochs):
            bins = equal_bins(trace.values[epoch][steps][:, :, samples], min(count, len(samples)))
            found[epoch, steps], chance[epoch, steps] = information(bins, own, expected)
    return LabelInformation(
        "label information",
        found - chance,
        ("epoch", "step", "unit"),
        AxisLabels.of(trace),
        unit_of_measure="nats",
        chance=chance,
        n_bins=count,
    )


def equal_bins(
    values: Float[np.ndarray, "*point sample"], n_bins: int
) -> Int[np.ndarray, "*point sample"]:
    """The bin 0 … ``n_bins`` - 1 of each state among the samples of its point; ties share one.

    Examples
    --------
    >>> equal_bins(np.array([3.0, 1.0, 2.0, 9.0, 0.0, 0.0]), 3)
    array([2, 1, 1, 2, 0, 0])
    """
    # float64, in which neighbors of a smaller type stay apart, and ranks of ties are halves.
    ranks = rankdata(values, axis=-1)
    return np.asarray((ranks - 0.5) * n_bins / values.shape[-1]).astype(np.int64)


def information(
    bins: Int[np.ndarray, "step unit sample"],
    classes: Int[np.ndarray, " sample"],
    expected: Float[np.ndarray, " size"],
) -> tuple[Float[np.ndarray, "step unit"], Float[np.ndarray, "step unit"]]:
    """Information of the counts in nats, and its mean over permutations of the classes."""
    n_samples = len(classes)
    indicator = (classes[:, None] == np.unique(classes)).astype(np.float32)
    class_sizes = indicator.sum(axis=0).astype(np.float64)
    found = np.zeros(bins.shape[:2])
    chance = np.zeros(bins.shape[:2])
    for at in range(int(bins.max()) + 1):
        counts = ((bins == at).astype(np.float32) @ indicator).astype(np.float64)
        size = counts.sum(axis=-1)
        independent = np.maximum(size[..., None] * class_sizes / n_samples, 1 / n_samples)
        found += xlogy(counts, counts / independent).sum(axis=-1) / n_samples
        chance += expected[np.rint(size).astype(np.int64)]
    return found, chance


def expected_terms(class_sizes: Int[np.ndarray, " class"]) -> Float[np.ndarray, " size"]:
    """What a bin of each size 0 … N adds to the information on average over permutations.

    Σ_c Σ_n P(n) n/N log(N n / (size n_c)), where n is hypergeometric: the members of class c
    among ``size`` drawn from N.
    """
    total = int(class_sizes.sum())
    terms = np.zeros(total + 1)
    size = np.arange(1, total + 1)[:, None]
    for of_class in class_sizes:
        n = np.arange(1, of_class + 1)[None, :]
        log_share = (
            _log_choose(of_class, n)
            + _log_choose(total - of_class, size - n)
            - _log_choose(total, size)
        )
        terms[1:] += (np.exp(log_share) * xlogy(n, total * n / (size * of_class))).sum(axis=1)
    return terms / total


def _log_choose(n: Any, k: Any) -> AnyArray:
    """Logarithm of the binomial coefficient; -infinity where there is no such choice."""
    k = np.asarray(k, dtype=np.float64)
    possible = (k >= 0) & (k <= n)
    inside = np.where(possible, k, 0)
    value = gammaln(n + 1) - gammaln(inside + 1) - gammaln(n - inside + 1)
    return np.where(possible, value, -np.inf)


def _count_bins(n_bins: Any, n_samples: int) -> int:
    if isinstance(n_bins, str):
        if n_bins != "auto":
            raise ValueError(f"`n_bins` must be 'auto' or an integer at least 2; got {n_bins!r}.")
        return max(FEWEST_BINS, int(np.rint(np.cbrt(n_samples))))
    return check_int(n_bins, name="n_bins", minimum=FEWEST_BINS, maximum=n_samples)
