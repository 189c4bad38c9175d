import numpy as np
import pytest

from mmphate_widget.widget.projection import fit_view, project
from mmphate_widget.widget.timeline import check_waypoints, make_timeline, sized, turned


def timeline(waypoints, *, fps=10, seconds=None, speed=8.0, turn=0.0):
    return make_timeline(
        np.array(waypoints, float), fps=fps, seconds=seconds, speed=speed, turn=turn
    )


def test_it_leads_from_the_first_to_the_last_at_an_even_pace():
    made = timeline([0, 6], fps=10, speed=2, turn=90)
    assert len(made) == 31
    np.testing.assert_allclose(made.epochs, np.arange(31) / 5)
    np.testing.assert_allclose(made.turns, np.arange(31) * 3)


def test_seconds_say_how_many_frames_there_are():
    made = timeline([0, 6], fps=12, seconds=2.5)
    assert len(made) == 30
    assert (made.epochs[0], made.epochs[-1]) == (0, 6)


def test_waypoints_are_passed_in_their_order():
    made = timeline([2, 5, 1], fps=10, seconds=0.8)
    np.testing.assert_allclose(made.epochs, [2, 3, 4, 5, 4, 3, 2, 1])
    assert list(timeline(range(10, 41)).epochs) == list(timeline([10, 40]).epochs)


def test_a_circle_does_not_show_its_beginning_twice():
    made = timeline([3], seconds=1, turn=360)
    np.testing.assert_allclose(made.turns, np.arange(10) * 36)
    assert timeline([3], seconds=1, turn=90).turns[-1] == 90


def test_a_single_epoch_needs_seconds_and_movies_end():
    with pytest.raises(ValueError, match="`seconds` must say how long"):
        timeline([3], turn=90)
    with pytest.raises(ValueError, match="at most 54,000 frames; it would have 60,000"):
        timeline([0, 3], fps=60, seconds=1000)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "`epochs` must be a flat sequence"),
        (["a"], "`epochs` must be a flat sequence"),
        ([[0, 1]], "`epochs` must be a flat sequence"),
        ([0, 9.5], r"`epochs` must be positions .* between 0 and 9, in order; got 0.0 … 9.5"),
        ([-1], "`epochs` must be positions"),
        ([np.nan], "`epochs` must be positions"),
    ],
)
def test_bad_epochs_are_named(given, message):
    with pytest.raises((TypeError, ValueError), match=message):
        check_waypoints(given, within=(0, 9))


def test_the_camera_turns_around_what_it_looks_at():
    view = fit_view((1.0, 2.0, 3.0), 2.0)
    quarter = turned(view, 90)
    arm, moved = np.subtract(view.position, view.target), np.subtract(quarter.position, view.target)
    np.testing.assert_allclose(moved, [arm[2], arm[1], -arm[0]], rtol=1e-12)
    np.testing.assert_allclose(turned(quarter, 270).position, view.position, rtol=1e-12)
    # Seen from above it goes counterclockwise, so that what is in front moves to the left.
    near = np.array([view.target]) + 0.1 * arm
    assert project(near, turned(view, 10))[0][0, 0] < project(near, view)[0][0, 0]


@pytest.mark.parametrize("size", [(400, 600), (1600, 600), (800, 600), (300, 200)])
def test_what_the_view_shows_stays_in_the_picture(size):
    width, height = size
    view = fit_view((0.0, 0.0, 0.0), 1.0, width=800, height=600)
    fitted = sized(view, width=width, height=height)
    seen = project(np.random.default_rng(0).normal(size=(4000, 3)), view)[0]
    inside = ((seen >= 0) & (seen <= (800, 600))).all(axis=1)
    now = project(np.random.default_rng(0).normal(size=(4000, 3)), fitted)[0][inside]
    assert ((now >= -1e-6) & (now <= np.array(size) + 1e-6)).all()
