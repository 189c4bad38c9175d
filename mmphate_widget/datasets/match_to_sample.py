"""Delayed match to sample: see a stimulus, keep it over a delay, say whether the next is the same.

step    sample   delay   test   response
input   one-hot          one-hot
fixate    1       1       1       0
target                            1 if the two are one stimulus, else −1
"""

import numpy as np

from mmphate_widget._validation import check_int, check_real
from mmphate_widget.datasets.sequences import Drawn, StepTargets


def delayed_match_to_sample(
    *,
    n_stimuli: int = 2,
    sample_steps: int = 4,
    delay_steps: int = 12,
    test_steps: int = 4,
    response_steps: int = 4,
    noise: float = 0.1,
    n_train: int = 1024,
    n_test: int = 256,
    random_state: int = 0,
) -> StepTargets:
    """Two stimuli with a delay between them; the answer is whether they are the same one.

    One input channel for each stimulus, 1 while it is shown, and a channel "fixate" that is 1 until
    the answer is due. Sample and test are the same in half of the sequences, the stimuli are drawn
    alike.

    Parameters
    ----------
    n_stimuli : int, default=2
        Stimuli to choose from, at least 2.
    sample_steps, delay_steps, test_steps, response_steps : int, default=4, 12, 4, 4
        Steps of each part of a sequence; the delay may be 0.
    noise : float, default=0.1
        Standard deviation of the noise added to every input.
    n_train, n_test : int, default=1024, 256
        Sequences of each set.
    random_state : int, default=0
        Seed of stimuli and noise.

    Returns
    -------
    StepTargets
        ``x`` of shape (n, steps, n_stimuli + 1), ``y`` of shape (n, steps, 1); the steps of the
        response count. Labels: 0 "other", 1 "same". Conditions "sample" and "test": which stimulus
        was shown.

    Raises
    ------
    TypeError, ValueError
        If a size or the seed is not as stated.

    Notes
    -----
    Neither stimulus tells the answer alone, so that a network is at chance for a while and then
    learns at once. With two stimuli small networks of all kinds get there in 10 to 30 epochs of
    `mm.train.fit`, with four it takes several times as many updates.

    References
    ----------
    E. K. Miller, C. A. Erickson, R. Desimone. Neural mechanisms of visual working memory in
    prefrontal cortex of the macaque. Journal of Neuroscience 16 (1996).
    https://doi.org/10.1523/JNEUROSCI.16-16-05154.1996

    G. R. Yang et al. Task representations in neural networks trained to perform many cognitive
    tasks. Nature Neuroscience 22 (2019). https://doi.org/10.1038/s41593-018-0310-2

    Examples
    --------
    >>> task = delayed_match_to_sample(n_train=100, n_test=50)
    >>> task
    <StepTargets: 100 + 50 sequences × 24 steps × 3 channels, 1 outputs>
    >>> task.mask_train[0].nonzero()[0].tolist()
    [20, 21, 22, 23]
    """
    check_int(n_stimuli, name="n_stimuli", minimum=2)
    check_int(delay_steps, name="delay_steps", minimum=0)
    sizes = {
        "sample_steps": sample_steps,
        "test_steps": test_steps,
        "response_steps": response_steps,
        "n_train": n_train,
        "n_test": n_test,
    }
    for name, size in sizes.items():
        check_int(size, name=name, minimum=1)
    spread = check_real(noise, name="noise", minimum=0.0)
    rng = np.random.default_rng(check_int(random_state, name="random_state", minimum=0))
    n = n_train + n_test
    first = rng.integers(0, n_stimuli, n)
    is_same = rng.random(n) < 0.5
    # Any of the others, alike.
    second = np.where(is_same, first, (first + rng.integers(1, n_stimuli, n)) % n_stimuli)
    ends = np.cumsum([sample_steps, delay_steps, test_steps, response_steps])
    shown = np.zeros((n, ends[-1], n_stimuli + 1))
    stimuli = np.eye(n_stimuli + 1)
    shown[:, : ends[0]] = stimuli[first][:, None]
    shown[:, ends[1] : ends[2]] = stimuli[second][:, None]
    shown[:, : ends[2], -1] = 1.0
    mask = np.zeros((n, ends[-1]), dtype=bool)
    mask[:, ends[2] :] = True
    answer = np.where(is_same, 1.0, -1.0)
    drawn = Drawn(
        x=shown + rng.normal(0.0, spread, shown.shape),
        y=(answer[:, None] * mask)[..., None],
        mask=mask,
        labels=is_same,
        conditions={"sample": first, "test": second},
    )
    return drawn.split(
        n_train,
        class_names=("other", "same"),
        channels=(*(f"stimulus {k}" for k in range(n_stimuli)), "fixate"),
        outputs=("same",),
    )
