"""From potentials to coordinates: distances → classical start → SGD → SMACOF → fixed axes.

After that points may be refined, each close to where it lies.

Pure array functions; the scale of the potential distances is kept throughout, so that
distances of two runs compare.
"""

from mmphate_widget.embedding.axes import fixed_axes
from mmphate_widget.embedding.classical import classical_scaling, pairwise_distances
from mmphate_widget.embedding.refine import refine_units
from mmphate_widget.embedding.sgd import stochastic_descent
from mmphate_widget.embedding.smacof import normalized_stress, smacof
from mmphate_widget.embedding.solvers import MDS_SOLVERS, solve

__all__ = [
    "MDS_SOLVERS",
    "classical_scaling",
    "fixed_axes",
    "normalized_stress",
    "pairwise_distances",
    "refine_units",
    "smacof",
    "solve",
    "stochastic_descent",
]
