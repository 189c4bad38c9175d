"""A Channel checks itself: axes in order, values of their shape, categories where they belong."""

import numpy as np
import pytest

from mmphate_widget.channels import Channel

GOOD = {
    "name": "a",
    "values": np.zeros(3, np.float32),
    "axes": ("unit",),
    "kind": "continuous",
    "categories": (),
    "limits": (0.0, 1.0),
}


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        (
            {"axes": ("unit", "epoch"), "values": np.zeros((3, 3), np.float32)},
            "`axes` must be some",
        ),
        ({"axes": ("epoch", "unit")}, r"`values` must have the axes .* got shape \(3,\)"),
        ({"categories": ("x",)}, "`categories` must be given for categorical values only; got 1"),
        ({"kind": "categorical"}, "`categories` must be given .* got 0 for kind 'categorical'"),
        ({"colors": ("#000000",)}, "`colors` must be given for each of the 0 categories"),
        ({"scale": "log"}, r"`limits` must be positive for scale='log'; got \(0.0, 1.0\)"),
        ({"scale": "log", "kind": "diverging"}, "`scale` must be 'linear' for diverging values"),
        ({"limits": (0.0, np.nan)}, r"`limits` must be finite and in order; got \(0.0, nan\)"),
    ],
)
def test_it_checks_itself(changed, match):
    with pytest.raises(ValueError, match=match):
        Channel(**(GOOD | changed))
