"""What a picture needs of its trace besides the values: names and numbers of the axes, curves.

The attributes are called as those of a Trace, so that either describes a picture; these few stay
with a kept run, whose trace may be missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Names and numbers of epochs, steps and units, and the training curves.

    Attributes
    ----------
    epochs, steps : int64 ndarray of shape (n_epochs,), (n_steps,)
        Number of each recorded epoch and step.
    units : tuple of str
        Name of each unit.
    layers : tuple of (str or None), of length n_units
        Layer of each unit; None where it has none.
    layer_positions : int64 ndarray of shape (n_units,)
        Position of each unit inside its layer.
    metrics : mapping of str to float64 ndarray of shape (n_epochs,)
        Training curves; NaN where an epoch has no value.
    """

    epochs: Int[np.ndarray, " epoch"]
    steps: Int[np.ndarray, " step"]
    units: tuple[str, ...]
    layers: tuple[str | None, ...]
    layer_positions: Int[np.ndarray, " unit"]
    metrics: Mapping[str, Float[np.ndarray, " epoch"]]

    @classmethod
    def of(cls, trace: "Trace | Labels") -> "Labels":
        """Those of a trace, without its values."""
        return cls(**{name: getattr(trace, name) for name in cls.__slots__})
