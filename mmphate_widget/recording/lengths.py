"""How many steps of each probe sample count: what the user says, or packed sequences tell."""

from typing import Any

import numpy as np
from jaxtyping import Int

from mmphate_widget._validation import as_array


def checked_lengths(given: Any) -> Int[np.ndarray, " sample"] | None:
    """``given`` as an array of positive integers; None stays None."""
    if given is None:
        return None
    array = as_array(given, name="lengths")
    if array.dtype.kind not in "iu":
        raise TypeError(f"`lengths` must hold integers; got dtype {array.dtype}.")
    if array.ndim != 1 or array.size == 0 or array.min() < 1:
        raise ValueError(
            f"`lengths` must have one number of steps, at least 1, for each probe sample; got "
            f"{given!r}."
        )
    return array.astype(np.int64)


def common_lengths(
    given: Int[np.ndarray, " _"] | None,
    packed: Int[np.ndarray, " sample"] | None,
    *,
    n_samples: int,
    n_steps: int,
) -> Int[np.ndarray, " sample"] | None:
    """The lengths that count; None where every sample has all steps and nobody gave any."""
    if given is None:
        return packed if packed is not None and packed.min() < n_steps else None
    if len(given) != n_samples or given.max() > n_steps:
        raise ValueError(
            f"`lengths` must have one entry between 1 and {n_steps} for each of the {n_samples} "
            f"probe samples; got {len(given)} between {given.min()} and {given.max()}."
        )
    if packed is not None and not np.array_equal(given, packed):
        at = int(np.flatnonzero(given != packed)[0])
        raise ValueError(
            f"`lengths` must be those of the packed sequences; got {given[at]} for sample {at}, "
            f"which was packed with {packed[at]}. Leave `lengths` out: they are taken from there."
        )
    return given
