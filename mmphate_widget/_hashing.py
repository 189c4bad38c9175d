"""One hash for arrays: tells what was made from which numbers, and lets equal ones be shared."""

from hashlib import sha256
from weakref import WeakValueDictionary

import numpy as np

from mmphate_widget._types import AnyArray


def array_hash(values: AnyArray) -> str:
    """SHA-256 (hexadecimal) of shape, type and bytes in C order."""
    digest = sha256(f"{values.shape} {values.dtype.str} ".encode())
    digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


_shared: WeakValueDictionary[str, AnyArray] = WeakValueDictionary()


def shared(values: AnyArray) -> AnyArray:
    """``values``, read-only, or an equal array that somebody holds already.

    A notebook keeps what its cells have shown: run again, a cell costs no second copy.
    """
    values.flags.writeable = False
    return _shared.setdefault(array_hash(values), values)
