"""Hidden states of a GRU recorded at every epoch of its training: trajectories for the benchmarks.

The GRU learns a generated task: of four smooth random inputs it has to give a leaky integral of
the first and a low-passed product of the next two. A probe of held-out sequences runs through it
before each epoch's training, as in a real recording. States are therefore smooth along the steps
(the inputs turn over about ten times in a sequence, however finely it is sampled) and along the
epochs (Adam moves the weights a little), and they carry recording noise on top.
"""

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter

N_INPUTS = 4
N_TARGETS = 2
# An input forgets itself within this part of a sequence.
CORRELATION = 0.1
# Of a leaky integral and of a low pass, in correlation times of the inputs.
INTEGRAL, LOW_PASS = 2.0, 1.0
LEARNING_RATE = 3e-3
TRAINING_SEQUENCES, BATCH, BATCHES_PER_EPOCH = 64, 16, 4
# Longer sequences are learnt in pieces; the probe always runs whole.
LONGEST_PIECE = 100
# Standard deviation of the noise on a state, which lies between -1 and 1.
NOISE = 0.01


def low_pass(values: Float[np.ndarray, "*sequence step feature"], time_constant: float):
    """First-order low pass along the steps."""
    keep = np.exp(-1 / time_constant)
    return lfilter([1 - keep], [1, -keep], values, axis=-2)


def smooth_inputs(
    n_sequences: int, n_steps: int, time_constant: float, rng: np.random.Generator
) -> Float[np.ndarray, "sequence step feature"]:
    """Noise low-passed twice, so that it has a slope, at unit deviation; its start is run in."""
    warm_up = int(np.ceil(5 * time_constant))
    white = rng.normal(size=(n_sequences, warm_up + n_steps, N_INPUTS))
    smooth = low_pass(low_pass(white, time_constant), time_constant)[:, warm_up:]
    return smooth / smooth.std()


def targets_of(
    inputs: Float[np.ndarray, "sequence step feature"], time_constant: float
) -> Float[np.ndarray, "sequence step target"]:
    """What the network has to give."""
    integral = low_pass(inputs[..., :1], INTEGRAL * time_constant)
    product = low_pass(np.tanh(inputs[..., 1:2] * inputs[..., 2:3]), LOW_PASS * time_constant)
    return np.concatenate([integral, product], axis=-1)


def record(
    n_epochs: int, n_steps: int, n_units: int, n_samples: int, *, seed: int, noise: float = NOISE
) -> Float[np.ndarray, "epoch step unit sample"]:
    """Hidden states of the probe before each epoch, float32; the same bits for the same seed."""
    import torch

    # The steps of a small GRU are too short to share: threads would only wait for one another.
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _record(n_epochs, n_steps, n_units, n_samples, seed=seed, noise=noise)
    finally:
        torch.set_num_threads(n_threads)


def _record(
    n_epochs: int, n_steps: int, n_units: int, n_samples: int, *, seed: int, noise: float
) -> Float[np.ndarray, "epoch step unit sample"]:
    import torch

    rng = np.random.default_rng(seed)
    time_constant = CORRELATION * n_steps
    probe = torch.tensor(smooth_inputs(n_samples, n_steps, time_constant, rng)).float()
    piece = min(n_steps, LONGEST_PIECE)
    inputs = smooth_inputs(TRAINING_SEQUENCES, piece, time_constant, rng)
    targets = torch.tensor(targets_of(inputs, time_constant)).float()
    inputs = torch.tensor(inputs).float()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        gru = torch.nn.GRU(N_INPUTS, n_units, batch_first=True)
        read_out = torch.nn.Linear(n_units, N_TARGETS)
    weights = [*gru.parameters(), *read_out.parameters()]
    optimizer = torch.optim.Adam(weights, LEARNING_RATE)
    states = np.empty((n_epochs, n_steps, n_units, n_samples), dtype=np.float32)
    for epoch in range(n_epochs):
        with torch.no_grad():
            hidden = gru(probe)[0].permute(1, 2, 0).numpy()
        states[epoch] = hidden + noise * rng.normal(size=hidden.shape)
        for _ in range(BATCHES_PER_EPOCH):
            some = rng.integers(TRAINING_SEQUENCES, size=BATCH)
            loss = ((read_out(gru(inputs[some])[0]) - targets[some]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return states
