"""Checks of what a user hands to the widget: coordinates, units, points, masks."""

import sys
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Int64

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import as_array, check_positions
from mmphate_widget.trace.coordinates import check_coordinates

# Of float32: the relative distance of neighbors, and the smallest number above 0.
EPSILON, SMALLEST = 2.0**-23, 2.0**-149
# So many places apart a picture begins to show something.
LEAST_LEVELS = 16
# Squares of coordinates must stay within float32 on the GPU.
LARGEST_DRAWN = 1e15


def check_embedding(Y: Any, trace: Any) -> AnyArray:
    """``Y`` as array, or an error that says what is wrong with it or the trace."""
    array = check_coordinates(Y, trace)
    largest = float(np.abs(array).max())
    if largest > LARGEST_DRAWN:
        raise ValueError(
            f"`Y` must not exceed {LARGEST_DRAWN:g}, so that it can be drawn; got {largest:g}. "
            "Scale it first."
        )
    low, high = (of(array, axis=(0, 1, 2)).astype(np.float64) for of in (np.min, np.max))
    moves = high > low
    spread = float((high - low).max())
    size = float(np.maximum(np.abs(low), np.abs(high))[moves].max(initial=0))
    if 0 < spread < LEAST_LEVELS * max(size * EPSILON, SMALLEST):
        warnings.warn(
            f"`Y` differs by {spread:.3g} at coordinates up to {size:.3g}, which is hardly more "
            "than float32 tells apart: points that are drawn at one place need not be. Subtract "
            "the mean and scale it.",
            UserWarning,
            stacklevel=_level_of_caller(),
        )
    return array


def _level_of_caller() -> int:
    """How far above the function that asks the first frame outside of this package stands."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("mmphate_widget."):
        level, frame = level + 1, frame.f_back
    return level


def one_of(**arguments: Any) -> str:
    """Name of the one argument that is not None; TypeError unless there is exactly one."""
    given = [name for name, value in arguments.items() if value is not None]
    if len(given) != 1:
        names = ", ".join(f"`{name}`" for name in arguments)
        raise TypeError(f"exactly one of {names} must be given; got {given or 'none'}.")
    return given[0]


def check_alone(arguments: Mapping[str, Any], *, beside: str) -> None:
    """TypeError if one of the arguments, which ``beside`` already says, is not None."""
    for name, value in arguments.items():
        if value is not None:
            raise TypeError(f"`{name}` must be None beside {beside}, which has it; got {value!r}.")


def check_ids(points: Any, *, size: int) -> Int64[np.ndarray, " n"]:
    """Point ids as array; TypeError or ValueError unless integers between 0 and ``size`` - 1."""
    return check_positions(points, name="points", size=size)


def check_mask(mask: Any, *, shape: tuple[int, int, int]) -> Bool[np.ndarray, "epoch step unit"]:
    """A boolean mask of ``shape`` (E, T, H)."""
    array = as_array(mask, name="mask")
    if array.dtype != bool or array.shape != shape:
        raise ValueError(
            f"`mask` must be a boolean array of shape {shape} (epoch, step, unit); "
            f"got dtype {array.dtype}, shape {array.shape}."
        )
    return array


def check_parameters(parameters: Any) -> dict[str, Any] | None:
    """Parameters by name as JSON can hold them, or TypeError unless a mapping with names."""
    if parameters is None:
        return None
    if not isinstance(parameters, Mapping) or not all(isinstance(key, str) for key in parameters):
        raise TypeError(f"`parameters` must be a mapping from names to values; got {parameters!r}.")
    return {name: _plain(value) for name, value in parameters.items()}


def _plain(value: Any) -> Any:
    """A parameter as JSON can hold it: a number, text, None or nested; else its ``repr``."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    is_number = isinstance(value, int | float) and bool(np.isfinite(value))
    return value if value is None or is_number or isinstance(value, str) else repr(value)
