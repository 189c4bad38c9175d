"""What is handed to pythreejs: arrays that say what the widget shows, and objects of them."""

import re
import sys

import numpy as np
import pytest
import pythreejs as three

import mmphate_widget as mm
from mmphate_widget.channels import color_rows, color_table
from mmphate_widget.widget import three_scene
from mmphate_widget.widget.moving import make_moving
from mmphate_widget.widget.projection import View, project
from mmphate_widget.widget.texels import pack_texels

SHAPE = (4, 3, 5)


@pytest.fixture
def widget():
    Y = np.random.default_rng(0).normal(size=(*SHAPE, 3)).cumsum(axis=0)
    widget = mm.MMPHATEWidget(Y, color_by="step")
    widget.view = {**widget.view, "width": 240, "height": 180}
    yield widget
    widget.close()


def unpacked(material, count):
    """Places and colors (red, green, blue, opacity) of the first texels, read as the GPU does."""
    texels = material.uniforms["points"]["value"].data.reshape(-1, 4)[:count]
    code = texels[:, 3]
    rgb = np.abs(code).astype(int) - 1
    opacity = np.where(code == 0, 0, np.where(code > 0, 255, 56))
    return texels[:, :3], np.column_stack([rgb >> 16, rgb >> 8 & 255, rgb & 255, opacity])


def test_a_row_an_epoch_holds_places_and_colors(widget):
    view = widget.to_pythreejs()
    material = view.points.material
    places, colors = unpacked(material, 60)
    np.testing.assert_array_equal(places, widget.coordinates.reshape(-1, 3))
    channel = widget.channel()
    steps = np.tile(np.repeat(np.arange(3.0), 5), 4)
    expected = color_table(channel)[color_rows(channel, steps)]
    np.testing.assert_array_equal(colors[:, :3], expected)
    assert (colors[:, 3] == 255).all()
    assert [material.uniforms[name]["value"] for name in ("count", "last", "epoch")] == [15, 3, 0]
    # The front end loses a texture that is not the last uniform.
    assert list(material.uniforms)[-1] == "points"
    assert (view.faint, view.lines, view.trail) == (None, None, None)


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (1, 2, 3)])
@pytest.mark.parametrize("opacity", [0, 56, 255])
def test_a_color_goes_through_a_float_unharmed(color, opacity):
    positions = np.zeros((1, 1, 3), dtype=np.float32)
    texels = pack_texels(positions, np.array([[[*color, opacity]]], dtype=np.uint8))
    code = texels[0, 0, 3]
    assert np.sign(code) == {0: 0, 56: -1, 255: 1}[opacity]
    if opacity:
        assert abs(int(code)) - 1 == (color[0] << 16) + (color[1] << 8) + color[2]
    assert not texels[0, 1:].any()


def test_hidden_points_are_left_out_or_transparent_where_only_some_epochs_hide_them(widget):
    widget.hidden_units = [1]
    widget.step = 2
    widget.add_channel("kept", np.arange(60.0).reshape(SHAPE))
    # Of epoch 0, unit 4 at step 2 goes, and of epoch 3 all units above 3.
    widget.filters = {"kept": {"range": (11, 58)}}
    moving = make_moving(widget._drawing(), faint=0.2)
    assert moving.columns.tolist() == [10, 12, 13, 14]
    assert (moving.colors[..., 3] > 0).tolist() == [
        [False, True, True, True],
        [True] * 4,
        [True] * 4,
        [True, True, True, False],
    ]
    np.testing.assert_array_equal(moving.positions, widget.coordinates[:, 2][:, [0, 2, 3, 4]])


def test_what_is_not_selected_is_faint(widget):
    widget.select(units=[2])
    view = widget.to_pythreejs()
    opacity = unpacked(view.points.material, 60)[1][:, 3].reshape(SHAPE)
    assert (opacity[..., 2] == 255).all()
    assert (np.delete(opacity, 2, axis=2) == 56).all()
    assert view.points.material.uniforms["lit"]["value"] == 1
    assert view.faint.material.uniforms["lit"]["value"] == 0
    assert view.faint.material.transparent
    assert not view.points.material.transparent


def test_paths_through_steps_move_with_the_points(widget):
    widget.show = "steps"
    view = widget.to_pythreejs()
    attributes = view.lines.geometry.attributes
    column = attributes["column"].array.reshape(-1, 2)
    assert column.shape == (10, 2)
    np.testing.assert_array_equal(column[:, 1] - column[:, 0], np.full(10, 5))
    np.testing.assert_array_equal(attributes["partner"].array.reshape(-1, 2), column[:, ::-1])
    assert [track.name for track in view.clip.tracks] == [
        "points.material[uniforms].epoch[value]",
        "lines.material[uniforms].epoch[value]",
    ]


