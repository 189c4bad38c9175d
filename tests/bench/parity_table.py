"""The default engine beside the reference: how far apart, how far the reference from itself.

``python tests/bench/parity_table.py`` fits each input with both engines, five seeds each, at equal
t (that of the default engine), gamma and number of landmarks, and prints three tables:

1. the paper's suite: median Procrustes disparity between the engines over 5 seeds, beside that of
   the reference over its 10 pairs of seeds;
2. networks and planted groups, where the reference hardly depends on its seed: the same, and how
   far both are from the embedding that diffuses between all points, without landmarks;
3. the t that each engine chooses, and what another t does to an embedding.

``--picture FILE`` also draws the entropy curves behind the choice of t.
"""

import argparse
import sys
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import procrustes

import mmphate_widget as mm
from mmphate_widget.diffusion import entropy_curve

SEEDS = range(5)
N_LANDMARK = 500
EVERY_EPOCH, EVERY_STEP = 4, 2
# Scenario -> arguments of `mm.datasets.bifurcations`: latent systems of the two groups, and warp.
SUITE: dict[str, tuple[str, str, Any]] = {
    "hopf": ("hopf", "hopf", False),
    "hopf, warp": ("hopf", "hopf", True),
    "pitchfork": ("pitchfork", "pitchfork", False),
    "pitchfork, warp": ("pitchfork", "pitchfork", True),
    "hopf × pitchfork": ("hopf", "pitchfork", False),
    "hopf × pitchfork, warp": ("hopf", "pitchfork", True),
    "hopf, clean and warped": ("hopf", "hopf", "copy"),
}


def suite(name: str) -> Any:
    """Every fourth epoch and every second step of a scenario of the paper's suite."""
    first, second, warp = SUITE[name]
    trace = mm.datasets.bifurcations(first, second, warp=warp, random_state=24)
    return trace[::EVERY_EPOCH, ::EVERY_STEP]


def digits() -> Any:
    """A GRU of 24 units that learns to read digits row by row."""
    from mmphate_widget.demo import train_digits

    return train_digits(mm.datasets.digit_rows(), n_epochs=24, n_units=24)


def running_sum() -> Any:
    """An LSTM of 20 units that learns the sign of a sum."""
    import torch

    torch.manual_seed(0)
    x = torch.randn(128, 12, 3)
    y = (x.cumsum(1)[:, -1] > 0).float()
    model = torch.nn.ModuleDict(
        {"rnn": torch.nn.LSTM(3, 20, batch_first=True), "out": torch.nn.Linear(20, 3)}
    )
    model.forward = lambda batch: model["out"](model["rnn"](batch)[0][:, -1])
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    with mm.Recorder(model, probe=x[:32], layers=["rnn"]) as recorder:
        for _ in range(25):
            for some in torch.arange(128).split(32):
                optimizer.zero_grad()
                loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x[some]), y[some])
                loss.backward()
                optimizer.step()
            recorder.snapshot(loss=float(loss))
    return recorder.trace


def planted_groups() -> Any:
    """Four groups of five units that act alike, with noise."""
    rng = np.random.default_rng(0)
    along_steps = rng.normal(size=(1, 16, 4, 20)).cumsum(1) / 4
    along_epochs = rng.normal(size=(16, 1, 4, 20)).cumsum(0) / 4
    groups = np.tanh(along_steps + along_epochs)[:, :, np.arange(20) % 4]
    return groups + 0.5 * rng.normal(size=groups.shape)


OTHERS = {
    "digits GRU": digits,
    "running-sum LSTM": running_sum,
    "planted groups": planted_groups,
}


def fit(values: Any, engine: str, seed: int, **parameters: Any) -> mm.MMPHATE:
    parameters = {"n_landmark": N_LANDMARK, **parameters}
    return mm.MMPHATE(engine=engine, random_state=seed, **parameters).fit(values)


