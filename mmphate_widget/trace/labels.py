"""Names and numbers of the axes of a Trace, checked against its shape.

Each function takes what the user gave (or None for the default) and the size of the axis,
and returns what a Trace keeps: read-only arrays, tuples of strings.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import as_array, check_int


def numbers(given: Any, *, name: str, size: int) -> Int[np.ndarray, " {size}"]:
    """Epoch or step numbers: distinct integers, by default 0 … size - 1."""
    array = np.arange(size) if given is None else as_array(given, name=name)
    _check_length(array, name=name, size=size)
    if array.dtype.kind not in "iu":
        raise TypeError(f"`{name}` must hold integers; got dtype {array.dtype}.")
    if len(np.unique(array)) != size:
        raise ValueError(f"`{name}` must be distinct; got {_shown(array.tolist())}.")
    return _readonly(array.astype(np.int64))


def layer_names(
    given: Iterable[str | None] | Mapping[str, int] | None, *, size: int
) -> tuple[str | None, ...]:
    """The layer of each unit, from one name a unit or from {layer: number of units}."""
    if given is None:
        return (None,) * size
    if isinstance(given, Mapping):
        counts = {x: check_int(n, name=f"layers[{x!r}]", minimum=0) for x, n in given.items()}
        listed: list[Any] = [layer for layer, count in counts.items() for _ in range(count)]
        _check_length(listed, name="layers", size=size)
    else:
        listed = _listed(given, name="layers", size=size)
    named = iter(strings([x for x in listed if x is not None], name="layers"))
    return tuple(None if layer is None else next(named) for layer in listed)


def unit_names(
    given: Iterable[str] | None, *, layers: tuple[str | None, ...], size: int
) -> tuple[str, ...]:
    """Names of the units; by default "rnn[3]" for unit 3 of layer "rnn", else its position."""
    if given is not None:
        given_names = strings(_listed(given, name="units", size=size), name="units")
        if len(set(given_names)) < size:
            twice = next(name for name in given_names if given_names.count(name) > 1)
            raise ValueError(f"`units` must be distinct; got {twice!r} more than once.")
        return given_names
    seen: dict[str, int] = {}
    names = []
    for position, layer in enumerate(layers):
        if layer is None:
            names.append(str(position))
            continue
        seen[layer] = seen.get(layer, -1) + 1
        names.append(f"{layer}[{seen[layer]}]")
    return tuple(names)


def layer_positions(given: Any, *, layers: tuple[str | None, ...]) -> Int[np.ndarray, " unit"]:
    """Position of each unit inside its layer; by default the units of a layer count from 0."""
    if given is None:
        positions = np.empty(len(layers), np.int64)
        seen = dict.fromkeys(layers, -1)
        for at, layer in enumerate(layers):
            seen[layer] += 1
            positions[at] = seen[layer]
        return _readonly(positions)
    array = as_array(given, name="layer_positions")
    _check_length(array, name="layer_positions", size=len(layers))
    if array.dtype.kind not in "iu":
        raise TypeError(f"`layer_positions` must hold integers; got dtype {array.dtype}.")
    listed = array.tolist()
    if min(listed) < 0 or len(set(zip(layers, listed, strict=True))) < len(listed):
        raise ValueError(
            f"`layer_positions` must be at least 0 and distinct inside each layer; got "
            f"{_shown(listed)}."
        )
    return _readonly(array.astype(np.int64))


def strings(listed: Sequence[Any], *, name: str) -> tuple[str, ...]:
    """Names as plain strings; integers are written out."""
    for value in listed:
        if isinstance(value, bool) or not isinstance(value, str | int | np.integer):
            raise TypeError(f"`{name}` must hold strings; got {value!r}.")
    return tuple(str(value) for value in listed)


def _listed(given: Any, *, name: str, size: int) -> list[Any]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(f"`{name}` must be a sequence of {size} names; got {given!r}.")
    listed = list(given)
    _check_length(listed, name=name, size=size)
    return listed


def sample_labels(given: Any, *, size: int) -> Shaped[np.ndarray, " {size}"] | None:
    """The class of each sample, integers (int64) or strings; None where there is none."""
    if given is None:
        return None
    classes = class_labels(given)
    _check_length(classes, name="sample_labels", size=size)
    return _readonly(classes)


def class_labels(given: Any) -> Shaped[np.ndarray, " label"]:
    """A new array of classes, integers (int64) or strings, of any length."""
    array = as_array(given, name="sample_labels")
    if array.dtype.kind == "O" and all(isinstance(label, str) for label in array.flat):
        array = array.astype(str)
    if array.dtype.kind not in "biuU":
        raise TypeError(
            f"`sample_labels` must hold integers or strings, one a sample; got dtype {array.dtype}."
        )
    if array.ndim != 1:
        raise ValueError(
            f"`sample_labels` must have one axis, one class a sample; got shape {array.shape}. "
            f"One-hot rows become classes with .argmax(axis=1)."
        )
    return array.copy() if array.dtype.kind == "U" else array.astype(np.int64)


def sequence_lengths(given: Any, *, size: int, n_steps: int) -> Int[np.ndarray, " {size}"] | None:
    """Number of valid steps of each sample, 1 … T; None where all have T."""
    if given is None:
        return None
    array = as_array(given, name="lengths")
    _check_length(array, name="lengths", size=size)
    if array.dtype.kind not in "iu":
        raise TypeError(f"`lengths` must hold integers; got dtype {array.dtype}.")
    if array.min() < 1 or array.max() > n_steps:
        raise ValueError(
            f"`lengths` must lie between 1 and the number of steps, {n_steps}; got "
            f"{array.min()} … {array.max()}."
        )
    return _readonly(array.astype(np.int64))


def metric_curves(
    given: Mapping[str, Any] | None, *, size: int
) -> dict[str, Float[np.ndarray, " {size}"]]:
    """One number an epoch for each metric, float64; NaN stands for an epoch without."""
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"`metrics` must be a mapping {{name: curve}}; got {given!r}.")
    curves = {}
    for key, curve in (given or {}).items():
        name = f"metrics[{key!r}]"
        array = as_array(curve, name=name)
        if not isinstance(key, str):
            raise TypeError(f"`metrics` must have strings as keys; got {key!r}.")
        _check_length(array, name=name, size=size)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"`{name}` must hold real numbers; got dtype {array.dtype}.")
        curves[key] = _readonly(array.astype(np.float64))
    return curves


def _check_length(given: Any, *, name: str, size: int) -> None:
    shape = np.shape(given) if isinstance(given, np.ndarray) else (len(given),)
    if shape != (size,):
        raise ValueError(
            f"`{name}` must have shape ({size},), one entry for each position of its axis; "
            f"got shape {shape}."
        )


def _readonly(array: AnyArray) -> AnyArray:
    array.flags.writeable = False
    return array


# Enough to recognise the argument by, short enough for one line of an error.
_SHOWN = 8


def _shown(listed: list[Any]) -> str:
    tail = ", …" if len(listed) > _SHOWN else ""
    return "[" + ", ".join(map(repr, listed[:_SHOWN])) + tail + "]"
