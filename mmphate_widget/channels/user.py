"""An array of the user's as a Channel: which axes it runs over is read from its shape."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Float32

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import as_array, check_choice, check_real_array
from mmphate_widget.channels.builtin import Shape, categorical
from mmphate_widget.channels.channel import AXES, KINDS, SCALES, Channel, Kind, Scale
from mmphate_widget.channels.limits import choose_limits

# The order in which a shape is matched: what is asked for most comes first.
_READINGS = (
    ("epoch", "step", "unit"),
    ("epoch", "unit"),
    ("epoch", "step"),
    ("step", "unit"),
    ("unit",),
    ("epoch",),
    ("step",),
)

# More categories than anyone can tell apart; their names travel to every page.
_MOST_CATEGORIES = 512


def user_channel(
    name: str,
    values: Any,
    *,
    shape: Shape,
    kind: str | None = None,
    axes: Sequence[str] | None = None,
    limits: Any = None,
    quantiles: Any = None,
    scale: str = "linear",
) -> Channel:
    """A Channel of ``values``, whatever axes they run over.

    Parameters
    ----------
    name : str
        What to call it.
    values : array-like of numbers, bool or str
        Of shape (E, T, H), (E, H), (E, T), (T, H), (H,), (E,), (T,), or (N,) by point id.
        Where several fit, the first in this order is taken. NaN, and None among strings,
        mean no value.
    shape : tuple of int (n_epochs, n_steps, n_units)
        E, T and H.
    kind : {"continuous", "categorical", "cyclic", "diverging"}, default=None
        None: categorical for strings and bool, else continuous.
    axes : sequence of {"epoch", "step", "unit"}, default=None
        The axes of `values`, where their shape does not tell.
    limits : (float, float), default=None
        Values at the ends of the colors. None: the smallest and largest; ±π for cyclic;
        symmetric about 0 for diverging values. Not for categories.
    quantiles : (float, float), default=None
        In place of `limits`: the shares of the values below the ends of the colors, so that a
        few extreme ones do not take all of them. Neither for categories nor for cyclic values.
    scale : {"linear", "log"}, default="linear"
        "log" for continuous values that are all positive.

    Raises
    ------
    TypeError
        If the values are neither numbers nor strings.
    ValueError
        If the shape fits no axes, a value is infinite, there are too many categories, the limits
        are not as stated, or a value has no logarithm.

    Examples
    --------
    >>> user_channel("community", ["a", "b", "a"], shape=(10, 5, 3)).values.tolist()
    [0.0, 1.0, 0.0]
    >>> user_channel("loss", range(5), shape=(5, 5, 3), axes=["epoch"]).axes
    ('epoch',)
    """
    array = as_array(values, name="values")
    reading = _axes_of(array, shape=shape, axes=axes)
    array = array.reshape([shape[AXES.index(axis)] for axis in reading])
    is_text = array.dtype.kind in "UOb"
    chosen = kind if kind is not None else "categorical" if is_text else "continuous"
    check_choice(chosen, name="kind", choices=KINDS)
    check_choice(scale, name="scale", choices=SCALES)
    if chosen == "categorical":
        _check_none(limits=limits, quantiles=quantiles)
        if scale == "log":
            raise ValueError("`scale` must be 'linear' for categorical values; got 'log'.")
        codes, categories = _codes(array)
        return categorical(name, codes, reading, categories)
    numbers = _finite_or_nan(check_real_array(array, name="values"))
    ends = choose_limits(numbers, kind=chosen, scale=scale, limits=limits, quantiles=quantiles)
    return Channel(name, numbers, reading, cast(Kind, chosen), (), ends, cast(Scale, scale))


def _check_none(**given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"`{name}` must be None for categorical values; got {value}.")


def _axes_of(array: AnyArray, *, shape: Shape, axes: Sequence[str] | None) -> tuple[str, ...]:
    sizes = dict(zip(AXES, shape, strict=True))
    for reading in _READINGS if axes is None else (tuple(axes),):
        if set(reading) <= set(AXES) and array.shape == tuple(sizes[axis] for axis in reading):
            return reading
    if axes is None and array.shape == (np.prod(shape),):
        return AXES
    wanted = (
        "fit (E, T, H), (E, H), (E, T), (T, H), (H,), (E,), (T,) or (N,)"
        if axes is None
        else f"fit `axes` {tuple(axes)}, some of {AXES},"
    )
    e, t, h = shape
    raise ValueError(
        f"`values` must {wanted} with E = {e}, T = {t}, H = {h}; got shape {array.shape}."
    )


def _codes(array: AnyArray) -> tuple[Float[np.ndarray, "*axes"], tuple[str, ...]]:
    """Position of each value among the sorted distinct ones, and their names."""
    if array.dtype.kind == "O" and not all(isinstance(v, str | None) for v in array.flat):
        raise TypeError("`values` must hold numbers or strings; got other objects.")
    if array.dtype.kind not in "UOfiub":
        raise TypeError(f"`values` must hold numbers or strings; got dtype {array.dtype}.")
    # NaN is the one number that differs from itself.
    missing = np.array([value is None or value != value for value in array.flat], bool)
    missing = missing.reshape(array.shape)
    distinct, inverse = np.unique(array[~missing], return_inverse=True)
    if not 0 < len(distinct) <= _MOST_CATEGORIES:
        raise ValueError(
            f"`values` must have between 1 and {_MOST_CATEGORIES} categories; got "
            f"{len(distinct)}. Numbers can be shown with kind='continuous'."
        )
    codes = np.full(array.shape, np.nan)
    codes[~missing] = inverse
    return codes, tuple(_name(value) for value in distinct)


def _name(value: Any) -> str:
    number = value.item() if isinstance(value, np.generic) else value
    return f"{number:g}" if isinstance(number, float) else str(number)


def _finite_or_nan(array: AnyArray) -> Float32[np.ndarray, "*axes"]:
    with np.errstate(over="ignore"):
        numbers = array.astype(np.float32)
    if np.isinf(numbers).any():
        where = tuple(int(at) for at in np.argwhere(np.isinf(numbers))[0])
        raise ValueError(
            f"`values` must be finite in float32, or NaN for no value; got {array[where]} at "
            f"{where}."
        )
    return numbers
