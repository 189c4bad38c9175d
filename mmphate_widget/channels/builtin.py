"""The channels that every picture has, and those that come with layers, labels and coordinates.

The class that drives a point most is

    argmax_c  mean over samples k of class c of  z[e, t, i, k],

z the activation after z-scoring over samples. Scaling a point does not move the largest
of its means, so it is taken of the activations themselves.

Of the coordinates y[e, t, i] come the displacement ‖y[e, t, i] - y[e - 1, t, i]‖ since the epoch
before and the speed ‖y[e, t + 1, i] - y[e, t, i]‖ along the steps, in units of the embedding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Float32

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_choice
from mmphate_widget.channels.channel import Channel
from mmphate_widget.channels.limits import choose_limits, limits_of
from mmphate_widget.trace import Trace
from mmphate_widget.trace.values import valid_mask

Shape: TypeAlias = tuple[int, int, int]
Positions: TypeAlias = Float32[np.ndarray, "epoch step unit 3"]

# In the first epochs a few points jump far: the colors of a distance are for all the others.
_MOST_DISTANCES = (0.0, 0.98)


@dataclass(frozen=True, slots=True)
class Source:
    """What channels are made of; the Trace or the coordinates may be missing."""

    shape: Shape
    trace: Trace | None = None
    positions: Positions | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """When a channel exists, and how to make it under its name."""

    applies: Callable[[Source], bool]
    build: Callable[[str, Source], Channel]


def available_channels(
    trace: Trace | None, *, shape: Shape, positions: Positions | None = None
) -> tuple[str, ...]:
    """Names that `build_channel` takes for this Trace, or without one.

    Parameters
    ----------
    trace : Trace or None
        The activations.
    shape : tuple of int (n_epochs, n_steps, n_units)
        Shape of the points; must be that of the Trace.
    positions : float32 ndarray, shape (E, T, H, 3), default=None
        Coordinates of the points, for the channels that tell of movement.

    Examples
    --------
    >>> available_channels(None, shape=(10, 5, 3))
    ('epoch', 'step', 'unit')
    """
    _check_shape(trace, shape)
    source = Source(shape, trace, positions)
    return tuple(name for name, builder in _BUILDERS.items() if builder.applies(source))


def build_channel(
    name: str, *, trace: Trace | None = None, shape: Shape, positions: Positions | None = None
) -> Channel:
    """The channel called ``name``.

    Parameters
    ----------
    name : str
        One of `available_channels`.
    trace : Trace, default=None
        The activations; without them numbers stand for names.
    shape : tuple of int (n_epochs, n_steps, n_units)
        Shape of the points; must be that of the Trace.
    positions : float32 ndarray, shape (E, T, H, 3), default=None
        Coordinates of the points.

    Raises
    ------
    ValueError
        If there is no such channel for this Trace.

    Examples
    --------
    >>> build_channel("epoch", shape=(3, 2, 4)).values.tolist()
    [0.0, 1.0, 2.0]
    """
    names = available_channels(trace, shape=shape, positions=positions)
    check_choice(name, name="name", choices=names)
    return _BUILDERS[name].build(name, Source(shape, trace, positions))


def categorical(
    name: str, values: AnyArray, axes: tuple[str, ...], categories: tuple[str, ...]
) -> Channel:
    """A channel of codes 0, 1, … into ``categories``."""
    last = max(float(len(categories) - 1), 0.0)
    return Channel(name, values.astype(np.float32), axes, "categorical", categories, (0.0, last))


def _numbers(name: str, source: Source) -> Channel:
    """Epochs and steps by their number."""
    trace = source.trace
    given = {} if trace is None else {"epoch": trace.epochs, "step": trace.steps}
    size = source.shape[("epoch", "step").index(name)]
    values = np.asarray(given.get(name, np.arange(size)), np.float32)
    return Channel(name, values, (name,), "continuous", (), limits_of(values))


def _units(name: str, source: Source) -> Channel:
    n_units = source.shape[2]
    units = tuple(map(str, range(n_units))) if source.trace is None else source.trace.units
    return categorical(name, np.arange(n_units), ("unit",), units)


def _layers(name: str, source: Source) -> Channel:
    trace = source.trace
    assert trace is not None
    named = tuple(layer for layer in dict.fromkeys(trace.layers) if layer is not None)
    codes = [np.nan if layer is None else named.index(layer) for layer in trace.layers]
    return categorical(name, np.array(codes), ("unit",), named)


def _labels(name: str, source: Source) -> Channel:
    trace = source.trace
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
    strongest[is_constant(epoch, valid)] = np.nan
    return strongest


def is_constant(
    epoch: Float[np.ndarray, "step unit sample"], valid: Bool[np.ndarray, "step sample"]
) -> Bool[np.ndarray, "step unit"]:
    """Where all samples that take part are equal, so that nothing tells them apart."""
    largest = np.where(valid[:, None], epoch, -np.inf).max(axis=-1)
    smallest = np.where(valid[:, None], epoch, np.inf).min(axis=-1)
    return np.asarray(largest <= smallest)


def _displacement(name: str, source: Source) -> Channel:
    """How far a point lies from the same unit and step one epoch before; NaN in the first."""
    apart = _distances(source, axis=0)
    return _motion(name, np.concatenate([np.full_like(apart[:1], np.nan), apart]))


def _speed(name: str, source: Source) -> Channel:
    """How far the same unit lies one step later in this epoch; at the last step, one before."""
    apart = _distances(source, axis=1)
    return _motion(name, np.concatenate([apart, apart[:, -1:]], axis=1))


def _distances(source: Source, *, axis: int) -> AnyArray:
    """Distances between neighbors along an axis, which has one place less."""
    assert source.positions is not None
    apart = np.diff(source.positions, axis=axis)
    # Along an axis of three, several times as fast as `numpy.linalg.norm`.
    return np.asarray(np.sqrt(np.einsum("...c,...c->...", apart, apart)))


def _motion(name: str, values: Float32[np.ndarray, "epoch step unit"]) -> Channel:
    limits = choose_limits(values, kind="continuous", quantiles=_MOST_DISTANCES)
    return Channel(name, values, ("epoch", "step", "unit"), "continuous", (), limits)


def _always(source: Source) -> bool:
    return True


def _has_layers(source: Source) -> bool:
    return source.trace is not None and len(set(source.trace.layers)) > 1


def _has_labels(source: Source) -> bool:
    return source.trace is not None and source.trace.sample_labels is not None


def _has_epochs_apart(source: Source) -> bool:
    return source.positions is not None and source.shape[0] > 1


def _has_steps_apart(source: Source) -> bool:
    return source.positions is not None and source.shape[1] > 1


def _check_shape(trace: Trace | None, shape: Shape) -> None:
    if trace is not None and trace.shape[:3] != tuple(shape):
        raise ValueError(
            f"`shape` must be (epoch, step, unit) of the Trace, {trace.shape[:3]}; got {shape}."
        )


# Lengths in the embedding: found from coordinates in a pass, they need not be kept.
OF_COORDINATES = ("displacement", "speed")
# NAME -> when it exists and how it is made. An entry is a pure function of Trace and coordinates,
# returns values over as few axes as it needs, finite or NaN, and takes no longer than a pass over
# them.
_BUILDERS: dict[str, Builder] = {
    "epoch": Builder(_always, _numbers),
    "step": Builder(_always, _numbers),
    "unit": Builder(_always, _units),
    "layer": Builder(_has_layers, _layers),
    "label": Builder(_has_labels, _labels),
    "displacement": Builder(_has_epochs_apart, _displacement),
    "speed": Builder(_has_steps_apart, _speed),
}
