"""Where one run stands when another stands at an epoch or a step.

Axes of equal length go together by position. Others go by their numbers: a position between two
epochs has a number between theirs, which is looked up on the other axis in the same way; what lies
beyond its ends is at the end. Twin of js/src/geometry/correspond.ts;
tests/golden/correspondence.json ties the two.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise


def correspond(position: float, source: Sequence[float], target: Sequence[float]) -> float:
    """The position on ``target`` for a (fractional) position on ``source``, given by numbers."""
    if len(source) == len(target):
        return position
    # Numbers that do not ascend say nothing of what lies between two of them.
    if not _ascends(source) or not _ascends(target):
        return min(position, len(target) - 1)
    return _locate(_number_at(position, source), target)


def _ascends(numbers: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(numbers))


def _number_at(position: float, numbers: Sequence[float]) -> float:
    below = int(position)
    low = numbers[below]
    if below + 1 == len(numbers):
        return low
    return low + (position - below) * (numbers[below + 1] - low)


def _locate(number: float, numbers: Sequence[float]) -> float:
    above = bisect_right(numbers, number)
    if above == 0:
        return 0
    if above == len(numbers):
        return len(numbers) - 1
    low, high = numbers[above - 1], numbers[above]
    return above - 1 + (number - low) / (high - low)
