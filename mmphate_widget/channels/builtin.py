"""The channels that every Trace has, and those that come with layers and labels.

The class that drives a point most is

    argmax_c  mean over samples k of class c of  z[e, t, i, k],

z the activation after z-scoring over samples. Scaling a point does not move the largest
of its means, so it is taken of the activations themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Float32

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_choice
from mmphate_widget.channels.channel import Channel
from mmphate_widget.trace import Trace
from mmphate_widget.trace.values import valid_mask

Shape: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Builder:
    """When a channel exists, and how to make it; the Trace may be missing."""

    applies: Callable[[Trace | None], bool]
    build: Callable[[str, Trace | None, Shape], Channel]


def available_channels(trace: Trace | None, *, shape: Shape) -> tuple[str, ...]:
    """Names that `build_channel` takes for this Trace, or without one.

    Parameters
    ----------
    trace : Trace or None
        The activations.
    shape : tuple of int (n_epochs, n_steps, n_units)
        Shape of the points; must be that of the Trace.

    Examples
    --------
    >>> available_channels(None, shape=(10, 5, 3))
    ('epoch', 'step', 'unit')
    """
    _check_shape(trace, shape)
    return tuple(name for name, builder in _BUILDERS.items() if builder.applies(trace))


def build_channel(name: str, *, trace: Trace | None = None, shape: Shape) -> Channel:
    """The channel called ``name``.

    Parameters
    ----------
    name : str
        One of `available_channels`.
    trace : Trace, default=None
        The activations; without them numbers stand for names.
    shape : tuple of int (n_epochs, n_steps, n_units)
        Shape of the points; must be that of the Trace.

    Raises
    ------
    ValueError
        If there is no such channel for this Trace.

    Examples
    --------
    >>> build_channel("epoch", shape=(3, 2, 4)).values.tolist()
    [0.0, 1.0, 2.0]
    """
    check_choice(name, name="name", choices=available_channels(trace, shape=shape))
    return _BUILDERS[name].build(name, trace, shape)


def limits_of(values: AnyArray) -> tuple[float, float]:
    """Smallest and largest of the values that are not NaN; (0, 1) where there are none."""
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def categorical(
    name: str, values: AnyArray, axes: tuple[str, ...], categories: tuple[str, ...]
) -> Channel:
    """A channel of codes 0, 1, … into ``categories``."""
    last = max(float(len(categories) - 1), 0.0)
    return Channel(name, values.astype(np.float32), axes, "categorical", categories, (0.0, last))


def _numbers(name: str, trace: Trace | None, shape: Shape) -> Channel:
    """Epochs and steps by their number."""
    given = {} if trace is None else {"epoch": trace.epochs, "step": trace.steps}
    size = shape[("epoch", "step").index(name)]
    values = np.asarray(given.get(name, np.arange(size)), np.float32)
    return Channel(name, values, (name,), "continuous", (), limits_of(values))


def _units(name: str, trace: Trace | None, shape: Shape) -> Channel:
    units = tuple(map(str, range(shape[2]))) if trace is None else trace.units
    return categorical(name, np.arange(shape[2]), ("unit",), units)


def _layers(name: str, trace: Trace | None, shape: Shape) -> Channel:
    assert trace is not None
    named = tuple(layer for layer in dict.fromkeys(trace.layers) if layer is not None)
    codes = [np.nan if layer is None else named.index(layer) for layer in trace.layers]
    return categorical(name, np.array(codes), ("unit",), named)


def _labels(name: str, trace: Trace | None, shape: Shape) -> Channel:
    assert trace is not None
    assert trace.sample_labels is not None
    classes, codes = np.unique(trace.sample_labels, return_inverse=True)
    members = codes == np.arange(len(classes))[:, None]
    strongest = np.stack([_strongest_class(epoch, members, trace) for epoch in trace.values])
    return categorical(name, strongest, ("epoch", "step", "unit"), tuple(map(str, classes)))


def _strongest_class(
    epoch: Float[np.ndarray, "step unit sample"],
    members: Bool[np.ndarray, "label sample"],
    trace: Trace,
) -> Float32[np.ndarray, "step unit"]:
    """Code of the class with the largest mean; NaN where all samples are equal."""
    valid = np.ones((trace.n_steps, trace.n_samples), bool)
    if trace.lengths is not None:
        valid = valid_mask(trace.lengths, n_steps=trace.n_steps)
    present = members.T[None] & valid[:, :, None]
    counts = present.sum(axis=1)
    sums = epoch.astype(np.float64) @ present.astype(np.float64)
    means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], -np.inf)
    strongest: AnyArray = means.argmax(axis=-1).astype(np.float32)
    strongest[_constant(epoch, valid)] = np.nan
    return strongest


def _constant(
    epoch: Float[np.ndarray, "step unit sample"], valid: Bool[np.ndarray, "step sample"]
) -> Bool[np.ndarray, "step unit"]:
    largest = np.where(valid[:, None], epoch, -np.inf).max(axis=-1)
    smallest = np.where(valid[:, None], epoch, np.inf).min(axis=-1)
    return np.asarray(largest <= smallest)


def _always(trace: Trace | None) -> bool:
    return True


def _has_layers(trace: Trace | None) -> bool:
    return trace is not None and len(set(trace.layers)) > 1


def _has_labels(trace: Trace | None) -> bool:
    return trace is not None and trace.sample_labels is not None


def _check_shape(trace: Trace | None, shape: Shape) -> None:
    if trace is not None and trace.shape[:3] != tuple(shape):
        raise ValueError(
            f"`shape` must be (epoch, step, unit) of the Trace, {trace.shape[:3]}; got {shape}."
        )


# NAME -> when it exists and how it is made. An entry is a pure function of the Trace, returns
# values over as few axes as it needs, finite or NaN, and takes no longer than a pass over them.
_BUILDERS: dict[str, Builder] = {
    "epoch": Builder(_always, _numbers),
    "step": Builder(_always, _numbers),
    "unit": Builder(_always, _units),
    "layer": Builder(_has_layers, _layers),
    "label": Builder(_has_labels, _labels),
}
