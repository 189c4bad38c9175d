"""The history of a selection: states that follow from one another, undone and redone.

An operation brings *hits* (the points it found) and *offered* (the points it could have found)
and combines the hits with what was selected before. A state remembers the operations since the
last replace, as JSON; operations.py turns such a record back into the same state.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, UInt8

from mmphate_widget._validation import check_int

COMBINES = ("replace", "add", "subtract", "intersect")
Combine = Literal["replace", "add", "subtract", "intersect"]

# Steps that can be undone. At 500,000 points a step keeps 120 kB, so the list stays under 12 MB.
UNDO_LIMIT = 100


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Selected and offered points as packed bits (little-endian), and how they came about."""

    mask_bits: UInt8[np.ndarray, " n_bytes"]
    offered_bits: UInt8[np.ndarray, " n_bytes"]
    shape: tuple[int, int, int]
    record: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(
        cls,
        mask: Bool[np.ndarray, "epoch step unit"],
        offered: Bool[np.ndarray, "epoch step unit"],
        record: Iterable[dict[str, Any]] = (),
    ) -> "State":
        """The state that holds these masks."""
        return cls(pack_mask(mask), pack_mask(offered), mask.shape, tuple(record))

    @classmethod
    def empty(cls, shape: tuple[int, int, int]) -> "State":
        """Nothing selected, nothing offered."""
        return cls.of(np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool))

    @property
    def mask(self) -> Bool[np.ndarray, "epoch step unit"]:
        """The selected points."""
        return unpack_mask(self.mask_bits, self.shape)

    @property
    def offered(self) -> Bool[np.ndarray, "epoch step unit"]:
        """The points that the operations could have taken."""
        return unpack_mask(self.offered_bits, self.shape)

    def combined(
        self,
        hits: Bool[np.ndarray, "epoch step unit"],
        offered: Bool[np.ndarray, "epoch step unit"],
        operation: dict[str, Any],
    ) -> "State":
        """The state after an operation that found ``hits`` among ``offered``."""
        how: Combine = operation["combine"]
        if how == "replace":
            return State.of(hits, offered, (operation,))
        before, record = self.mask, (*self.record, operation)
        if how == "add":
            # Only what is added widens the points among which a unit's share is counted.
            widened = offered | self.offered if before.any() else offered
            return State.of(before | hits, widened, record)
        mask = before & ~hits if how == "subtract" else before & hits
        return State.of(mask, self.offered, record)

    def inverted(
        self, visible: Bool[np.ndarray, "epoch step unit"], operation: dict[str, Any]
    ) -> "State":
        """The complement of the selection within what is visible."""
        return State.of(visible & ~self.mask, visible, (*self.record, operation))


class History:
    """A line of states with a cursor; a new state cuts off what had been undone."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._states = [State.empty(shape)]
        self._cursor = 0
        self.revision = 0

    @property
    def state(self) -> State:
        """The state at the cursor."""
        return self._states[self._cursor]

    @property
    def states(self) -> tuple[State, ...]:
        """All states that undo and redo reach, the oldest first."""
        return tuple(self._states)

    @property
    def cursor(self) -> int:
        """Position of the current state in ``states``."""
        return self._cursor

    @property
    def can_undo(self) -> bool:
        """Whether there is a state before this one."""
        return self._cursor > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone state after this one."""
        return self._cursor + 1 < len(self._states)

    def push(self, state: State) -> None:
        """Make ``state`` the current one."""
        self._states = [*self._states[: self._cursor + 1], state][-(UNDO_LIMIT + 1) :]
        self._cursor = len(self._states) - 1
        self.revision += 1

    def restore(self, states: Sequence[State], cursor: int) -> None:
        """Go on from a history that was kept."""
        check_int(cursor, name="cursor", minimum=0, maximum=len(states) - 1)
        self._states, self._cursor = list(states), cursor
        self.revision += 1

    def move(self, steps: Literal[-1, 1]) -> bool:
        """Undo (-1) or redo (1); False where there is nothing to move to."""
        if not 0 <= self._cursor + steps < len(self._states):
            return False
        self._cursor += steps
        self.revision += 1
        return True


def pack_mask(mask: Bool[np.ndarray, "epoch step unit"]) -> UInt8[np.ndarray, " n_bytes"]:
    """One bit a point: bit i % 8 (least significant first) of byte i // 8 is point i."""
    return np.packbits(mask, axis=None, bitorder="little")


def unpack_mask(
    bits: UInt8[np.ndarray, " n_bytes"], shape: tuple[int, int, int]
) -> Bool[np.ndarray, "epoch step unit"]:
    """The inverse of ``pack_mask``."""
    size = int(np.prod(shape))
    return np.unpackbits(bits, count=size, bitorder="little").astype(bool).reshape(shape)
