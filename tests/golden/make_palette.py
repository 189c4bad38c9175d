"""Writes palette.json: colors of some channels as Python draws them; the browser must agree.

Run ``python tests/golden/make_palette.py`` after a deliberate change of a palette.
"""

import json
from pathlib import Path

import numpy as np

from mmphate_widget.channels import Channel
from mmphate_widget.channels.palette import color_rows, color_table

PATH = Path(__file__).with_name("palette.json")


def channels() -> list[Channel]:
    numbers = np.array([-2.0, -1.0, 0.0, 0.3, 1.0, 1.7, 2.0, 9.0, np.nan], dtype=np.float32)
    codes = np.array([0, 1, 2, 3, 7, 8, 11, 40, np.nan], dtype=np.float32)
    few, many = tuple("abcde"), tuple(map(str, range(12)))
    ratios = np.array([1e-9, 1e-3, 0.02, 0.3, 1, 7.5, 10, 1e4, np.nan], dtype=np.float32)
    return [
        Channel("continuous", numbers, ("unit",), "continuous", (), (-1.0, 2.0)),
        Channel("flat", numbers, ("unit",), "continuous", (), (1.0, 1.0)),
        Channel("diverging", numbers, ("unit",), "diverging", (), (-2.0, 2.0)),
        Channel("cyclic", numbers, ("unit",), "cyclic", (), (0.0, 2.0)),
        Channel("log", ratios, ("unit",), "continuous", (), (1e-3, 10.0), "log"),
        Channel("few", codes, ("unit",), "categorical", few, (0.0, 4.0)),
        Channel("many", codes, ("unit",), "categorical", many, (0.0, 11.0)),
        Channel(
            "own",
            codes,
            ("unit",),
            "categorical",
            ("a", "b"),
            (0.0, 1.0),
            colors=("#102030", "#fffe01"),
        ),
    ]


def make_palette() -> list[dict[str, object]]:
    return [
        {
            "kind": channel.kind,
            "limits": list(channel.limits),
            "scale": channel.scale,
            "categories": list(channel.categories),
            **({"colors_of": list(channel.colors)} if channel.colors else {}),
            "values": [None if np.isnan(value) else float(value) for value in channel.values],
            "rows": color_rows(channel, channel.values).tolist(),
            "colors": color_table(channel).tolist(),
        }
        for channel in channels()
    ]


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_palette()) + "\n")
