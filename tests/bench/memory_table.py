"""`mm.estimate_memory` beside what fits really take: a table over shapes and kinds of input.

``make memory`` prints the table for README, ``python tests/bench/memory_table.py NAME …`` some of
its rows (those of the reference path are "phate, …"). Every fit has a fresh process. Measured is
the peak resident memory of that process (Linux's VmHWM) less its resident memory right before
``fit``, when the package is imported and the values are made. The estimate is made after the fit,
so that what it looks at does not count.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from paper_run import describe_machine

# name -> shape, kind of values, parameters
INPUTS: dict[str, tuple[tuple[int, int, int, int], str, dict[str, Any]]] = {
    "paper, synthetic": ((101, 80, 6, 10), "bifurcations", {}),
    "paper, HAR": ((127, 128, 30, 6), "smooth", {}),
    "many samples": ((50, 50, 64, 32), "smooth", {}),
    "many units": ((12, 8, 512, 32), "smooth", {}),
    "paper, Area2Bump": ((64, 100, 20, 40), "smooth", {}),
    "no landmarks": ((8, 8, 30, 8), "smooth", {}),
    "more samples than components": ((20, 20, 20, 200), "smooth", {}),
    "noise": ((30, 30, 40, 10), "noise", {}),
    "walk, 500 landmarks": ((60, 60, 16, 20), "walk", {"n_landmark": 500}),
    "unequal lengths": ((40, 50, 12, 16), "ragged", {}),
    "small": ((20, 20, 12, 8), "walk", {}),
    "small, 2D, 300 landmarks": (
        (30, 30, 10, 8),
        "smooth",
        {"n_landmark": 300, "n_components": 2},
    ),
}
# The same for ``engine="phate"``, which holds the whole kernel.
PHATE = {"engine": "phate", "t": 10}
INPUTS |= {
    "phate, paper, synthetic": ((101, 80, 6, 10), "bifurcations", PHATE),
    "phate, no landmarks": ((8, 8, 30, 8), "smooth", PHATE),
    "phate, many units": ((8, 8, 256, 16), "smooth", PHATE | {"n_landmark": 1000}),
    "phate, noise": ((20, 20, 20, 10), "noise", PHATE | {"n_landmark": 500}),
    "phate, dense": ((40, 30, 12, 8), "smooth", PHATE | {"n_landmark": 500}),
    "phate, walk": ((30, 30, 16, 20), "walk", PHATE | {"n_landmark": 1000}),
    "phate, unequal lengths": ((20, 30, 12, 16), "ragged", PHATE | {"n_landmark": 500}),
    "phate, many samples": ((20, 20, 20, 200), "smooth", PHATE | {"n_landmark": 500}),
    "phate, small": ((20, 20, 12, 8), "walk", PHATE | {"n_landmark": 300}),
}
N_JOBS = 2


def make_values(shape: tuple[int, int, int, int], kind: str) -> Any:
    """A trace, or an array of float32."""
    import mmphate_widget as mm

    if kind == "bifurcations":
        return mm.datasets.bifurcations("hopf", "pitchfork", warp=False, random_state=24)
    rng = np.random.default_rng(0)
    n_epochs, n_steps, _, n_samples = shape
    if kind == "noise":
        return rng.normal(size=shape).astype(np.float32)
    if kind == "walk":
        return rng.normal(size=shape).cumsum(0).cumsum(1).astype(np.float32)
    along_steps = rng.normal(size=(1, *shape[1:])).cumsum(1) / np.sqrt(n_steps)
    along_epochs = rng.normal(size=(n_epochs, 1, *shape[2:])).cumsum(0) / np.sqrt(n_epochs)
    smooth = np.tanh(along_steps + along_epochs).astype(np.float32)
    if kind == "smooth":
        return smooth
    lengths = np.maximum(rng.integers(n_steps // 3, n_steps + 1, size=n_samples), 2)
    lengths[: n_samples // 2] = n_steps
    return mm.Trace.from_array(smooth, lengths=lengths)


def resident(field: str) -> int:
    """Bytes of this process in memory now ("VmRSS") or at most ("VmHWM"), on Linux.

    Not ``ru_maxrss``: a new process starts with that of the one that started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


def measure_once(name: str) -> dict[str, float]:
    """Fit one input in this process."""
    import mmphate_widget as mm

    warnings.simplefilter("ignore", UserWarning)
    shape, kind, parameters = INPUTS[name]
    values = make_values(shape, kind)
    estimator = mm.MMPHATE(random_state=0, n_jobs=N_JOBS, **parameters)
    before = resident("VmRSS")
    estimator.fit(values)
    peak = resident("VmHWM")
    return {
        "measured": peak - before,
        "estimate": mm.estimate_memory(values, n_jobs=N_JOBS, **parameters),
    }


def measure_in_fresh_process(name: str) -> dict[str, float]:
    """Fit one input in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--once", name]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(names: list[str]) -> None:
    write = sys.stdout.write
    write(f"Machine: {describe_machine()}\n\n")
    write("| input | shape | engine | measured | estimate | ratio |\n")
    write("|---|---|---|---|---|---|\n")
    for name in names or INPUTS:
        run = measure_in_fresh_process(name)
        sizes, _, parameters = INPUTS[name]
        shape = " × ".join(str(size) for size in sizes)
        engine = parameters.get("engine", "auto")
        ratio = run["estimate"] / run["measured"]
        write(
            f"| {name.removeprefix('phate, ')} | {shape} | {engine} "
            f"| {run['measured'] / 1e6:.0f} MB | {run['estimate'] / 1e6:.0f} MB | {ratio:.2f} |\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    if "--once" in sys.argv:
        sys.stdout.write(json.dumps(measure_once(sys.argv[-1])))
    else:
        main(sys.argv[1:])
