"""The glossary of array dimensions that every shape annotation in this package uses.

================ ====== ==================================================
name             symbol what it counts
================ ====== ==================================================
``epoch``        E      recorded epochs of training
``step``         T      time steps of the sequence
``unit``         H      hidden units
``sample``       S      probe samples
``slice``        n      (epoch, step) pairs, n = E * T
``point``        N      (epoch, step, unit) triples, N = E * T * H
``micro``        m      micro-clusters: clusters of the slices of one unit
``landmark``     L      landmarks: the groups of points that diffusion runs on
``component``    C      coordinates of the embedding, 2 or 3
================ ====== ==================================================
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# What is which in an array of activations, everywhere.
AXES = ("epoch", "step", "unit", "sample")

AnyArray = npt.NDArray[Any]
PathLike = str | Path
Generator = np.random.Generator
