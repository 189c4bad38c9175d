"""Frames: which epochs, where each point lies, in which color, and who owns the figure."""

import gc
import io
import re
import weakref

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import Collection
from matplotlib.figure import Figure

import mmphate_widget as mm
from mmphate_widget.channels import build_channel, color_rows, color_table, user_channel

# That of the coordinates in conftest.py.
SHAPE = (8, 3, 6)


def titles(figure):
    return [axis.get_title() for axis in figure.axes if axis.get_title()]


def panels(figure):
    return [axis for axis in figure.axes if axis.get_title()]


def drawn_points(axis):
    """Where the dots are and in which color, in the order of drawing."""
    (dots,) = axis.collections
    is_3d = axis.name == "3d"
    points = np.stack(dots._offsets3d, axis=-1) if is_3d else np.asarray(dots.get_offsets())
    # Those of 3-D dots are sorted by depth once they are drawn.
    return points, Collection.get_facecolor(dots)[:, :3]


def bytes_of(colors):
    return np.round(colors * 255).astype(int)


def test_six_epochs_evenly_spaced_with_their_labels(embedding, trace):
    figure = mm.plot.frames(embedding, trace=trace)
    assert titles(figure) == [f"epoch {number}" for number in (0, 1, 3, 4, 20, 40)]
    assert titles(mm.plot.frames(embedding[:4])) == [f"epoch {number}" for number in range(4)]
    assert titles(mm.plot.frames(embedding[:1])) == ["epoch 0"]


def test_asked_for_epochs_are_positions(embedding, trace):
    assert titles(mm.plot.frames(embedding, trace=trace, epochs=[6, 2])) == ["epoch 20", "epoch 2"]


@pytest.mark.parametrize("n_components", [2, 3])
def test_every_point_is_drawn_where_it_is_in_its_color(embedding, trace, n_components):
    embedding = embedding[..., :n_components]
    figure = mm.plot.frames(embedding, trace=trace, epochs=[1, 5], color_by="layer")
    channel = build_channel("layer", trace=trace, shape=SHAPE)
    expected = color_table(channel)[color_rows(channel, channel.values)]
    for axis, epoch in zip(panels(figure), (1, 5), strict=True):
        points, colors = drawn_points(axis)
        np.testing.assert_allclose(points, embedding[epoch].reshape(-1, n_components), atol=1e-6)
        np.testing.assert_array_equal(bytes_of(colors), np.tile(expected, (SHAPE[1], 1)))


def test_panels_share_one_box_at_equal_scale(embedding, drawn_pixels):
    figure = mm.plot.frames(embedding[..., :2], epochs=[0, 3, 7])
    drawn_pixels(figure)
    boxes = [(axis.get_xlim(), axis.get_ylim()) for axis in panels(figure)]
    assert boxes[1:] == boxes[:-1]
    (left, right), (bottom, top) = boxes[0]
    shown = embedding[[0, 3, 7]].reshape(-1, 3)
    assert left < shown[:, 0].min() < shown[:, 0].max() < right
    assert bottom < shown[:, 1].min() < shown[:, 1].max() < top
    for axis in panels(figure):
        size = axis.get_window_extent()
        assert size.width / size.height == pytest.approx((right - left) / (top - bottom), rel=1e-3)


def test_three_coordinates_share_one_box_at_equal_scale(embedding):
    figure = mm.plot.frames(embedding, epochs=[0, 7])
    extents = [
        np.ptp([axis.get_xlim(), axis.get_ylim(), axis.get_zlim()], axis=1)
        for axis in panels(figure)
    ]
    np.testing.assert_array_equal(extents[0], extents[1])
    for axis in panels(figure):
        assert np.ptp(axis._box_aspect / extents[0]) == pytest.approx(0, abs=1e-9)


def test_components_flatten(embedding):
    figure = mm.plot.frames(embedding, epochs=[2], components=[2, 0])
    points, _ = drawn_points(panels(figure)[0])
    np.testing.assert_allclose(points, embedding[2].reshape(-1, 3)[:, [2, 0]], atol=1e-6)


def test_points_without_a_value_are_grey_and_below(embedding):
    values = np.arange(6.0)
    values[4] = np.nan
    points, colors = drawn_points(
        mm.plot.frames(embedding[..., :2], epochs=[0], color_by=values).axes[0]
    )
    assert (bytes_of(colors[: SHAPE[1]]) == 150).all()
    assert not (bytes_of(colors[SHAPE[1] :]) == 150).all(axis=1).any()
    np.testing.assert_allclose(points[: SHAPE[1]], embedding[0, :, 4, :2], atol=1e-6)


