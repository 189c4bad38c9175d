"""From a kernel to the potential: spectrum → von Neumann entropy → t → powers → potential.

Pure functions of a symmetric matrix M that is similar to the diffusion operator; whether M
came from all points or from landmarks makes no difference here.
"""

from mmphate_widget.diffusion.components import Components, count_components
from mmphate_widget.diffusion.entropy import choose_time, entropy_curve, knee
from mmphate_widget.diffusion.operator import (
    Spectrum,
    landmark_spectrum,
    landmark_weights,
    point_spectrum,
    transitions,
)
from mmphate_widget.diffusion.potential import potential

__all__ = [
    "Components",
    "Spectrum",
    "choose_time",
    "count_components",
    "entropy_curve",
    "knee",
    "landmark_spectrum",
    "landmark_weights",
    "point_spectrum",
    "potential",
    "transitions",
]
