"""The paper's synthetic suite: units that read out a dynamical system through its bifurcation.

Each of two groups of units follows one latent planar system whose control μ runs over
the epochs through 0, where the system starts to oscillate (Hopf) or to choose a side
(pitchfork). A unit reads

    0.2·(x cos φ + y sin φ) + 1.2·r + N(0, 0.001²),   r = √(x² + y²)

of the state, which a smooth warp (x + κxy, y + κx²) may bend first.
"""

from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import Generator
from mmphate_widget._validation import check_choice, check_int
from mmphate_widget.datasets.dynamics import SYSTEMS, latent_path
from mmphate_widget.trace import Trace

# Of the paper: standard deviation of the starting points.
START_SPREAD = 0.6

# Of the paper: where the control starts, and where it ends in a group.
FIRST_CONTROL = -1.0
LAST_CONTROL = 2.0
# Two groups of one system would move alike, so the control of the second goes further.
LAST_CONTROL_OF_TWIN = 3.0

# Of the paper: strength of the warp, weights and noise of the read-out, range of its phase.
WARP = 0.15
PHASE_WEIGHT = 0.2
RADIUS_WEIGHT = 1.2
READOUT_NOISE = 0.001
PHASES = (0.2 * np.pi, 0.8 * np.pi)

# NAME -> systems of the two groups, and the warp: all scenarios of the paper.
SCENARIOS: dict[str, tuple[str, str, bool | Literal["copy"]]] = {
    "hopf, no warp": ("hopf", "hopf", False),
    "hopf, warp": ("hopf", "hopf", True),
    "pitchfork, no warp": ("pitchfork", "pitchfork", False),
    "pitchfork, warp": ("pitchfork", "pitchfork", True),
    "hopf × pitchfork, no warp": ("hopf", "pitchfork", False),
    "hopf × pitchfork, warp": ("hopf", "pitchfork", True),
    "hopf, clean × warped copy": ("hopf", "hopf", "copy"),
}


def bifurcation_suite(**options: Any) -> dict[str, Trace]:
    """All scenarios of the paper: hopf, pitchfork and both, with and without warp, and a copy.

    Parameters
    ----------
    **options
        Sizes and seed, as in `bifurcations`; ``first``, ``second`` and ``warp`` are the scenario's.

    Returns
    -------
    dict of str to Trace
        "hopf, no warp", "hopf, warp", "pitchfork, no warp", "pitchfork, warp",
        "hopf × pitchfork, no warp", "hopf × pitchfork, warp", "hopf, clean × warped copy".

    Raises
    ------
    TypeError, ValueError
        If an option is not one of `bifurcations`, or is part of a scenario.

    Examples
    --------
    >>> for name, trace in bifurcation_suite(n_epochs=3, n_steps=4).items():
    ...     print(name, trace.shape)
    hopf, no warp (3, 4, 6, 10)
    hopf, warp (3, 4, 6, 10)
    pitchfork, no warp (3, 4, 6, 10)
    pitchfork, warp (3, 4, 6, 10)
    hopf × pitchfork, no warp (3, 4, 6, 10)
    hopf × pitchfork, warp (3, 4, 6, 10)
    hopf, clean × warped copy (3, 4, 6, 10)
    """
    taken = sorted({"first", "second", "warp"} & options.keys())
    if taken:
        raise TypeError(
            f"The scenarios set `{'`, `'.join(taken)}`; for one scenario call bifurcations(…)."
        )
    return {
        name: bifurcations(first, second, warp=warp, **options)
        for name, (first, second, warp) in SCENARIOS.items()
    }