def test_paths_through_epochs_and_all_epochs_stand_still(widget):
    widget.show, widget.epoch = "epochs", 3
    view = widget.to_pythreejs()
    ends = view.lines.geometry.attributes["position"].array.reshape(-1, 2, 3)
    last = widget.coordinates[:, -1]
    np.testing.assert_array_equal(ends[:, 0], last[:-1].reshape(-1, 3))
    np.testing.assert_array_equal(ends[:, 1], last[1:].reshape(-1, 3))
    shades = view.lines.geometry.attributes["shade"].array[::2].reshape(3, 5, 4)
    assert (np.diff(shades[:, 0, 3]) > 0).all()
    assert len(view.trail.geometry.attributes["position"].array) == 20
    widget.show = "all"
    view = widget.to_pythreejs()
    assert view.lines is None
    assert len(view.trail.geometry.attributes["position"].array) == 60
    assert len(view.clip.tracks) == 1


def test_the_clip_plays_all_epochs_at_the_widget_s_pace(widget):
    widget.speed = 2
    view = widget.to_pythreejs()
    (track,) = view.clip.tracks
    np.testing.assert_allclose(track.times, [0, 1.5])
    np.testing.assert_allclose(track.values, [0, 3])
    assert view.clip.duration == 1.5
    assert view.action.clip is view.clip
    assert view.action.localRoot is view.group


def test_a_single_epoch_has_nothing_to_play():
    widget = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(1, 2, 5, 2)))
    view = widget.to_pythreejs()
    assert (view.clip, view.action) == (None, None)
    assert "application/vnd.jupyter.widget-view+json" in view._repr_mimebundle_()
    widget.close()


def test_camera_and_geometry_show_the_current_view(widget):
    widget.epoch = 1.5
    moved = {name: list(np.add(widget.view[name], 0.5)) for name in ("position", "target")}
    widget.view = {**widget.view, **moved}
    view = widget.to_pythreejs(dark=True)
    places = view.points.geometry.attributes["position"].array
    now = widget.coordinates[1:3].mean(axis=0).reshape(-1, 3)
    np.testing.assert_allclose(places, now, rtol=1e-5, atol=1e-6)
    camera, seen = view.camera, View.from_dict(widget.view)
    # Three's camera matrix, of a quaternion (x, y, z, w), and projection.
    x, y, z, w = camera.quaternion
    turned = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    eye = (places + np.array(view.group.position) - np.array(camera.position)) @ turned
    focal = 1 / np.tan(np.radians(camera.fov) / 2)
    pixels = 0.5 + 0.5 * focal * eye[:, :2] / -eye[:, 2:] * [1 / camera.aspect, -1]
    np.testing.assert_allclose(pixels * [240, 180], project(places, seen)[0], rtol=1e-5)
    assert (view.renderer.width, view.renderer.height) == (240, 180)
    # Where the front end's controls turn the camera to, whatever they are told.
    assert tuple(view.controls.target) == (0, 0, 0)
    np.testing.assert_allclose(view.group.position, np.negative(seen.target))
    assert view.scene.background == "#18181b"
    assert isinstance(view.scene, three.Scene)


def test_too_many_points_and_none_are_refused(widget, monkeypatch):
    monkeypatch.setattr(three_scene, "MOST_POINTS", 59)
    with pytest.raises(ValueError, match=re.escape("can carry 59 points; this view has 4 epochs")):
        widget.to_pythreejs()
    widget.step = 0
    assert widget.to_pythreejs().points is not None
    widget.hidden_units = range(5)
    with pytest.raises(ValueError, match="There must be a point to show"):
        widget.to_pythreejs()
    with pytest.raises(TypeError, match="`dark` must be True or False; got 1"):
        widget.to_pythreejs(dark=1)


def test_without_the_extra_it_says_what_to_install(widget, monkeypatch):
    for name in ("three_scene", "_pythreejs"):
        monkeypatch.delitem(sys.modules, f"mmphate_widget.widget.{name}")
    monkeypatch.setitem(sys.modules, "pythreejs", None)
    with pytest.raises(
        ModuleNotFoundError, match=r'pip install "mmphate-widget\[pythreejs\]"'
    ) as caught:
        widget.to_pythreejs()
    assert caught.value.name == "pythreejs"
