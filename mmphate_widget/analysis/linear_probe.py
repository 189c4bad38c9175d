"""`linear_probe`: how well a linear classifier reads the label from the hidden state.

The baseline beside every picture: at each epoch and step, samples are classified by the states of
all units, held out, and the same is done with labels that mean nothing.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._types import Generator
from mmphate_widget._validation import check_int, check_random_state
from mmphate_widget.analysis.discriminant import (
    held_out_accuracy,
    permuted_inside,
    stratified_folds,
)
from mmphate_widget.analysis.labels import FEWEST_CLASSES, check_labels, valid_parts
from mmphate_widget.analysis.result import AxisLabels, Result
from mmphate_widget.trace import Trace, as_trace


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProbeAccuracy(Result):
    """Accuracy of a linear probe at each epoch and step, beside chance.

    Attributes
    ----------
    values : float64 ndarray, shape (epoch, step)
        Share of held-out samples classified rightly, 0 … 1; NaN where too few samples are left.
    chance : float64 ndarray, shape (epoch, step)
        Mean of the same share over permuted labels.
    pvalues : float64 ndarray, shape (epoch, step)
        Share of the permutations, the true labels among them, that do as well. Not corrected for
        the number of slices.
    name, axes, labels, unit_of_measure
        As in `Result`.
    """

    chance: Float[np.ndarray, "epoch step"] = field(kw_only=True)
    pvalues: Float[np.ndarray, "epoch step"] = field(kw_only=True)

    def __post_init__(self) -> None:
        Result.__post_init__(self)
        for array in (self.chance, self.pvalues):
            array.flags.writeable = False

    def to_dataframe(self) -> Any:
        """A row for each slice, as in `Result`, and columns `chance` and `pvalue`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        table = Result.to_dataframe(self)
        return table.assign(chance=self.chance.ravel(), pvalue=self.pvalues.ravel())


def linear_probe(
    trace: Any,
    labels: Any = None,
    *,
    cv: int = 5,
    n_permutations: int = 100,
    random_state: int | Generator | None = None,
) -> ProbeAccuracy:
    """Cross-validated accuracy of a linear classifier of the hidden state, with chance.

    Parameters
    ----------
    trace : Trace or array_like of shape (epoch, step, unit, sample)
        Activations.
    labels : array_like of int or str, shape (sample,), optional
        Class of each sample; at least `cv` samples of each. Default: ``trace.sample_labels``.
    cv : int, default 5
        Folds; every sample is held out once. The folds are the same at all slices.
    n_permutations : int, default 100
        Permutations of the labels that give `chance` and `pvalues`; the same at all slices.
    random_state : int, Generator or None, default None
        Seed of folds and permutations.

    Returns
    -------
    ProbeAccuracy
        With ``values``, ``chance`` and ``pvalues`` of shape (epoch, step). Its ``curve()`` is the
        mean over steps.

    Raises
    ------
    TypeError, ValueError
        If there are no labels, not one for each sample or fewer than two classes, or a class has
        fewer than `cv` samples.

    Notes
    -----
    The classifier (*ours* in its choice) is linear discriminant analysis with Ledoit and Wolf's
    shrinkage, taken from the covariance of all training samples, on units standardized over these.
    With 100 or 200 samples and 64 units it was as good as logistic regression or better on digits
    and three kinds of synthetic classes. Labels are permuted inside folds, so that every fold keeps
    its share of each class.

    Of unequal lengths, samples take part in the steps they have. Where a class has fewer than
    `cv` samples left it is left out, and chance changes with the number of classes: compare with
    `chance`, step by step. With fewer than two classes left there is NaN.

    References
    ----------
    Alain and Bengio, "Understanding intermediate layers using linear classifier probes",
    arXiv 1610.01644. Ledoit and Wolf, J. Multivar. Anal. 88 (2004) 365.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> classes = np.arange(40) % 2
    >>> values = rng.normal(size=(3, 2, 5, 40)) + np.arange(3)[:, None, None, None] * classes
    >>> found = linear_probe(values, classes, random_state=0)
    >>> found.curve().values.round(1)
    array([0.5, 0.8, 1. ])
    >>> bool(abs(found.chance.mean() - 0.5) < 0.05)
    True
    """
    trace = as_trace(trace)
    classes = check_labels(labels, trace)
    cv = check_int(cv, name="cv", minimum=2)
    n_permutations = check_int(n_permutations, name="n_permutations", minimum=1)
    rarest = np.bincount(classes).min()
    if rarest < cv:
        raise ValueError(
            f"`labels` must have at least `cv` = {cv} samples of each class; got {rarest} of one."
        )
    rng = check_random_state(random_state)
    accuracy = np.full((n_permutations + 1, trace.n_epochs, trace.n_steps), np.nan)
    for part in valid_parts(trace):
        steps = part.own
        kept = _with_frequent_classes(part.samples, classes, at_least=cv)
        if len(kept) == 0:
            continue
        _, own = np.unique(classes[kept], return_inverse=True)
        folds = stratified_folds(own, cv, rng)
        labelings = permuted_inside(own, folds, n_permutations, rng)
        for epoch in range(trace.n_epochs):
            values = trace.values[epoch][steps][:, :, kept]
            accuracy[:, epoch, steps] = held_out_accuracy(values, labelings, folds).T
    return _describe(accuracy, trace)


def _with_frequent_classes(
    samples: Int[np.ndarray, " valid"], classes: Int[np.ndarray, " sample"], *, at_least: int
) -> Int[np.ndarray, " kept"]:
    """Those samples whose class has enough of them; none where that is one class."""
    counts = np.bincount(classes[samples], minlength=classes.max() + 1)
    if (counts >= at_least).sum() < FEWEST_CLASSES:
        return samples[:0]
    return np.asarray(samples[counts[classes[samples]] >= at_least])


def _describe(accuracy: Float[np.ndarray, "labeling epoch step"], trace: Trace) -> ProbeAccuracy:
    """The first labeling beside all others."""
    true, permuted = accuracy[0], accuracy[1:]
    pvalues = np.where(np.isnan(true), np.nan, (accuracy >= true).mean(axis=0))
    return ProbeAccuracy(
        "probe accuracy",
        true,
        ("epoch", "step"),
        AxisLabels.of(trace),
        unit_of_measure="share of samples",
        chance=permuted.mean(axis=0),
        pvalues=pvalues,
    )
