"""What the colors mean: a color bar for numbers, a legend for categories."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget.channels import Channel, color_table
from mmphate_widget.plot._matplotlib import (
    AnyAxes,
    FontProperties,
    Line2D,
    ListedColormap,
    LogNorm,
    Normalize,
    ScalarMappable,
    rcParams,
)

# More categories than this are hard to find in a legend: a bar with some of their names is drawn.
MOST_LISTED = 20
# Names beside such a bar.
MOST_NAMED = 8
# Lines of a legend, as multiples of its font's size.
LINE_HEIGHT = 1.6
WITHOUT_VALUE = "no value"


def add_key(
    axes: Sequence[AnyAxes],
    channel: Channel,
    values: Float[np.ndarray, "*shape"],
    *,
    title: str | None,
    is_own: bool,
) -> None:
    """Say beside the axes what the colors of the values mean; in a figure of ours, at its edge."""
    title = channel.name if title is None else title
    if channel.kind != "categorical":
        _add_bar(axes, channel, title)
        return
    known = values[~np.isnan(values)]
    codes = np.unique(known).astype(np.int64)
    if len(codes) > MOST_LISTED:
        _add_category_bar(axes, channel, title)
        return
    table = color_table(channel) / 255
    entries = [(channel.categories[code], table[code]) for code in codes]
    if known.size < values.size:
        entries.append((WITHOUT_VALUE, table[-1]))
    _add_legend(axes, [_dot(name, color) for name, color in entries], title, is_own=is_own)


def _dot(name: str, color: Float[np.ndarray, "3"]) -> Line2D:
    return Line2D([], [], linestyle="none", marker="o", color=tuple(color), label=name)


def _add_legend(axes: Sequence[AnyAxes], dots: list[Line2D], title: str, *, is_own: bool) -> None:
    figure = axes[-1].get_figure()
    options = {"handles": dots, "title": title, "frameon": False, "handlelength": 1}
    if not is_own:
        axes[-1].legend(**options, loc="upper left", bbox_to_anchor=(1, 1))
        return
    font = FontProperties(size=rcParams["legend.fontsize"]).get_size_in_points()
    room = figure.get_figheight() * 72 / (LINE_HEIGHT * font) - 1
    columns = int(np.ceil(len(dots) / max(1.0, room)))
    figure.legend(**options, loc="outside right center", ncols=columns)


def _add_bar(axes: Sequence[AnyAxes], channel: Channel, title: str) -> None:
    low, high = channel.limits
    # Values that are all alike have the color in the middle.
    if channel.scale == "log":
        ends = (low, high) if low < high else (low / 2, high * 2)
    else:
        ends = (low, high) if low < high else (low - 0.5, high + 0.5)
    norm = (LogNorm if channel.scale == "log" else Normalize)(*ends)
    bar = _bar(axes, color_table(channel)[:-1], norm, title)
    if channel.kind == "cyclic" and np.allclose((low, high), (-np.pi, np.pi)):
        bar.set_ticks([-np.pi, 0, np.pi], labels=["−π", "0", "π"])


def _add_category_bar(axes: Sequence[AnyAxes], channel: Channel, title: str) -> None:
    """A step of the bar for each category, some of them named."""
    count = len(channel.categories)
    bar = _bar(axes, color_table(channel)[:-1], Normalize(-0.5, count - 0.5), title)
    named = np.unique(np.linspace(0, count - 1, MOST_NAMED).round().astype(np.int64))
    bar.set_ticks(named, labels=[channel.categories[code] for code in named])


def _bar(axes: Sequence[AnyAxes], table: Any, norm: Normalize, title: str) -> Any:
    mappable = ScalarMappable(norm=norm, cmap=ListedColormap(table / 255))
    figure = axes[-1].get_figure()
    bar = figure.colorbar(mappable, ax=list(axes), label=title, shrink=0.8, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    return bar
