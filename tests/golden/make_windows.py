"""Writes windows.json: what windows show, and what a lasso takes then; TypeScript must repeat it.

Run ``python tests/golden/make_windows.py`` after a deliberate change of what a window means;
the Python side is held to plain loops in tests/widget/test_windows.py.
"""

import itertools
import json
from pathlib import Path

import numpy as np

from mmphate_widget.widget.lasso import Window, polygon_hits, visible_mask
from mmphate_widget.widget.projection import fit_view

SHAPE = (4, 5, 3)
PATH = Path(__file__).with_name("windows.json")
VIEW = fit_view((0.0, 0.0, 0.0), 3.0)
# A star over the middle of the canvas.
POLYGON = [[400, 60], [460, 250], [680, 300], [460, 350], [400, 540], [340, 350], [120, 300]]

SHOWN = (("all", 0.0, None), ("epoch", 1.5, None), ("steps", 2.0, 3), ("epochs", 1.0, None))
INTERVALS = (
    (None, None),
    ((1, 2), None),
    (None, (1, 3)),
    ((2, 2), (0, 3)),
    ((0, 1), (4, 4)),
    ((3, 3), (2, 2)),
)


def make_windows() -> dict[str, object]:
    positions = np.random.default_rng(6).normal(size=(*SHAPE, 3)).astype(np.float32)
    cases = []
    for (show, epoch, step), (epochs, steps) in itertools.product(SHOWN, INTERVALS):
        window = Window(show, epoch, step, (1,), epoch_window=epochs, step_window=steps)
        hits = {
            depth: np.flatnonzero(
                polygon_hits(positions, window, VIEW, np.array(POLYGON, float), depth=depth)
            ).tolist()
            for depth in ("through", "front")
        }
        cases.append(
            {
                "show": show,
                "epoch": epoch,
                "step": step,
                "epoch_window": epochs,
                "step_window": steps,
                "hidden_units": [1],
                "visible": np.flatnonzero(visible_mask(positions, window, VIEW)).tolist(),
                **hits,
            }
        )
    return {
        "shape": list(SHAPE),
        "view": VIEW.to_dict(),
        "polygon": POLYGON,
        "positions": positions.ravel().tolist(),
        "cases": cases,
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_windows()) + "\n")
