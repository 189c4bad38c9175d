"""What of a trace has a pattern over samples, step by step; shared by the analyses of patterns.

With sequences of unequal length only samples longer than t take part in step t.
"""

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._lengths import FEWEST_VALID, check_lengths
from mmphate_widget.trace import Trace

# Number of steps of each sample, or None where all samples have all.
Lengths = Int[np.ndarray, " sample"] | None


def check_patterns(trace: Trace) -> Lengths:
    """The lengths of a trace where they are unequal; raises where a slice has no two samples."""
    n_epochs, n_steps, _, n_samples = trace.shape
    if n_samples < FEWEST_VALID:
        raise ValueError(
            f"`trace` must have at least {FEWEST_VALID} samples; got shape {trace.shape}. "
            f"A pattern over samples needs more than one."
        )
    return check_lengths(trace.lengths, n_epochs=n_epochs, n_steps=n_steps, n_samples=n_samples)


def values_at(
    trace: Trace, step: int, lengths: Lengths, *, until: int | None = None
) -> Float[np.ndarray, "epoch unit valid"]:
    """Activations of one step, of the samples that reach step ``until`` (default: this one)."""
    values = trace.values[:, step]
    if lengths is None:
        return values
    return values[..., lengths > (step if until is None else until)]
