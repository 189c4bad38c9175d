"""What the legend hides: against a plain loop, in records, in the page's words and in files."""

import json
import re

import numpy as np
import pytest
from golden.make_filters import FILTERS, SHAPE, make_channels

import mmphate_widget as mm
from mmphate_widget.widget.filters import check_filters, hidden_by
from mmphate_widget.widget.kept import from_page, to_page
from mmphate_widget.widget.lasso import Window, shown_mask

SQUARE = [[0, 0], [420, 0], [420, 600], [0, 600]]


@pytest.fixture
def widget():
    trace = mm.Trace.from_array(
        np.random.default_rng(0).normal(size=(*SHAPE, 6)),
        layers={"lower": 2, "upper": 3},
        sample_labels=list("aabbcc"),
    )
    widget = mm.MMPHATEWidget(
        np.random.default_rng(1).normal(size=(*SHAPE, 3)), trace=trace, show="all"
    )
    yield widget
    widget.close()


def is_hidden(filters, channels, point):
    """One point, one channel at a time, as the documentation of a filter says."""
    for name, rule in filters.items():
        channel = channels[name]
        at = tuple(point[("epoch", "step", "unit").index(axis)] for axis in channel.axes)
        value = float(channel.values[at])
        if "hide" in rule:
            code = len(channel.categories) if np.isnan(value) else int(value)
            if code in rule["hide"]:
                return True
            continue
        with np.errstate(over="ignore"):
            low, high = (None if end is None else np.float32(end) for end in rule["range"])
        if channel.kind == "cyclic" and not np.isnan(value):
            while value > np.float32(channel.limits[1]):
                value -= channel.limits[1] - channel.limits[0]
            while value < np.float32(channel.limits[0]):
                value += channel.limits[1] - channel.limits[0]
            value = np.float32(value)
        if np.isnan(value) or (low is not None and value < low):
            return True
        if high is not None and value > high:
            return True
    return False


@pytest.mark.parametrize("filters", FILTERS)
def test_points_are_hidden_one_by_one(filters):
    channels = make_channels()
    hidden = tuple(hidden_by(rule, channels[name]) for name, rule in filters.items())
    shown = shown_mask(Window("all", 0.0, None, (), hidden), SHAPE)
    expected = [not is_hidden(filters, channels, point) for point in np.ndindex(SHAPE)]
    assert shown.ravel().tolist() == expected
    assert json.loads(json.dumps(check_filters(filters, channels))) == filters


def test_the_ends_of_a_range_are_part_of_it_though_float32_does_not_hold_them(widget):
    values = np.array([0.1, 0.2, 0.3, 0.7, 0.9])
    widget.add_channel("dose", values)
    widget.add_channel("turn", values, kind="cyclic")
    widget.add_channel("phase", [-np.pi, 1e-10, 3, 0, np.pi], kind="cyclic")
    for name in ("dose", "turn"):
        for unit, value in enumerate(values):
            assert widget.select_range(name, (value, value)).units.tolist() == [unit]
        assert widget.select_range(name, (0.7, None)).units.tolist() == [3, 4]
        assert widget.select_range(name, (None, 0.1)).units.tolist() == [0]
    for limits, units in (
        ((-np.pi, -np.pi), [0]),
        ((1e-10, 1e-10), [1]),
        ((3, np.pi), [2, 4]),
        ((-np.pi, 0), [0, 3]),
        ((None, None), [0, 1, 2, 3, 4]),
    ):
        assert widget.select_range("phase", limits).units.tolist() == units
    widget.filters = {"dose": {"range": (0.7, 0.9)}}
    assert np.flatnonzero(widget.visible.any((0, 1))).tolist() == [3, 4]