def bifurcations(
    first: str = "hopf",
    second: str = "pitchfork",
    *,
    warp: bool | Literal["copy"] = False,
    n_epochs: int = 101,
    n_steps: int = 80,
    n_samples: int = 10,
    n_units: int = 3,
    random_state: int = 24,
) -> Trace:
    """Two groups of units, each reading out a system that bifurcates over the epochs.

    The control μ runs from −1 to 2 over the epochs; in the second of two groups of one
    system to 3. Both groups start from the same points.

    Parameters
    ----------
    first, second : {"hopf", "pitchfork"}, default="hopf" and "pitchfork"
        Latent system of each group.
    warp : bool or "copy", default=False
        Whether the states are bent before they are read out. "copy": the second group
        reads the warped states of the first group's own path, and `second` must equal
        `first`.
    n_epochs, n_steps, n_samples : int, default=101, 80, 10
        Size of the Trace.
    n_units : int, default=3
        Units of each group.
    random_state : int, default=24
        Seed of starting points, phase and noise.

    Returns
    -------
    Trace of shape (n_epochs, n_steps, 2 * n_units, n_samples)
        float64; the layer of a unit is its group, and the metrics are the control of
        each group.

    Raises
    ------
    ValueError
        If a system or `warp` is not one of those listed, or a size is below 1.

    References
    ----------
    S. Xie et al. Multiway Multislice PHATE. https://arxiv.org/abs/2406.01969

    Examples
    --------
    >>> trace = bifurcations("hopf", "pitchfork", n_epochs=5, n_steps=4)
    >>> trace.shape, trace.units[0], trace.metrics["μ of hopf"].tolist()
    ((5, 4, 6, 10), 'hopf[0]', [-1.0, -0.25, 0.5, 1.25, 2.0])
    """
    _check_systems(first, second, warp=warp)
    sizes = {"n_epochs": n_epochs, "n_steps": n_steps, "n_samples": n_samples, "n_units": n_units}
    for name, size in sizes.items():
        check_int(size, name=name, minimum=1)
    rng = np.random.default_rng(check_int(random_state, name="random_state", minimum=0))
    controls = _controls(first, second, warp=warp, n_epochs=n_epochs)
    # The order of the draws (starts, paths, phase, noise) is what a seed stands for.
    start = rng.normal(0.0, START_SPREAD, (n_samples, 2))
    paths = [latent_path(SYSTEMS[first], start, controls[0], n_steps, rng)]
    if warp == "copy":
        paths += [warped(paths[0])]
    else:
        paths += [latent_path(SYSTEMS[second], start, controls[1], n_steps, rng)]
        paths = [warped(path) for path in paths] if warp else paths
    groups = _group_names(first, second, warp=warp)
    return Trace.from_array(
        _read_out(paths, n_units=n_units, rng=rng),
        layers=dict.fromkeys(groups, n_units),
        metrics={f"μ of {group}": mu for group, mu in zip(groups, controls, strict=True)},
    )


def warped(
    path: Float[np.ndarray, "epoch step sample 2"],
) -> Float[np.ndarray, "epoch step sample 2"]:
    """States after the smooth warp (x + κxy, y + κx²)."""
    x, y = path[..., 0], path[..., 1]
    return np.stack([x + WARP * x * y, y + WARP * x * x], axis=-1)


def _read_out(
    paths: list[Float[np.ndarray, "epoch step sample 2"]], *, n_units: int, rng: Generator
) -> Float[np.ndarray, "epoch step unit sample"]:
    """What ``n_units`` units of each path read: one phase for all, noise of their own."""
    phase = rng.uniform(*PHASES)
    groups = []
    for path in paths:
        x, y = path[..., 0], path[..., 1]
        wave = x * np.cos(phase) + y * np.sin(phase)
        clean = PHASE_WEIGHT * wave + RADIUS_WEIGHT * np.hypot(x, y)
        groups.append(np.repeat(clean[:, :, None, :], n_units, axis=2))
    values = np.concatenate(groups, axis=2)
    return np.asarray(values + rng.normal(0.0, READOUT_NOISE, values.shape))


def _controls(
    first: str, second: str, *, warp: bool | str, n_epochs: int
) -> list[Float[np.ndarray, " epoch"]]:
    twins = first == second and warp != "copy"
    ends = (LAST_CONTROL, LAST_CONTROL_OF_TWIN if twins else LAST_CONTROL)
    return [np.linspace(FIRST_CONTROL, end, n_epochs) for end in ends]


def _group_names(first: str, second: str, *, warp: bool | str) -> tuple[str, str]:
    if warp == "copy":
        return first, f"{first} warped"
    return (first, second) if first != second else (f"{first} A", f"{second} B")


def _check_systems(first: str, second: str, *, warp: bool | str) -> None:
    check_choice(first, name="first", choices=SYSTEMS)
    check_choice(second, name="second", choices=SYSTEMS)
    check_choice(warp, name="warp", choices=(False, True, "copy"))
    if warp == "copy" and first != second:
        raise ValueError(
            f"`second` must equal `first` with warp='copy', which warps the first group's own "
            f"path; got {first!r} and {second!r}."
        )
