"""A lasso drawn with the mouse takes, in the kernel, exactly the points that lie in it."""

import numpy as np
import pytest
from notebook_page import expected_ids
from scenes import SHOW

# Concave, left and right over the states of the trained network, with an overlap in the middle.
LASSO = [(380, 110), (610, 120), (560, 230), (630, 290), (560, 340), (380, 330), (410, 220)]
OTHER = [(520, 110), (790, 120), (770, 350), (470, 330), (540, 240)]


@pytest.fixture
def notebook(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("w.epoch = 7")
    notebook.button("Lasso").click()
    return notebook


def around_the_points(notebook, across):
    """A concave outline about the middle of what is visible, `across` times the canvas's height."""
    pixels = notebook.kernel_array("w.project()")[notebook.kernel_array("w.visible").ravel()]
    box = notebook.canvas.bounding_box()
    size = np.array([box["width"], box["height"]])
    center = np.median(pixels[((pixels > 0) & (pixels < size)).all(axis=1)], axis=0)
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radii = across * size[1] * np.where(np.arange(12) % 2, 1.0, 0.5)
    corners = center + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [tuple(corner) for corner in np.clip(corners, 2, size - 2)]


def draw(notebook, corners, modifiers=()):
    revision = notebook.kernel("w._selector.history.revision")
    notebook.drag([*corners, corners[0]], modifiers)
    notebook.wait_for_revision(revision + 1)


def assert_selected(notebook, ids):
    assert len(ids) > 10
    assert notebook.kernel("w.selection.points.tolist()") == ids.tolist()
    assert notebook.kernel("w.selected_points.tolist()") == ids.tolist()
    notebook.expect_status(f"{len(ids)} points selected")


@pytest.mark.parametrize("show", ["epoch", "all"])
def test_ids_equal_points_in_polygon(notebook, show):
    notebook.combobox("Show").select_option(show)
    notebook.execute("w.epoch = 7.3")
    notebook.until(lambda: "7" in notebook.slider("Epoch").input_value(), "epoch did not move")
    draw(notebook, LASSO)
    assert notebook.kernel("w.show") == show
    assert notebook.kernel("w.epoch") == 7
    visible = notebook.kernel("int(w.visible.sum())")
    assert visible == {"epoch": 8 * 24, "all": 12 * 8 * 24}[show]
    ids = expected_ids(notebook)
    assert_selected(notebook, ids)
    assert notebook.kernel("heard") == [len(ids)]
    corners = np.array(notebook.kernel("w.selection.record[0]['polygon']"))
    for corner in LASSO:
        assert np.abs(corners - corner).sum(axis=1).min() <= 1.01


@pytest.mark.parametrize("show", ["epoch", "all"])
def test_ids_equal_points_in_polygon_after_rotating_and_zooming(notebook, show):
    notebook.combobox("Show").select_option(show)
    before = notebook.kernel("w.view")
    notebook.button("Orbit").click()
    notebook.drag([(500, 240), (560, 270)])
    notebook.until(lambda: notebook.kernel("w.view") != before, "rotating did not reach Python")
    box = notebook.canvas.bounding_box()
    notebook.page.mouse.move(box["x"] + 500, box["y"] + 240)
    notebook.page.mouse.wheel(0, -300)
    notebook.settle()
    notebook.button("Lasso").click()
    draw(notebook, around_the_points(notebook, 0.3))
    view = notebook.kernel("w.view")
    distances = [np.linalg.norm(np.subtract(v["position"], v["target"])) for v in (before, view)]
    assert distances[1] < 0.9 * distances[0]
    assert_selected(notebook, expected_ids(notebook))
    notebook.page.set_viewport_size({"width": 800, "height": 900})
    notebook.until(
        lambda: notebook.kernel("w.view['width']") < view["width"], "the new width did not arrive"
    )
    draw(notebook, around_the_points(notebook, 0.4))
    assert_selected(notebook, expected_ids(notebook))


def test_modifiers_combine_as_sets(notebook):
    draw(notebook, LASSO)
    first = set(expected_ids(notebook))
    draw(notebook, OTHER)
    second = set(expected_ids(notebook))
    assert first & second
    assert first - second
    assert second - first
    for modifiers, expected in (
        (("Shift",), first | second),
        (("Alt",), first - second),
        (("Shift", "Alt"), first & second),
    ):
        draw(notebook, LASSO)
        draw(notebook, OTHER, modifiers)
        assert_selected(notebook, np.array(sorted(expected)))
    assert len(notebook.kernel("w.selection.record")) == 2


def test_rectangle_undo_redo_invert_clear(notebook):
    notebook.button("Rectangle").click()
    revision = notebook.kernel("w._selector.history.revision")
    notebook.drag([(380, 120), (600, 340)])
    notebook.wait_for_revision(revision + 1)
    ids = expected_ids(notebook)
    assert_selected(notebook, ids)
    pixels = notebook.kernel_array("w.project()")[ids]
    assert (pixels >= [379, 119]).all()
    assert (pixels <= [601, 341]).all()
    revision = notebook.kernel("w._selector.history.revision")
    notebook.button("Invert selection").click()
    notebook.wait_for_revision(revision + 1)
    rest = np.setdiff1d(np.flatnonzero(notebook.kernel_array("w.visible")), ids)
    assert_selected(notebook, rest)
    notebook.button("Undo").click()
    notebook.wait_for_revision(revision + 2)
    assert_selected(notebook, ids)
    notebook.button("Redo").click()
    notebook.wait_for_revision(revision + 3)
    assert_selected(notebook, rest)
    notebook.button("Clear selection").click()
    notebook.expect_status("0 units, 0 points selected")
    notebook.until(lambda: notebook.kernel("len(w.selection)") == 0, "not cleared in the kernel")


def test_a_recorded_lasso_replays_to_the_same_ids(notebook):
    notebook.button("Select through").click()
    notebook.combobox("Show").select_option("all")
    draw(notebook, LASSO)
    assert notebook.kernel("w.selection.record[0]['depth']") == "front"
    front = notebook.kernel("w.selection.points.tolist()")
    through = expected_ids(notebook)
    assert 10 < len(front) < len(through)
    assert set(front) < set(through.tolist())
    notebook.execute("record = w.selection.record; w.clear_selection()")
    assert notebook.kernel("w.reselect(record).points.tolist()") == front


def test_units_of_a_lasso_are_promoted_and_named(notebook):
    draw(notebook, LASSO)
    units = notebook.kernel("w.selected_units.tolist()")
    mask = notebook.kernel_array("w.selection.mask")
    visible = notebook.kernel_array("w.visible")
    taken, offered = mask.sum(axis=(0, 1)), visible.sum(axis=(0, 1))
    assert units == np.flatnonzero(2 * taken > offered).tolist()
    noun = "1 unit" if len(units) == 1 else f"{len(units)} units"
    notebook.expect_status(f"{noun}, {int(mask.sum())} points selected")
    assert notebook.errors == []
