"""Writes density.json: sizes, opacities and fading that TypeScript must repeat.

Run ``python tests/golden/make_density.py`` after a deliberate change of a formula.
"""

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np

from mmphate_widget.widget.age import make_fading, strengths
from mmphate_widget.widget.density import Style, find_marks, reach_of
from mmphate_widget.widget.projection import fit_flat_view, fit_view

PATH = Path(__file__).with_name("density.json")
# Points of an epoch, all points, units, selected points.
COUNTS = (
    (30, 150, 6, 0),
    (480, 48_480, 6, 9_000),
    (3_840, 487_680, 30, 24),
    (50_000, 0, 500, 3_000),
)
REACHES = (40.0, 215.0, 4_000.0)
STYLES = (Style(), Style(5.0, 0.5, 3.0), Style(None, 0.08, None))
FADES = (0.0, 0.2, 0.5, 0.9, 1.0)
AGES = (-0.3, -0.01, 0.0, 0.05, 0.4, 1.0)
NOW = 0.02


def make_density() -> dict[str, object]:
    marks = [
        {
            "show": show,
            "heads": heads,
            "trail": trail if show in ("all", "epochs") else 0,
            "units": units,
            "selected": selected,
            "reach": reach,
            "style": dataclasses.asdict(style),
            "marks": dataclasses.asdict(
                find_marks(
                    show,
                    heads=heads,
                    trail=trail if show in ("all", "epochs") else 0,
                    units=units,
                    selected=selected,
                    reach=reach,
                    style=style,
                )
            ),
        }
        for show, (heads, trail, units, selected), reach, style in itertools.product(
            ("epoch", "all", "steps", "epochs"), COUNTS, REACHES, STYLES
        )
    ]
    views = (fit_view((0.0, 0.0, 0.0), 2.0), fit_flat_view((1.0, 2.0, 3.0), (2.0, 1.0, 1.0)))
    return {
        "marks": marks,
        "reaches": [
            {"view": view.to_dict(), "radius": radius, "reach": reach_of(view, radius)}
            for view in views
            for radius in (2.0, 0.0)
        ],
        "now": NOW,
        "ages": list(AGES),
        "strengths": [
            {
                "fade": fade,
                "through": through,
                "strengths": strengths(
                    np.array(AGES), make_fading(fade, through=through), now=NOW
                ).tolist(),
            }
            for fade in FADES
            for through in ("epochs", "steps")
        ],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_density()) + "\n")
