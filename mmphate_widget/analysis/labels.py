"""Classes of the samples, checked, and the steps at which the same samples take part."""

from typing import Any

import numpy as np
from jaxtyping import Int

from mmphate_widget._lengths import ValidSet, valid_sets
from mmphate_widget.trace import Trace
from mmphate_widget.trace.labels import class_labels

FEWEST_CLASSES = 2


def check_labels(labels: Any, trace: Trace) -> Int[np.ndarray, " sample"]:
    """The class of each sample as 0, 1, …, from ``labels`` or those of the trace."""
    if labels is None:
        if trace.sample_labels is None:
            raise ValueError(
                "`labels` must be the class of each sample; got None, and the trace has no "
                "`sample_labels`."
            )
        labels = trace.sample_labels
    try:
        given = class_labels(labels)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("`sample_labels`", "`labels`")) from error
    if len(given) != trace.n_samples:
        raise ValueError(
            f"`labels` must hold the class of each of {trace.n_samples} samples; got {len(given)}."
        )
    names, classes = np.unique(given, return_inverse=True)
    only = names.tolist()[0]
    if len(names) < FEWEST_CLASSES:
        raise ValueError(
            f"`labels` must hold at least {FEWEST_CLASSES} classes; got {only!r} alone."
        )
    return np.asarray(classes, dtype=np.int64)


def valid_parts(trace: Trace) -> tuple[ValidSet, ...]:
    """The steps of an epoch by the samples that take part in them; without lengths one part."""
    lengths = trace.lengths
    if lengths is None:
        lengths = np.full(trace.n_samples, trace.n_steps)
    return valid_sets(lengths, n_epochs=1, n_steps=trace.n_steps)
