import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmphate_widget.widget.projection import View, fit_flat_view, fit_view, in_front, project


def look_at_matrix(view):
    """World to clip, the way graphics libraries build it: an independent route to the pixels."""
    position, target, up = (np.array(v, float) for v in (view.position, view.target, view.up))
    back = position - target
    back /= np.linalg.norm(back)
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(back, right), back])
    camera = np.eye(4)
    camera[:3, :3], camera[:3, 3] = rotation, -rotation @ position
    near, far = view.near, 1e3
    scale = 1 / math.tan(math.radians(view.fov) / 2)
    perspective = np.zeros((4, 4))
    perspective[0, 0], perspective[1, 1] = scale * view.height / view.width, scale
    perspective[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
    perspective[3, 2] = -1
    return perspective @ camera


views = st.builds(
    lambda a, b, fov, width, height: View(
        tuple(a), tuple(np.add(a, b)), (0.1, 1.0, 0.3), fov, width, height
    ),
    st.tuples(*[st.floats(-5, 5)] * 3),
    st.tuples(st.floats(1, 5), st.floats(-2, 2), st.floats(-2, 2)),
    st.floats(10, 120),
    st.floats(100, 2000),
    st.floats(100, 2000),
)


@given(views, st.integers(0, 2**32 - 1))
def test_pixels_equal_those_of_clip_space_matrices(view, seed):
    points = np.random.default_rng(seed).normal(scale=4, size=(30, 3))
    pixels, depth = project(points, view)
    clip = np.c_[points, np.ones(30)] @ look_at_matrix(view).T
    seen = clip[:, 3] > 1e-3
    expected = (clip[:, :2] / clip[:, 3:])[seen] * [0.5, -0.5] + 0.5
    np.testing.assert_allclose(
        pixels[seen], expected * [view.width, view.height], rtol=1e-7, atol=1e-6
    )
    np.testing.assert_allclose(depth, clip[:, 3], atol=1e-9)


def test_target_lands_in_the_middle_and_up_is_up():
    view = View((0, 0, 5), (0, 0, 0), (0, 1, 0), 50, 400, 300)
    pixels, _ = project(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float), view)
    np.testing.assert_allclose(pixels[0], [200, 150])
    assert pixels[1, 0] > 200
    assert pixels[2, 1] < 150


def test_points_behind_the_near_plane_are_not_in_front():
    view = View((0, 0, 5), (0, 0, 0), (0, 1, 0))
    points = np.array([[0, 0, 0], [0, 0, 4.96], [0, 0, 6], [np.nan] * 3])
    _, depth = project(points, view)
    assert in_front(depth, view).tolist() == [True, False, False, False]


@given(st.floats(0.01, 100), st.floats(200, 2000), st.floats(200, 2000))
def test_fit_shows_the_whole_sphere_and_fills_the_narrow_side(radius, width, height):
    view = fit_view((1.0, 2.0, 3.0), radius, width=width, height=height)
    directions = np.random.default_rng(0).normal(size=(500, 3))
    sphere = np.array([1, 2, 3]) + radius * directions / np.linalg.norm(
        directions, axis=1, keepdims=True
    )
    pixels, depth = project(sphere, view)
    assert in_front(depth, view).all()
    assert (pixels >= 0).all()
    assert (pixels <= [width, height]).all()
    spread = np.ptp(pixels, axis=0) / [width, height]
    assert spread.max() > 0.8


@pytest.mark.parametrize("mode", ["3d", "2d"])
def test_view_round_trips_as_dict(mode):
    view = View((1.5, -2, 3), (0, 0, 0.25), (0, 0, 1), 35.5, 641, 480.5, mode=mode)
    assert View.from_dict(view.to_dict()) == view


@given(views, st.integers(0, 2**32 - 1))
def test_in_2d_the_first_two_axes_are_shown_to_scale_and_nothing_is_behind(view, seed):
    points = np.random.default_rng(seed).normal(scale=9, size=(30, 3))
    flat = View.from_dict({**view.to_dict(), "mode": "2d"})
    pixels, depth = project(points, flat)
    assert in_front(depth, flat).all()
    seen_height = 2 * view.distance * math.tan(math.radians(view.fov) / 2)
    away = (points[:, :2] - np.array(view.target[:2])) * [1, -1]
    expected = np.array([view.width, view.height]) / 2 + away * view.height / seen_height
    np.testing.assert_allclose(pixels, expected, rtol=1e-9, atol=1e-9)
    higher = np.argsort(-points[:, 2])
    np.testing.assert_array_equal(np.argsort(depth), higher)


@given(views)
def test_what_is_at_the_height_of_the_target_stays_in_place_seen_from_above(view):
    straight = View(
        (*view.target[:2], view.target[2] + view.distance), view.target, (0.0, 1.0, 0.0), view.fov
    )
    flat = View.from_dict({**straight.to_dict(), "mode": "2d"})
    assert flat.position == straight.position
    points = np.array(view.target) + np.random.default_rng(0).normal(size=(9, 3)) * [1, 1, 0]
    np.testing.assert_allclose(project(points, flat)[0], project(points, straight)[0], rtol=1e-9)


@pytest.mark.parametrize(("width", "height"), [(800, 600), (300, 700)])
def test_a_flat_fit_shows_the_whole_box_and_fills_one_side(width, height):
    view = fit_flat_view((1.0, 2.0, 3.0), (4.0, 2.0, 9.0), width=width, height=height)
    corners = np.array([[1 - 4, 2 - 2, 0], [1 + 4, 2 + 2, 0]], float)
    (left, bottom), (right, top) = project(corners, view)[0]
    np.testing.assert_allclose([left + right, bottom + top], [width, height])
    assert max((right - left) / width, (bottom - top) / height) == pytest.approx(1 / 1.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"position": (0, 0)}, "`view['position']` must be three finite numbers; got (0, 0)."),
        ({"up": (0, np.nan, 0)}, "`view['up']` must be three finite numbers"),
        ({"fov": 0.0}, "`view['fov']` must be a finite number between 1 and 170; got 0.0."),
        ({"width": "wide"}, "`view['width']` must be a number; got 'wide'."),
        ({"mode": "4d"}, "`view['mode']` must be one of '3d', '2d'; got '4d'."),
        ({"target": (1, 2, 3)}, "`view['target']` must differ from `view['position']`"),
        ({"mode": "2d", "target": (1, 2, 3)}, "`view['target']` must differ from"),
        ({"up": (1, 2, 3)}, "`view['up']` must not be parallel to the line of sight"),
    ],
)
def test_a_bad_view_is_named(change, message):
    values = {"position": (1, 2, 3), "target": (0, 0, 0), "up": (0, 1, 0)} | change
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        View.from_dict(values)


def test_missing_and_unknown_keys_are_named():
    with pytest.raises(ValueError, match=r"must have the keys .* got \['position', 'zoom'\]"):
        View.from_dict({"position": (0, 0, 0), "zoom": 2})
    with pytest.raises(TypeError, match="`view` must be a dict; got list"):
        View.from_dict([1, 2, 3])
