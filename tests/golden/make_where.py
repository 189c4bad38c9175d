"""Writes where.json: points that are selected by values of a channel; TypeScript must repeat it.

Run ``python tests/golden/make_where.py`` after a deliberate change of what is selected;
the Python side is held to plain comparisons in tests/widget/test_where.py.
"""

import json
from pathlib import Path

import numpy as np
from make_filters import SHAPE, VIEW, WINDOWS, make_channels

from mmphate_widget.widget.lasso import visible_mask
from mmphate_widget.widget.where import where_mask

PATH = Path(__file__).with_name("where.json")
# The channels are those of filters.json.
WHERES = (
    ("community", {"codes": [0]}),
    ("community", {"codes": [1, 3]}),
    ("loss", {"range": [-0.5, 0.75]}),
    ("loss", {"range": [None, None]}),
    ("phase", {"range": [1.5, None]}),
    ("pace", {"range": [None, 3.0]}),
)


def make_where() -> list[dict[str, object]]:
    channels = make_channels()
    positions = np.random.default_rng(5).normal(size=(*SHAPE, 3)).astype(np.float32)
    return [
        {
            "channel": name,
            "where": where,
            "show": window.show,
            "epoch": window.epoch,
            "step": window.step,
            "hidden_units": list(window.hidden_units),
            "hits": np.flatnonzero(
                visible_mask(positions, window, VIEW) & where_mask(where, channels[name])
            ).tolist(),
        }
        for name, where in WHERES
        for window in WINDOWS
    ]


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_where()) + "\n")
