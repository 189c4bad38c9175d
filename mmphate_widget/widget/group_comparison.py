"""Two groups side by side: how large each is, and how much they share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64, Shaped

from mmphate_widget._dataframe import make_table
from mmphate_widget.selection import Selection


@dataclass(frozen=True, slots=True)
class Overlap:
    """Sizes of two sets, of what is in both, and of what is in either."""

    a: int
    b: int
    both: int

    @property
    def either(self) -> int:
        """How many are in at least one of the two."""
        return self.a + self.b - self.both

    @property
    def jaccard(self) -> float:
        """Those in both among those in either; NaN for two empty sets."""
        return self.both / self.either if self.either else float("nan")


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """How two groups overlap, in units (those they stand for) and in points.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
    >>> w.groups["a"] = w.select(units=[1, 2, 3])
    >>> w.groups["b"] = w.select(units=[3, 4])
    >>> w.groups.compare("a", "b").units
    Overlap(a=3, b=2, both=1)
    >>> w.groups.compare("a", "b").units.jaccard
    0.25
    """

    a: str
    b: str
    units: Overlap
    points: Overlap

    def to_dataframe(self) -> Any:
        """A row for units and one for points; columns a, b, both, either, jaccard.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        rows = (self.units, self.points)
        return make_table(
            {
                "a": [row.a for row in rows],
                "b": [row.b for row in rows],
                "both": [row.both for row in rows],
                "either": [row.either for row in rows],
                "jaccard": [row.jaccard for row in rows],
            },
            index=["units", "points"],
            index_name="of",
        )


def compare_groups(a: str, first: Selection, b: str, second: Selection) -> GroupComparison:
    """Compare two selections of one picture under these names."""
    return GroupComparison(
        a,
        b,
        units=_overlap(first.promoted_units, second.promoted_units),
        points=Overlap(len(first), len(second), int(np.count_nonzero(first.mask & second.mask))),
    )


def _overlap(first: Int64[np.ndarray, " a"], second: Int64[np.ndarray, " b"]) -> Overlap:
    shared: Shaped[np.ndarray, " n"] = np.intersect1d(first, second, assume_unique=True)
    return Overlap(len(first), len(second), len(shared))
