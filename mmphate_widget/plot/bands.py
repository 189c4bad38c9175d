"""Stretches of epochs shaded behind curves, with their names above."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from mmphate_widget._types import AnyArray
from mmphate_widget.channels import Bands

# Each in turn, so that neighbors differ where nothing lies between.
SHADES = ("0.5", "0.75")
OPACITY = 0.3


def draw_bands(axes: Sequence[Any], epochs: AnyArray, sets: Iterable[Bands]) -> None:
    """Shade the bands of each set in a row of its own, from the top down; names in each row."""
    sets = list(sets)
    for axis in axes:
        for row, shown in enumerate(sets):
            top, bottom = 1 - row / len(sets), 1 - (row + 1) / len(sets)
            for at, (first, last, name) in enumerate(shown.bands):
                left, right = (_between(epochs, place) for place in (first - 0.5, last + 0.5))
                shade = SHADES[at % len(SHADES)]
                axis.axvspan(left, right, bottom, top, color=shade, alpha=OPACITY, lw=0, zorder=0)
                axis.annotate(
                    name,
                    ((left + right) / 2, top),
                    xycoords=axis.get_xaxis_transform(),
                    xytext=(0, -2),
                    textcoords="offset points",
                    ha="center",
                    va="top",
                    fontsize="small",
                    clip_on=True,
                )


def _between(epochs: AnyArray, position: float) -> float:
    """Number of the epoch at a position, or half way between two; the ends beyond them."""
    return float(np.interp(position, np.arange(len(epochs)), epochs))
