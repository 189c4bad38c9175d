"""What a selection says of layers holds for the network, whatever part of it was recorded."""

import numpy as np

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