def test_numbers_have_a_color_bar_with_their_limits_and_name(embedding, trace):
    figure = mm.plot.frames(embedding, trace=trace, color_by="epoch")
    (bar,) = [axis for axis in figure.axes if not axis.get_title()]
    assert bar.get_ylabel() == "epoch"
    assert bar.get_ylim() == (0, 40)
    figure = mm.plot.frames(embedding, trace=trace, color_by="epoch", label="epoch of training")
    assert figure.axes[-1].get_ylabel() == "epoch of training"


def test_categories_have_a_legend_of_those_that_occur(embedding):
    names = np.array(["a", "b", "c", "b", "a", None], dtype=object)
    channel = user_channel("community", names, shape=SHAPE)
    figure = mm.plot.frames(embedding, epochs=[0], color_by=channel)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c", "no value"]
    assert legend.get_title().get_text() == "community"
    marks = [bytes_of(np.array(handle.get_color())).tolist() for handle in legend.legend_handles]
    assert marks == color_table(channel).tolist()
    codes = np.full(SHAPE, "late", dtype=object)
    codes[0] = "early"
    (legend,) = mm.plot.frames(embedding, epochs=[0], color_by=codes).legends
    assert [text.get_text() for text in legend.get_texts()] == ["early"]


def test_a_logarithmic_channel_has_a_logarithmic_bar():
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(8, 3, 6, 3)))
    w.add_channel("power", np.geomspace(1e-3, 10, 8 * 3 * 6), scale="log")
    w.color_by = "power"
    w.limit_colors((0.01, 1))
    figure = mm.plot.frames(w, epochs=[0])
    (bar,) = [axis for axis in figure.axes if axis.get_ylabel() == "power"]
    assert bar.get_yscale() == "log"
    np.testing.assert_allclose(bar.get_ylim(), (0.01, 1))


def test_many_categories_have_a_bar_with_some_names():
    embedding = np.random.default_rng(0).normal(size=(2, 3, 40, 2))
    figure = mm.plot.frames(embedding, color_by="unit")
    assert not figure.legends
    named = [text.get_text() for text in figure.axes[-1].get_yticklabels()]
    assert named[0] == "0"
    assert named[-1] == "39"
    assert len(named) == 8


def test_no_legend_where_none_is_wanted(embedding, trace):
    for channel in ("step", "layer"):
        figure = mm.plot.frames(embedding, trace=trace, color_by=channel, legend=False)
        assert len(figure.axes) == 6
        assert not figure.legends


def test_the_same_defaults_as_the_widget(embedding, trace):
    with_labels = mm.plot.frames(embedding, trace=trace)
    assert with_labels.legends[0].get_title().get_text() == "label"
    assert mm.plot.frames(embedding).axes[-1].get_ylabel() == "step"


def test_a_widget_gives_names_and_coloring(embedding, trace):
    w = mm.MMPHATEWidget(embedding[..., :2], trace=trace, color_by="layer")
    w.add_channel("speed", np.arange(8.0))
    figure = mm.plot.frames(w)
    assert titles(figure)[-1] == "epoch 40"
    assert figure.legends[0].get_title().get_text() == "layer"
    assert panels(figure)[0].name == "rectilinear"
    assert mm.plot.frames(w, color_by="speed").axes[-1].get_ylabel() == "speed"
    assert mm.plot.frames(w, color_by=np.arange(6)).axes[-1].get_ylabel() == "values"
    points, _ = drawn_points(panels(figure)[-1])
    np.testing.assert_allclose(points, embedding[-1].reshape(-1, 3)[:, :2], rtol=1e-6)
    w.close()


def test_a_kept_run_is_drawn_without_its_trace(embedding, trace, tmp_path):
    trace.save(tmp_path / "run.zarr")
    w = mm.MMPHATEWidget(embedding, trace=trace)
    w.save(tmp_path / "run.mm")
    (tmp_path / "run.zarr").rename(tmp_path / "elsewhere.zarr")
    with pytest.warns(UserWarning, match=r"trace"):
        kept = mm.load(tmp_path / "run.mm")
    figure = mm.plot.frames(kept)
    assert titles(figure)[-1] == "epoch 40"
    assert figure.legends[0].get_title().get_text() == "label"
    for widget in (w, kept):
        widget.close()