def test_filters_take_names_and_say_codes(widget):
    widget.filters = {"layer": {"hide": ["upper", "upper"]}, "label": {"hide": []}}
    assert widget.filters == {"layer": {"hide": [1]}}
    expected = np.zeros(SHAPE, bool)
    expected[:, :, :2] = True
    np.testing.assert_array_equal(widget.visible, expected)
    widget.filters = {"epoch": {"range": (None, 0)}, "step": {"range": (1, 2)}}
    assert widget.filters == {"epoch": {"range": [None, 0]}, "step": {"range": [1, 2]}}
    expected = np.zeros(SHAPE, bool)
    expected[0, 1:3] = True
    np.testing.assert_array_equal(widget.visible, expected)
    widget.filters = {"epoch": {"range": (None, None)}}
    assert widget.filters == {}
    assert widget.visible.all()


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (None, "`filters` must be a dict by names of channels; got None"),
        ({"taste": {"hide": [0]}}, "`filters` must be one of 'epoch', "),
        ({"layer": {"range": [0, 1]}}, "`filters['layer']` must be {'hide': …} for categorical"),
        ({"epoch": {"hide": [0]}}, "`filters['epoch']` must be {'range': …} for continuous values"),
        ({"layer": {"hide": [3]}}, "`filters['layer']` must be an integer between 0 and 2; got 3"),
        ({"layer": {"hide": ["top"]}}, "`filters['layer']` must be one of 'lower', 'upper'"),
        ({"layer": {"hide": "upper"}}, "`filters['layer']` must hide a list of categories"),
        ({"epoch": {"range": [1]}}, "`filters['epoch']` must have a range of two numbers or None"),
        ({"epoch": {"range": ["a", 1]}}, "`filters['epoch']` must have a range of two numbers"),
        ({"epoch": {"range": [2, 1]}}, "`filters['epoch']` must have a range in order; got [2, 1]"),
    ],
)
def test_bad_filters_are_named_and_change_nothing(widget, filters, message):
    widget.filters = {"layer": {"hide": [0]}}
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        widget.filters = filters
    assert widget.filters == {"layer": {"hide": [0]}}


def lasso(widget, **changes):
    window = {**widget._window_record(), **changes}
    how = {"tool": "lasso", "combine": "replace", "depth": "through", "rule": "majority"}
    widget._operate({"op": "polygon", "polygon": SQUARE, **how, **window})


def test_a_record_names_the_points_so_that_it_repeats_whatever_the_channels_become(widget):
    widget.add_channel("loss", np.random.default_rng(2).normal(size=SHAPE))
    widget.filters = {"loss": {"range": [-0.5, 0.5]}, "layer": {"hide": ["lower"]}}
    visible = widget.visible
    lasso(widget)
    points, record = widget.selected_points, widget.selection.record
    assert 0 < len(points) < visible.sum()
    assert visible.ravel()[points].all()
    widget.invert_selection()
    inverted, inversion = widget.selected_points, widget.selection.record
    np.testing.assert_array_equal(np.union1d(points, inverted), np.flatnonzero(visible))
    widget.filters = {}
    widget.add_channel("loss", np.zeros(SHAPE))
    record, inversion = json.loads(json.dumps([record, inversion]))
    assert widget.reselect(record).points.tolist() == points.tolist()
    assert widget.reselect(inversion).points.tolist() == inverted.tolist()
    widget.undo()
    assert widget.selected_points.tolist() == points.tolist()
    assert widget.selection.promoted_units.tolist() == [
        unit
        for unit in range(SHAPE[2])
        if 2 * widget.selection.mask[:, :, unit].sum() > visible[:, :, unit].sum()
    ]


def test_a_record_of_before_there_were_filters_repeats(widget):
    lasso(widget)
    assert "hidden" not in widget.selection.record[0]
    assert widget.reselect(widget.selection.record).points.tolist() == (
        widget.selected_points.tolist()
    )


def test_a_record_with_axes_out_of_order_is_refused(widget):
    lasso(widget)
    record = widget.selection.record
    record[0]["hidden"] = [{"axes": ["unit", "step"], "ids": []}]
    with pytest.raises(ValueError, match=r"`axes` must be some of .*; got \['unit', 'step'\]"):
        widget.reselect(record)


def test_a_page_says_filters_and_the_kernel_records_points(widget):
    window = {**widget._window_record(), "filters": {"layer": {"hide": [0]}}}
    message = {"kind": "command", "id": "a", "page": "p", "after": [], "seen": 99, "word": 0}
    widget._on_message(widget, {**message, "name": "invert", "window": window}, [])
    assert widget.filters == {"layer": {"hide": [0]}}
    assert widget.selection.units.tolist() == [2, 3, 4]
    record = widget.selection.record[0]
    assert "filters" not in record
    assert record["hidden"] == [{"axes": ["unit"], "ids": [0, 1]}]


