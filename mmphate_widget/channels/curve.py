"""`Curve`: one number for each epoch, to be drawn with the training curves."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mmphate_widget._validation import check_name, check_real_array


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A number for each epoch, with what it is called.

    Attributes
    ----------
    name : str
        What it is called in the interface.
    values : float64 ndarray, shape (E,)
        Read-only. NaN where there is no number.
    """

    name: str
    values: Float64[np.ndarray, " epoch"]

    def __post_init__(self) -> None:
        check_name(self.name, name="name")
        values = check_real_array(self.values, name="values").astype(np.float64)
        if values.ndim != 1:
            raise ValueError(
                f"`values` must have one number for each epoch; got shape {values.shape}."
            )
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            at = int(infinite[0])
            raise ValueError(
                f"`values` must be finite, or NaN for no number; got {values[at]} at epoch {at} of "
                f"{self.name!r}."
            )
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
