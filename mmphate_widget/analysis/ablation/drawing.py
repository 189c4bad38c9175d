"""An effect as a figure: the null as a histogram, the effect as a line with its interval."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mmphate_widget.analysis.drawing import open_axes

if TYPE_CHECKING:
    from mmphate_widget.analysis.ablation.effect import AblationEffect

_MOST_BINS = 40


def draw_effect(effect: "AblationEffect", ax: Any) -> Any:
    """Draw it on ``ax`` or new axes; returns the figure."""
    axes = open_axes(ax)
    null = effect.null
    # Effects on a hundred samples are multiples of a hundredth: no bin narrower than a step.
    levels = np.unique(null)
    n_bins = int(min(_MOST_BINS, max(1, len(levels)), 1 + 2 * np.sqrt(len(null))))
    axes.hist(null, bins=n_bins, color="0.75", label=f"{len(null)} random draws")
    low, high = effect.interval
    if np.isfinite([low, high]).all():
        axes.axvspan(low, high, color="C3", alpha=0.15, lw=0)
    axes.axvline(effect.effect, color="C3", label=f"{effect.of}, p = {effect.pvalue:.3g}")
    axes.set_xlabel(f"change of {effect.metric} (was {effect.baseline:.3g})")
    axes.set_ylabel("draws")
    axes.legend(frameon=False)
    return axes.figure
