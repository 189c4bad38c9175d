"""Time: playing both ways, windows on epochs and steps, the training curves below the picture."""

import numpy as np
import pytest
from notebook_page import expected_ids, from_ground
from playwright.sync_api import expect
from scenes import SHOW, smooth
from test_healing import reload

# Recorded ever more seldom.
EPOCHS = [0, 1, 2, 3, 4, 5, 9, 14, 19, 29, 39, 59]
RECORDED = f"""
{smooth(12, 6, 10)}
metrics = {{"loss": np.geomspace(2, 0.1, E), "test/accuracy": np.linspace(0.1, 0.9, E) ** 2}}
values = rng.normal(size=(E, T, H, 4))
trace = mm.Trace.from_array(values, epochs={EPOCHS}, metrics=metrics)
"""


@pytest.fixture
def notebook(lab):
    return lab(RECORDED, SHOW)


def wait_for(notebook, expression, value):
    notebook.until(
        lambda: notebook.kernel(expression) == value,
        f"{expression} does not become {value}, it is {notebook.kernel(expression)}",
    )


def thumb(notebook, group, name):
    within = notebook.page.get_by_role("group", name=group, exact=True).first
    return within.get_by_role("slider", name=name, exact=True)


def press(notebook, *keys):
    for key in keys:
        notebook.page.keyboard.press(key)


def drag_across(notebook, first, last):
    """Drag on the curves between two fractions of their axis."""
    plot = notebook.page.locator(".mmp-curve-plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    height = box["y"] + box["height"] / 2
    notebook.page.mouse.move(box["x"] + first * box["width"], height)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + last * box["width"], height, steps=5)
    notebook.page.mouse.up()


def test_it_plays_inside_its_window_forward_and_back_and_stops(notebook):
    notebook.execute("w.epoch_window = (3, 6)")
    wait_for(notebook, "w.epoch", 3)
    notebook.execute("seen = []; w.observe(lambda change: seen.append(change['new']), 'epoch')")
    notebook.button("Play").click()
    # Around at least once.
    notebook.until(
        lambda: notebook.kernel("bool((np.diff(seen) < 0).sum() > 1)"), "it does not start over"
    )
    notebook.button("Loop").click()
    notebook.button("Play").wait_for()
    wait_for(notebook, "[w.epoch, w.playing, w.loop]", [6, False, False])
    seen = notebook.kernel("seen")
    assert (min(seen), max(seen)) == (3, 6)
    notebook.execute("seen.clear()")
    notebook.button("Reverse").click()
    notebook.canvas.focus()
    press(notebook, " ")
    wait_for(notebook, "[w.epoch, w.playing, w.direction]", [3, False, "back"])
    assert notebook.kernel("bool((np.diff(seen) <= 0).all())")
    # Played again it starts over, from the other end.
    notebook.execute("seen.clear(); w.speed = 1; w.playing = True")
    wait_for(notebook, "bool(np.max(seen, initial=0) > 5)", True)
    press(notebook, " ")
    wait_for(notebook, "w.playing", False)
    assert notebook.errors == []


def test_keys_step_time(notebook):
    notebook.canvas.focus()
    press(notebook, "End", "ArrowLeft")
    wait_for(notebook, "w.epoch", 10)
    press(notebook, "Home", "ArrowRight", "ArrowRight")
    wait_for(notebook, "w.epoch", 2)
    press(notebook, ".", ".")
    wait_for(notebook, "w.step", 1)
    press(notebook, ",", ",")
    wait_for(notebook, "w.step", 0)
    press(notebook, "o", "b", ">", ">", "<")
    wait_for(notebook, "[w.loop, w.direction, w.speed]", [False, "back", 16])
    expect(notebook.button("Loop")).to_have_attribute("aria-pressed", "false")
    expect(notebook.button("Reverse")).to_have_attribute("aria-pressed", "true")
    notebook.execute("w.epoch_window = (4, 7)")
    press(notebook, "End")
    wait_for(notebook, "w.epoch", 7)
    # The field that looks units up keeps what one types.
    notebook.find_field.focus()
    press(notebook, "o", "b", "Home")
    wait_for(notebook, "[w.loop, w.direction, w.epoch]", [False, "back", 7])
    assert notebook.errors == []


def look(notebook, shape):
    """Where each point is in the picture, where the ground shows, and which points are free."""
    picture = notebook.pixels()
    places = notebook.kernel_array("w.project()").reshape(*shape, 2)
    # Where the legend is not.
    free = ((places > 8) & (places < np.array(picture.shape[1::-1]) - [220, 8])).all(axis=-1)
    return places, from_ground(picture) < 20, free


def cover(notebook, visible):
    """Part of the visible points at whose places something is drawn."""
    places, is_ground, free = look(notebook, visible.shape)
    x, y = np.floor(places[free & visible]).astype(int).T
    assert len(x) > 100
    return 1 - is_ground[y, x].mean()


