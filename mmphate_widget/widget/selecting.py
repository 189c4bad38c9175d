"""What is selected: by units, points, value or nearness; undone, repeated and listened to."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from mmphate_widget._validation import (
    check_int,
    check_units,
)
from mmphate_widget.selection import Selection
from mmphate_widget.widget.commands import check_ids, check_mask, one_of
from mmphate_widget.widget.groups import Groups
from mmphate_widget.widget.instrument import SelectionCallback
from mmphate_widget.widget.keeping import KeepingInstrument
from mmphate_widget.widget.lasso import visible_mask
from mmphate_widget.widget.operations import encode_ids
from mmphate_widget.widget.projection import View, project


class SelectingInstrument(KeepingInstrument):
    """An instrument whose points can be selected from Python, and asked after."""

    @property
    def selection(self) -> Selection:
        """The current selection; empty arrays when nothing is selected."""
        return self._current()

    @property
    def groups(self) -> Groups:
        """Named selections: ``add(name)``, ``[name]``, ``list``, ``del``, ``select(name)``.

        ``rename``, ``recolor``, ``compare``, ``to_dataframe`` and ``to_json`` are theirs, too; as
        the channel "group" they are shown in the picture.
        """
        return self._groups

    @property
    def visible(self) -> Bool[np.ndarray, "epoch step unit"]:
        """What a lasso may take now: shown, not hidden, in front of the camera."""
        return visible_mask(self._positions, self.window, View.from_dict(self.view))

    def project(self, points: Any = None) -> Float64[np.ndarray, "n 2"]:
        """CSS pixels from the canvas's top left of the given point ids (default: of all points).

        Each point is placed at its own epoch, wherever the epoch slider stands. Points behind
        the camera have coordinates, too, but no lasso takes them: see ``visible``.
        """
        flat = self._positions.reshape(-1, 3)
        chosen = flat if points is None else flat[check_ids(points, size=len(flat))]
        pixels, _ = project(chosen, View.from_dict(self.view))
        return pixels

    def select(
        self,
        *,
        units: Any = None,
        points: Any = None,
        mask: Any = None,
        combine: str = "replace",
    ) -> Selection:
        """Select units (all their points), point ids, or a mask; exactly one of the three.

        Parameters
        ----------
        units : sequence of int or str
            0-based positions or names of units.
        points : sequence of int
            Point ids, (epoch * T + step) * H + unit.
        mask : ndarray of bool, shape (E, T, H)
            True at the points to select.
        combine : {"replace", "add", "subtract", "intersect"}
            How this combines with what is selected already.

        Returns
        -------
        Selection
            The selection after this operation, the same as ``w.selection``.

        Raises
        ------
        TypeError, ValueError
            If not exactly one is given, or one does not exist in the data.
        """
        given = one_of(units=units, points=points, mask=mask)
        if given == "units":
            chosen = check_units(units, names=self._meta["units"])
            operation = {"op": "units", "units": chosen.tolist()}
        else:
            size = self._positions[..., 0].size
            ids = (
                check_ids(points, size=size)
                if given == "points"
                else np.flatnonzero(check_mask(mask, shape=self.shape))
            )
            operation = {"op": "points", "ids": encode_ids(ids, size=size)}
        return self._operate({**operation, "combine": combine})

    def select_category(
        self, channel: str, category: str | int, *, combine: str = "replace"
    ) -> Selection:
        """Select what is visible now and has this category of a channel, as the legend does.

        Parameters
        ----------
        channel : str
            One of ``channels``, with categories.
        category : str or int
            Its name or code; the code after the last stands for points without one.
        combine : {"replace", "add", "subtract", "intersect"}
            How this combines with what is selected already.

        Returns
        -------
        Selection
            The selection after this operation.

        Raises
        ------
        TypeError, ValueError
            If there is no such channel or category.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.add_channel("half", np.array(["left", "right"])[np.arange(6) // 3])
        >>> w.select_category("half", "right").units
        array([3, 4, 5])
        """
        return self._select_where(channel, {"codes": [category]}, combine)

    def select_range(
        self, channel: str, limits: tuple[float | None, float | None], *, combine: str = "replace"
    ) -> Selection:
        """Select what is visible now and lies in a range of a channel, as the legend does.

        Parameters
        ----------
        channel : str
            One of ``channels``, with numbers.
        limits : (float or None, float or None)
            The ends, which are part of the range; None is no bound.
        combine : {"replace", "add", "subtract", "intersect"}
            How this combines with what is selected already.

        Returns
        -------
        Selection
            The selection after this operation.

        Raises
        ------
        TypeError, ValueError
            If there is no such channel, it has categories, or the ends are not in order.
        """
        return self._select_where(channel, {"range": limits}, combine)

    def grow(self, *, k: int = 5) -> Selection:
        """Add to the selection the nearest neighbors of its points. Returns the selection.

        Neighbors are looked for in what is visible now, for each selected point that is visible
        at its own epoch and step: the `k` points nearest to it in the embedding, and those as
        near as the k-th. Units are promoted by ``unit_rule`` as after a lasso. Again, it grows
        from what it has become.

        Parameters
        ----------
        k : int, default=5
            How many neighbors each point has; those that are selected count, too.

        Raises
        ------
        TypeError, ValueError
            If `k` is not an integer of at least 1.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> Y = np.zeros((1, 2, 6, 2))
        >>> Y[..., 0] = [0, 1, 2, 10, 11, 12]
        >>> w = mm.MMPHATEWidget(Y)
        >>> _ = w.select(units=[0])
        >>> w.grow(k=2).units
        array([0, 1, 2])
        """
        check_int(k, name="k", minimum=1)
        return self._operate({"op": "grow", "k": int(k), "combine": "add", **self._window_record()})

    def _select_where(self, channel: str, where: Any, combine: str) -> Selection:
        window = self._window_record()
        return self._operate(self._where(channel, where, window=window, combine=combine))

    def clear_selection(self) -> Selection:
        """Select nothing. Returns the (empty) selection."""
        return self._change(self._selector.clear)

    def invert_selection(self) -> Selection:
        """Select what is visible now and not selected. Returns the selection."""
        return self._operate({"op": "invert", **self._window_record()})

    def undo(self) -> Selection:
        """Step back in the selection's history; nothing happens at its beginning."""
        return self._change(lambda: self._selector.move(-1))

    def redo(self) -> Selection:
        """Take back an undo; nothing happens where there is none."""
        return self._change(lambda: self._selector.move(1))

    def reselect(self, record: Sequence[dict[str, Any]]) -> Selection:
        """Repeat a recorded selection (``Selection.record``), without a browser.

        Raises
        ------
        TypeError, ValueError
            If the record was made on other coordinates, or is not one.
        """
        return self._change(lambda: self._selector.repeat(record))

    def on_selection(self, callback: SelectionCallback) -> Callable[[], None]:
        """Call ``callback(selection)`` once after each change; returns a function that ends it."""
        if not callable(callback):
            raise TypeError(f"`callback` must be callable; got {type(callback).__name__}.")
        # Its own object, so that the same callback may be registered twice.
        registration = (callback,)
        self._callbacks.append(registration)

        def remove() -> None:
            self._callbacks[:] = [other for other in self._callbacks if other is not registration]

        return remove
