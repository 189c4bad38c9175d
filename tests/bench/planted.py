"""Units in planted groups, for scores that need to know which units belong together.

Each group follows a latent system of the paper's synthetic suite, Hopf and pitchfork in turn, from
starting points of its own, while its control runs over the epochs from −0.5 to 2. A unit reads

    0.2·(x cos φ + y sin φ) + 1.2·√(x² + y²) + N(0, 0.25²)

of the state with a phase φ of its own within a quarter turn, so that units of one group never
answer with opposite signs. The noise is that strong on purpose: at the suite's own 0.001 every
method finds every group, and here single slices leave something to be told apart. Before the
bifurcation states rest near the origin and there is little but noise; groups come into being as
the control passes 0.
"""

import numpy as np
from jaxtyping import Float, Int

# groups -> units, epochs, steps: 3,600 points each, which m-phate embeds in less than a minute.
SUITES = {3: (30, 12, 10), 5: (45, 10, 8), 6: (60, 10, 6)}
N_SAMPLES = 20
FIRST_CONTROL, LAST_CONTROL = -0.5, 2.0
PHASES = (-np.pi / 4, np.pi / 4)
NOISE = 0.25


def planted(
    n_groups: int, *, noise: float = NOISE, seed: int = 0
) -> tuple[Float[np.ndarray, "epoch step unit sample"], Int[np.ndarray, " unit"]]:
    """Values of a suite, and the group of each unit."""
    from mmphate_widget.datasets.bifurcations import (
        PHASE_WEIGHT,
        RADIUS_WEIGHT,
        START_SPREAD,
    )
    from mmphate_widget.datasets.dynamics import SYSTEMS, latent_path

    n_units, n_epochs, n_steps = SUITES[n_groups]
    rng = np.random.default_rng(seed)
    controls = np.linspace(FIRST_CONTROL, LAST_CONTROL, n_epochs)
    fields = list(SYSTEMS.values())
    paths = [
        latent_path(
            fields[group % len(fields)],
            rng.normal(0.0, START_SPREAD, (N_SAMPLES, 2)),
            controls,
            n_steps,
            rng,
        )
        for group in range(n_groups)
    ]
    groups = np.arange(n_units) % n_groups
    x, y = np.moveaxis(np.stack([paths[group] for group in groups], axis=2), -1, 0)
    phase = rng.uniform(*PHASES, size=n_units)[:, None]
    clean = PHASE_WEIGHT * (x * np.cos(phase) + y * np.sin(phase)) + RADIUS_WEIGHT * np.hypot(x, y)
    return clean + rng.normal(0.0, noise, clean.shape), groups
