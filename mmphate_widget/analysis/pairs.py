"""`EpochPairs`: a number for each two epochs of a trace, as a table, a figure and a curve."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._dataframe import make_table
from mmphate_widget._types import AnyArray
from mmphate_widget._words import count
from mmphate_widget.analysis.result import AxisLabels, column_name
from mmphate_widget.channels import Curve


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EpochPairs:
    """A number for each two epochs.

    Attributes
    ----------
    name : str
        What was measured, for example "flow alignment".
    values : float64 ndarray of shape (n_epochs, n_epochs)
        Read-only, symmetric. NaN where there is nothing to measure.
    labels : AxisLabels
        What the epochs are called.
    unit_of_measure : str
        For figures; empty for a pure number.
    """

    name: str
    values: Float[np.ndarray, "epoch epoch"]
    labels: AxisLabels
    unit_of_measure: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        n_epochs = len(self.labels.epochs)
        if values.shape != (n_epochs, n_epochs):
            raise ValueError(
                f"`values` must have shape {(n_epochs, n_epochs)}; got {values.shape}."
            )
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __repr__(self) -> str:
        n_epochs = len(self.values)
        return f"<EpochPairs: {self.name}, {n_epochs} × {count(n_epochs, 'epoch')}>"

    def to_dataframe(self) -> Any:
        """A row for each two epochs, the first slowest.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch`, `other_epoch` (int64 positions), `epoch_label`, `other_epoch_label`,
            and the values under the name with underscores, "flow_alignment".

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        return table_of_pairs(
            self.values, self.labels.epochs, axis="epoch", column=column_name(self.name)
        )

    def curve(self) -> Curve:
        """Each epoch with the last one: ``w.add_curve(pairs.curve())``."""
        return Curve(f"{self.name} with last", self.values[:, -1])

    def plot(self, ax: Any = None) -> Any:
        """The values as an image, both axes epochs.

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
        from mmphate_widget.analysis.drawing import draw_pairs

        return draw_pairs(self, ax)


def table_of_pairs(
    values: Float[np.ndarray, "n n"], numbers: AnyArray, *, axis: str, column: str
) -> Any:
    """A row for each two epochs (or steps, by ``axis``) with these numbers, the first slowest."""
    one, other = np.indices(values.shape).reshape(2, -1).astype(np.int64, copy=False)
    return make_table(
        {
            axis: one,
            f"other_{axis}": other,
            f"{axis}_label": numbers[one],
            f"other_{axis}_label": numbers[other],
            column: values.ravel(),
        }
    )
