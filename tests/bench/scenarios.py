"""All scenarios of the paper's suite through every method, thinned to what m-phate takes.

Every 3rd epoch and every 8th step of each scenario: 2,040 points, on which m-phate takes a minute
and not hours. Beside neighborhoods kept, the recovery of the two groups of units. And, once, the
row that the paper publishes, "hopf × pitchfork, no warp" in whole, by our reference path with the
paper's 4,000 landmarks.

    python tests/bench/scenarios.py [METHOD …]

measures some methods anew (default: all) and writes ``notebooks/synthetic_suite.json``, which
``notebooks/synthetic_suite.ipynb`` reads. ``reference`` names the published row, which takes 9
minutes and 4 GB.
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from fresh import embed
from inputs import INPUTS, ROOT, SCENARIOS, SYNTHETIC, keep, scenario, shape_of
from methods import METHODS
from paper_run import describe_machine
from scores import average, communities, neighborhoods

RESULTS = ROOT / "notebooks" / "synthetic_suite.json"
COMPARED = (
    "pca",
    "mmphate",
    "mmphate smacof",
    "mmphate refine",
    "opentsne",
    "umap",
    "m-phate",
)
REFERENCE = "mmphate phate 4000"
EVERY_EPOCH, EVERY_STEP = 3, 8


def thinned_name(name: str) -> str:
    """Name of a scenario's thinned input."""
    return f"{name}, thinned"


def thinned(name: str) -> np.ndarray:
    """A scenario at every 3rd epoch and every 8th step."""
    return scenario(name)[::EVERY_EPOCH, ::EVERY_STEP]


INPUTS |= {thinned_name(name): partial(thinned, name) for name in SCENARIOS}


def measure(method: str) -> list[dict[str, Any]]:
    """A row for each scenario."""
    return [measure_one(method, name) for name in SCENARIOS]


def measure_one(method: str, name: str) -> dict[str, Any]:
    """Scores of one embedding of one thinned scenario."""
    values = np.load(keep(thinned_name(name)))
    groups = np.repeat([0, 1], values.shape[2] // 2)
    summary, layouts = embed(method, thinned_name(name), repeats=1, coordinates=True)
    row = {"scenario": name, "shape": shape_of(thinned_name(name)), **summary}
    if layouts:
        row["scores"] = average(
            [neighborhoods(values, layout) | communities(layout, groups) for layout in layouts]
        )
    return row


def reference() -> list[dict[str, Any]]:
    """The published row by our reference path."""
    summary, layouts = embed(REFERENCE, SYNTHETIC, repeats=1, coordinates=True)
    scores = [neighborhoods(np.load(keep(SYNTHETIC)), layout) for layout in layouts]
    row = {"scenario": SYNTHETIC, "shape": shape_of(SYNTHETIC), **summary}
    return [row | ({"scores": average(scores)} if scores else {})]


def main(asked: list[str], results: Path = RESULTS) -> None:
    for method in asked or [*COMPARED, "reference"]:
        rows = reference() if method == "reference" else measure(method)
        found = json.loads(results.read_text()) if results.exists() else {}
        found[method] = {"machine": describe_machine(), "rows": rows}
        results.write_text(json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if name != "reference" and name not in METHODS:
            raise SystemExit(f"no method is called {name!r}; there are {', '.join(METHODS)}.")
    main(sys.argv[1:])