def test_axes_of_the_user_are_drawn_into(embedding):
    figure = Figure()
    axes = figure.subplots(1, 2)
    assert mm.plot.frames(embedding, epochs=[0, 7], axes=axes, color_by="unit") is figure
    assert titles(figure) == ["epoch 0", "epoch 7"]
    assert drawn_points(axes[0])[0].shape == (SHAPE[1] * SHAPE[2], 2)
    assert axes[1].get_legend() is not None
    axis = Figure().add_subplot(projection="3d")
    mm.plot.frames(embedding, epochs=[3], axes=axis)
    assert drawn_points(axis)[0].shape == (SHAPE[1] * SHAPE[2], 3)


def test_the_style_of_the_user_counts(embedding, drawn_pixels):
    with mpl.rc_context({"figure.figsize": (3.25, 9), "figure.facecolor": "black"}):
        figure = mm.plot.frames(embedding[..., :2])
        assert drawn_pixels(figure)[0, 0].tolist() == [0, 0, 0]
    assert figure.get_figwidth() == 3.25


def test_nothing_global_changes_and_nothing_is_kept(embedding, trace):
    from matplotlib import pyplot

    before = dict(mpl.rcParams)
    figure = mm.plot.frames(embedding, trace=trace)
    figure.savefig(written := io.BytesIO(), format="svg")
    assert written.getvalue()
    assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == []
    watched = weakref.ref(figure)
    del figure
    gc.collect()
    assert watched() is None


@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize("color_by", ["step", "layer", "unit"])
def test_a_new_figure_is_as_high_as_what_it_holds(embedding, trace, n_components, color_by):
    figure = mm.plot.frames(embedding[..., :n_components], trace=trace, color_by=color_by)
    figure.draw_without_rendering()
    assert 0 <= figure.get_figheight() - figure.get_tightbbox().height < 0.2


def test_a_notebook_shows_it(embedding):
    assert mm.plot.frames(embedding, epochs=[0])._repr_png_().startswith(b"\x89PNG")


def test_size_is_the_area_of_a_dot(embedding):
    (dots,) = mm.plot.frames(embedding[..., :2], epochs=[0], size=9).axes[0].collections
    assert dots.get_sizes().tolist() == [9]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": [8]}, "`epochs` must be between 0 and 7; got 8"),
        ({"epochs": []}, "`epochs` must name at least one epoch; got none"),
        ({"color_by": "loss"}, "`color_by` must be one of 'epoch', 'step', 'unit'"),
        ({"color_by": np.zeros(5)}, r"must fit (E, T, H)"),
        ({"components": [0]}, "`components` must be 2 or 3 different ones; got [0]"),
        ({"components": [0, 3]}, "`components` must be between 0 and 2"),
        ({"columns": 0}, "`columns` must be an integer at least 1; got 0"),
        ({"size": "big"}, "`size` must be a number; got 'big'"),
        ({"legend": "yes"}, "`legend` must be True or False; got 'yes'"),
        ({"axes": 3}, "`axes` must hold matplotlib Axes; got int"),
        ({"axes": Figure().subplots(1, 2)}, "`axes` must hold 6 Axes, one a panel; got 2"),
        ({"trace": 3}, "`trace` must be a Trace"),
    ],
)
def test_what_does_not_fit_is_named(embedding, given, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        mm.plot.frames(embedding, **given)


def test_coordinates_and_channels_of_other_shapes_are_named(embedding, trace):
    with pytest.raises(ValueError, match=r"`Y` must have shape \(epochs, steps, units, 2 or 3\)"):
        mm.plot.frames(embedding[0])
    with pytest.raises(ValueError, match=r"`Y` must match the trace's .* \(8, 3, 6\)"):
        mm.plot.frames(embedding[1:], trace=trace)
    other = build_channel("unit", shape=(8, 3, 7))
    with pytest.raises(ValueError, match=r"`color_by` must have shape \(6,\), .*; got \(7,\)"):
        mm.plot.frames(embedding, color_by=other)
    flat = Figure().subplots()
    with pytest.raises(ValueError, match=r"`components` must be 2 for flat axes .* got 3"):
        mm.plot.frames(embedding, epochs=[0], components=[0, 1, 2], axes=flat)
    w = mm.MMPHATEWidget(embedding)
    with pytest.raises(TypeError, match="`trace` must be None where `Y` is a widget"):
        mm.plot.frames(w, trace=trace)
    with pytest.raises(ValueError, match="`color_by` must be an array or one of 'epoch'"):
        mm.plot.frames(w, color_by="loss")
    w.close()
