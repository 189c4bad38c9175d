"""Join communities where the whole explains an epoch better than its parts.

Modularity cuts up a community that holds most of the units, at every resolution that finds small
ones beside it: what it expects between two large parts is more than there is. The evidence of
``community_choice`` knows no such limit. So, of all pairs of communities, the one that gains most
evidence is joined, until none gains decisively. (Ours.)
"""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int64

from mmphate_widget._types import AnyArray
from mmphate_widget.analysis.community_choice import explained, label_cost

# Two are never joined into one: noise is explained best by a single community, and a partition
# into one says nothing that chance could be compared with. Where Leiden finds one it stays.
FEWEST = 2
# Nats of evidence that joining must gain: odds of 150 to 1. Groups that differ little, behind
# noise, are rather left apart; parts of one large group gain far more.
DECISIVE = 5.0


def join_communities(
    correlation: Float[np.ndarray, "unit unit"],
    codes: Int64[np.ndarray, " unit"],
    active: Bool[np.ndarray, " unit"],
    *,
    count: float,
) -> Int64[np.ndarray, " unit"]:
    """A partition in which no two communities of active units are decisively one.

    Units that are not active are alone, with codes after all others.

    Examples
    --------
    >>> alike = np.kron(np.eye(2), np.full((4, 4), 0.5)) + 0.5 * np.eye(8)
    >>> join_communities(alike, np.array([0, 0, 1, 1, 2, 2, 2, 2]), np.ones(8, bool), count=100)
    array([0, 0, 0, 0, 1, 1, 1, 1])
    """
    joined = np.arange(len(codes), 2 * len(codes), dtype=np.int64)
    if active.any():
        joined[active] = _join(correlation[np.ix_(active, active)], codes[active], count)
    return joined


def _join(correlation: AnyArray, codes: AnyArray, count: float) -> AnyArray:
    distinct, at = np.unique(codes, return_inverse=True)
    member = np.eye(len(distinct))[at]
    # Sums of the correlations between communities, and numbers of units in them.
    within, sizes = member.T @ correlation @ member, member.sum(axis=0)
    while len(sizes) > FEWEST:
        first, second = _best_pair(within, sizes, n_units=len(codes), count=count)
        if first == second:
            break
        at = np.where(at == second, first, at - (at > second))
        for axis in (0, 1):
            within = _added(within, first, second, axis=axis)
        sizes = _added(sizes, first, second, axis=0)
    return _in_order(at)


def _in_order(codes: AnyArray) -> AnyArray:
    """Numbered as they appear: what is the same partition has the same evidence to the last bit."""
    _, first, at = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[at]


def _best_pair(within: AnyArray, sizes: AnyArray, *, n_units: int, count: float) -> tuple[int, int]:
    """The two communities that gain most when joined, in order; 0 twice where none gains enough."""

    def worth(within: AnyArray, sizes: AnyArray) -> AnyArray:
        costs = label_cost(sizes, n_units, count=count)
        return np.asarray(explained(within, sizes, count=count) - costs)

    own = np.diag(within)
    apart = worth(own, sizes)
    together = worth(own[:, None] + own + 2 * within, sizes[:, None] + sizes)
    gained: AnyArray = np.triu(together - apart[:, None] - apart, 1)
    # The diagonal and all below it are no pairs, and gain 0.
    first, second = np.unravel_index(int(np.argmax(gained)), gained.shape)
    return (int(first), int(second)) if gained[first, second] > DECISIVE else (0, 0)


def _added(sums: AnyArray, first: int, second: int, *, axis: int) -> Any:
    """Entry ``second`` of an axis added to ``first`` and left out."""
    sums = np.moveaxis(sums.copy(), axis, 0)
    sums[first] += sums[second]
    return np.moveaxis(np.delete(sums, second, axis=0), 0, axis)
