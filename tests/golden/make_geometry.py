"""Writes geometry.json: projection, visibility and lasso results that TypeScript must repeat.

Run ``python tests/golden/make_geometry.py`` after a deliberate change of a formula;
the Python side is held to independent oracles in tests/widget.
"""

import json
import math
from pathlib import Path

import numpy as np

from mmphate_widget.selection import promoted_units
from mmphate_widget.widget.lasso import Window, polygon_hits, visible_mask
from mmphate_widget.widget.projection import View, fit_flat_view, fit_view, home_view, project

SHAPE = (3, 4, 5)
PATH = Path(__file__).with_name("geometry.json")

VIEWS = (
    fit_view((0.0, 0.0, 0.0), 3.0),
    View((0.5, 0.4, 1.2), (0.1, 0.0, -0.2), (0.0, 1.0, 0.0), 50.0, 640, 480),
    View((-4.0, 3.0, 2.0), (0.3, -0.1, 0.0), (0.2, 0.1, 1.0), 35.0, 361.5, 422.25),
    fit_flat_view((0.0, 0.0, 0.0), (2.5, 2.0, 2.0)),
    # Among the points, so that some are above the camera.
    View((-0.4, 0.2, 0.6), (0.3, -0.1, 0.0), (0.0, 0.0, 1.0), 35.0, 361.5, 422.25, mode="2d"),
)
WINDOWS = (
    Window("epoch", 1.5, None),
    Window("steps", 0.49, 2),
    Window("all", 2.0, None, (1, 4)),
    Window("all", 0.0, 1),
    Window("epochs", 1.0, None, (0,)),
    Window("epochs", 1.0, 2),
)


def polygon_around(pixels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A wobbly star around one point: concave, and self-crossing now and then."""
    center = pixels[generator.integers(len(pixels))]
    angles = np.sort(generator.uniform(0, 2 * np.pi, 11))
    radii = generator.uniform(20, 260, 11)
    return center + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def make_cases() -> dict[str, object]:
    generator = np.random.default_rng(0)
    positions = generator.normal(size=(*SHAPE, 3)).astype(np.float32)
    positions[1, 2, 3] = np.nan
    positions[0, 0, 1] = positions[0, 0, 2]  # a tie in depth
    cases = []
    for view in VIEWS:
        pixels, depth = project(positions.reshape(-1, 3), view)
        for window in WINDOWS:
            visible = visible_mask(positions, window, view)
            shown = pixels[visible.ravel()]
            polygon = polygon_around(shown, generator) if len(shown) else np.zeros((0, 2))
            polygon = np.round(polygon, 2)
            hits = {
                name: polygon_hits(positions, window, view, polygon, depth=name)
                for name in ("through", "front")
            }
            cases.append(
                {
                    "view": view.to_dict(),
                    "near": view.near if math.isfinite(view.near) else None,
                    "pixels": to_json(pixels),
                    "depth": to_json(depth),
                    "show": window.show,
                    "epoch": window.epoch,
                    "step": window.step,
                    "hidden_units": list(window.hidden_units),
                    "visible": np.flatnonzero(visible).tolist(),
                    "polygon": polygon.tolist(),
                    "through": np.flatnonzero(hits["through"]).tolist(),
                    "front": np.flatnonzero(hits["front"]).tolist(),
                    "promoted": {
                        rule: promoted_units(hits["through"], visible, rule).tolist()
                        for rule in ("any", "majority", "all")
                    },
                }
            )
    fits = [
        {
            **bounds,
            "width": width,
            "height": height,
            "view": home_view(bounds, mode, width=width, height=height).to_dict(),
        }
        for center, radius, extent, width, height in (
            ([0.0, 0.0, 0.0], 1.0, [0.75, 0.5, 0.25], 800, 600),
            ([1.5, -2.0, 0.25], 7.5, [5.0, 4.0, 1.0], 360, 640),
            ([0.0, 1.0, 0.0], 0.0, [0.0, 0.0, 0.0], 1200, 500),
        )
        for bounds in ({"center": center, "radius": radius, "extent": extent},)
        for mode in ("3d", "2d")
    ]
    return {"shape": list(SHAPE), "positions": to_json(positions), "cases": cases, "fits": fits}


def to_json(values: np.ndarray) -> list[float | None]:
    """Flat list of numbers, null for NaN."""
    return [None if np.isnan(value) else float(value) for value in values.ravel()]


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_cases(), indent=1) + "\n")