def test_windows_by_hand_limit_picture_lasso_and_python(notebook):
    notebook.execute("w.show = 'all'")
    notebook.settle()
    whole = notebook.kernel_array("w.visible")
    covered = cover(notebook, whole)
    # Numbers 9 to 39 of 0 … 59.
    drag_across(notebook, 0.15, 0.66)
    wait_for(notebook, "w.epoch_window", [6, 10])
    wait_for(notebook, "w.epoch", 6)
    notebook.expect_status("hidden: all but epochs 9 to 39")
    start = thumb(notebook, "Step window", "Window start")
    start.focus()
    press(notebook, "ArrowRight", "ArrowRight")
    thumb(notebook, "Step window", "Window end").focus()
    press(notebook, "ArrowLeft")
    wait_for(notebook, "w.step_window", [2, 4])
    visible = notebook.kernel_array("w.visible")
    expected = np.zeros_like(whole)
    expected[6:11, 2:5] = True
    np.testing.assert_array_equal(visible, expected & whole)
    notebook.settle()
    places, is_ground, free = look(notebook, whole.shape)
    near = np.linalg.norm(places[..., None, :] - places[visible], axis=-1).min(axis=-1)
    gone, there = free & ~visible & (near > 10), free & visible
    (x, y), (u, v) = np.floor(places[gone]).astype(int).T, np.floor(places[there]).astype(int).T
    assert len(x) > 50
    assert is_ground[y, x].mean() > 0.9
    assert is_ground[v, u].mean() < 0.2
    notebook.canvas.scroll_into_view_if_needed()
    # A lasso takes what is inside, and its record repeats it without the windows.
    notebook.button("Lasso").click()
    corners = [(250, 60), (850, 60), (850, 420), (250, 420)]
    notebook.drag([*corners, corners[0]])
    notebook.wait_for_revision(1)
    ids = expected_ids(notebook)
    assert 10 < len(ids) <= visible.sum()
    assert notebook.kernel("w.selection.points.tolist()") == ids.tolist()
    reload(notebook)
    notebook.wait_for_picture()
    notebook.expect_status("hidden: all but epochs 9 to 39, all but steps 2 to 4")
    notebook.button("Show all").click()
    wait_for(notebook, "[w.epoch_window, w.step_window]", [None, None])
    assert notebook.kernel("w.reselect(w.selection.record).points.tolist()") == ids.tolist()
    notebook.execute("w.clear_selection(); w.epoch = 0")
    notebook.settle()
    assert abs(cover(notebook, whole) - covered) < 0.05
    assert notebook.errors == []


def test_thumbs_and_brush_move_on_the_uneven_axis_of_the_curves(notebook):
    end = thumb(notebook, "Epoch window", "Window end")
    end.scroll_into_view_if_needed()
    box = end.bounding_box()
    y = box["y"] + box["height"] / 2
    notebook.page.mouse.move(box["x"] + box["width"] - 4, y)
    notebook.page.mouse.down()
    # The last but two epochs lie in the right two thirds of the axis.
    notebook.page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
    notebook.page.mouse.up()
    wait_for(notebook, "w.epoch_window", [0, 9])
    expect(end).to_have_attribute("aria-valuetext", "epoch 29")
    press(notebook, "ArrowLeft")
    wait_for(notebook, "w.epoch_window", [0, 8])
    press(notebook, "Escape")
    wait_for(notebook, "w.epoch_window", None)
    drag_across(notebook, 0.99, 0.43)
    wait_for(notebook, "w.epoch_window", [9, 11])
    press(notebook, "Escape")
    wait_for(notebook, "w.epoch_window", None)
    drag_across(notebook, 0, 0.5)
    wait_for(notebook, "w.epoch_window", [0, 9])
    notebook.page.locator(".mmp-curve-plot").first.dblclick()
    wait_for(notebook, "w.epoch_window", None)
    # On the axis of recorded numbers stand curves, those that come later too, marker and slider.
    notebook.execute("w.add_curve('entropy <b>', np.linspace(1, 3, 4), epochs=[0, 4, 8, 11])")
    entry = notebook.curves().locator(".mmp-curve-entry").nth(2)
    expect(entry).to_contain_text("entropy <b>")
    notebook.execute("w.epoch = 8")
    expect(entry).to_contain_text("2.333")
    expect(entry).to_contain_text("(1 … 3)")
    plot = notebook.page.locator(".mmp-curve-plot").first.bounding_box()
    marker = notebook.page.locator(".mmp-curve-marker").first.bounding_box()
    at = (marker["x"] - plot["x"]) / plot["width"]
    assert abs(at - 19 / 59) < 0.01
    assert abs(float(notebook.slider("Epoch").input_value()) / 11 - 19 / 59) < 1e-4
    # A click between 29 and 39.
    middle = {"x": plot["width"] * 34 / 59, "y": plot["height"] / 2}
    notebook.page.locator(".mmp-curve-plot").first.click(position=middle)
    notebook.until(lambda: abs(notebook.kernel("w.epoch") - 9.5) < 0.05, "a click does not seek")
    assert notebook.errors == []
