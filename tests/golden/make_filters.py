"""Writes filters.json: what filters hide, and what a lasso takes then; TypeScript must repeat it.

Run ``python tests/golden/make_filters.py`` after a deliberate change of what a filter means;
the Python side is held to plain loops in tests/widget/test_filters.py.
"""

import json
from pathlib import Path

import numpy as np

from mmphate_widget.channels import Channel
from mmphate_widget.widget.describe import describe_channel
from mmphate_widget.widget.filters import check_filters, hidden_by
from mmphate_widget.widget.lasso import Window, polygon_hits, visible_mask
from mmphate_widget.widget.projection import fit_view

SHAPE = (3, 4, 5)
SIZES = dict(zip(("epoch", "step", "unit"), SHAPE, strict=True))
PATH = Path(__file__).with_name("filters.json")
VIEW = fit_view((0.0, 0.0, 0.0), 3.0)
# A star over the middle of the canvas.
POLYGON = [[400, 90], [450, 260], [640, 300], [450, 340], [400, 520], [350, 340], [160, 300]]

WINDOWS = (
    Window("all", 0.0, None),
    Window("epoch", 1.5, None, (1,)),
    Window("steps", 0.0, 2),
    Window("epochs", 2.0, None),
)
FILTERS = (
    {"community": {"hide": [1]}},
    {"community": {"hide": [0, 2, 3]}},
    {"community": {"hide": [3]}},
    {"loss": {"range": [-0.5, 0.75]}},
    {"loss": {"range": [None, 0.25]}, "community": {"hide": [0]}},
    {"loss": {"range": [0.25, None]}, "phase": {"range": [-1.0, 2.0]}},
    {"phase": {"range": [1.5, None]}},
    {"pace": {"range": [0.1, 3.0]}},
    {"loss": {"range": [9.0, None]}},
    {"dose": {"range": [0.1, 0.7]}},
    {"turn": {"range": [-0.3, 0.6]}},
    {"turn": {"range": [-np.pi, 1e-10]}},
    {"turn": {"range": [np.pi, np.pi]}},
    {"dose": {"range": [None, 1e300]}},
)


def make_channels() -> dict[str, Channel]:
    """Values over some axes and over all, with some that are missing."""
    generator = np.random.default_rng(4)

    def numbers(*axes: str) -> np.ndarray:
        values = generator.normal(size=[SIZES[axis] for axis in axes]).astype(np.float32)
        values.flat[1] = np.nan
        return values

    codes = np.array([2, np.nan, 0, 1, 0], dtype=np.float32)
    loss = numbers("epoch", "step", "unit")
    # On the bound itself, which belongs to the range.
    loss[0, 0, 0], loss[2, 3, 4] = -0.5, 0.75
    phase, pace = 4 * numbers("epoch", "step"), np.exp(numbers("epoch", "unit"))
    # Ends that float32 does not hold: the nearest one is below 0.7 and above 0.1.
    dose = np.array([0.1, 0.2, 0.7, 0.9, 0.05], dtype=np.float32)
    turn = np.array([-0.3, 0.6, np.pi, -np.pi, 1e-10], dtype=np.float32)
    channels = (
        Channel("community", codes, ("unit",), "categorical", ("a", "b", "c"), (0.0, 2.0)),
        Channel("loss", loss, ("epoch", "step", "unit"), "continuous", (), (-2.0, 2.0)),
        Channel("phase", phase, ("epoch", "step"), "cyclic", (), (-np.pi, np.pi)),
        Channel("dose", dose, ("unit",), "continuous", (), (0.05, 0.9)),
        Channel("turn", turn, ("unit",), "cyclic", (), (-np.pi, np.pi)),
        Channel("pace", pace, ("epoch", "unit"), "continuous", (), (0.05, 20.0), "log"),
    )
    return {channel.name: channel for channel in channels}


def make_filters() -> dict[str, object]:
    channels = make_channels()
    positions = np.random.default_rng(5).normal(size=(*SHAPE, 3)).astype(np.float32)
    cases = []
    for given in FILTERS:
        filters = check_filters(given, channels)
        hidden = tuple(hidden_by(rule, channels[name]) for name, rule in filters.items())
        for shown in WINDOWS:
            window = Window(shown.show, shown.epoch, shown.step, shown.hidden_units, hidden)
            hits = {
                depth: np.flatnonzero(
                    polygon_hits(positions, window, VIEW, np.array(POLYGON, float), depth=depth)
                ).tolist()
                for depth in ("through", "front")
            }
            cases.append(
                {
                    "filters": filters,
                    "show": window.show,
                    "epoch": window.epoch,
                    "step": window.step,
                    "hidden_units": list(window.hidden_units),
                    "visible": np.flatnonzero(visible_mask(positions, window, VIEW)).tolist(),
                    **hits,
                }
            )
    return {
        "shape": list(SHAPE),
        "view": VIEW.to_dict(),
        "polygon": POLYGON,
        "positions": positions.ravel().tolist(),
        "channels": [
            {
                "info": describe_channel(channel, revision=0),
                "values": [None if np.isnan(v) else float(v) for v in channel.values.ravel()],
            }
            for channel in channels.values()
        ],
        "cases": cases,
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_filters()) + "\n")
