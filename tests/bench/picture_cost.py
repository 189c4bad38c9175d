"""What the picture that stays costs: seconds to draw it and the size of its file, for README.

``make bench`` prints the table: one epoch of a run of the paper's synthetic shape, all of it, and
all of the shape of its largest, smooth random trajectories in the default coloring, in the view
before any browser has drawn and at the longest side that a picture may have. Seconds are those of
the whole PNG, the median over repeats; the first, which imports and fills caches, is not counted.
"""

import statistics
import sys
import time

import numpy as np
from paper_run import describe_machine

import mmphate_widget as mm

REPEATS = 9
# name -> shape (epoch, step, unit) of the coordinates, what is shown
SIZES = {
    "one epoch of 101": ((101, 80, 6), "epoch"),
    "all of 101 epochs": ((101, 80, 6), "all"),
    "all of 127 epochs": ((127, 128, 30), "all"),
}
# CSS pixels
VIEWS = ((800, 600), (1200, 900))


def make_positions(shape: tuple[int, int, int]) -> np.ndarray:
    """Coordinates of units that circle along the steps and drift apart over the epochs."""
    n_epochs, n_steps, n_units = shape
    rng = np.random.default_rng(0)
    epoch = np.linspace(0, 1, n_epochs)[:, None, None]
    step = np.linspace(0, 1, n_steps)[None, :, None]
    phase, right, up = rng.normal(size=(3, 1, 1, n_units))
    x = np.cos(6 * step + phase) * (0.3 + epoch) + 0.2 * right
    y = np.sin(6 * step + phase) * (0.3 + epoch) + 0.2 * up
    z = 2 * step - 1 + 0.3 * right * epoch
    return np.stack([x, y, z], axis=-1) + 0.01 * rng.normal(size=(*shape, 3))


def measure(shape: tuple[int, int, int], show: str, size: tuple[int, int]) -> tuple[int, str]:
    """How many points are shown, and a cell of the table."""
    widget = mm.MMPHATEWidget(make_positions(shape), show=show)
    widget.view = {**widget.view, "width": float(size[0]), "height": float(size[1])}
    widget.epoch = shape[0] - 1
    seconds = []
    for _ in range(1 + REPEATS):
        started = time.perf_counter()
        picture = widget._draw_stand_in()
        seconds.append(time.perf_counter() - started)
    n_points = int(widget.visible.sum())
    widget.close()
    return n_points, f"{statistics.median(seconds[1:]):.3f} s, {len(picture) / 1000:.1f} kB"


def main() -> None:
    heads = [f"{width} × {height} pixels" for width, height in VIEWS]
    lines = [
        f"Machine: {describe_machine()}; median of {REPEATS} drawings",
        "",
        f"| shown | points | {' | '.join(heads)} |",
        "|---|---|" + "---|" * len(VIEWS),
    ]
    for name, (shape, show) in SIZES.items():
        measured = [measure(shape, show, size) for size in VIEWS]
        cells = " | ".join(cell for _, cell in measured)
        lines.append(f"| {name} | {measured[0][0]:,} | {cells} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
