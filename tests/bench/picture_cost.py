"""What pictures and movies cost: seconds to draw them and the size of their files, for README.

``make bench`` prints the table: one epoch of a run of the paper's synthetic shape, all of it, and
all of the shape of its largest, smooth random trajectories in the default coloring, in the view
before any browser has drawn and at the longest side that a picture may have. Seconds are those of
the whole PNG, the median over repeats; the first, which imports and fills caches, is not counted.
Movies are of the first thirty epochs at 8 epochs and 30 frames a second; one run each.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

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
MOVIES = {
    "48,480 points, the current epoch": ((101, 80, 6), "epoch"),
    "the same, all epochs": ((101, 80, 6), "all"),
    "487,680 points, the current epoch": ((127, 128, 30), "epoch"),
    "the same, all 487,680": ((127, 128, 30), "all"),
}
MOVIE_EPOCHS = (0, 29)
MOVIE_SPEED = 8
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


def measure_movie(shape: tuple[int, int, int], show: str) -> list[str]:
    """A cell of the table for an MP4 and for a GIF of 800 × 600 pixels."""
    widget = mm.MMPHATEWidget(make_positions(shape), show=show)
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("movie.mp4", "movie.gif"):
            path = Path(folder) / name
            started = time.perf_counter()
            widget.save_animation(
                path, epochs=MOVIE_EPOCHS, speed=MOVIE_SPEED, size=VIEWS[0], progress=False
            )
            seconds = time.perf_counter() - started
            cells.append(f"{seconds:.1f} s, {path.stat().st_size / 1e6:.1f} MB")
    widget.close()
    return cells


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
    lines += ["", "| movie of 800 × 600 pixels, 30 epochs | MP4 | GIF |", "|---|---|---|"]
    for name, (shape, show) in MOVIES.items():
        lines.append(f"| {name} | {' | '.join(measure_movie(shape, show))} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
