"""What the benchmarks embed, by name: made once, seeded, and kept as .npy files.

The paper's synthetic suite is `mm.datasets.bifurcations`. The shapes that have no public data are
recordings of a GRU in training (`recordings`). The finest of them, "fine", is one set of
trajectories to fit the exponent of the run time on. "NAME, every 6" is NAME at every sixth step,
"NAME, every 6 from 2" the same from step 2 on.
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float
from planted import SUITES, planted
from recordings import record

ROOT = Path(__file__).resolve().parent.parent.parent
# Ignored by git.
FOLDER = ROOT / "test-output" / "bench"

Values = Float[np.ndarray, "epoch step unit sample"]
# name -> epochs, steps, units, samples, seed. A recording of fewer epochs is the beginning of the
# longer one of that seed.
RECORDINGS = {
    "area2bump": (64, 600, 20, 40, 1),
    "area2bump, 16 epochs": (16, 600, 20, 40, 1),
    "area2bump, 4 epochs": (4, 600, 20, 40, 1),
    "har": (127, 128, 30, 6, 2),
    "har, 16 epochs": (16, 128, 30, 6, 2),
    "units": (50, 50, 256, 32, 3),
    "fine": (64, 1600, 20, 40, 4),
}
# Scenario -> groups and warp of `mm.datasets.bifurcations`.
SCENARIOS = {
    "hopf × pitchfork": ("hopf", "pitchfork", False),
    "hopf × pitchfork, warp": ("hopf", "pitchfork", True),
    "hopf": ("hopf", "hopf", False),
    "hopf, warp": ("hopf", "hopf", True),
    "pitchfork": ("pitchfork", "pitchfork", False),
    "pitchfork, warp": ("pitchfork", "pitchfork", True),
    "hopf, clean and warped": ("hopf", "hopf", "copy"),
}
SYNTHETIC = "hopf × pitchfork"
# points -> epochs of the paper's synthetic run, and every so many steps.
PARTS = {24_000: (100, 2), 1_200: (40, 16)}


def scenario(name: str) -> Values:
    """A scenario of the paper's suite at the paper's size."""
    import mmphate_widget as mm

    first, second, warp = SCENARIOS[name]
    return mm.datasets.bifurcations(first, second, warp=warp, random_state=24).values


def values_of(name: str) -> Values:
    """The values of an input, computed."""
    whole, _, sampled = name.partition(", every ")
    if sampled:
        every, _, first = sampled.partition(" from ")
        return np.load(keep(whole))[:, int(first or 0) :: int(every)]
    return INPUTS[name]()


def sampled_name(name: str, every: int, first: int = 0) -> str:
    """Name of an input at every so many steps."""
    if every == 1:
        return name
    return f"{name}, every {every}" + (f" from {first}" if first else "")


def file_of(name: str) -> Path:
    """Where an input is kept."""
    return FOLDER / "inputs" / f"{re.sub('[^a-z0-9]+', '-', name)}.npy"


def keep(name: str) -> Path:
    """File of an input, made where it is not there yet."""
    path = file_of(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npy")
        np.save(unfinished, values_of(name))
        unfinished.replace(path)
    return path


def shape_of(name: str) -> tuple[int, ...]:
    """Shape of an input, from its file's head."""
    return np.load(keep(name), mmap_mode="r").shape


# name -> values (epoch, step, unit, sample)
INPUTS: dict[str, Callable[[], Values]] = {
    name: lambda name=name: scenario(name) for name in SCENARIOS
}
INPUTS |= {
    f"{SYNTHETIC}, {points:,} points": lambda part=part: scenario(SYNTHETIC)[: part[0], :: part[1]]
    for points, part in PARTS.items()
}
INPUTS |= {
    name: lambda sizes=sizes: record(*sizes[:-1], seed=sizes[-1])
    for name, sizes in RECORDINGS.items()
}
INPUTS |= {f"{n} planted groups": lambda n=n: planted(n)[0] for n in SUITES}
