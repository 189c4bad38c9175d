"""How much memory a fit will take, before it runs."""

import warnings
from typing import Any

import numpy as np

from mmphate_widget._blocks import Activations, read_blocks
from mmphate_widget._footprint import measure_size, size_bytes, usual_size
from mmphate_widget._lengths import check_lengths
from mmphate_widget._types import AXES
from mmphate_widget._validation import check_activations, check_int
from mmphate_widget.kernel.multiway import check_values
from mmphate_widget.kernel.standardize import check_unscaled
from mmphate_widget.mmphate import MMPHATE


def estimate_memory(trace: Any, **parameters: Any) -> int:
    """Bytes of memory that ``MMPHATE(**parameters).fit(trace)`` adds at its peak.

    That is the peak resident memory of the process less what it held before the fit: the input
    is not counted, the result is. It is within a quarter of what is measured on 21 inputs of
    many shapes. Nothing is embedded; a few slices of a few units are looked at.

    Parameters
    ----------
    trace : Trace, array_like, Zarr array, or tuple of 4 int
        Activations, or their shape (epoch, step, unit, sample) alone. From a shape all units of
        a slice are taken to be connected, and each to 30 micro-clusters of its own slices
        (with engine "phate" to a quarter of them); that can be wrong by a factor of 3.
    **parameters
        Parameters of `MMPHATE`.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    ValueError, TypeError
        If a fit would refuse the values: not 4 axes, fewer than 2 samples, also in a slice by
        the lengths of a Trace, NaN, infinite, or beyond 1e100 without `normalize`; or if a
        parameter is not what `MMPHATE` takes.

    Examples
    --------
    >>> few, many = (estimate_memory((n, 80, 6, 10), n_jobs=2) for n in (101, 2020))
    >>> few < 1e9 < many
    True
    """
    shape, values = read_input(trace)
    with warnings.catch_warnings():
        # What the fit itself will say.
        warnings.simplefilter("ignore", UserWarning)
        settings = MMPHATE(**parameters)._settings(np.broadcast_to(np.float32(0), shape))
    n_epochs, n_steps, _, n_samples = shape
    lengths = check_lengths(
        getattr(trace, "lengths", None), n_epochs=n_epochs, n_steps=n_steps, n_samples=n_samples
    )
    if values is not None and not settings.normalize:
        for _, block in read_blocks(values):
            check_unscaled(block, name="trace")
    if values is None:
        size = usual_size(shape, settings, lengths=lengths)
    else:
        size = measure_size(values, settings, lengths=lengths)
    return size_bytes(size, settings)


def read_input(trace: Any) -> tuple[tuple[int, ...], Activations | None]:
    """Shape, and the values where there are any."""
    is_shape = isinstance(trace, tuple) and all(np.ndim(size) == 0 for size in trace)
    if is_shape:
        shape = tuple(check_int(size, name="trace", minimum=1) for size in trace)
        values = None
    else:
        values = check_activations(getattr(trace, "values", trace), name="trace")
        shape = values.shape
    if len(shape) != len(AXES):
        raise ValueError(
            f"`trace` must have 4 axes (epoch, step, unit, sample), or be their 4 lengths; got "
            f"shape {shape}."
        )
    if shape[3] < 2:
        raise ValueError(f"`trace` must have at least 2 samples; got shape {shape}.")
    if values is not None:
        values, _ = check_values(trace, name="trace")
    return shape, values
