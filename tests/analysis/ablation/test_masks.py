"""Masks of units have an entry for each unit, in every place where units are given."""

import numpy as np
import pytest
import torch

from mmphate_widget.analysis import ablate_units, clamp_units

X = torch.linspace(-1, 1, 8 * 5 * 3).reshape(8, 5, 3)


def net(**options):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.GRU(3, 6, batch_first=True, **options))


def worth(model, x):
    return model(x)[0].abs().mean(dim=(1, 2))


def ablated(model, units, layers="0"):
    given = {"layers": layers, "n_draws": 3, "random_state": 0}
    return ablate_units(model, units, X, worth, **given)


def test_a_mask_is_its_positions():
    mask = np.array([True, False, False, True, False, False])
    assert ablated(net(), mask).positions["0"].tolist() == [0, 3]
    assert ablated(net(), {"0": mask.tolist()}, layers=None).of == "2 of 6 units"
    stacked = ablated(net(num_layers=2), np.concatenate([mask, ~mask]), layers=["0.l0", "0.l1"])
    assert {name: units.tolist() for name, units in stacked.positions.items()} == {
        "0.l0": [0, 3],
        "0.l1": [1, 2, 4, 5],
    }
    np.testing.assert_array_equal(stacked.mask, np.concatenate([mask, ~mask]))
    with pytest.raises(ValueError, match="at least one unit; got none"):
        ablated(net(), np.zeros(6, bool))


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("size", [0, 4, 7])
def test_masks_of_another_length_are_refused(size, value):
    mask = np.full(size, value)
    message = f"mask, must have an entry for each of the 6 units in layer '0'; got {size}"
    for units, layers in ((mask, "0"), ({"0": mask}, None)):
        with pytest.raises(ValueError, match=message):
            ablated(net(), units, layers)
        with pytest.raises(ValueError, match=message), clamp_units(net(), units, layers=layers):
            pass
    with pytest.raises(ValueError, match=r"each of the 24 units in .*; got 6"):
        ablated(net(num_layers=2, bidirectional=True), np.full(6, value))


def test_a_layer_that_must_run_first_is_counted_then():
    model, mask = torch.nn.Sequential(torch.nn.Linear(3, 6)), np.ones(4, bool)
    with pytest.raises(ValueError, match="each of the 6 units in layer '0'; got 4"):
        ablate_units(model, mask, X[:, 0], lambda model, x: model(x).mean(dim=1), layers="0")
    with (
        clamp_units(model, mask, layers="0"),
        pytest.raises(ValueError, match="each of the 6 units in layer '0'; got 4"),
    ):
        model(X[:, 0])


def test_a_mask_is_flat():
    with pytest.raises(TypeError, match="`units` must be a flat sequence of integers; got dtype b"):
        ablated(net(), np.ones((2, 3), bool))
