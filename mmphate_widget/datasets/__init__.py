"""Data with known answers: the paper's latent systems, and sequences to train on.

`bifurcations` simulates hidden units that follow a dynamical system through its bifurcation, and
`bifurcation_suite` does so for all scenarios of the paper. To train on (see `mmphate_widget.train`)
there are the field's generated tasks (`flip_flop`, `delayed_match_to_sample`,
`context_integration`), handwritten digits read row by row (`digit_rows`), motions felt by a watch
(`basic_motions`), and readers for the paper's own two data sets from files that a user has (`har`,
`area2_bump`). Nothing is fetched.
"""

from mmphate_widget.datasets.activity import har
from mmphate_widget.datasets.bifurcations import bifurcation_suite, bifurcations
from mmphate_widget.datasets.digits import DigitRows, digit_rows
from mmphate_widget.datasets.flip_flop import flip_flop
from mmphate_widget.datasets.integration import context_integration
from mmphate_widget.datasets.match_to_sample import delayed_match_to_sample
from mmphate_widget.datasets.motions import basic_motions
from mmphate_widget.datasets.reaches import area2_bump
from mmphate_widget.datasets.sequences import LabeledSequences, StepTargets

__all__ = [
    "DigitRows",
    "LabeledSequences",
    "StepTargets",
    "area2_bump",
    "basic_motions",
    "bifurcation_suite",
    "bifurcations",
    "context_integration",
    "delayed_match_to_sample",
    "digit_rows",
    "flip_flop",
    "har",
]
