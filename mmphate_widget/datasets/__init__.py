"""Data with known answers: the paper's latent systems, and real sequences to train on.

`bifurcations` simulates hidden units that follow a dynamical system through its
bifurcation; `digit_rows` are handwritten digits read row by row.
"""

from mmphate_widget.datasets.bifurcations import bifurcations
from mmphate_widget.datasets.digits import DigitRows, digit_rows

__all__ = ["DigitRows", "bifurcations", "digit_rows"]
