"""Measures of what the hidden states of a network do while it learns, with levels of chance.

Every function takes a `Trace` or a bare array (epoch, step, unit, sample). What comes back is a
small frozen object with ``to_dataframe()``, ``plot()``, and ``channel()``, ``curve()`` or both:
``w.add_channel(result)`` and ``w.add_curve(result)`` put it on screen.
"""

from mmphate_widget.analysis.ablation.ablate import ablate_steps, ablate_units, clamp_units
from mmphate_widget.analysis.ablation.effect import AblationEffect
from mmphate_widget.analysis.cka import Similarity, cka
from mmphate_widget.analysis.coincidence import Coincidence, Coincidences, coincidence
from mmphate_widget.analysis.communities import Communities, communities
from mmphate_widget.analysis.community_matching import CommunityEvent
from mmphate_widget.analysis.entropy import inter_step_entropy, intra_step_entropy
from mmphate_widget.analysis.flow import Flow, flow
from mmphate_widget.analysis.label_information import LabelInformation, label_information
from mmphate_widget.analysis.linear_probe import ProbeAccuracy, linear_probe
from mmphate_widget.analysis.pairs import EpochPairs
from mmphate_widget.analysis.phases import Phases, phases
from mmphate_widget.analysis.result import AxisLabels, Result

__all__ = [
    "AblationEffect",
    "AxisLabels",
    "Coincidence",
    "Coincidences",
    "Communities",
    "CommunityEvent",
    "EpochPairs",
    "Flow",
    "LabelInformation",
    "Phases",
    "ProbeAccuracy",
    "Result",
    "Similarity",
    "ablate_steps",
    "ablate_units",
    "cka",
    "clamp_units",
    "coincidence",
    "communities",
    "flow",
    "inter_step_entropy",
    "intra_step_entropy",
    "label_information",
    "linear_probe",
    "phases",
]
