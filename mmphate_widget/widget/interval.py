"""Windows on the axes of epochs and steps: first and last position, both included.

None is the whole axis. js/src/geometry/interval.ts says the same to the page.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmphate_widget._validation import check_int

Interval = tuple[int, int]


def check_interval(value: Any, *, name: str, size: int) -> Interval | None:
    """``value`` as (first, last), or TypeError / ValueError unless 0-based positions in order."""
    if value is None:
        return None
    listed = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(listed, str | bytes) or not isinstance(listed, Sequence) or len(listed) != 2:
        raise TypeError(f"`{name}` must be (first, last) or None; got {value!r}.")
    try:
        first, last = (check_int(end, name=name, minimum=0, maximum=size - 1) for end in listed)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"`{name}` must be (first, last), positions between 0 and {size - 1}; got {value!r}."
        ) from error
    if first > last:
        raise ValueError(f"`{name}` must be (first, last) in this order; got {value!r}.")
    return first, last


def ends(interval: Interval | None, *, size: int) -> Interval:
    """First and last position; those of the whole axis for None."""
    return (0, size - 1) if interval is None else interval


def nearest(position: float, interval: Interval | None) -> float:
    """The position inside the interval that is nearest to ``position``."""
    return position if interval is None else min(max(position, interval[0]), interval[1])
