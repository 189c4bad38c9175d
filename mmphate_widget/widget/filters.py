"""Filters: which points the legend hides, stated by channel and worked out on its values.

On categories a filter is ``{"hide": [code, …]}``, the code after the last standing for points
without a value; on numbers ``{"range": [low, high]}``, which hides what lies outside, and points
without a value. An end that is None is no bound; ends are compared as float32, which values are, so
that 0.1 is in a range that ends at 0.1. Phases are compared once around the channel's own limits.
js/src/geometry/filters.ts hides the same points; tests/golden/filters.json ties the two.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from mmphate_widget._validation import check_choice, check_int, check_real
from mmphate_widget.channels import Channel
from mmphate_widget.widget.lasso import Hidden

Filter = dict[str, Any]


def check_filters(filters: Any, channels: Mapping[str, Channel]) -> dict[str, Filter]:
    """``filters`` by the names of channels, in the form that travels; those of no effect left out.

    Raises
    ------
    TypeError, ValueError
        If it is not a dict, names a channel that does not exist, or what it says of one does not
        fit its kind.
    """
    if not isinstance(filters, Mapping):
        raise TypeError(f"`filters` must be a dict by names of channels; got {filters!r}.")
    checked = {}
    for name, rule in filters.items():
        check_choice(name, name="filters", choices=tuple(channels))
        entry = _check_filter(rule, channels[name])
        if entry is not None:
            checked[str(name)] = entry
    return checked


def hidden_by(rule: Filter, channel: Channel) -> Hidden:
    """The points that a checked filter hides, over the axes of its channel."""
    hides = _hide_categories if "hide" in rule else _hide_outside
    return Hidden(channel.axes, hides(rule, channel, channel.values.astype(np.float64)))


def _hide_categories(
    rule: Filter, channel: Channel, values: Float64[np.ndarray, "*axes"]
) -> Bool[np.ndarray, "*axes"]:
    n_categories = len(channel.categories)
    codes = np.where(np.isnan(values), n_categories, values)
    return np.isin(codes, rule["hide"])


def _hide_outside(
    rule: Filter, channel: Channel, values: Float64[np.ndarray, "*axes"]
) -> Bool[np.ndarray, "*axes"]:
    low, high = rule["range"]
    if channel.kind == "cyclic":
        values = _once_around(values, channel.limits)
    # Beyond what float32 holds they are infinite, as in the browser.
    with np.errstate(over="ignore"):
        values = values.astype(np.float32)
        inside = ~np.isnan(values)
        if low is not None:
            inside &= values >= np.float32(low)
        if high is not None:
            inside &= values <= np.float32(high)
    return np.asarray(~inside)


def _once_around(
    values: Float64[np.ndarray, "*axes"], limits: tuple[float, float]
) -> Float64[np.ndarray, "*axes"]:
    low, high = limits
    if not high > low:
        return values
    place = (values - low) / (high - low)
    # What lies between the limits stays as it is, the limits included.
    between = (values >= np.float32(low)) & (values <= np.float32(high))
    return np.where(between, values, low + (place - np.floor(place)) * (high - low))


def _check_filter(rule: Any, channel: Channel) -> Filter | None:
    """The filter as it travels; None where it hides nothing."""
    key = "hide" if channel.kind == "categorical" else "range"
    name = f"filters[{channel.name!r}]"
    if not isinstance(rule, Mapping) or set(rule) != {key}:
        raise ValueError(
            f"`{name}` must be {{{key!r}: …}} for {channel.kind} values; got {rule!r}."
        )
    if key == "hide":
        codes = check_codes(rule[key], channel, name=name)
        return {key: codes} if codes else None
    ends = check_ends(rule[key], name=name)
    return None if ends == [None, None] else {key: ends}


def check_codes(given: Any, channel: Channel, *, name: str) -> list[int]:
    """Codes of categories given by code or name, in order, each once."""
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise TypeError(f"`{name}` must hide a list of categories; got {given!r}.")
    codes = set()
    for one in given:
        if isinstance(one, str):
            check_choice(one, name=name, choices=channel.categories)
            codes.add(channel.categories.index(one))
        else:
            codes.add(check_int(one, name=name, minimum=0, maximum=len(channel.categories)))
    return sorted(codes)


def check_ends(given: Any, *, name: str) -> list[float | None]:
    """Two ends in order, None being no bound."""
    try:
        ends = [None if end is None else check_real(end, name=name) for end in given]
    except TypeError:
        ends = []
    if len(ends) != 2:
        raise TypeError(f"`{name}` must have a range of two numbers or None; got {given!r}.")
    low, high = ends
    if low is not None and high is not None and low > high:
        raise ValueError(f"`{name}` must have a range in order; got {given!r}.")
    return ends
