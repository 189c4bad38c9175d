"""Products that are symmetric: half the work of others, shared among threads.

Blocks do not depend on the number of threads, so that the result is the same bits on any.
"""

import numpy as np
from jaxtyping import Float

from mmphate_widget._parallel import map_items

# Rows of a block: ten blocks for 2,000 rows, enough to keep several threads busy.
BLOCK_ROWS = 512


def gram(
    rows: Float[np.ndarray, "row feature"],
    others: Float[np.ndarray, "row feature"] | None = None,
    *,
    n_jobs: int = 1,
) -> Float[np.ndarray, "row row"]:
    """``rows @ rows.T``, or ``rows @ others.T`` where that is symmetric but for rounding.

    The first is exactly symmetric, the second between blocks.

    Examples
    --------
    >>> gram(np.array([[1.0, 2.0], [0.0, 3.0]]))
    array([[5., 6.],
           [6., 9.]])
    """
    others = rows if others is None else others
    n = len(rows)
    result = np.empty((n, n))
    blocks = [slice(first, min(first + BLOCK_ROWS, n)) for first in range(0, n, BLOCK_ROWS)]

    def fill(pair: tuple[slice, slice]) -> None:
        above, below = pair
        product = rows[below] @ others[above].T
        result[below, above] = product
        if above != below:
            result[above, below] = product.T

    pairs = [(a, b) for at, a in enumerate(blocks) for b in blocks[at:]]
    map_items(fill, pairs, n_jobs=n_jobs)
    return result
