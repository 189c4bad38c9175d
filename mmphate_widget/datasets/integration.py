"""Context-dependent integration: two noisy streams of evidence, one of which counts.

A cue that is on from the first step says which stream. At the end the answer is the sign of the
evidence that this stream was drawn with; the other stream is to be ignored.
"""

from collections.abc import Sequence

import numpy as np

from mmphate_widget._validation import check_int, check_real, check_real_array
from mmphate_widget.datasets.sequences import Drawn, StepTargets

STREAMS = ("motion", "color")


def context_integration(
    *,
    n_steps: int = 25,
    response_steps: int = 5,
    strengths: Sequence[float] = (0.1, 0.25, 0.5),
    noise: float = 0.5,
    n_train: int = 1024,
    n_test: int = 512,
    random_state: int = 0,
) -> StepTargets:
    """Two streams of evidence and a cue that says which of them to add up.

    Each stream has a mean, plus or minus one of `strengths`, drawn alike and independently, and
    noise of its own at every step. During the response both streams are silent and the cue stays.

    Parameters
    ----------
    n_steps : int, default=25
        Steps of a sequence, the response included.
    response_steps : int, default=5
        Steps at the end, at which the answer counts; fewer than `n_steps`.
    strengths : sequence of float, default=(0.1, 0.25, 0.5)
        Sizes of the mean evidence, positive. *Ours*; the paper's coherences are of its stimuli.
    noise : float, default=0.5
        Standard deviation of the evidence at each step.
    n_train, n_test : int, default=1024, 512
        Sequences of each set.
    random_state : int, default=0
        Seed of means, cues and noise.

    Returns
    -------
    StepTargets
        ``x`` of shape (n, n_steps, 4): motion, color and a channel for each cue, 1 where it holds.
        ``y`` of shape (n, n_steps, 1): the sign of the mean of the cued stream. Labels: 0
        "negative", 1 "positive". Conditions: "context" (0 motion, 1 color), and "motion" and
        "color", the rank of each mean, 0 for the most negative.

    Raises
    ------
    TypeError, ValueError
        If a size, a strength or the seed is not as stated.

    Notes
    -----
    An observer who adds up the cued stream over n = ``n_steps - response_steps`` steps is right in
    Φ(strength · √n / noise) of the sequences: with the defaults 81 %, 99 % and 100 %, 93 % in all.
    No network does better, but on what it has seen in training.

    References
    ----------
    V. Mante, D. Sussillo, K. V. Shenoy, W. T. Newsome. Context-dependent computation by recurrent
    dynamics in prefrontal cortex. Nature 503 (2013). https://doi.org/10.1038/nature12742

    Examples
    --------
    >>> task = context_integration(n_train=100, n_test=50)
    >>> task.x_train.shape, task.channels
    ((100, 25, 4), ('motion', 'color', 'attend motion', 'attend color'))
    """
    check_int(n_steps, name="n_steps", minimum=2)
    check_int(response_steps, name="response_steps", minimum=1, maximum=n_steps - 1)
    sizes = {"n_train": n_train, "n_test": n_test}
    for name, size in sizes.items():
        check_int(size, name=name, minimum=1)
    means = _signed(strengths)
    spread = check_real(noise, name="noise", minimum=0.0)
    rng = np.random.default_rng(check_int(random_state, name="random_state", minimum=0))
    n, evidence_steps = n_train + n_test, n_steps - response_steps
    context = rng.integers(0, 2, n)
    ranks = rng.integers(0, len(means), (n, 2))
    x = np.zeros((n, n_steps, 4))
    x[:, :evidence_steps, :2] = means[ranks][:, None] + rng.normal(
        0.0, spread, (n, evidence_steps, 2)
    )
    x[:, :, 2:] = np.eye(2)[context][:, None]
    answer = np.sign(means[ranks[np.arange(n), context]])
    mask = np.zeros((n, n_steps), dtype=bool)
    mask[:, evidence_steps:] = True
    drawn = Drawn(
        x=x,
        y=(answer[:, None] * mask)[..., None],
        mask=mask,
        labels=answer > 0,
        conditions={"context": context, "motion": ranks[:, 0], "color": ranks[:, 1]},
    )
    return drawn.split(
        n_train,
        class_names=("negative", "positive"),
        channels=(*STREAMS, *(f"attend {stream}" for stream in STREAMS)),
        outputs=("choice",),
    )


def _signed(strengths: Sequence[float]) -> np.ndarray:
    """All means a stream may have, from the most negative up."""
    sizes = check_real_array(strengths, name="strengths").astype(np.float64)
    if sizes.ndim != 1 or not np.isfinite(sizes).all() or not (sizes > 0).all():
        raise ValueError(f"`strengths` must be positive finite numbers; got {strengths!r}.")
    return np.unique(np.concatenate([-sizes, sizes]))
