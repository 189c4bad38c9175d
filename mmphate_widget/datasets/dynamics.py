"""Two planar systems with a control μ, and the paths they take while μ moves over epochs.

    Hopf:       x' = μx − ωy − r²x,   y' = ωx + μy − r²y,   r² = x² + y², ω = 1
    pitchfork:  x' = μx − x³,         y' = −2y

For μ < 0 both rest at the origin. For μ > 0 the Hopf system circles at radius √μ and the
pitchfork settles at x = ±√μ, each sample on the side it started from.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import Generator

State: TypeAlias = Float[np.ndarray, "sample 2"]
Field: TypeAlias = Callable[[State, float], State]

# Of the paper: integration step, angular velocity of the Hopf system, decay of y in the pitchfork.
TIME_STEP = 0.1
ANGULAR_VELOCITY = 1.0
PITCHFORK_DECAY = 2.0

# Of the paper: standard deviation of the noise added to the state after each step.
PROCESS_NOISE = 0.001


def hopf(state: State, mu: float) -> State:
    """Velocity of the Hopf normal form at control ``mu``."""
    x, y = state.T
    growth = mu - (x * x + y * y)
    return np.stack([growth * x - ANGULAR_VELOCITY * y, ANGULAR_VELOCITY * x + growth * y], axis=-1)


def pitchfork(state: State, mu: float) -> State:
    """Velocity of the pitchfork normal form at control ``mu``."""
    x, y = state.T
    return np.stack([mu * x - x * x * x, -PITCHFORK_DECAY * y], axis=-1)


def runge_kutta(field: Field, state: State, mu: float, *, dt: float = TIME_STEP) -> State:
    """``state`` after one classical fourth-order Runge–Kutta step."""
    k1 = field(state, mu)
    k2 = field(state + dt / 2 * k1, mu)
    k3 = field(state + dt / 2 * k2, mu)
    k4 = field(state + dt * k3, mu)
    return np.asarray(state + dt / 6 * (k1 + 2 * (k2 + k3) + k4))


def latent_path(
    field: Field, start: State, controls: Float[np.ndarray, " epoch"], n_steps: int, rng: Generator
) -> Float[np.ndarray, "epoch step sample 2"]:
    """States of all samples; an epoch starts where the one before it ended."""
    path = np.empty((len(controls), n_steps, *start.shape))
    state = start
    for epoch, mu in enumerate(controls):
        for step in range(n_steps):
            noise = rng.normal(0.0, PROCESS_NOISE, start.shape)
            state = runge_kutta(field, state, float(mu)) + noise
            path[epoch, step] = state
    return path


# NAME -> velocity of the states (sample, 2) at a control; every path rests at the origin for μ < 0.
SYSTEMS: dict[str, Field] = {"hopf": hopf, "pitchfork": pitchfork}
