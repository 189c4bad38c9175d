"""What a selection says of layers holds for the network, whatever part of it was recorded."""

from inspect import unwrap

import numpy as np
import pytest

import mmphate_widget as mm

SHAPE = (2, 3, 5)


def select(units, **labels):
    mask = np.zeros(SHAPE, dtype=bool)
    mask[:, :, units] = True
    return mm.Selection(mask=mask, offered=np.ones_like(mask), **labels)


def as_lists(by_layer):
    return {name: positions.tolist() for name, positions in by_layer.items()}


def test_by_layer_counts_the_units_of_whole_layers():
    selection = select([0, 3, 4], layer_names=("a", "b", "a", "b", "a"))
    assert as_lists(selection.by_layer()) == {"a": [0, 2], "b": [1]}


def test_by_layer_gives_the_positions_in_the_network_where_layers_are_cut():
    names = ("a", "b", "a", "b", "c")
    selection = select([0, 2, 3], layer_names=names, layer_positions=(9, 4, 2, 7, 0))
    by_layer = selection.by_layer()
    assert as_lists(by_layer) == {"a": [2, 9], "b": [7], "c": []}
    assert all(positions.dtype == np.int64 for positions in by_layer.values())


def test_by_layer_without_layers():
    assert as_lists(select([1, 4]).by_layer()) == {None: [1, 4]}
    assert as_lists(select([1], layer_positions=(3, 7, 8, 9, 11)).by_layer()) == {None: [7]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mask": [1, 2]}, r"`mask` must be a boolean array .*; got dtype int64, shape \(2,\)"),
        ({"mask": np.zeros((2, 3, 4), int)}, "`mask` must be a boolean array .*; got dtype int64"),
        ({"offered": np.zeros((3, 4), bool)}, r"`offered` must be a boolean .* shape \(3, 4\)"),
        ({"offered": None}, "`offered` must be a boolean array .*; got dtype object"),
        (
            {"offered": np.zeros((1, 3, 4), bool)},
            r"`offered` must have the shape of `mask`, \(2, 3",
        ),
        ({"layer_names": ("a",)}, r"`layer_names` must be a tuple .* 4 units, .*got \('a',\)"),
        ({"layer_positions": 5}, "`layer_positions` must be a tuple .*; got 5"),
        ({"record": 3}, "`record` must be a list of operations; got 3"),
    ],
)
def test_what_is_no_selection_is_named(given, message):
    whole = np.ones((2, 3, 4), dtype=bool)
    fields = {"mask": whole, "offered": whole, "layer_names": (), "layer_positions": ()}
    # Past the checker of annotations, which users do not run.
    selection = object.__new__(mm.Selection)
    for name, value in (fields | {"unit_rule": "any", "record": []} | given).items():
        object.__setattr__(selection, name, value)
    with pytest.raises((TypeError, ValueError), match=message):
        unwrap(mm.Selection.__post_init__)(selection)
