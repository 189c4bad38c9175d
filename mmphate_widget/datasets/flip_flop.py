"""The flip-flop: remember, bit by bit, which way the last pulse went.

Each bit has an input channel that is silent but for short pulses of +1 or −1, and an output that
should hold the sign of the last pulse. A network that solves it has 2^bits places to rest at.
"""

import numpy as np

from mmphate_widget._validation import check_int, check_real
from mmphate_widget.datasets.sequences import Drawn, StepTargets

# More bits have more rest points than a small network can hold, and no name for each.
MOST_BITS = 8


def flip_flop(
    *,
    n_bits: int = 3,
    n_steps: int = 40,
    pulse_probability: float = 0.15,
    noise: float = 0.0,
    n_train: int = 512,
    n_test: int = 256,
    random_state: int = 0,
) -> StepTargets:
    """Sequences of pulses on a few channels, and the sign of the last pulse of each.

    All bits get a pulse at step 0, so that the target is known from there on.

    Parameters
    ----------
    n_bits : int, default=3
        Channels and outputs, 1 … 8.
    n_steps : int, default=40
        Steps of a sequence.
    pulse_probability : float, default=0.15
        Chance of a pulse of a bit at a step, between 0 and 1; its sign is +1 or −1 alike.
    noise : float, default=0
        Standard deviation of the noise added to every input.
    n_train, n_test : int, default=512, 256
        Sequences of each set.
    random_state : int, default=0
        Seed of pulses and noise.

    Returns
    -------
    StepTargets
        ``x`` of shape (n, n_steps, n_bits), ``y`` of the same shape; all steps count. The label is
        the state of all bits at the last step: class 5 of three bits is "+-+". One condition,
        "pulses": how many the sequence had.

    Raises
    ------
    TypeError, ValueError
        If a size, a probability or the seed is not as stated.

    References
    ----------
    D. Sussillo, O. Barak. Opening the black box: low-dimensional dynamics in high-dimensional
    recurrent neural networks. Neural Computation 25 (2013). https://doi.org/10.1162/NECO_a_00409

    Examples
    --------
    >>> task = flip_flop(n_bits=1, n_steps=8, pulse_probability=0.3, n_train=1, n_test=1)
    >>> task.x_train[0, :, 0].astype(int).tolist()
    [1, 0, 0, -1, 0, -1, 0, -1]
    >>> task.y_train[0, :, 0].astype(int).tolist()
    [1, 1, 1, -1, -1, -1, -1, -1]
    """
    check_int(n_bits, name="n_bits", minimum=1, maximum=MOST_BITS)
    sizes = {"n_steps": n_steps, "n_train": n_train, "n_test": n_test}
    for name, size in sizes.items():
        check_int(size, name=name, minimum=1)
    chance = check_real(pulse_probability, name="pulse_probability", minimum=0.0, maximum=1.0)
    spread = check_real(noise, name="noise", minimum=0.0)
    rng = np.random.default_rng(check_int(random_state, name="random_state", minimum=0))
    shape = (n_train + n_test, n_steps, n_bits)
    signs = rng.integers(0, 2, shape) * 2 - 1
    has_pulse = rng.random(shape) < chance
    has_pulse[:, 0] = True
    held = last_pulse(signs, has_pulse)
    ends = (held[:, -1] > 0) @ (1 << np.arange(n_bits)[::-1])
    drawn = Drawn(
        x=signs * has_pulse + rng.normal(0.0, spread, shape),
        y=held,
        mask=np.ones(shape[:2], dtype=bool),
        labels=ends,
        conditions={"pulses": has_pulse.sum(axis=(1, 2))},
    )
    return drawn.split(
        n_train,
        class_names=tuple(_signs(state, n_bits) for state in range(1 << n_bits)),
        channels=tuple(f"pulse {bit}" for bit in range(n_bits)),
        outputs=tuple(f"bit {bit}" for bit in range(n_bits)),
    )


def last_pulse(signs: np.ndarray, has_pulse: np.ndarray) -> np.ndarray:
    """The sign of the latest pulse at each (sample, step, bit); all have one at step 0."""
    steps = np.arange(signs.shape[1])[None, :, None]
    latest = np.maximum.accumulate(np.where(has_pulse, steps, 0), axis=1)
    return np.asarray(np.take_along_axis(signs, latest, axis=1))


def _signs(state: int, n_bits: int) -> str:
    return format(state, f"0{n_bits}b").replace("1", "+").replace("0", "-")
