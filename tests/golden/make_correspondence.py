"""Writes correspondence.json: where one run stands when another does; TypeScript must repeat it.

Run ``python tests/golden/make_correspondence.py`` after a deliberate change of the rule; the Python
side is held to numpy's interpolation in tests/widget/test_correspondence.py.
"""

import json
from pathlib import Path

from mmphate_widget.widget.correspondence import correspond

PATH = Path(__file__).with_name("correspondence.json")

# Numbers of one axis and of another.
AXES = (
    ([0, 1, 2, 3], [5, 7, 9, 11]),
    ([0, 1, 2, 3, 4, 5, 6], [0, 2, 4, 6]),
    ([0, 2, 4, 6], [0, 1, 2, 3, 4, 5, 6]),
    ([0, 1, 10, 100], [1, 3, 30]),
    ([0, 5], [7]),
    ([7], [0, 5, 9, 12]),
    ([3, 1, 2], [0, 1]),
)
STEPS = 8


def cases() -> list[dict]:
    """Every axis at fractions of its length, its ends among them."""
    return [
        {
            "position": at * (len(source) - 1) / STEPS,
            "source": source,
            "target": target,
            "expected": correspond(at * (len(source) - 1) / STEPS, source, target),
        }
        for source, target in AXES
        for at in range(STEPS + 1)
    ]


if __name__ == "__main__":
    PATH.write_text(json.dumps(cases()) + "\n")
