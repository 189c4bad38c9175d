"""Arrays as text inside JSON, for a page that has no kernel to ask.

Little-endian bytes, first the lowest of all numbers, then all second ones and so on, which gzip
packs better than whole numbers; gzip; base64. Twin of js/src/protocol/packing.ts.
"""

import base64
import gzip
from typing import Any

import numpy as np

from mmphate_widget._types import AnyArray

# More effort makes it hardly smaller.
LEVEL = 6
# The types that travel so, by the names that the page knows.
TYPES = {"float32": "<f4", "uint16": "<u2", "uint8": "u1"}


def pack(values: AnyArray) -> dict[str, Any]:
    """An array in C order, without its shape; equal arrays give equal text."""
    flat = np.ascontiguousarray(values, dtype=TYPES[values.dtype.name]).reshape(-1)
    planes = flat.view(np.uint8).reshape(len(flat), flat.itemsize).T
    # Without the time: what has not changed must not differ.
    packed = gzip.compress(np.ascontiguousarray(planes).tobytes(), LEVEL, mtime=0)
    return {
        "type": values.dtype.name,
        "length": len(flat),
        "data": base64.b64encode(packed).decode("ascii"),
    }


def unpack(packed: dict[str, Any]) -> AnyArray:
    """The inverse of ``pack``: a flat array."""
    dtype = np.dtype(TYPES[packed["type"]])
    planes = np.frombuffer(gzip.decompress(base64.b64decode(packed["data"])), dtype=np.uint8)
    whole = planes.reshape(dtype.itemsize, packed["length"]).T
    flat: AnyArray = np.ascontiguousarray(whole).view(dtype).reshape(-1)
    return flat
