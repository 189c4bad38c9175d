"""Which points a picture shows, how strong, and where."""

import numpy as np
import pytest
from PIL import Image

import mmphate_widget as mm
from mmphate_widget.widget.clouds import all_points, current_points
from mmphate_widget.widget.lasso import Window, visible_mask
from mmphate_widget.widget.paths import joined, path_strengths
from mmphate_widget.widget.projection import View

SHAPE = (4, 3, 5)


@pytest.fixture
def widget():
    Y = np.random.default_rng(0).normal(size=(*SHAPE, 3)).cumsum(axis=0)
    widget = mm.MMPHATEWidget(Y)
    widget.view = {**widget.view, "width": 240, "height": 180}
    yield widget
    widget.close()


def view_of(widget):
    return View.from_dict(widget.view)


def at(widget, rgba, point):
    """Red, green, blue and opacity where ``point`` is drawn."""
    x, y = np.floor(widget.project([point])[0]).astype(int)
    return rgba[y, x]


@pytest.mark.parametrize("show", ["epoch", "all", "steps", "epochs"])
@pytest.mark.parametrize("step", [None, 1])
def test_at_a_whole_epoch_the_points_are_those_a_lasso_takes(widget, show, step):
    window = Window(show, 2, step, hidden_units=(3,))
    mask = visible_mask(widget.coordinates, window, view_of(widget))
    shown = all_points(widget.coordinates, window, view_of(widget))
    np.testing.assert_array_equal(shown.ids, np.flatnonzero(mask))
    now = current_points(widget.coordinates, window, view_of(widget))
    np.testing.assert_array_equal(now.ids, shown.ids[shown.ids // 15 == 2])
    np.testing.assert_array_equal(now.places, widget.coordinates.reshape(-1, 3)[now.ids])


def test_between_two_epochs_points_are_on_their_way(widget):
    cloud = current_points(widget.coordinates, Window("epoch", 1.25, None), view_of(widget))
    before, after = widget.coordinates[1].reshape(-1, 3), widget.coordinates[2].reshape(-1, 3)
    np.testing.assert_array_equal(cloud.ids, 15 + np.arange(15))
    np.testing.assert_allclose(cloud.places, 0.75 * before + 0.25 * after, rtol=1e-5, atol=1e-6)
    cloud = current_points(widget.coordinates, Window("epoch", 1.5, None), view_of(widget))
    np.testing.assert_array_equal(cloud.ids, 30 + np.arange(15))


def test_a_path_joins_a_unit_s_next_step_and_has_gaps():
    shape = (2, 4, 3)
    # Of epoch 1: steps 0, 1, 3 of unit 0 and steps 2, 3 of unit 2.
    ids = np.array([12, 15, 20, 21, 23])
    starts, stops = joined(ids, shape, "steps")
    assert [(ids[a], ids[b]) for a, b in zip(starts, stops, strict=True)] == [(12, 15), (20, 23)]
    starts, stops = joined(np.array([0, 1, 12, 14]), shape, "epochs")
    assert (starts.tolist(), stops.tolist()) == ([0], [2])
    assert joined(np.array([], dtype=int), shape, "steps")[0].size == 0


def test_paths_through_epochs_fade_and_are_faint_ahead():
    ids = np.arange(4) * 15
    strengths = path_strengths(ids, SHAPE, Window("epochs", 2.0, None))
    np.testing.assert_allclose(strengths, [np.exp(-1), np.exp(-0.5), 1, 0.12])
    assert (path_strengths(ids, SHAPE, Window("steps", 2.0, None)) == 1).all()


def test_without_a_selection_the_current_epoch_is_lit_among_all(widget, tmp_path):
    widget.show, widget.epoch = "all", 3
    picture = Image.open(widget.save_image(tmp_path / "all.png", transparent=True))
    rgba = np.asarray(picture)
    assert picture.mode == "RGBA"
    lit = [point for point in range(45, 60) if at(widget, rgba, point)[3] == 255]
    assert len(lit) >= 13
    # Most of the others lie apart from the lit ones.
    assert np.median([at(widget, rgba, point)[3] for point in range(45)]) == 56


def test_selected_points_are_lit_among_all(widget, tmp_path):
    widget.show, widget.epoch = "all", 3
    widget.select(points=[2, 17])
    rgba = np.asarray(Image.open(widget.save_image(tmp_path / "all.png", transparent=True)))
    assert [at(widget, rgba, point)[3] for point in (2, 17)] == [255, 255]
    assert np.median([at(widget, rgba, point)[3] for point in range(45, 60)]) == 56


def test_a_transparent_picture_is_what_lies_on_the_ground(widget, tmp_path):
    widget.select(units=[1])
    points = Image.open(widget.save_image(tmp_path / "points.png", transparent=True))
    assert np.asarray(points)[0, 0].tolist() == [0, 0, 0, 0]
    for dark, ground in ((False, (255, 255, 255, 255)), (True, (24, 24, 27, 255))):
        whole = Image.open(widget.save_image(tmp_path / "whole.png", dark=dark))
        laid = Image.alpha_composite(Image.new("RGBA", points.size, ground), points).convert("RGB")
        np.testing.assert_array_equal(np.asarray(whole), np.asarray(laid))
    with pytest.raises(ValueError, match="At most one of `dark` and `transparent`"):
        widget.save_image(tmp_path / "no.png", dark=True, transparent=True)
    with pytest.raises(TypeError, match="`transparent` must be True or False; got 1"):
        widget.save_image(tmp_path / "no.png", transparent=1)
    assert not (tmp_path / "no.png").exists()
