"""What the user has selected, as numpy: points, their positions, and the units they stand for.

A selection is a set of points (epoch, step, unit) together with the points that were *offered*
when it was made (what a lasso could take; all points for a selection made from Python). A unit
is promoted when enough of its offered points are in, by a stated rule. ``record`` tells how the
selection came about, as JSON-able operations since the last replace, so that it can be repeated.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Int64

from mmphate_widget._dataframe import make_dataframe
from mmphate_widget._points import point_positions
from mmphate_widget._types import AnyArray
from mmphate_widget._validation import as_array, check_choice
from mmphate_widget._words import count

UnitRule = Literal["any", "majority", "all"]
UNIT_RULES = ("any", "majority", "all")


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A set of selected points, resolved to epochs, steps and units.

    Attributes
    ----------
    mask : ndarray of bool, shape (E, T, H)
        True at the selected points.
    offered : ndarray of bool, shape (E, T, H)
        The points that could have been selected; promotion counts among these.
    unit_rule : {"any", "majority", "all"}
        A unit is promoted when any, more than half, or all of its offered points are selected.
    layer_names : tuple of (str or None), length H
        Layer of each unit.
    layer_positions : tuple of int, length H
        Position of each unit inside its layer; empty where every layer is whole.
    record : list of dict
        The JSON-able operations since the last replace that made this selection.

    Raises
    ------
    TypeError, ValueError
        If a mask is not boolean with three axes, or sizes do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> from mmphate_widget import Selection
    >>> mask = np.zeros((2, 3, 4), dtype=bool)
    >>> mask[1, :, [0, 2]] = True
    >>> selection = Selection(mask=mask, offered=np.ones_like(mask), unit_rule="any")
    >>> selection.units
    array([0, 2])
    >>> selection.points
    array([12, 14, 16, 18, 20, 22])
    """

    mask: Bool[np.ndarray, "epoch step unit"]
    offered: Bool[np.ndarray, "epoch step unit"]
    unit_rule: UnitRule = "majority"
    layer_names: tuple[str | None, ...] = ()
    layer_positions: tuple[int, ...] = ()
    record: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_choice(self.unit_rule, name="unit_rule", choices=UNIT_RULES)
        for name in ("mask", "offered"):
            array = _checked_mask(getattr(self, name), name=name).view()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.offered.shape != self.mask.shape:
            raise ValueError(
                f"`offered` must have the shape of `mask`, {self.mask.shape}; got "
                f"{self.offered.shape}."
            )
        n_units = self.mask.shape[2]
        for name in ("layer_names", "layer_positions"):
            entries = getattr(self, name)
            if not isinstance(entries, tuple) or len(entries) not in (0, n_units):
                raise ValueError(
                    f"`{name}` must be a tuple with an entry for each of the {n_units} units, or "
                    f"empty; got {entries!r}."
                )
        if not isinstance(self.record, list):
            raise TypeError(f"`record` must be a list of operations; got {self.record!r}.")

    def __len__(self) -> int:
        return int(np.count_nonzero(self.mask))

    def __repr__(self) -> str:
        return (
            f"Selection({count(len(self.promoted_units), 'unit')}, {count(len(self), 'point')} "
            f"of {self.mask.size:,}; {count(len(self.epochs), 'epoch')}, "
            f"{count(len(self.steps), 'step')})"
        )

    @property
    def points(self) -> Int64[np.ndarray, " n"]:
        """Ids of the selected points, ascending; id = (epoch * T + step) * H + unit."""
        return np.flatnonzero(self.mask).astype(np.int64, copy=False)

    @property
    def indices(self) -> Int64[np.ndarray, "n 3"]:
        """Epoch, step and unit position (columns) of each selected point."""
        return point_positions(self.points, shape=self.mask.shape)

    @property
    def epochs(self) -> Int64[np.ndarray, " n_epochs"]:
        """Positions of the epochs that occur in the selection, ascending."""
        return np.flatnonzero(self.mask.any(axis=(1, 2))).astype(np.int64, copy=False)

    @property
    def steps(self) -> Int64[np.ndarray, " n_steps"]:
        """Positions of the steps that occur in the selection, ascending."""
        return np.flatnonzero(self.mask.any(axis=(0, 2))).astype(np.int64, copy=False)

    @property
    def units(self) -> Int64[np.ndarray, " n_units"]:
        """Positions of the units that occur in the selection, ascending."""
        return np.flatnonzero(self.mask.any(axis=(0, 1))).astype(np.int64, copy=False)

    @property
    def promoted_units(self) -> Int64[np.ndarray, " n_units"]:
        """Positions of the units that the selection stands for by ``unit_rule``, ascending."""
        return promoted_units(self.mask, self.offered, self.unit_rule)

    def by_layer(self) -> dict[str | None, Int64[np.ndarray, " n_units"]]:
        """Promoted units by layer, as positions *inside* that layer, ready to prune or ablate.

        Positions count all units that the layer has in the network, also those that were not
        recorded. Every layer is there, with an empty array where nothing is selected. Units
        without a layer stand under None.
        """
        names = np.array(self.layer_names or (None,) * self.mask.shape[2], dtype=object)
        chosen = np.zeros(len(names), dtype=bool)
        chosen[self.promoted_units] = True
        return {
            name: self._positions_inside(names == name, chosen) for name in dict.fromkeys(names)
        }

    def to_dataframe(self) -> Any:
        """The selected points as a table, a row each, in the order of their ids.

        Columns `epoch`, `step`, `unit` (int64 positions), `layer` where units have one, and
        `promoted`: whether the selection stands for the point's unit. The index, "point", holds
        the ids. ``w.to_dataframe(w.selected_points)`` adds names, coordinates and values.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        epochs, steps, units = self.indices.T
        columns: dict[str, AnyArray] = {"epoch": epochs, "step": steps, "unit": units}
        if any(name is not None for name in self.layer_names):
            columns["layer"] = np.array(self.layer_names, dtype=object)[units]
        columns["promoted"] = np.isin(units, self.promoted_units)
        return make_dataframe(columns, ids=self.points)

    def _positions_inside(
        self, layer: Bool[np.ndarray, " unit"], chosen: Bool[np.ndarray, " unit"]
    ) -> Int64[np.ndarray, " n_units"]:
        """Positions in their layer of the units that are in it and chosen, ascending."""
        if not self.layer_positions:
            return np.flatnonzero(chosen[layer]).astype(np.int64, copy=False)
        return np.sort(np.array(self.layer_positions, dtype=np.int64)[layer & chosen])


def _checked_mask(mask: Any, *, name: str) -> Bool[np.ndarray, "epoch step unit"]:
    array = as_array(mask, name=name)
    if array.dtype != bool or array.ndim != 3:
        raise ValueError(
            f"`{name}` must be a boolean array with axes (epoch, step, unit); got dtype "
            f"{array.dtype}, shape {array.shape}."
        )
    return array


def promoted_units(
    mask: Bool[np.ndarray, "epoch step unit"],
    offered: Bool[np.ndarray, "epoch step unit"],
    rule: UnitRule,
) -> Int64[np.ndarray, " n_units"]:
    """Units of which any, the majority, or all of the offered points are in ``mask``."""
    taken = np.count_nonzero(mask & offered, axis=(0, 1))
    total = np.count_nonzero(offered, axis=(0, 1))
    promoted = {"any": taken > 0, "majority": 2 * taken > total, "all": (taken == total)}[rule]
    return np.flatnonzero(promoted & (taken > 0)).astype(np.int64, copy=False)
