"""Two and three dimensions, sizes and strengths, as a user sets them in Python."""

import re

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.projection import View

SHAPE = (4, 3, 6)


@pytest.fixture
def coordinates():
    return np.random.default_rng(1).normal(size=(*SHAPE, 3))


@pytest.fixture
def widget(coordinates):
    widget = mm.MMPHATEWidget(coordinates)
    yield widget
    widget.close()


def test_a_mode_alone_shows_all_points(widget, coordinates):
    widget.view = {"mode": "2d"}
    pixels = widget.project()
    assert (pixels >= 0).all()
    assert (pixels <= [800, 600]).all()
    # The first two axes, to one scale, the second upward.
    scale = np.ptp(pixels, axis=0) / np.ptp(coordinates.reshape(-1, 3)[:, :2], axis=0)
    assert scale[0] == pytest.approx(scale[1])
    for axis, sign in ((0, 1), (1, -1)):
        assert np.corrcoef(pixels[:, axis], coordinates[..., axis].ravel())[0, 1] * sign > 0.999999
    widget.view = {"mode": "3d"}
    assert widget.view == mm.MMPHATEWidget(coordinates).view


def test_another_mode_keeps_target_and_scale(widget):
    # Seen from above, so that the planes of both are the same.
    target = widget.view["target"]
    above = [target[0], target[1], target[2] + 9.0]
    widget.view = {**widget.view, "position": above, "up": [0, 1, 0]}
    solid = widget.view
    widget.view = {**solid, "mode": "2d"}
    assert widget.view == {**solid, "mode": "2d"}
    assert widget.visible.sum() == SHAPE[1] * SHAPE[2]


def test_a_camera_in_2d_stands_above_its_target_and_stays_there(widget):
    widget.view = {**widget.view, "mode": "2d"}
    first = widget.view
    assert first["position"][:2] == first["target"][:2]
    widget.view = first
    assert widget.view == first


def test_nothing_is_behind_the_camera_in_2d(widget, coordinates):
    target = coordinates.reshape(-1, 3).min(axis=0)
    widget.view = {**widget.view, "position": target + np.array([0, 0, 0.1]), "target": target}
    widget.view = {**widget.view, "mode": "2d"}
    widget.show = "all"
    assert widget.visible.all()


def test_an_embedding_with_two_components_opens_in_2d(coordinates):
    assert mm.MMPHATEWidget(coordinates).view["mode"] == "3d"
    flat = mm.MMPHATEWidget(coordinates[..., :2])
    assert flat.view["mode"] == "2d"
    pixels = flat.project()
    assert (pixels >= 0).all()
    assert (pixels <= [800, 600]).all()


@pytest.mark.parametrize("depth", ["through", "front"])
def test_a_lasso_in_2d_takes_what_is_inside_and_repeats_from_its_record(widget, coordinates, depth):
    widget.view = {"mode": "2d"}
    widget.epoch = 2
    pixels = widget.project()
    center = np.median(pixels, axis=0)
    box = center + np.array([[-90, -80], [110, -80], [110, 70], [-90, 70]])
    record = {
        **record_window(widget.window, View.from_dict(widget.view)),
        **{"op": "polygon", "tool": "lasso", "combine": "replace"},
        **{"polygon": box.tolist(), "depth": depth, "rule": "any"},
    }
    taken = widget._operate(record)
    inside = ((pixels > box[0]) & (pixels < box[2])).all(axis=1) & widget.visible.ravel()
    expected = np.flatnonzero(inside)
    assert 3 < len(expected) < SHAPE[1] * SHAPE[2]
    if depth == "through":
        np.testing.assert_array_equal(taken.points, expected)
    else:
        assert set(taken.points) <= set(expected)
    points, record = taken.points, taken.record
    widget.clear_selection()
    widget.view = {"mode": "3d"}
    np.testing.assert_array_equal(widget.reselect(record).points, points)


def test_view_and_strengths_survive_a_restart(widget, tmp_path):
    widget.view = {"mode": "2d"}
    widget.point_size, widget.opacity, widget.line_width, widget.fade = 5, 0.25, 3, 0.75
    path = widget.save(tmp_path / "run.mm")
    loaded = mm.load(path)
    for name in ("view", "point_size", "opacity", "line_width", "fade"):
        assert getattr(loaded, name) == getattr(widget, name)
    loaded.point_size = None
    assert loaded.point_size is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("view", {"mode": "flat"}, "`view['mode']` must be one of '3d', '2d'; got 'flat'."),
        ("view", {"mode": "2d", "fov": 3}, "`view` must have the keys"),
        ("point_size", 0, "`point_size` must be a finite number between 0.5 and 50; got 0."),
        ("point_size", "big", "`point_size` must be a number; got 'big'."),
        ("opacity", 1.5, "`opacity` must be a finite number between 0.01 and 1; got 1.5."),
        ("line_width", -1, "`line_width` must be a finite number between 0.25 and 20; got -1."),
        ("fade", None, "`fade` must be a number; got None."),
        ("fade", 2, "`fade` must be a finite number between 0 and 1; got 2."),
    ],
)
def test_what_does_not_exist_is_refused_by_name(widget, name, value, message):
    before = getattr(widget, name)
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        setattr(widget, name, value)
    assert getattr(widget, name) == before
