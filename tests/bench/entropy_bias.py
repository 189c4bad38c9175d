"""How far the entropies are from what was planted, with few units, steps and samples.

``python tests/bench/entropy_bias.py`` prints four tables, each entry a mean ± standard deviation
over draws:

1. intra-step, spectral: exp(entropy) of n unrelated units, beside what Page (1993) gives;
2. intra-step, spectral: exp(entropy) of planted groups of units, with and without noise;
3. inter-step, spectral: exp(entropy) of a unit that goes through planted phases of steps;
4. knn: entropy less that of the Gaussian that the places are drawn from, in nats.
"""

import sys
from typing import Any

import numpy as np

import mmphate_widget as mm

UNITS, SAMPLES = (4, 8, 16, 32, 64, 128), (5, 10, 30, 100, 1000)
GROUPS, UNITS_OF_GROUPS = (1, 2, 4, 8), 32
PHASES, STEPS, BANDWIDTHS = (1, 2, 4, 8), 32, (0.25, 0.5, 1.0)
NOISES = (0.0, 0.2, 0.5)
NEIGHBORS, PLACES = (1, 3, 5), (8, 16, 32, 64, 128)
DRAWS = 40


def table(title: str, columns: list[str], rows: dict[str, list[str]]) -> None:
    say = sys.stdout.write
    say(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n")
    for name, cells in rows.items():
        say(f"| {name} | {' | '.join(cells)} |\n")
    sys.stdout.flush()


def shown(values: Any) -> str:
    return f"{np.mean(values):.2f} ± {np.std(values):.2f}"


def counted(values: Any) -> str:
    return shown(np.exp(mm.analysis.intra_step_entropy(values).values))


def page(n_units: int, n_samples: int) -> float:
    """exp of the mean entropy of unrelated units: m - 1 of m samples are free after z-scoring."""
    few, many = sorted([n_units, n_samples - 1])
    return float(few * np.exp(-few / (2 * many)))


def unrelated(rng: Any) -> None:
    rows = {
        f"{n} units": [
            f"{counted(rng.normal(size=(1, DRAWS, n, s)))} ({page(n, s):.2f})" for s in SAMPLES
        ]
        for n in UNITS
    }
    table("1. Unrelated units (Page)", ["", *(f"{s} samples" for s in SAMPLES)], rows)


def grouped(rng: Any) -> None:
    rows = {}
    for n_groups in GROUPS:
        for noise in NOISES:
            cells = []
            for s in SAMPLES:
                groups = rng.normal(size=(1, DRAWS, n_groups, s))
                units = groups[:, :, np.arange(UNITS_OF_GROUPS) % n_groups]
                cells.append(counted(units + noise * rng.normal(size=units.shape)))
            rows[f"{n_groups}, noise {noise}"] = cells
    title = f"2. Groups among {UNITS_OF_GROUPS} units, noise in deviations of the signal"
    table(title, ["groups", *(f"{s} samples" for s in SAMPLES)], rows)


def phased(rng: Any) -> None:
    rows = {}
    for n_phases in PHASES:
        for noise in NOISES:
            cells = []
            for s in SAMPLES:
                phases = rng.normal(size=(1, n_phases, DRAWS, s))
                steps = np.repeat(phases, STEPS // n_phases, axis=1)
                steps = steps + noise * rng.normal(size=steps.shape)
                measured = [
                    # Unrelated patterns are √(2 S) apart.
                    mm.analysis.inter_step_entropy(steps, bandwidth=b * np.sqrt(2 * s)).values
                    for b in BANDWIDTHS
                ]
                cells.append(" / ".join(f"{np.exp(one).mean():.2f}" for one in measured))
            rows[f"{n_phases}, noise {noise}"] = cells
    listed = " / ".join(str(b) for b in BANDWIDTHS)
    title = f"3. Phases of {STEPS} steps, bandwidth {listed} of the distance between unrelated ones"
    table(title, ["phases", *(f"{s} samples" for s in SAMPLES)], rows)


def neighbors(rng: Any) -> None:
    rows = {}
    for n_components in (2, 3):
        expected = n_components / 2 * np.log(2 * np.pi * np.e)
        for k in NEIGHBORS:
            cells = []
            for n in PLACES:
                places = rng.normal(size=(1, 10 * DRAWS, n, n_components))
                trace = np.zeros((*places.shape[:3], 2))
                entropy = mm.analysis.intra_step_entropy(
                    trace, places, estimator="knn", n_neighbors=k
                )
                cells.append(shown(entropy.values - expected))
            rows[f"{n_components} components, neighbor {k}"] = cells
    table("4. knn, entropy less the true one", ["", *(f"{n} places" for n in PLACES)], rows)


def main() -> None:
    rng = np.random.default_rng(0)
    for part in (unrelated, grouped, phased, neighbors):
        part(rng)


if __name__ == "__main__":
    main()
