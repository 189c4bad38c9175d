import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmphate_widget.widget.lasso import (
    Hidden,
    Window,
    check_polygon,
    check_window,
    points_in_polygon,
    polygon_hits,
    shown_mask,
    visible_mask,
)
from mmphate_widget.widget.projection import View, fit_view, project

SHAPE = (3, 4, 5)
VIEW = fit_view((0.0, 0.0, 0.0), 3.0)


@pytest.fixture(scope="module")
def positions():
    return np.random.default_rng(1).normal(size=(*SHAPE, 3)).astype(np.float32)


def winding_by_ray(point, polygon):
    """Crossings of a ray to the right, edge by edge."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y):
            crossings += x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    return crossings % 2 == 1


@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_inside_equals_counting_crossings_point_by_point(seed, corners):
    generator = np.random.default_rng(seed)
    polygon, points = generator.uniform(0, 100, (corners, 2)), generator.uniform(0, 100, (40, 2))
    expected = [winding_by_ray(point, polygon.tolist()) for point in points]
    assert points_in_polygon(points, polygon).tolist() == expected


def test_fewer_than_three_corners_hold_nothing():
    assert not points_in_polygon(np.zeros((3, 2)), np.array([[-1.0, -1], [1, 1]])).any()
    assert not points_in_polygon(np.zeros((3, 2)), check_polygon([])).any()


@pytest.mark.parametrize("show", ["epoch", "all", "steps", "epochs"])
@pytest.mark.parametrize("step", [None, 2])
@pytest.mark.parametrize("epoch", [0.0, 1.49, 1.5])
def test_shown_points_one_by_one(show, step, epoch):
    window = Window(show, epoch, step, (1,))
    mask = shown_mask(window, SHAPE)
    nearest = {0.0: 0, 1.49: 1, 1.5: 2}[epoch]
    for e, t, i in itertools.product(*map(range, SHAPE)):
        right_epoch = show in ("all", "epochs") or e == nearest
        wanted = SHAPE[1] - 1 if show == "epochs" and step is None else step
        assert mask[e, t, i] == (right_epoch and wanted in (None, t) and i != 1)


@pytest.mark.parametrize("axes", [("epoch", "step", "unit"), ("epoch", "unit"), ("step",)])
def test_points_left_out_one_by_one(axes):
    sizes = dict(zip(("epoch", "step", "unit"), SHAPE, strict=True))
    mask = np.random.default_rng(0).random([sizes[axis] for axis in axes]) < 0.4
    shown = shown_mask(Window("all", 0.0, None, (1,), (Hidden(axes, mask),)), SHAPE)
    for point in np.ndindex(SHAPE):
        at = tuple(point[("epoch", "step", "unit").index(axis)] for axis in axes)
        assert shown[point] == (point[2] != 1 and not mask[at])


def test_points_behind_the_camera_or_without_coordinates_are_not_visible(positions):
    positions = positions.copy()
    positions[0, 0, 0] = np.nan
    inside = View((0, 0, 0), (0, 0, -1), (0, 1, 0))
    visible = visible_mask(positions, Window("all", 0.0, None), inside)
    assert visible.sum() > 0
    np.testing.assert_array_equal(visible, positions[..., 2] < -0.01)


def test_front_takes_the_nearest_point_of_each_cell(positions):
    window, everything = (
        Window("all", 0.0, None),
        np.array([[0, 0], [800, 0], [800, 600], [0, 600.0]]),
    )
    crowded = positions * np.float32(0.02)
    hits = polygon_hits(crowded, window, VIEW, everything, depth="front")
    pixels, depth = project(crowded.reshape(-1, 3), VIEW)
    nearest = {}
    for i, (x, y) in enumerate(pixels):
        cell = (int(x // 4), int(y // 4))
        if cell not in nearest or depth[i] < depth[nearest[cell]]:
            nearest[cell] = i
    assert len(nearest) < len(pixels)
    assert np.flatnonzero(hits).tolist() == sorted(nearest.values())


def test_front_breaks_ties_by_the_least_id():
    same = np.zeros((1, 1, 4, 3), dtype=np.float32)
    square = np.array([[0, 0], [800, 0], [800, 600], [0, 600.0]])
    hits = polygon_hits(same, Window("epoch", 0.0, None), VIEW, square, depth="front")
    assert np.flatnonzero(hits).tolist() == [0]
    through = polygon_hits(same, Window("epoch", 0.0, None), VIEW, square, depth="through")
    assert through.all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_hits_are_visible_points_inside(positions, seed):
    generator = np.random.default_rng(seed)
    window = Window(
        generator.choice(["epoch", "all", "steps", "epochs"]).item(),
        float(generator.uniform(0, 2)),
        None if generator.random() < 0.5 else int(generator.integers(4)),
        tuple(int(unit) for unit in generator.choice(5, 2, replace=False)),
    )
    polygon = generator.uniform(0, 600, (6, 2))
    hits = polygon_hits(positions, window, VIEW, polygon)
    pixels, _ = project(positions, VIEW)
    inside = points_in_polygon(pixels.reshape(-1, 2), polygon).reshape(SHAPE)
    np.testing.assert_array_equal(hits, inside & visible_mask(positions, window, VIEW))


@pytest.mark.parametrize(
    ("window", "message"),
    [
        (Window("some", 0.0, None), "`show` must be one of 'epoch', 'all', 'steps', 'epochs'"),
        (Window("all", 2.5, None), "`epoch` must be a finite number between 0 and 2; got 2.5"),
        (Window("all", 0.0, 4), "`step` must be an integer between 0 and 3; got 4"),
        (Window("all", 0.0, None, (5,)), "`hidden_units` must be an integer between 0 and 4"),
    ],
)
def test_a_window_that_does_not_exist_is_named(window, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_window(window, SHAPE)


def test_a_malformed_polygon_is_named():
    with pytest.raises(ValueError, match=r"`polygon` must be a list of \[x, y\] pairs"):
        check_polygon([[0, 0, 1]])
