"""Coincidences as matplotlib figures; imported when one is drawn."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mmphate_widget.analysis.drawing import open_axes

if TYPE_CHECKING:
    from mmphate_widget.analysis.coincidence import Coincidence, Coincidences

LEVEL = 0.05
INK, SHADE = "#0072B2", "0.9"


def draw_coincidence(found: "Coincidence", ax: Any) -> Any:
    """Correlation against shift, 0 in the middle, with the window of lags and the peak in it."""
    axes = open_axes(ax)
    n = len(found.correlations)
    half = n // 2
    shifts = np.arange(n) - half
    axes.axvspan(-found.max_lag - 0.5, found.max_lag + 0.5, color=SHADE, linewidth=0)
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.plot(shifts, np.roll(found.correlations, half), color="0.3", linewidth=1)
    axes.plot(found.lag, found.correlations[found.lag % n], "o", color=INK)
    what = "changes" if found.difference else "levels"
    axes.set_xlabel(f"epochs by which {found.names[1]} follows {found.names[0]}")
    axes.set_ylabel(f"correlation of {what}, circular")
    axes.set_title(f"r = {found.effect:.2f} at lag {found.lag}, p = {found.pvalue:.2g}")
    return axes.figure


def draw_coincidences(found: "Coincidences", ax: Any) -> Any:
    """A row for each curve, the first on top."""
    axes = open_axes(ax)
    for row, (effect, (low, high), adjusted) in enumerate(
        zip(found.effects, found.intervals, found.adjusted, strict=True)
    ):
        axes.plot([low, high], [row, row], color=INK)
        face = INK if adjusted < LEVEL else "white"
        axes.plot(effect, row, "o", color=INK, markerfacecolor=face)
    axes.axvline(0, color="0.6", linewidth=0.8)
    axes.set_yticks(range(len(found)), found.names)
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlim(-1.05, 1.05)
    axes.set_xlabel(f"correlation with {found.results[0].names[0]}; filled: adjusted p < {LEVEL}")
    return axes.figure
