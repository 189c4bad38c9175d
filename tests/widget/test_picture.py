"""What a picture drawn without a browser shows of the four views."""

import numpy as np
import pytest
from PIL import Image

import mmphate_widget as mm
from mmphate_widget.widget.picture import draw_points
from mmphate_widget.widget.projection import project

SHAPE = (9, 8, 5)


@pytest.fixture
def widget():
    """Units side by side; epochs go to the right, steps upward."""
    epoch, step, unit = np.meshgrid(*map(np.arange, SHAPE), indexing="ij")
    Y = np.stack([epoch + 12 * unit, step, 0 * unit], axis=-1).astype(float)
    widget = mm.MMPHATEWidget(Y[..., :2], color_by="unit")
    widget.epoch = 4
    widget.view = {**widget.view, "width": 400, "height": 300}
    yield widget
    widget.close()


def opacities(widget, **changes):
    """Opacity of the picture at each point, (E, T, H)."""
    for name, value in changes.items():
        setattr(widget, name, value)
    picture = np.asarray(draw_points(widget._drawing(), scale=2))
    x, y = np.floor(2 * widget.project()).astype(int).T
    return picture[y, x, 3].reshape(SHAPE)


def test_the_current_epoch_is_lit_among_all(widget):
    alone = opacities(widget)
    assert (alone[4] == 255).all()
    assert (np.delete(alone, 4, axis=0) == 0).all()
    among = opacities(widget, show="all")
    assert (among[4] == 255).all()
    rest = np.delete(among, 4, axis=0)
    assert ((rest > 0) & (rest < 100)).all()
    assert opacities(widget, opacity=0.8)[0].min() > 190


def test_selected_points_are_opaque_and_the_others_faint(widget):
    widget.select(units=[2])
    shown = opacities(widget, show="all", opacity=1.0)
    assert (shown[:, :, 2] == 255).all()
    others = np.delete(shown, 2, axis=2)
    assert ((others > 0) & (others < 60)).all()


def test_lines_through_epochs_fade_with_age_and_thin_out(widget):
    # Between two points, where the line is alone.
    widget.step, widget.show, widget.line_width, widget.point_size = 3, "epochs", 6.0, 1.0
    picture = np.asarray(draw_points(widget._drawing(), scale=4))
    places = 4 * widget.project().reshape(*SHAPE, 2)[:, 3, 1]
    middle = np.floor((places[:-1] + places[1:]) / 2).astype(int)
    columns = picture[:, middle[:, 0], 3]
    strength = columns[middle[:, 1], np.arange(8)]
    width = (columns > 0).sum(axis=0)
    assert (np.diff(strength[:4].astype(int)) > 0).all()
    assert strength[5:].max() < strength[:4].max() / 3
    assert width[3] > width[0]
    widget.fade = 0.0
    even = np.asarray(draw_points(widget._drawing(), scale=4))[middle[:, 1], middle[:, 0], 3]
    assert np.ptp(even.astype(int)) <= 1


def test_lines_through_steps_are_as_wide_as_is_said(widget):
    widget.show = "steps"
    places = 4 * widget.project().reshape(*SHAPE, 2)[4, :, 1]
    x, y = np.floor((places[-2] + places[-1]) / 2).astype(int)

    def width(line_width):
        widget.line_width = line_width
        picture = np.asarray(draw_points(widget._drawing(), scale=4))
        # No wider than to the next unit's.
        return (picture[y, x - 25 : x + 25, 3] > 0).sum()

    assert width(6.0) == pytest.approx(24, abs=3)
    assert width(2.0) == pytest.approx(8, abs=2)


def test_a_point_size_is_the_diameter_in_css_pixels(widget):
    widget.point_size = 10
    picture = np.asarray(draw_points(widget._drawing(), scale=3))
    x, y = np.floor(3 * widget.project().reshape(*SHAPE, 2)[4, 3, 2]).astype(int)
    opaque = (picture[y, x - 30 : x + 30, 3] > 127).sum()
    assert opaque == pytest.approx(30, abs=2)
    widget.opacity = 0.9
    picture = np.asarray(draw_points(widget._drawing(), scale=3))
    assert (picture[y, x - 30 : x + 30, 3] > 127).sum() == opaque


def test_near_points_are_larger_than_far_ones():
    Y = np.array([[[[-1.0, 0, 2], [1.0, 0, -2]]]])
    widget = mm.MMPHATEWidget(Y)
    above = {"position": [0, 0, 8], "target": [0, 0, 0], "up": [0, 1, 0]}
    widget.view = {**widget.view, **above, "width": 400, "height": 300}

    def areas():
        picture = np.asarray(draw_points(widget._drawing(), scale=4))[..., 3] > 127
        half = picture.shape[1] // 2
        return picture[:, :half].sum(), picture[:, half:].sum()

    near, far = areas()
    assert near > 2 * far
    widget.view = {"mode": "2d"}
    left, right = areas()
    assert left == pytest.approx(right, rel=0.02)


def test_points_along_lines_through_steps_fade_with_them_unless_selected(widget):
    shown = opacities(widget, show="steps").astype(int)[4]
    assert (shown[-1] == 255).all()
    assert (np.diff(shown, axis=0)[-3:] > 0).all()
    assert (shown[0] < 180).all()
    widget.select(units=[1])
    assert (opacities(widget)[4, :, 1] == 255).all()


@pytest.mark.parametrize("show", ["epoch", "steps"])
def test_between_two_epochs_points_are_on_their_way(widget, show):
    widget.show, widget.epoch = show, 4.25
    drawing = widget._drawing()
    ids = np.flatnonzero(widget.visible)
    assert (ids // 40 == 4).all()
    before, after = (
        project(drawing.positions[epoch].reshape(-1, 3), drawing.view)[0] for epoch in (4, 5)
    )
    found, _ = drawing.place(ids, moving=True)
    np.testing.assert_allclose(found, 0.75 * before + 0.25 * after, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(drawing.place(ids, moving=False)[0], before, rtol=1e-6)


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


def test_paths_through_epochs_run_at_the_last_step_of_the_window(widget):
    widget.show = "epochs"
    widget.step_window = (0, 5)
    windowed = np.asarray(draw_points(widget._drawing()))
    widget.step_window = None
    widget.step = 5
    np.testing.assert_array_equal(windowed, np.asarray(draw_points(widget._drawing())))
    widget.step = 7
    assert not np.array_equal(windowed, np.asarray(draw_points(widget._drawing())))


def test_of_many_points_a_part_stands_for_all(widget):
    widget.show = "all"
    drawing = widget._drawing()
    whole, part = (np.asarray(draw_points(drawing, scale=2, most=most)) for most in (None, 60))
    x, y = np.floor(2 * widget.project()).astype(int).T
    all_of_it, some = (picture[y, x, 3].reshape(SHAPE).astype(float) for picture in (whole, part))
    # The current epoch is whole; of the rest one in 7 is drawn, of each unit and step some.
    assert (some[4] == 255).all()
    drawn = np.delete(some, 4, axis=0) > 0
    assert drawn.mean() == pytest.approx(1 / 7, abs=0.02)
    assert drawn.any(axis=(0, 1)).all()
    assert drawn.any(axis=(0, 2)).all()
    # Each hides what seven would.
    alone, strong = np.delete(all_of_it, 4, axis=0).max(), np.delete(some, 4, axis=0).max()
    assert strong / 255 == pytest.approx(1 - (1 - alone / 255) ** 7, abs=0.02)
