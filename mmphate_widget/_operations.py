"""The operations that take an engine's time, as a table: what another engine does otherwise.

Everything around them (what is drawn, sorted, cut into items, put together) is the same code for
all engines, so that they agree on landmarks, components and seeds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mmphate_widget import diffusion
from mmphate_widget._gram import gram
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.inter import neighbor_distances
from mmphate_widget.kernel.intra import intra_block
from mmphate_widget.kernel.tiles import UnitAffinity, unit_affinity


@dataclass(frozen=True, slots=True)
class Operations:
    """An entry has the signature and the meaning of the function of the same name in NumPy.

    Results may differ from NumPy's by the rounding of the precision that an entry works in, and
    must be the same bits from call to call.
    """

    neighbor_distances: Callable[..., AnyArray]
    unit_affinity: Callable[..., UnitAffinity]
    intra_block: Callable[..., sparse.coo_array]
    landmark_weights: Callable[..., AnyArray]
    eigenvalues: Callable[[AnyArray], AnyArray]
    gram: Callable[..., AnyArray]


NUMPY = Operations(
    neighbor_distances=neighbor_distances,
    unit_affinity=unit_affinity,
    intra_block=intra_block,
    landmark_weights=diffusion.landmark_weights,
    eigenvalues=np.linalg.eigvalsh,
    gram=gram,
)
