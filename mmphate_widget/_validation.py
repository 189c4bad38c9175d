"""Checks of arguments, shared by every layer.

Each raises a built-in error that names the argument in backticks, says what it
must be and what it got, so that a caller can mend the call from the message alone.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._blocks import Activations, is_stored, read_blocks
from mmphate_widget._types import AXES, AnyArray, Generator


def check_choice(value: Any, *, name: str, choices: Collection[Any]) -> None:
    """Raise ValueError unless ``value`` is one of ``choices``."""
    try:
        is_known = value in choices
    except (TypeError, ValueError):  # what cannot be hashed or compared is none of them
        is_known = False
    if not is_known:
        listed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"`{name}` must be one of {listed}; got {value!r}.")


def check_int(value: Any, *, name: str, minimum: int, maximum: int | None = None) -> int:
    """``value`` as int, or TypeError / ValueError outside ``minimum`` … ``maximum``."""
    bounds = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"`{name}` must be an integer {bounds}; got {value!r}.")
    if value < minimum or (maximum is not None and value > maximum):
        raise ValueError(f"`{name}` must be an integer {bounds}; got {value}.")
    return int(value)


def check_real(
    value: Any, *, name: str, minimum: float = -np.inf, maximum: float = np.inf
) -> float:
    """``value`` as float, or TypeError / ValueError where it is not finite or out of bounds."""
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(f"`{name}` must be a number; got {value!r}.")
    if not np.isfinite(value) or not minimum <= value <= maximum:
        raise ValueError(
            f"`{name}` must be a finite number between {minimum:g} and {maximum:g}; got {value}."
        )
    return float(value)


def as_array(values: Any, *, name: str) -> AnyArray:
    """``values`` as an array; ragged lists and masked entries do not fit one and raise."""
    if np.ma.is_masked(values):
        raise TypeError(
            f"`{name}` must be an array without masked entries; got a masked array. Say what "
            f"stands in their place with values.filled(...), or leave them out."
        )
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"`{name}` must be an array or nested lists of equal length; got a "
            f"{type(values).__name__} that numpy cannot take: {error}"
        ) from error
    # A tensor with gradients, on another device, or of a type of its own.
    except (TypeError, RuntimeError) as error:
        if not hasattr(values, "detach"):
            raise
        raise TypeError(
            f"`{name}` must be an array (of a tensor: its .detach().cpu().float()); got a "
            f"{type(values).__name__} that numpy cannot take: {error}"
        ) from error


def check_bool(value: Any, *, name: str) -> bool:
    """``value`` as bool, or TypeError."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"`{name}` must be True or False; got {value!r}.")
    return bool(value)


def check_name(value: Any, *, name: str) -> str:
    """``value``, or TypeError unless it is a string, ValueError where that is empty."""
    if not isinstance(value, str):
        raise TypeError(f"`{name}` must be a string; got {value!r}.")
    if not value.strip():
        raise ValueError(f"`{name}` must not be empty; got {value!r}.")
    return value


def check_path(value: Any, *, name: str = "path") -> Path:
    """``value`` as Path, or TypeError."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"`{name}` must be a str or Path; got {value!r}.")
    return Path(value)


def check_random_state(value: Any) -> Generator:
    """The generator that ``value`` stands for, able to spawn, or TypeError / ValueError."""
    if isinstance(value, np.random.RandomState):
        value = value.randint(2**32, dtype=np.uint32)
    try:
        generator = np.random.default_rng(value)
    except (TypeError, ValueError) as error:
        raise type(error)(
            "`random_state` must be None, an integer at least 0, a Generator or a RandomState; "
            f"got {value!r}."
        ) from error
    if hasattr(generator.bit_generator.seed_seq, "spawn"):
        return generator
    # Made of a legacy RandomState's bits, it has no seeds to give to others.
    return np.random.default_rng(generator.integers(2**32, size=4))


def check_positions(values: Any, *, name: str, size: int) -> Int64[np.ndarray, " n"]:
    """A flat sequence of integers between 0 and ``size`` - 1, as array."""
    array = np.atleast_1d(as_array(values, name=name))
    if array.size == 0:
        return np.empty(0, dtype=np.int64)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise TypeError(
            f"`{name}` must be a flat sequence of integers; "
            f"got dtype {array.dtype}, shape {array.shape}."
        )
    if array.min() < 0 or array.max() >= size:
        raise ValueError(
            f"`{name}` must be between 0 and {size - 1}; got {array.min()} … {array.max()}."
        )
    return array.astype(np.int64)


def check_units(units: Any, *, names: Sequence[str]) -> Int64[np.ndarray, " n"]:
    """Unit positions from positions or names."""
    array = np.atleast_1d(as_array(units, name="units"))
    if array.dtype.kind == "U":
        lookup = {name: position for position, name in enumerate(names)}
        missing = [str(name) for name in array if str(name) not in lookup]
        if missing:
            raise ValueError(
                f"`units` must be positions or names of units ({names[0]!r}, …, {names[-1]!r}); "
                f"got {missing}."
            )
        return np.array([lookup[str(name)] for name in array], dtype=np.int64)
    return check_positions(array, name="units", size=len(names))


def check_real_array(values: Any, *, name: str) -> AnyArray:
    """``values`` as a non-empty array of real numbers or bool (no copy where none is needed)."""
    array = as_array(values, name=name)
    check_kind(array, name=name)
    if array.dtype.kind == "f" and array.dtype.itemsize > np.dtype(np.float64).itemsize:
        # What float64 cannot hold becomes infinite, which the check for that reports.
        with np.errstate(over="ignore"):
            array = array.astype(np.float64)
    return array


def check_activations(values: Any, *, name: str) -> Activations:
    """``values`` as ``check_real_array`` has it; a Zarr array stays where it is."""
    if not is_stored(values):
        return check_real_array(values, name=name)
    check_kind(values, name=name)
    stored: Activations = values
    return stored


def check_kind(array: Activations, *, name: str) -> None:
    """Raise TypeError where ``array`` holds no real numbers, ValueError where it is empty."""
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"`{name}` must hold real numbers; got dtype {array.dtype}. "
            f"Convert it first, for example with np.asarray(values, dtype=float)."
        )
    if 0 in array.shape:
        raise ValueError(f"`{name}` must not have an empty axis; got shape {array.shape}.")


def check_finite(array: Activations, *, name: str, axes: Iterable[str]) -> None:
    """Raise ValueError that says where the first NaN or infinity of ``array`` stands."""
    if array.dtype.kind != "f":
        return
    first, first_value, n_bad = None, None, 0
    for start, block in _finite_blocks(array):
        # No mask the size of the block: a finite sum of extrema proves finiteness.
        if np.isfinite(block.max()) and np.isfinite(block.min()):
            continue
        bad = ~np.isfinite(block)
        n_bad += int(bad.sum())
        if first is None:
            at = int(np.argmax(bad))
            first, first_value = start + at, block.ravel()[at]
    if first is None:
        return
    position = np.unravel_index(first, array.shape)
    where = ", ".join(f"{axis} {index}" for axis, index in zip(axes, position, strict=True))
    raise ValueError(
        f"`{name}` must be finite; got {first_value} at {where} "
        f"({n_bad} of {int(np.prod(array.shape))} values are not finite)."
    )


def _finite_blocks(array: Activations) -> Iterator[tuple[int, AnyArray]]:
    """Flat position of the first value of each block, and the block."""
    if array.ndim != len(AXES):
        yield 0, array[...]
        return
    slice_size = int(np.prod(array.shape[2:]))
    for slices, block in read_blocks(array):
        yield slices.start * slice_size, block
