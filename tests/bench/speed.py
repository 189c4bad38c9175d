"""Seconds and memory of whole fits at paper scale, and how time grows with the number of points.

The exponent is the slope of log seconds over log points, on the same trajectories sampled ever
more finely in time: what is near stays near, only denser.
"""

from typing import Any

import numpy as np
from fresh import embed
from inputs import SYNTHETIC, sampled_name, shape_of

# The paper cut 600 steps to 100.
AREA2BUMP = "area2bump, every 6"
# name -> seconds and bytes to stay under
TARGETS = {
    SYNTHETIC: (3, 0.8e9),
    AREA2BUMP: (5, 1.5e9),
    "har": (10, 1.5e9),
    "area2bump": (40, 4e9),
    "units": (40, 4e9),
}


def has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


# Repeats by engine; the refinement's share of a fit hardly varies, and torch's CPU device is slow.
REPEATS = {"mmphate": 3, "mmphate refine": 1, "mmphate torch": 3 if has_cuda() else 1}
FINER = [sampled_name("fine", every) for every in (40, 20, 10, 4, 2, 1)]
# The same of the coarser recording: 51,200, 128,000 and 256,000 points.
QUICK_FINER = [sampled_name("area2bump", every) for every in (15, 6, 3)]
QUICK_SHAPES = (SYNTHETIC, AREA2BUMP)


def measure(quick: bool) -> list[dict[str, Any]]:
    """A row for each shape and engine."""
    rows = []
    for name in QUICK_SHAPES if quick else TARGETS:
        seconds, peak = TARGETS[name]
        for method in methods_for(name, quick):
            summary, _ = embed(method, name, repeats=1 if quick else REPEATS[method])
            row = {"input": name, "shape": shape_of(name), "method": method, **summary}
            rows.append(row | {"target_seconds": seconds, "target_bytes": peak})
    return rows


def methods_for(name: str, quick: bool) -> list[str]:
    """Engines that a shape is measured with.

    On torch's CPU device, which is there for its tests, one shape shows that the engine works.
    """
    if quick:
        return ["mmphate", "mmphate refine"] if name == SYNTHETIC else ["mmphate"]
    shown = name == SYNTHETIC or has_cuda()
    return [method for method in REPEATS if shown or method != "mmphate torch"]


def growth(quick: bool) -> dict[str, Any]:
    """Seconds over points, once each, and the fitted exponents."""
    rows = []
    for name in QUICK_FINER if quick else FINER:
        summary, _ = embed("mmphate", name, repeats=1)
        rows.append({"input": name, "points": int(np.prod(shape_of(name)[:3])), **summary})
    return fits(rows)


def fits(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Exponents over all sizes and over the upper half of them, and of each stage."""
    points, seconds = np.log([(row["points"], row["seconds"]["median"]) for row in rows]).T
    above = len(rows) // 2
    return {
        "rows": rows,
        "exponent": exponent(points, seconds),
        "exponent_above": exponent(points[above:], seconds[above:]),
        "stages": stage_growth(rows),
    }


def exponent(log_points: np.ndarray, log_seconds: np.ndarray) -> float:
    """Slope of the least-squares line."""
    return float(np.polyfit(log_points, log_seconds, 1)[0])


def stage_growth(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Exponent of each stage: which of them grow with the points, and which not."""
    points = np.log([row["points"] for row in rows])
    return {
        stage: exponent(points, np.log([max(row["stages"][stage], 1e-4) for row in rows]))
        for stage in rows[0]["stages"]
    }
