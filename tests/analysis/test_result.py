"""What every analysis returns: a table, a figure, a channel and a curve of one array."""

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.analysis import AxisLabels, Result

SHAPE = (3, 4, 5)


def _result(axes, *, values=None):
    trace = mm.Trace.from_array(
        np.zeros((*SHAPE, 6)), epochs=[0, 5, 20], layers=["a", "a", "b", "b", "b"]
    )
    sizes = dict(zip(("epoch", "step", "unit"), SHAPE, strict=True))
    if values is None:
        values = np.arange(np.prod([sizes[axis] for axis in axes]), dtype=float)
        values = values.reshape([sizes[axis] for axis in axes])
    return Result("some entropy", values, axes, AxisLabels.of(trace))


def test_table_has_positions_names_and_values():
    table = _result(("epoch", "unit")).to_dataframe()
    assert list(table.columns) == [
        *("epoch", "unit", "epoch_label", "unit_name", "layer"),
        "some_entropy",
    ]
    assert table["epoch"].dtype == table["unit"].dtype == np.int64
    row = table.iloc[7]
    assert (row["epoch"], row["unit"], row["epoch_label"], row["layer"]) == (1, 2, 5, "b")
    assert row["some_entropy"] == 7


def test_one_line_puts_it_on_screen():
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(*SHAPE, 3)))
    result = _result(("epoch", "step"))
    w.add_channel(result.channel())
    w.add_curve(result.curve())
    w.color_by = _result(("unit",)).channel()
    assert w.color_by == "some entropy"
    assert w.channel().axes == ("unit",)
    np.testing.assert_array_equal(w.curves["some entropy"], [1.5, 5.5, 9.5])
    made = mm.MMPHATEWidget(w.coordinates, color_by=result.channel())
    np.testing.assert_array_equal(made.channel().values, result.values)


def test_curve_leaves_out_what_is_missing():
    values = np.ones((3, 5))
    values[0, 0], values[1] = np.nan, np.nan
    np.testing.assert_array_equal(
        _result(("epoch", "unit"), values=values).curve().values, [1, np.nan, 1]
    )


def test_wrong_uses_are_named():
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(2, 4, 5, 3)))
    result = _result(("epoch", "step"))
    with pytest.raises(ValueError, match=r"`some entropy` must have shape \(2, 4\).*got \(3, 4\)"):
        w.add_channel(result.channel())
    with pytest.raises(TypeError, match="`kind` must be None beside a Channel"):
        w.add_channel(result.channel(), kind="cyclic")
    with pytest.raises(ValueError, match="`values` must have shape"):
        w.add_curve(result.curve())
    with pytest.raises(ValueError, match="A curve needs a value for each epoch"):
        _result(("unit",)).curve()


@pytest.mark.parametrize("axes", [("epoch",), ("epoch", "step"), ("epoch", "step", "unit")])
def test_figure_shows_the_numbers(axes):
    figure = _result(axes).plot()
    drawn = figure.axes[0]
    assert drawn.get_xlabel() == "epoch"
    if len(axes) == 1:
        np.testing.assert_array_equal(drawn.lines[0].get_xydata(), [[0, 0], [5, 1], [20, 2]])
    else:
        assert drawn.collections[0].get_array().size == 3 * (4 if axes[-1] == "step" else 5)
