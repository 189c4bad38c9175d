"""`Result`: a number for each epoch, step, unit or combination of these, ready to be read.

What the analyses of a trace return, where they return an array: the values with the names of
their axes, as a table, a figure, a channel to color by and a curve over the epochs.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._dataframe import make_table
from mmphate_widget._types import AnyArray
from mmphate_widget._words import count
from mmphate_widget.channels import Channel, Curve, user_channel
from mmphate_widget.trace import Trace

AXES = ("epoch", "step", "unit")


@dataclass(frozen=True, slots=True)
class AxisLabels:
    """What epochs, steps and units of a trace are called, without its activations."""

    epochs: AnyArray
    steps: AnyArray
    units: tuple[str, ...]
    layers: tuple[str | None, ...]

    @classmethod
    def of(cls, trace: Trace) -> "AxisLabels":
        """The labels of a trace."""
        return cls(trace.epochs, trace.steps, trace.units, trace.layers)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many epochs, steps and units there are."""
        return len(self.epochs), len(self.steps), len(self.units)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """A number for each entry of some axes of a trace.

    Attributes
    ----------
    name : str
        What was measured, for example "intra-step entropy".
    values : float64 ndarray with one axis for each of ``axes``
        Read-only. NaN where there is nothing to measure.
    axes : tuple of {"epoch", "step", "unit"}
        The axes of ``values``, in this order.
    labels : AxisLabels
        What epochs, steps and units are called.
    unit_of_measure : str
        For axes of figures: "nats", "accuracy"; empty for a pure number.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> trace = mm.Trace.from_array(np.zeros((2, 3, 4, 5)))
    >>> result = Result("one", np.ones((2, 3)), ("epoch", "step"), AxisLabels.of(trace))
    >>> result.curve().values
    array([1., 1.])
    """

    name: str
    values: Float[np.ndarray, "*axes"]
    axes: tuple[str, ...]
    labels: AxisLabels
    unit_of_measure: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        sizes = dict(zip(AXES, self.labels.shape, strict=True))
        if self.axes != tuple(axis for axis in AXES if axis in self.axes):
            raise ValueError(f"`axes` must be some of {AXES}, in this order; got {self.axes}.")
        values = np.array(self.values, dtype=np.float64)
        wanted = tuple(sizes[axis] for axis in self.axes)
        if values.shape != wanted:
            raise ValueError(f"`values` must have shape {wanted}; got {values.shape}.")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name}, {self.extent}>"

    @property
    def extent(self) -> str:
        """How many epochs, steps and units there are, in words."""
        return " × ".join(
            count(n, axis) for n, axis in zip(self.values.shape, self.axes, strict=True)
        )

    def to_dataframe(self) -> Any:
        """A row for each value, in the order of the axes.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch`, `step`, `unit` (int64 positions) as far as the result has these
            axes, then `epoch_label`, `step_label`, `unit_name`, `layer` (where units have one),
            and the values under the result's name with underscores, "intra_step_entropy".

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        positions = np.indices(self.values.shape).reshape(len(self.axes), -1)
        at = dict(zip(self.axes, positions.astype(np.int64, copy=False), strict=True))
        columns: dict[str, AnyArray] = dict(at)
        if "epoch" in at:
            columns["epoch_label"] = self.labels.epochs[at["epoch"]]
        if "step" in at:
            columns["step_label"] = self.labels.steps[at["step"]]
        if "unit" in at:
            columns["unit_name"] = np.array(self.labels.units, dtype=object)[at["unit"]]
            if any(layer is not None for layer in self.labels.layers):
                columns["layer"] = np.array(self.labels.layers, dtype=object)[at["unit"]]
        columns[column_name(self.name)] = self.values.ravel()
        return make_table(columns)

    def channel(self) -> Channel:
        """The values to color points by: ``w.add_channel(result.channel())``."""
        return user_channel(self.name, self.values, shape=self.labels.shape, axes=self.axes)

    def curve(self) -> Curve:
        """The mean over steps and units for each epoch: ``w.add_curve(result.curve())``.

        NaN are left out of the mean.

        Raises
        ------
        ValueError
            If the result has no axis of epochs.
        """
        if "epoch" not in self.axes:
            raise ValueError(
                f"A curve needs a value for each epoch; {self.name} has {self.axes}, for channel()."
            )
        return Curve(self.name, mean_over(self.values, tuple(range(1, self.values.ndim))))

    def plot(self, ax: Any = None) -> Any:
        """The values as a line (one axis), or the rows of an image (two; of three the mean).

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
        from mmphate_widget.analysis.drawing import draw_result

        return draw_result(self, ax)


def column_name(name: str) -> str:
    """What a column of a table is called: letters, digits and underscores."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def mean_over(values: AnyArray, axes: tuple[int, ...]) -> AnyArray:
    """The mean without NaN, and NaN, without a warning, where there is nothing else."""
    there = np.isfinite(values)
    total = np.where(there, values, 0.0).sum(axis=axes)
    count = there.sum(axis=axes)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
