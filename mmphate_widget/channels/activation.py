"""What each unit does with one chosen sample: its activation, z-scored over samples.

    z[e, t, i, k] = (x[e, t, i, k] - mean over samples) / (standard deviation over samples),

as the embedding sees it, so that units with large and with small activations compare. The
activations themselves are ``trace.values[..., k]``.
"""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32

from mmphate_widget._validation import check_int
from mmphate_widget.channels.builtin import is_constant
from mmphate_widget.channels.channel import Channel
from mmphate_widget.channels.limits import choose_limits
from mmphate_widget.trace import Trace
from mmphate_widget.trace.values import valid_mask


def activation_channel(
    name: str, trace: Trace, *, sample: Any, limits: Any = None, quantiles: Any = None
) -> Channel:
    """The z-scored activation of one sample, in diverging colors about its mean over samples.

    Parameters
    ----------
    name : str
        What to call the channel.
    trace : Trace
        The activations.
    sample : int
        0-based position of the sample.
    limits, quantiles : (float, float), default=None
        See `user_channel`.

    Returns
    -------
    Channel
        Over (epoch, step, unit), in standard deviations. NaN past the end of the sample, and
        where all samples are equal.

    Raises
    ------
    TypeError, ValueError
        If there is no such sample, or the limits are not as stated.
    """
    sample = check_int(sample, name="sample", minimum=0, maximum=trace.n_samples - 1)
    valid = np.ones((trace.n_steps, trace.n_samples), bool)
    if trace.lengths is not None:
        valid = valid_mask(trace.lengths, n_steps=trace.n_steps)
    # Epoch by epoch: the activations may be larger than memory.
    values = np.stack([_z_scores(epoch, valid, sample) for epoch in trace.values])
    ends = choose_limits(values, kind="diverging", limits=limits, quantiles=quantiles)
    return Channel(name, values, ("epoch", "step", "unit"), "diverging", (), ends)


def _z_scores(
    epoch: Float[np.ndarray, "step unit sample"],
    valid: Bool[np.ndarray, "step sample"],
    sample: int,
) -> Float32[np.ndarray, "step unit"]:
    counts = np.maximum(valid.sum(axis=1), 1)[:, None]
    present = valid[:, None]
    mean = np.where(present, epoch, 0).sum(axis=-1, dtype=np.float64) / counts
    away = np.where(present, epoch - mean[..., None], 0)
    deviation = np.sqrt((away**2).sum(axis=-1) / counts)
    missing = is_constant(epoch, valid) | ~valid[:, sample][:, None]
    scores = away[..., sample] / np.where(missing, 1, deviation)
    return np.asarray(np.where(missing, np.nan, scores), np.float32)
