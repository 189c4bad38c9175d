"""Which points have some values of a channel: ``{"codes": [code, …]}`` of categories, by code or
name, the code after the last standing for points without a value, or ``{"range": [low, high]}`` of
numbers, None being no bound. It is what a filter on the same values hides, or leaves.

js/src/geometry/where.ts finds the same points; tests/golden/where.json ties the two.
"""

from typing import Any

import numpy as np
from jaxtyping import Bool

from mmphate_widget.channels import Channel
from mmphate_widget.widget.filters import check_codes, check_ends, hidden_by


def where_mask(where: dict[str, Any], channel: Channel) -> Bool[np.ndarray, "#epoch #step #unit"]:
    """The points with these values, of length 1 along axes that the channel does not run over.

    Raises
    ------
    TypeError, ValueError
        If the channel has no such values.
    """
    is_coded, has_codes = "codes" in where, channel.kind == "categorical"
    if is_coded != has_codes:
        kinds = {True: "categories", False: "numbers"}
        raise ValueError(
            f"`channel` must have {kinds[is_coded]}; got {channel.name!r}, which has "
            f"{kinds[has_codes]}."
        )
    if is_coded:
        codes = check_codes(where["codes"], channel, name="category")
        return hidden_by({"hide": codes}, channel).spread()
    ends = check_ends(where["range"], name="limits")
    return np.asarray(~hidden_by({"range": ends}, channel).spread())
