"""One hash for arrays: tells what was made from which numbers, and lets equal ones be shared."""

from hashlib import sha256
from weakref import WeakValueDictionary

import numpy as np

from mmphate_widget._blocks import Activations, read_blocks
from mmphate_widget._types import AXES, AnyArray


def array_hash(values: Activations) -> str:
    """SHA-256 (hexadecimal) of shape, type and bytes in C order, wherever the values lie."""
    digest = sha256(f"{tuple(values.shape)} {values.dtype.str} ".encode())
    is_read_in_blocks = values.ndim == len(AXES) and 0 not in values.shape
    blocks = (b for _, b in read_blocks(values)) if is_read_in_blocks else [values[...]]
    for block in blocks:
        digest.update(np.ascontiguousarray(block).data)
    return digest.hexdigest()


_shared: WeakValueDictionary[str, AnyArray] = WeakValueDictionary()


def shared(values: AnyArray) -> AnyArray:
    """``values``, read-only, or an equal array that somebody holds already.

    A notebook keeps what its cells have shown: run again, a cell costs no second copy.
    """
    values.flags.writeable = False
    return _shared.setdefault(array_hash(values), values)
