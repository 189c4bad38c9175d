"""Communities that keep their number over the epochs, and what becomes of them.

Leiden numbers the communities of each epoch anew. Here each takes the number of the community of
the epoch before that it shares its units with (Hungarian method: the assignment in which most
units keep their number). One that finds none takes back the number of a community that had gone, if
it has at least half of its units in common with that one's last members (Jaccard), else a new one.

A community *goes over* into one of the next epoch that holds more than half of its units. A merge is
two or more communities that go over into one. A split is the same backwards in time. (All ours.)
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int, Int64
from scipy.optimize import linear_sum_assignment

# Of units without a community.
NONE = -1
# Members in common, of all that either has, for a number to be taken back.
LEAST_RETURN = 0.5
# A single unit that joins or leaves is no merge or split.
SMALLEST_PART = 2

EventKind = Literal["merge", "split"]


@dataclass(frozen=True, slots=True)
class CommunityEvent:
    """Communities that became one, or one that became several.

    Attributes
    ----------
    epoch : int
        Position of the first epoch after it.
    kind : {"merge", "split"}
        What happened.
    before, after : tuple of int
        Numbers of the communities at ``epoch - 1`` and at ``epoch``.
    """

    epoch: int
    kind: EventKind
    before: tuple[int, ...]
    after: tuple[int, ...]


def match_communities(codes: Int[np.ndarray, "epoch unit"]) -> Int64[np.ndarray, "epoch unit"]:
    """Codes of each epoch as numbers that last; ``NONE`` stays.

    The first epoch's are numbered by size, the largest 0; where sizes are equal, by their first
    unit. So are new ones.

    Examples
    --------
    >>> match_communities(np.array([[5, 5, 2, 2, 2], [0, 0, 1, 1, 0]]))
    array([[1, 1, 0, 0, 0],
           [1, 1, 0, 0, 1]])
    """
    numbers = np.full(codes.shape, NONE, np.int64)
    last_members: dict[int, Int[np.ndarray, " unit"]] = {}
    before: dict[int, Int[np.ndarray, " unit"]] = {}
    next_number = 0
    for epoch, row in enumerate(codes):
        now = _by_size([np.flatnonzero(row == code) for code in np.unique(row[row != NONE])])
        found = _assign(now, before, least=0.0)
        gone = {number: units for number, units in last_members.items() if number not in before}
        open_ = [at for at in range(len(now)) if at not in found]
        returned = _assign([now[at] for at in open_], gone, least=LEAST_RETURN)
        found |= {open_[at]: number for at, number in returned.items()}
        for at in open_:
            if at not in found:
                found[at], next_number = next_number, next_number + 1
        before = {found[at]: units for at, units in enumerate(now)}
        last_members |= before
        for number, units in before.items():
            numbers[epoch, units] = number
    return numbers


def find_events(numbers: Int[np.ndarray, "epoch unit"]) -> tuple[CommunityEvent, ...]:
    """Merges and splits, by epoch."""
    events: list[CommunityEvent] = []
    for epoch in range(1, len(numbers)):
        before, after = numbers[epoch - 1], numbers[epoch]
        events += [
            CommunityEvent(epoch, "merge", parts, (whole,))
            for whole, parts in _joined(before, after).items()
        ]
        events += [
            CommunityEvent(epoch, "split", (whole,), parts)
            for whole, parts in _joined(after, before).items()
        ]
    return tuple(events)


def _by_size(communities: list[Int[np.ndarray, " unit"]]) -> list[Int[np.ndarray, " unit"]]:
    return sorted(communities, key=lambda units: (-len(units), int(units[0])))


def _assign(
    now: list[Int[np.ndarray, " unit"]], known: dict[int, Int[np.ndarray, " unit"]], *, least: float
) -> dict[int, int]:
    """Position in ``now`` -> number of the known community, one to one, as many units as can be."""
    if not now or not known:
        return {}
    numbers = sorted(known)
    shared = np.array(
        [[len(np.intersect1d(units, known[number])) for number in numbers] for units in now]
    )
    sizes = np.add.outer([len(units) for units in now], [len(known[number]) for number in numbers])
    alike = shared / (sizes - shared)
    allowed = (shared > 0) & (alike >= least)
    rows, columns = linear_sum_assignment(np.where(allowed, shared, 0), maximize=True)
    return {
        int(row): numbers[column]
        for row, column in zip(rows, columns, strict=True)
        if allowed[row, column]
    }


def _joined(
    parts: Int[np.ndarray, " unit"], wholes: Int[np.ndarray, " unit"]
) -> dict[int, tuple[int, ...]]:
    """Of two labelings: each whole that holds most of the units of two or more parts."""
    held: dict[int, list[int]] = {}
    for part in np.unique(parts[parts != NONE]).tolist():
        where = wholes[parts == part]
        names, counts = np.unique(where[where != NONE], return_counts=True)
        if len(where) >= SMALLEST_PART and len(names) and 2 * counts.max() > len(where):
            held.setdefault(int(names[counts.argmax()]), []).append(part)
    return {whole: tuple(found) for whole, found in held.items() if len(found) > 1}