def disparity(one: mm.MMPHATE, other: mm.MMPHATE) -> float:
    """Procrustes disparity over all points: 0 alike up to place, size and rotation; at most 1."""
    n_components = one.embedding_.shape[-1]
    flat = [fitted.embedding_.reshape(-1, n_components) for fitted in (one, other)]
    return float(procrustes(*flat)[2])


def compare(values: Any, t: int) -> tuple[float, float, list[mm.MMPHATE], list[mm.MMPHATE]]:
    """Median disparities: of the reference to itself, and between the engines seed by seed."""
    reference = [fit(values, "phate", seed, t=t) for seed in SEEDS]
    ours = [fit(values, "numpy", seed, t=t) for seed in SEEDS]
    own = np.median([disparity(*pair) for pair in combinations(reference, 2)])
    between = np.median([disparity(*pair) for pair in zip(reference, ours, strict=True)])
    return float(own), float(between), reference, ours


def singular_values(fitted: mm.MMPHATE) -> np.ndarray:
    return np.linalg.svd(fitted.landmark_operator_, compute_uv=False)


def draw_entropies(chosen: dict[str, tuple[mm.MMPHATE, mm.MMPHATE]], path: Path) -> None:
    """Entropy over t: eigenvalues of the default engine, singular values of the reference."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 5, figsize=(14, 5.2), layout="constrained")
    times = np.arange(1, 101)
    for axis, (name, (ours, reference)) in zip(axes.flat, chosen.items(), strict=False):
        values = (np.abs(ours.eigenvalues_), singular_values(reference))
        for what, fitted, spectrum in zip(
            ("default", "reference"), (ours, reference), values, strict=True
        ):
            curve = entropy_curve(spectrum)
            (line,) = axis.plot(times, curve, label=f"{what}, t = {fitted.t_}")
            axis.plot(fitted.t_, curve[fitted.t_ - 1], "o", color=line.get_color())
        axis.set_title(name, fontsize=10)
        axis.legend(fontsize=8, frameon=False)
    figure.supxlabel("t")
    figure.supylabel("von Neumann entropy (nats)")
    figure.savefig(path, dpi=110)


def main(picture: Path | None) -> None:
    # Components are reported in the tables.
    warnings.simplefilter("ignore", UserWarning)
    say = sys.stdout.write
    inputs = {name: suite(name) for name in SUITE} | {name: make() for name, make in OTHERS.items()}
    chosen = {
        name: (fit(values, "numpy", 0), fit(values, "phate", 0)) for name, values in inputs.items()
    }
    say("| the paper's suite | components | t | reference to itself | engines | ratio |\n")
    say("|---|---|---|---|---|---|\n")
    for name in SUITE:
        ours, _ = chosen[name]
        own, between, *_ = compare(inputs[name], ours.t_)
        components = ours.n_connected_components_
        say(f"| {name} | {components} | {ours.t_} | {own:.3f} | {between:.3f} | ")
        say(f"{between / own:.2f} |\n")
        sys.stdout.flush()
    say("\n| others | reference to itself | engines | ratio | reference to all points | default ")
    say("to all points |\n|---|---|---|---|---|---|\n")
    for name in OTHERS:
        t = chosen[name][0].t_
        own, between, reference, ours = compare(inputs[name], t)
        whole = fit(inputs[name], "numpy", 0, t=t, n_landmark=10**9, mds_solver="smacof")
        away = [np.median([disparity(f, whole) for f in fits]) for fits in (reference, ours)]
        say(f"| {name} | {own:.5f} | {between:.5f} | {between / own:.1f} | {away[0]:.4f} | ")
        say(f"{away[1]:.4f} |\n")
        sys.stdout.flush()
    say("\n| input | t, default | t, reference | default at either t |\n|---|---|---|---|\n")
    for name, (ours, reference) in chosen.items():
        other = fit(inputs[name], "numpy", 0, t=reference.t_)
        say(f"| {name} | {ours.t_} | {reference.t_} | {disparity(ours, other):.4f} |\n")
    if picture is not None:
        draw_entropies(chosen, picture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=Path)
    main(parser.parse_args().picture)
