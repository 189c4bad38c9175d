"""`cka`: how alike the hidden states of two epochs, or of two steps, arrange the samples.

Linear centered kernel alignment of two slices X, Y (sample × unit):

    CKA = HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)),   K = X X',  L = Y Y'

with the unbiased estimate of HSIC. The plain estimate calls unrelated slices alike as soon as there
are many units: 0.4 for 64 units and 100 samples of noise, where the unbiased one gives 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_bool, check_choice, check_int
from mmphate_widget._words import count
from mmphate_widget.analysis.gram_products import FEWEST_SAMPLES, gram_products
from mmphate_widget.analysis.labels import valid_parts
from mmphate_widget.analysis.pairs import table_of_pairs
from mmphate_widget.analysis.result import AxisLabels, mean_over
from mmphate_widget.channels import Channel, Curve, user_channel
from mmphate_widget.trace import Trace, as_trace

AXES = ("epoch", "step")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Similarity:
    """How alike every two epochs, or every two steps, are.

    Attributes
    ----------
    values : float64 ndarray, shape (epoch, epoch) or (step, step)
        Symmetric, read-only. 1 on the diagonal; about 0 for unrelated states (without
        `debiased` above that), NaN where there is nothing to compare.
    axis : {"epoch", "step"}
        What is compared.
    labels : AxisLabels
        What epochs, steps and units are called.
    debiased : bool
        Whether HSIC was estimated without bias.
    """

    values: Float[np.ndarray, "n n"]
    axis: str
    labels: AxisLabels
    debiased: bool

    def __post_init__(self) -> None:
        self.values.flags.writeable = False

    def __repr__(self) -> str:
        kind = "debiased" if self.debiased else "biased"
        return f"<Similarity: {kind} linear CKA of {count(len(self.values), self.axis)}>"

    @property
    def numbers(self) -> AnyArray:
        """Number of each epoch or step."""
        return self.labels.epochs if self.axis == "epoch" else self.labels.steps

    def to_dataframe(self) -> Any:
        """A row for each pair in each order.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch` and `other_epoch` (int64 positions), `epoch_label` and
            `other_epoch_label`, or the same of steps, and `cka`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        return table_of_pairs(self.values, self.numbers, axis=self.axis, column="cka")

    def channel(self, reference: int = -1) -> Channel:
        """Similarity with one epoch or step (default: the last), to color points by.

        Raises
        ------
        TypeError, ValueError
            If `reference` is not the position of an epoch or step.
        """
        values, name = self._against(reference)
        return user_channel(name, values, shape=self.labels.shape, axes=(self.axis,))

    def curve(self, reference: int = -1) -> Curve:
        """Similarity of each epoch with one (default: the last).

        Raises
        ------
        TypeError, ValueError
            If `reference` is not the position of an epoch, or steps were compared.
        """
        if self.axis != "epoch":
            raise ValueError(
                f"A curve needs a value for each epoch; this compares {self.axis}s, for channel()."
            )
        values, name = self._against(reference)
        return Curve(name, values)

    def plot(self, ax: Any = None) -> Any:
        """Draw all pairs as an image.

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
        from mmphate_widget.analysis.drawing import draw_square

        label = "CKA" + (" (debiased)" * self.debiased)
        return draw_square(
            self.values, self.numbers, ax, axis=self.axis, label=label, vmin=0, vmax=1
        )

    def _against(self, reference: int) -> tuple[AnyArray, str]:
        n = len(self.values)
        at = check_int(reference, name="reference", minimum=-n, maximum=n - 1)
        return self.values[at], f"CKA with {self.axis} {self.numbers[at]}"


def cka(trace: Any, *, axis: str = "epoch", debiased: bool = True) -> Similarity:
    """Linear CKA of every two epochs, or of every two steps.

    Parameters
    ----------
    trace : Trace or array_like of shape (epoch, step, unit, sample)
        Activations; at least 4 samples.
    axis : {"epoch", "step"}, default "epoch"
        Two epochs are compared at each step, and the mean over steps is taken; two steps at each
        epoch, and the mean over epochs.
    debiased : bool, default True
        Estimate HSIC without bias. The biased estimate grows with the number of units, also
        between slices that have nothing in common.

    Returns
    -------
    Similarity

    Raises
    ------
    ValueError
        If there are fewer than 4 samples, or `axis` is neither.

    Notes
    -----
    With K, L the Gram matrices without their diagonals, n samples:

        HSIC = [tr(KL) + ΣK ΣL / ((n - 1)(n - 2)) - 2 ΣKL / (n - 2)] / (n (n - 3))

    CKA does not change when units are rotated, reordered or all scaled by one number, in each
    slice on its own; it does when single units are scaled. Slices whose states are alike for all
    samples are left out of the mean. Of unequal lengths, two slices are compared over the samples
    that have both steps, and not where those are fewer than 4. That means are taken over slices is
    *ours*.

    References
    ----------
    Kornblith et al., "Similarity of neural network representations revisited", arXiv 1905.00414.
    Unbiased: Song et al., J. Mach. Learn. Res. 13 (2012) 1393; Nguyen et al., arXiv 2010.15327.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(3, 2, 20, 50))
    >>> values[2] = 2 * values[1]
    >>> cka(values).values.round(1) + 0.0
    array([[1., 0., 0.],
           [0., 1., 1.],
           [0., 1., 1.]])
    """
    trace = as_trace(trace)
    check_choice(axis, name="axis", choices=AXES)
    check_bool(debiased, name="debiased")
    if trace.n_samples < FEWEST_SAMPLES:
        raise ValueError(
            f"`trace` must have at least {FEWEST_SAMPLES} samples; got {trace.n_samples}."
        )
    compare = _between_epochs if axis == "epoch" else _between_steps
    return Similarity(
        compare(trace, debiased=debiased), axis, AxisLabels.of(trace), debiased=debiased
    )


def alignment(products: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """CKA from the HSIC of all pairs; NaN where one has none with itself."""
    own = np.diag(products)
    norm = np.sqrt(np.where(own > 0, own, np.nan))
    values: AnyArray = products / norm / norm[:, None]
    there = np.flatnonzero(own > 0)
    values[there, there] = 1.0
    return values


def _between_epochs(trace: Trace, *, debiased: bool) -> Float[np.ndarray, "epoch epoch"]:
    """The mean over steps."""
    found = []
    for part in valid_parts(trace):
        if len(part.samples) < FEWEST_SAMPLES:
            continue
        for step in part.own:
            products = gram_products(trace.values[:, step][:, :, part.samples], debiased=debiased)
            found.append(alignment(products))
    return _mean(found)


def _between_steps(trace: Trace, *, debiased: bool) -> Float[np.ndarray, "step step"]:
    """The mean over epochs."""
    found = []
    for epoch in range(trace.n_epochs):
        values = np.full((trace.n_steps, trace.n_steps), np.nan)
        for part in valid_parts(trace):
            if len(part.samples) < FEWEST_SAMPLES or len(part.own) == 0:
                continue
            products = gram_products(
                trace.values[epoch][part.reaching][:, :, part.samples], debiased=debiased
            )
            aligned = alignment(products)
            own = part.place[part.own]
            values[np.ix_(part.own, part.reaching)] = aligned[own]
            values[np.ix_(part.reaching, part.own)] = aligned[:, own]
        found.append(values)
    return _mean(found)


def _mean(found: list[AnyArray]) -> AnyArray:
    return mean_over(np.stack(found), (0,))
