"""Measures of what the hidden states of a network do while it learns, with levels of chance.

Every function takes a `Trace` or a bare array (epoch, step, unit, sample). What comes back is a
small frozen object with ``values``, ``to_dataframe()``, ``plot()``, and where it fits
``channel()`` and ``curve()``, which ``w.add_channel`` and ``w.add_curve`` take.
"""

from mmphate_widget.analysis.ablation.ablate import ablate_steps, ablate_units, clamp_units
from mmphate_widget.analysis.ablation.effect import AblationEffect
from mmphate_widget.analysis.result import AxisLabels, Result

__all__ = [
    "AblationEffect",
    "AxisLabels",
    "Result",
    "ablate_steps",
    "ablate_units",
    "clamp_units",
]
