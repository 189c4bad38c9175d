"""The selection of one set of coordinates: operations in, `Selection` out; no Jupyter, no page.

Every way to change the selection (Python, a lasso of the page, undo, a repeated record) is a step
of one history here. The caller holds a lock around calls from several threads.
"""

from copy import deepcopy
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float32

from mmphate_widget._hashing import array_hash
from mmphate_widget.selection import Selection, UnitRule
from mmphate_widget.widget.history import History, State
from mmphate_widget.widget.labels import Labels
from mmphate_widget.widget.operations import (
    apply_hits,
    check_operation,
    encode_ids,
    points_operation,
    replay,
    stamp,
)


class Selector:
    """History of a selection on ``positions``, resolved with the layers of ``labels``."""

    def __init__(
        self, positions: Float32[np.ndarray, "epoch step unit 3"], labels: Labels | None
    ) -> None:
        self._positions = positions
        self.labels = labels
        self._data_hash = array_hash(positions)
        self.history = History(positions.shape[:3])

    def resolve(self, rule: UnitRule, *, state: State | None = None) -> Selection:
        """The selection as it stands, or as it stood in ``state``."""
        state = self.history.state if state is None else state
        labels = self.labels
        return Selection(
            mask=state.mask,
            offered=state.offered,
            unit_rule=rule,
            layer_names=() if labels is None else labels.layers,
            layer_positions=() if labels is None else tuple(labels.layer_positions.tolist()),
            record=deepcopy(list(state.record)),
        )

    def operate(self, operation: dict[str, Any]) -> None:
        """Apply an operation to the current state, as repeating its record would."""
        stamped = stamp(operation, data_hash=self._data_hash)
        self.history.push(self._replay([stamped], start=self.history.state))

    def take_hits(
        self, operation: dict[str, Any], hits: Bool[np.ndarray, "epoch step unit"]
    ) -> None:
        """Apply a polygon whose points the page has found."""
        stamped = stamp(operation, data_hash=self._data_hash)
        check_operation(stamped, data_hash=self._data_hash)
        self.history.push(apply_hits(self.history.state, stamped, hits, self._positions))

    def repeat(self, record: Any) -> None:
        """Replay a whole record, from nothing selected."""
        self.history.push(self._replay(record))

    def recall(self, state: State, combine: str = "replace") -> None:
        """Make an earlier state the current one, or combine its points with the current."""
        if combine == "replace":
            self.history.push(state)
        else:
            self.operate(points_operation(state.mask, state.offered, combine=combine))

    def state_of(self, selection: Selection) -> State:
        """The state that resolves to ``selection``, with a record that repeats it here.

        Where its own record was made on other coordinates or tells of other points, or there is
        none, the record names the points.
        """
        record = selection.record
        if not record or not self._tells(record, selection):
            record = self._record_of(selection)
        return State.of(selection.mask, selection.offered, deepcopy(record))

    def _tells(self, record: list[dict[str, Any]], selection: Selection) -> bool:
        """Whether repeating ``record`` here gives ``selection``."""
        now = self.history.state
        try:
            # What is selected now need not be worked out again.
            state = now if record == list(now.record) else self._replay(record)
        except (TypeError, ValueError, KeyError):
            return False
        return np.array_equal(state.mask, selection.mask) and np.array_equal(
            state.offered, selection.offered
        )

    def _record_of(self, selection: Selection) -> list[dict[str, Any]]:
        """What was offered, and of it what was taken."""
        size = selection.mask.size
        steps = (("replace", selection.offered | selection.mask), ("intersect", selection.mask))
        return [
            stamp(
                {
                    "op": "points",
                    "ids": encode_ids(np.flatnonzero(mask), size=size),
                    "combine": combine,
                },
                data_hash=self._data_hash,
            )
            for combine, mask in steps
        ]

    def clear(self) -> None:
        """Select nothing."""
        self.history.push(State.empty(self._positions.shape[:3]))

    def move(self, steps: Literal[-1, 1]) -> None:
        """Undo (-1) or redo (1), where there is something to."""
        self.history.move(steps)

    def _replay(self, record: Any, *, start: State | None = None) -> State:
        return replay(record, self._positions, data_hash=self._data_hash, start=start)
