"""The generator that stands for a `random_state`."""

from typing import Any

import numpy as np

from mmphate_widget._types import Generator


def make_generator(random_state: Any) -> Generator:
    """A Generator, or TypeError / ValueError that names the argument."""
    try:
        # Its generator could be used, but not split up.
        if isinstance(random_state, np.random.RandomState):
            raise TypeError("RandomState is no Generator")
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"`random_state` must be None, an integer at least 0 or a Generator; got "
            f"{random_state!r}."
        ) from error