def test_a_page_is_sent_the_channels_it_filters_by(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(
        widget._link, "offer_channel", lambda channel, revision: sent.append(channel.name)
    )
    widget.color_by = "step"
    sent.clear()
    widget.filters = {"step": {"range": [0, 1]}, "layer": {"hide": [0]}}
    assert sent == ["layer"]
    sent.clear()
    hello = {"kind": "hello", "page": "p", "generation": "none", "frames": [], "channels": {}}
    word = {"page": "p", "word": 0, "seen": 99}
    rest = {"selection": 0, "meta": 0, "number": 1, "word": word}
    widget._on_message(widget, {**hello, **rest}, [])
    assert sent == ["step", "layer"]


def test_other_values_under_a_name_keep_the_filter_and_other_categories_end_it(widget):
    widget.add_channel("community", list("aabbc"))
    widget.add_channel("loss", np.arange(5.0))
    widget.limit_colors((1, 2), channel="loss")
    widget.filters = {"community": {"hide": ["a"]}, "loss": {"range": [2, None]}}
    widget.add_channel("community", list("cbbaa"))
    widget.add_channel("loss", -np.arange(5.0))
    assert widget.filters == {"community": {"hide": [0]}, "loss": {"range": [2, None]}}
    assert widget.color_limits == {}
    assert not widget.visible.any()
    widget.add_channel("community", list("xyyyy"))
    widget.add_channel("loss", list("xyyyy"))
    assert widget.filters == {}


def test_limits_of_colors(widget):
    widget.color_by = "speed"
    own = widget._coloring["speed"][0].limits
    widget.limit_colors((0.5, 1))
    assert widget.color_limits == {"speed": [0.5, 1]}
    assert widget._colored_by().limits == (0.5, 1)
    widget.limit_colors(quantiles=(0.25, 0.75))
    values = widget._coloring["speed"][0].values
    np.testing.assert_allclose(widget.color_limits["speed"], np.nanquantile(values, [0.25, 0.75]))
    widget.limit_colors((0, 9), channel="epoch")
    assert list(widget.color_limits) == ["speed", "epoch"]
    widget.limit_colors()
    assert widget.color_limits == {"epoch": [0, 9]}
    assert widget._colored_by().limits == own


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.limit_colors((2, 1)), "`limits` must be finite and in order; got (2.0, 1.0)"),
        (lambda w: w.limit_colors(3), "`limits` must be a pair of numbers; got 3"),
        (lambda w: w.limit_colors(quantiles=(0, 2)), "`quantiles` must be a finite number between"),
        (
            lambda w: w.limit_colors((0, 1), quantiles=(0, 1)),
            "one of `limits` and `quantiles` may be given",
        ),
        (lambda w: w.limit_colors((0, 1), channel="taste"), "`channel` must be one of 'epoch'"),
        (
            lambda w: w.limit_colors((0, 1), channel="layer"),
            "`channel` must be one with numbers; got 'layer', which has categories",
        ),
        (lambda w: setattr(w, "color_limits", [0, 1]), "`color_limits` must be a dict by names"),
        (
            lambda w: setattr(w, "color_limits", {"epoch": [0]}),
            "`color_limits['epoch']` must be a pair of numbers; got [0]",
        ),
    ],
)
def test_bad_limits_are_named_and_change_nothing(widget, change, message):
    widget.color_by = "step"
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        change(widget)
    assert widget.color_limits == {}


def test_the_picture_leaves_out_what_is_hidden_and_says_so(widget, tmp_path):
    plain = widget.save_image(tmp_path / "plain.png").read_bytes()
    assert "filtered" not in widget._describe_picture()
    widget.filters = {"layer": {"hide": ["upper"]}, "step": {"range": [1, None]}}
    assert widget.save_image(tmp_path / "filtered.png").read_bytes() != plain
    assert widget._describe_picture().endswith(", filtered by layer and step")


def test_filters_and_limits_survive_a_restart(widget, tmp_path):
    widget.trace.save(tmp_path / "run.zarr")
    widget.add_channel("gradient", np.geomspace(1e-3, 1, 5), scale="log")
    widget.add_channel("sample", sample=2)
    widget.filters = {"label": {"hide": ["b"]}, "gradient": {"range": [0.01, None]}}
    widget.color_by = "gradient"
    widget.limit_colors((0.1, 0.5))
    lasso(widget)
    again = mm.load(widget.save(tmp_path / "run.mm"))
    assert (again.filters, again.color_limits) == (widget.filters, widget.color_limits)
    assert again._colored_by().scale == "log"
    np.testing.assert_array_equal(again.visible, widget.visible)
    np.testing.assert_array_equal(again.selected_points, widget.selected_points)
    np.testing.assert_array_equal(
        again._coloring["sample"][0].values, widget._coloring["sample"][0].values
    )
    again.close()


def test_a_run_kept_before_there_were_filters_opens(widget, tmp_path):
    page, arrays = to_page(widget._kept(), tmp_path)
    for name in ("filters", "color_limits"):
        del page["traits"][name]
    for channel in page["channels"]:
        del channel["scale"]
    kept = from_page(page, arrays, tmp_path)
    assert (kept.traits["filters"], kept.traits["color_limits"]) == ({}, {})
    assert {channel.scale for channel, _ in kept.channels} == {"linear"}
