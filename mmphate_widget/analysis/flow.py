"""Flow: how the hidden states move along steps and over epochs, and how many directions they fill.

Points p[e, t, i] of epoch e, step t, unit i; n and m are the numbers of step and epoch:

    velocity      v[e, t, i] = (p[e, t+1, i] - p[e, t, i]) / (n[t+1] - n[t])
    speed         |v[e, t, i]|
    displacement  |p[e, t, i] - p[e-1, t, i]| / (m[e] - m[e-1])
    alignment     <v[e], v[f]> / (|v[e]| |v[f]|),   over all steps and units
    dimension     (Σ λ)² / Σ λ²,   λ the eigenvalues of a covariance (participation ratio)

Points are patterns over samples, or coordinates of an embedding. Distances and inner products
inside one embedding do not change when it is turned, mirrored or moved. Ours, as the paper's
definitions are not published in a form that one can read.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mmphate_widget._dataframe import make_table
from mmphate_widget._validation import check_bool
from mmphate_widget.analysis.motion import (
    EmbeddedPoints,
    PatternPoints,
    Points,
    along_steps,
    between_epochs,
    participation_ratio,
)
from mmphate_widget.analysis.pairs import EpochPairs
from mmphate_widget.analysis.patterns import check_patterns
from mmphate_widget.analysis.result import AxisLabels, Result
from mmphate_widget.channels import Channel, Curve
from mmphate_widget.trace import as_trace
from mmphate_widget.trace.coordinates import check_coordinates


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Flow:
    """What `flow` found; every part has ``values``, ``to_dataframe()`` and ``plot()``.

    Attributes
    ----------
    space : str
        Where it was measured: "embedding", "patterns" (z-scored activations) or "activations".
    speed : Result of shape (n_epochs, n_steps, n_units)
        Distance from a step to the next, per step; NaN at the last step.
    displacement : Result of shape (n_epochs, n_steps, n_units)
        Distance from the epoch before, per epoch; NaN at the first epoch.
    alignment : EpochPairs of shape (n_epochs, n_epochs)
        Cosine between the flows along steps of two epochs, -1 … 1: 1 where all points move alike,
        -1 where they move backwards, near 0 where the two have nothing in common.
    dimension : Result of shape (n_epochs,)
        Participation ratio of each epoch.
    """

    space: str
    speed: Result
    displacement: Result
    alignment: EpochPairs
    dimension: Result

    def __repr__(self) -> str:
        return f"<Flow in {self.space}: {self.speed.extent}>"

    @property
    def labels(self) -> AxisLabels:
        """What epochs, steps and units are called."""
        return self.speed.labels

    def to_dataframe(self) -> Any:
        """A row for each epoch.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch` (int64 position), `epoch_label`, means of `speed` and `displacement`
            over steps and units, `alignment_with_previous`, `alignment_with_last`, `dimension`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        epochs = self.speed.labels.epochs
        previous = np.diagonal(self.alignment.values, offset=-1)
        return make_table(
            {
                "epoch": np.arange(len(epochs), dtype=np.int64),
                "epoch_label": epochs,
                "speed": self.speed.curve().values,
                "displacement": self.displacement.curve().values,
                "alignment_with_previous": np.concatenate([[np.nan], previous]),
                "alignment_with_last": self.alignment.values[:, -1],
                "dimension": self.dimension.values,
            }
        )

    def channel(self) -> Channel:
        """The speed of each point, to color by; other parts have channels of their own."""
        return self.speed.channel()

    def curve(self) -> Curve:
        """The mean displacement at each epoch; other parts have curves of their own."""
        return self.displacement.curve()

    def plot(self, ax: Any = None) -> Any:
        """Speed and displacement over epochs, as lines on one scale of distance per step or epoch.

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
        from mmphate_widget.analysis.drawing import draw_flow

        return draw_flow(self, ax)


def flow(trace: Any, embedding: Any = None, *, normalize: bool = True) -> Flow:
    """Speed along steps, displacement and alignment between epochs, dimension of each epoch.

    Parameters
    ----------
    trace : Trace, or array-like of shape (n_epochs, n_steps, n_units, n_samples)
        Activations; at least 2 samples. Two slices are compared over samples that reach both.
    embedding : array-like of shape (n_epochs, n_steps, n_units, 2 or 3), default=None
        Coordinates of the same points. With them everything is measured in the embedding, without
        in the activations.
    normalize : bool, default=True
        Without an embedding: measure in patterns, activations z-scored over samples at each point
        as MM-PHATE compares them, or (False) in the activations as they are.

    Returns
    -------
    Flow

    Raises
    ------
    TypeError
        If an argument is of the wrong type.
    ValueError
        If shapes do not fit, or a slice has fewer than 2 samples.

    Notes
    -----
    *In the embedding* a distance is that of coordinates; speed and displacement scale with them,
    and one run can be compared with another only where their scales can. Alignment and dimension do
    not change with scale, and nothing changes when the embedding is turned, mirrored or moved as a
    whole. Two fits cannot be compared epoch by epoch. The dimension is that of the covariance of
    the coordinates over the steps and units of an epoch: 1 on a line, at most n_components.

    *In the activations* a distance is the root mean square over samples: two unrelated patterns are
    √2 apart, opposite ones 2. The alignment is taken over steps, units and samples. The dimension
    is that of the states: the covariance between units over the samples and steps of an epoch, at
    most n_units. Patterns have mean 0 over samples at each step, so that the common course of all
    samples along steps counts in activations only (``normalize=False``).

    Steps and epochs may be numbered unevenly: speed and displacement are divided by the difference
    of the numbers, which makes them rates. A rate over a long gap between epochs is lower than over
    a short one where the path winds. NaN stands where nothing can be measured: alignment of an
    epoch whose points all rest, dimension where nothing varies.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv 2406.01969. Participation ratio: P. Gao et al.,
    A theory of multineuronal dimensionality, dynamics and measurement (2017), doi:10.1101/214262.

    Examples
    --------
    >>> turn = np.linspace(0, np.pi, 9)
    >>> circle = np.stack([np.cos(turn), np.sin(turn)], axis=-1)[:, None]
    >>> found = flow(np.zeros((2, 9, 1, 2)), np.stack([circle, -circle]))
    >>> found
    <Flow in embedding: 2 epochs × 9 steps × 1 unit>
    >>> found.alignment.values.round(2)
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    trace = as_trace(trace)
    check_bool(normalize, name="normalize")
    points: Points
    if embedding is not None:
        points = EmbeddedPoints(check_coordinates(embedding, trace, name="embedding"))
    else:
        points = PatternPoints(trace, check_patterns(trace), bool(normalize))
    speed, alignment = along_steps(points, trace.steps, trace.shape)
    displacement = between_epochs(points, trace.epochs, trace.shape)
    dimension = [participation_ratio(points.states(epoch)) for epoch in range(trace.n_epochs)]
    labels, every_axis = AxisLabels.of(trace), ("epoch", "step", "unit")
    return Flow(
        points.space,
        Result("speed", speed, every_axis, labels, unit_of_measure="per step"),
        Result("displacement", displacement, every_axis, labels, unit_of_measure="per epoch"),
        EpochPairs("flow alignment", alignment, labels, unit_of_measure="cosine"),
        Result("dimension", np.array(dimension), ("epoch",), labels),
    )
