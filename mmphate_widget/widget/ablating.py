"""The instrument with a button that asks what a network loses without the selection.

How that is found out is the user's function; pages show what it returns. Asked from a page it
runs on a thread of its own, one at a time, so that pages and cells are heard meanwhile.
"""

import threading
from collections.abc import Callable
from typing import Any

from mmphate_widget._types import AnyArray
from mmphate_widget.selection import Selection
from mmphate_widget.widget.ablation import read_effect
from mmphate_widget.widget.incoming import AskAblation
from mmphate_widget.widget.panel import PanelInstrument
from mmphate_widget.widget.protocol import encode_ablation

AblationFunction = Callable[[Selection], Any]


class AblatingInstrument(PanelInstrument):
    """An instrument that lets its selection be ablated."""

    def __init__(self, Y: AnyArray, **options: Any) -> None:
        self._ablate: AblationFunction | None = None
        self._ablation: Any = None
        # What pages show: the units that the last result is of, and its numbers.
        self._ablated: tuple[list[int], dict[str, Any]] | None = None
        self._is_ablating = False
        self._ablation_revision = 0
        super().__init__(Y, **options)

    @property
    def ablation(self) -> Any:
        """What the function of `ablate_with` returned last; None before."""
        return self._ablation

    def ablate_with(self, function: AblationFunction | None) -> None:
        """Give the side panel a button "Ablate selection" that calls this and shows the result.

        Parameters
        ----------
        function : callable(selection) or None
            Takes ``w.selection`` and returns a number, an object as
            `mmphate_widget.analysis.ablate_units` returns it, or a mapping with some of the same
            names: "effect", "baseline", "ablated", "null", "interval", "pvalue", "metric". None
            takes the button away.

        Raises
        ------
        TypeError
            If it cannot be called.

        Notes
        -----
        Asked from a page, the function runs on a thread of its own: do not press the button while
        a cell trains the same network. What it raises is shown in the picture. Neither the
        function nor what it returned is kept by `save`.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.ablate_with(lambda selection: -0.1 * len(selection.promoted_units))
        >>> _ = w.select(units=[1, 4])
        >>> w.ablate()
        -0.2
        """
        if function is not None and not callable(function):
            raise TypeError(f"`function` must be callable, or None; got {function!r}.")
        with self._lock:
            self._ablate, self._ablated = function, None
            self._tell_ablation()

    def ablate(self) -> Any:
        """Call the function of `ablate_with` on the selection now, as the button does.

        Returns
        -------
        object
            What it returned, the same as ``w.ablation``; pages show it.

        Raises
        ------
        RuntimeError
            If there is no function, or it runs already.
        ValueError
            If nothing is selected.
        """
        return self._run_ablation(*self._begin_ablation())

    def _ablate_for(self, asked: AskAblation) -> None:
        """Start it for a page; what it raises is shown there."""
        if asked.generation != self._generation or self._is_ablating:
            return
        function, selection = self._begin_ablation()

        def run() -> None:
            with self._reported("the function of ablate_with"):
                self._run_ablation(function, selection)

        threading.Thread(target=run, name="mmphate-ablation", daemon=True).start()

    def _begin_ablation(self) -> tuple[AblationFunction, Selection]:
        with self._lock:
            selection = self._current()
            if self._ablate is None:
                raise RuntimeError(
                    "There is nothing to ablate with. Give a function: w.ablate_with(function)."
                )
            if self._is_ablating:
                raise RuntimeError("An ablation is running. Wait for its result.")
            if not len(selection.promoted_units):
                raise ValueError("`selection` must stand for at least one unit; got none.")
            self._is_ablating = True
            self._tell_ablation()
            return self._ablate, selection

    def _run_ablation(self, function: AblationFunction, selection: Selection) -> Any:
        try:
            result = function(selection)
            shown = selection.promoted_units.tolist(), read_effect(result)
            with self._lock:
                # Another function may have been given meanwhile: this is no result of it.
                if self._ablate is function:
                    self._ablation, self._ablated = result, shown
        finally:
            with self._lock:
                self._is_ablating = False
                self._tell_ablation()
        return result

    def _tell_ablation(self) -> None:
        self._ablation_revision += 1
        self._offer_ablation()

    def _offer_ablation(self) -> None:
        """Queue where the ablation stands, where there ever was a function for it."""
        if not self._ablation_revision:
            return
        with self._lock:
            units, effect = self._ablated or ([], None)
            message = encode_ablation(
                is_offered=self._ablate is not None,
                is_running=self._is_ablating,
                units=units,
                effect=effect,
                revision=self._ablation_revision,
                generation=self._generation,
            )
            self._link.offer_ablation(message)
