"""Groups in the picture: a channel of categories, one for each group, in the groups' own colors.

A point that is in several groups has the color of the one that was named last; one in none has
no value. The channel is there as long as there is a group.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool

from mmphate_widget.channels import Channel
from mmphate_widget.widget.filters import Filter

GROUP_CHANNEL = "group"


def group_channel(
    masks: Mapping[str, Bool[np.ndarray, "epoch step unit"]],
    *,
    colors: Mapping[str, str],
    shape: tuple[int, int, int],
) -> Channel:
    """The channel of some groups, at least one, given by their points.

    Examples
    --------
    >>> first, second = np.zeros((2, 1, 1, 4), dtype=bool)
    >>> first[..., :2], second[..., 1] = True, True
    >>> group_channel({"a": first, "b": second}, colors={"a": "#000000", "b": "#ffffff"},
    ...               shape=(1, 1, 4)).values
    array([[[ 0.,  1., nan, nan]]], dtype=float32)
    """
    codes = np.full(shape, np.nan, dtype=np.float32)
    for code, mask in enumerate(masks.values()):
        codes[mask] = code
    return Channel(
        name=GROUP_CHANNEL,
        values=codes,
        axes=("epoch", "step", "unit"),
        kind="categorical",
        categories=tuple(masks),
        limits=(0.0, float(len(masks) - 1)),
        colors=tuple(colors[name] for name in masks),
    )


def carry_filter(rule: Filter, before: Sequence[str], after: Sequence[str]) -> Filter | None:
    """What is hidden goes on being hidden when groups come and go; None where nothing is left.

    ``before`` and ``after`` name the groups; the code after the last stands for points of none.

    Examples
    --------
    >>> carry_filter({"hide": [0, 2]}, ["a", "b"], ["b", "a", "c"])
    {'hide': [1, 3]}
    """
    codes = {name: code for code, name in enumerate(after)}
    names = [*before, None]
    hidden = [names[code] for code in rule["hide"] if code < len(names)]
    kept = sorted(
        len(after) if name is None else codes[name]
        for name in hidden
        if name is None or name in codes
    )
    return {"hide": kept} if kept else None
