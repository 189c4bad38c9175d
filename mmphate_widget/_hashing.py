"""One hash for arrays, so that what was made from which numbers can be told later."""

from hashlib import sha256

import numpy as np

from mmphate_widget._types import AnyArray


def array_hash(values: AnyArray) -> str:
    """SHA-256 (hexadecimal) of shape, type and bytes in C order."""
    digest = sha256(f"{values.shape} {values.dtype.str} ".encode())
    digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
