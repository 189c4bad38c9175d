"""The activity of all units at all epochs, as far as a file can afford it.

Where no kernel can be asked, the card of a point needs them beforehand: for each epoch and unit the
rows of ``unit_trace.py``, in 65,535 steps between the least and the largest value, which is finer
than a plot can show and than the card prints.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, UInt16

from mmphate_widget._types import AnyArray
from mmphate_widget.trace import Trace
from mmphate_widget.widget.unit_trace import sample_classes

# Bytes of codes, before they are packed, that a file may carry for this alone.
MOST_BYTES = 3_000_000
# The code of the largest value, and the one for "no value".
LAST, NONE = 65_534, 65_535
# Values that are held at once as float64.
BLOCK_VALUES = 2_000_000


# For each class, which samples are of it.
Members = list[Bool[np.ndarray, " sample"]]


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """Rows over steps for each epoch and unit: mean, deviation, then the mean of each class."""

    classes: tuple[str, ...]
    limits: tuple[float, float]
    codes: UInt16[np.ndarray, "epoch unit row step"]


def affordable_activity(trace: Trace, *, most_bytes: int = MOST_BYTES) -> Activity | None:
    """The activity; without the classes where these are too much, None where all is."""
    classes, codes = sample_classes(trace.sample_labels)
    n_epochs, n_steps, n_units, _ = trace.values.shape
    n_bytes_a_row = n_epochs * n_steps * n_units * np.dtype(np.uint16).itemsize
    if 2 * n_bytes_a_row > most_bytes:
        return None
    if (2 + len(classes)) * n_bytes_a_row > most_bytes:
        classes = ()
    members = [codes == code for code in range(len(classes))]
    rows = np.stack([_epoch_rows(trace, epoch, members) for epoch in range(n_epochs)])
    return _encode(rows, classes)


def _epoch_rows(trace: Trace, epoch: int, members: Members) -> Float64[np.ndarray, "unit row step"]:
    _, n_steps, n_units, n_samples = trace.values.shape
    valid = np.ones((n_steps, n_samples), dtype=bool)
    if trace.lengths is not None:
        valid = np.arange(n_steps)[:, None] < trace.lengths
    size = max(1, BLOCK_VALUES // (n_steps * n_samples))
    blocks = [
        _rows(np.asarray(trace.values[epoch, :, first : first + size]), valid, members)
        for first in range(0, n_units, size)
    ]
    return np.concatenate(blocks)


def _rows(
    values: AnyArray,
    valid: Bool[np.ndarray, "step sample"],
    members: Members,
) -> Float64[np.ndarray, "unit row step"]:
    exact = values.astype(np.float64)
    mean = _mean(exact, valid)
    deviation = np.sqrt(_mean((exact - mean[..., None]) ** 2, valid))
    class_means = [_mean(exact, valid & part) for part in members]
    return np.stack([mean, deviation, *class_means]).transpose(2, 0, 1)


def _mean(
    values: Float64[np.ndarray, "step unit sample"], part: Bool[np.ndarray, "step sample"]
) -> Float64[np.ndarray, "step unit"]:
    """Mean over the samples that take part in a step; NaN where none does."""
    count = part.sum(axis=1)[:, None]
    total = values.sum(axis=2, where=part[:, None])
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _encode(rows: Float64[np.ndarray, "epoch unit row step"], classes: tuple[str, ...]) -> Activity:
    known = rows[np.isfinite(rows)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    scale = LAST / (high - low) if high > low else 0.0
    codes = np.where(np.isfinite(rows), np.rint((rows - low) * scale), NONE)
    return Activity(classes, (low, high), codes.astype(np.uint16))
