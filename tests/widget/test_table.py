"""Tables: a row a point, positions as integers, names beside them, nothing lost to equal names."""

import sys

import numpy as np
import pytest

import mmphate_widget as mm

SHAPE = (4, 3, 6)
POSITIONS = ["epoch", "step", "unit"]
NAMES = ["epoch_label", "step_label", "unit_name"]
REST = ["x", "y", "z", "selected"]


@pytest.fixture
def trace():
    values = np.random.default_rng(0).normal(size=(*SHAPE, 8)).astype(np.float32)
    return mm.Trace.from_array(
        values,
        epochs=[0, 1, 2, 9],
        steps=[10, 20, 30],
        layers=["lower", "lower", None, "upper", "upper", "upper"],
        sample_labels=["a", "a", "b", "b", "c", "c", "d", "d"],
    )


@pytest.fixture
def embedding():
    return np.random.default_rng(1).normal(size=(*SHAPE, 3)).astype(np.float32)


@pytest.fixture
def widget(embedding, trace):
    widget = mm.MMPHATEWidget(embedding, trace=trace)
    yield widget
    widget.close()


def test_a_row_a_point_with_everything_about_it(widget, embedding, trace):
    widget.select(units=[3])
    table = widget.to_dataframe()
    assert list(table.columns) == [*POSITIONS, *NAMES, "layer", *REST, "label"]
    assert (table[POSITIONS].dtypes == np.int64).all()
    e, t, i = np.unravel_index(np.arange(72), SHAPE)
    np.testing.assert_array_equal(table[POSITIONS], np.stack([e, t, i], axis=1))
    np.testing.assert_array_equal(table[["x", "y", "z"]], embedding.reshape(-1, 3))
    assert table["epoch_label"].tolist() == trace.epochs[e].tolist()
    assert table["step_label"].tolist() == trace.steps[t].tolist()
    assert table["unit_name"].tolist() == [trace.units[unit] for unit in i]
    assert table["layer"][:2].tolist() == ["lower", "lower"]
    assert table["layer"].isna().tolist() == (i == 2).tolist()
    assert table["selected"].dtype == bool
    assert table["selected"].tolist() == (i == 3).tolist()


def test_categories_by_name(widget):
    codes = widget.channel("label").values.ravel()
    table = widget.to_dataframe()
    assert table["label"].tolist() == [widget.channel("label").categories[int(c)] for c in codes]
    widget.color_by = np.array(["on", None, "off", "on", "on", "on"], dtype=object)
    values = widget.to_dataframe()["values"]
    assert values[:2].tolist()[0] == "on"
    assert values.isna().sum() == 12


def test_some_points_in_the_order_asked_for(widget):
    widget.select(points=[40, 7])
    table = widget.to_dataframe([40, 7, 8])
    assert table.index.name == "point"
    assert table.index.tolist() == [40, 7, 8]
    assert table["selected"].tolist() == [True, True, False]
    whole = widget.to_dataframe()
    assert whole.loc[[40, 7, 8]].equals(table)
    none = widget.to_dataframe([])
    assert len(none) == 0
    assert (none[POSITIONS].dtypes == np.int64).all()


def test_groups_are_columns_of_bool(widget):
    widget.select(units=[1])
    widget.groups.add("early movers")
    widget.select(points=[5])
    widget.groups.add("x")
    table = widget.to_dataframe()
    assert table.columns[-2:].tolist() == ["early movers", "x (group)"]
    assert table["early movers"].dtype == bool
    assert table["early movers"].tolist() == (table["unit"] == 1).tolist()
    assert np.flatnonzero(table["x (group)"]).tolist() == [5]


@pytest.mark.parametrize("name", ["epoch", "step", "unit", "layer"])
def test_a_channel_that_a_column_repeats_has_none_of_its_own(widget, name):
    widget.color_by = name
    assert list(widget.to_dataframe().columns) == [*POSITIONS, *NAMES, "layer", *REST]


def test_a_channel_of_the_user_stands_beside_a_column_of_its_name(widget):
    speed = np.linspace(0, 1, 6)
    for name in ("layer", "x"):
        widget.add_channel(name, speed)
        widget.color_by = name
        table = widget.to_dataframe()
        np.testing.assert_allclose(table[f"{name} (channel)"], np.tile(speed, 12), rtol=1e-6)


def test_without_a_trace_numbers_stand_for_names(embedding):
    w = mm.MMPHATEWidget(embedding[..., :2])
    table = w.to_dataframe()
    assert list(table.columns) == [*POSITIONS, *NAMES, *REST]
    assert table["epoch_label"].tolist() == table["epoch"].tolist()
    assert table["unit_name"].tolist() == [str(unit) for unit in table["unit"]]
    assert (table["z"] == 0).all()
    w.close()


def test_points_that_are_none_are_named(widget):
    with pytest.raises(ValueError, match="`points` must be between 0 and 71; got 72"):
        widget.to_dataframe([72])
    with pytest.raises(TypeError, match="`points` must be a flat sequence of integers"):
        widget.to_dataframe([0.5])


def test_a_selection_as_a_table(widget):
    mask = np.zeros(SHAPE, bool)
    mask[:, :, [2, 4]] = mask[0, 0, 0] = True
    names = widget.labels.layers
    selection = mm.Selection(mask=mask, offered=np.ones_like(mask), layer_names=names)
    table = selection.to_dataframe()
    assert list(table.columns) == [*POSITIONS, "layer", "promoted"]
    assert (table[POSITIONS].dtypes == np.int64).all()
    np.testing.assert_array_equal(table[POSITIONS], selection.indices)
    assert table.index.tolist() == selection.points.tolist()
    assert table["promoted"].tolist() == (table["unit"] > 0).tolist()
    assert table["layer"].isna().tolist() == (table["unit"] == 2).tolist()
    mask = np.zeros(SHAPE, bool)
    empty = mm.Selection(mask=mask, offered=~mask).to_dataframe()
    assert list(empty.columns) == [*POSITIONS, "promoted"]
    assert len(empty) == 0


def test_without_pandas_what_to_install_is_said(widget, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for make in (widget.to_dataframe, widget.selection.to_dataframe):
        with pytest.raises(ModuleNotFoundError, match=r"mmphate-widget\[analysis\]") as caught:
            make()
        assert caught.value.name == "pandas"
