"""Phases as a matplotlib figure; imported when something is drawn."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mmphate_widget.analysis.drawing import open_axes
from mmphate_widget.plot.bands import draw_bands

if TYPE_CHECKING:
    from mmphate_widget.analysis.phases import Phases


def draw_phases(found: "Phases", ax: Any) -> Any:
    """The curve as dots, a line for each phase, and where each change may be."""
    axes = open_axes(ax)
    axes.plot(found.epochs, found.observed, ".", color="0.45", label=found.name)
    for start, stop in found._spans():
        axes.plot(found.epochs[start:stop], found.fitted[start:stop], color="#d55e00")
    draw_bands([axes], found.epochs, [found.bands()])
    bottom, top = axes.get_ylim()
    for change, support in zip(range(len(found.values)), found.support, strict=True):
        if np.isnan(support):
            # Without bootstrap there is no interval, and no share of curves.
            continue
        ends = found.epochs[[found.low[change], found.high[change]]]
        axes.plot(ends, [bottom, bottom], color="black", linewidth=3, clip_on=False)
        axes.annotate(
            f"{support:.0%}",
            (float(ends.mean()), bottom + 0.02 * (top - bottom)),
            ha="center",
            va="bottom",
            fontsize="small",
        )
    axes.set_ylim(bottom, top)
    axes.set_xlabel("epoch")
    axes.set_ylabel(found.name)
    return axes.figure
