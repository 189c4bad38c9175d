"""The picture follows Python, and Python follows the picture."""

import inspect
import re

import numpy as np
from notebook_page import points_inside
from scenes import SHOW, SMALL, smooth


def test_it_plays_pauses_and_steps(lab):
    notebook = lab(SMALL, SHOW)
    first = notebook.pixels()
    notebook.button("Play").click()
    notebook.button("Pause").wait_for()
    notebook.until(lambda: notebook.kernel("w.epoch") > 2, "the epochs do not run")
    assert notebook.kernel("w.playing") is True
    notebook.button("Pause").click()
    notebook.button("Play").wait_for()
    notebook.until(lambda: notebook.kernel("w.playing") is False, "Python was not told")
    assert np.abs(notebook.pixels().astype(int) - first).max() > 60
    notebook.execute("w.epoch = 4.4")
    for name, epoch in (("Next epoch", 5), ("Next epoch", 6), ("Previous epoch", 5)):
        notebook.button(name).click()
        notebook.until(lambda e=epoch: notebook.kernel("w.epoch") == e, f"{name}: not at {epoch}")
    notebook.execute("w.playing = True")
    notebook.button("Pause").wait_for()
    assert notebook.errors == []


def test_sliders_seek(lab):
    notebook = lab(SMALL, SHOW)
    notebook.slider("Epoch").focus()
    notebook.page.keyboard.press("End")
    notebook.until(lambda: notebook.kernel("w.epoch") == 11, "the epoch slider is not heard")
    notebook.slider("Step").focus()
    notebook.page.keyboard.press("Home")
    notebook.until(lambda: notebook.kernel("w.step") == 0, "the step slider is not heard")
    assert notebook.kernel("int(w.visible.sum())") == 6
    notebook.execute("w.epoch = 3; w.step = None")
    notebook.until(lambda: float(notebook.slider("Epoch").input_value()) == 3, "slider stays")


def test_training_curves_seek_where_they_are_clicked(lab):
    notebook = lab(SMALL, SHOW)
    figure = notebook.curves()
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    figure.click(position={"x": 0.5 * box["width"], "y": 0.5 * box["height"]})
    notebook.until(lambda: 4 <= notebook.kernel("w.epoch") <= 7, "a click in the middle seeks")


def test_python_selects_and_the_page_lights_the_same_points(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("w.epoch = 7")
    notebook.settle()
    plain = notebook.pixels().astype(int)
    notebook.execute("w.select(units=[2])")
    notebook.expect_status("1 unit, 96 points selected")
    notebook.settle()
    change = np.abs(notebook.pixels().astype(int) - plain).sum(axis=2)
    pixels = notebook.kernel_array("w.project()").reshape(12, 8, 24, 2)[7]
    lit, dimmed = pixels[:, 2], np.delete(pixels, 2, axis=1).reshape(-1, 2)
    # Points that a lit one covers stay as they are: look at those that stand apart.
    apart = np.linalg.norm(dimmed[:, None] - lit, axis=-1).min(axis=1) > 14
    assert apart.sum() > 10
    x, y = np.round(dimmed[apart]).astype(int).T
    assert np.median(change[y, x]) > 60
    x, y = np.round(lit).astype(int).T
    assert np.median(change[y, x]) < 30
    notebook.execute("w.clear_selection()")
    notebook.expect_status("0 units, 0 points selected")


def test_colors_and_their_legend_follow_python(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.color_by = 'step'")
    notebook.settle()
    by_step = notebook.pixels()
    notebook.execute("w.color_by = np.arange(6) % 2")
    notebook.until(lambda: notebook.combobox("Color by").input_value() == "values", "not listed")
    notebook.settle()
    assert np.abs(notebook.pixels().astype(int) - by_step).max() > 60
    notebook.combobox("Color by").select_option("epoch")
    notebook.until(lambda: notebook.kernel("w.color_by") == "epoch", "Python was not told")


def test_every_view_shows_something_of_its_own(lab):
    notebook = lab(SMALL, SHOW)
    pictures = {}
    for show in ("epoch", "all", "steps", "epochs"):
        notebook.combobox("Show").select_option(show)
        notebook.until(lambda s=show: notebook.kernel("w.show") == s, "Python was not told")
        notebook.settle()
        assert notebook.drawn_pixels() > 50
        pictures[show] = notebook.pixels().astype(int)
    names = list(pictures)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            changed = np.abs(pictures[one] - pictures[other]).sum(axis=2) > 60
            assert changed.sum() > 30, (one, other)
    assert notebook.canvas.get_attribute("aria-label")


def test_a_tooltip_tells_unit_epoch_step_and_value(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.color_by = 'step'; w.epoch = 5")
    notebook.settle()
    pixels = notebook.kernel_array("w.project()").reshape(12, 10, 6, 2)[5]
    box = notebook.canvas.bounding_box()
    flat = pixels.reshape(-1, 2)
    gaps = np.linalg.norm(flat[:, None] - flat, axis=-1) + np.eye(60) * 1e9
    inside = ((flat > 5) & (flat < [box["width"] - 150, box["height"] - 5])).all(axis=1)
    lonely = int(np.argmax(np.where(inside, gaps.min(axis=1), -1)))
    step, unit = divmod(lonely, 6)
    x, y = flat[lonely]
    notebook.page.mouse.move(box["x"] + x - 3, box["y"] + y)
    notebook.page.mouse.move(box["x"] + x, box["y"] + y)
    tooltip = notebook.page.locator(".mmp-tooltip")
    tooltip.wait_for(state="visible")
    text = tooltip.inner_text()
    name = notebook.kernel(f"trace.units[{unit}]")
    assert name in text
    assert re.search(r"epoch\D*5\b", text, re.I), text
    assert re.search(rf"step\D*{step}\b", text, re.I), text


def test_dark_theme_is_followed(lab):
    notebook = lab(SMALL, SHOW, dark=True)
    assert notebook.pixels().mean() < 90
    notebook.command("apputils:change-theme", theme="JupyterLab Light")
    notebook.until(lambda: notebook.pixels().mean() > 180, "light theme is not followed")


def test_the_canvas_follows_the_window(lab):
    notebook = lab(SMALL, SHOW, width=1200)
    wide = notebook.kernel("w.view['width']")
    notebook.page.set_viewport_size({"width": 560, "height": 900})
    notebook.until(lambda: notebook.kernel("w.view['width']") < wide - 300, "width not told")
    assert notebook.canvas.bounding_box()["width"] <= 560
    assert notebook.drawn_pixels() > 50
    notebook.execute("w.height = 300")
    notebook.until(lambda: notebook.canvas.bounding_box()["height"] <= 310, "height not followed")


def test_half_a_million_points_load_play_and_are_lassoed(lab):
    show = "w = mm.MMPHATEWidget(Y)\nw"
    notebook = lab(smooth(127, 128, 30), show)
    assert notebook.kernel("w.visible.size") == 487_680
    notebook.combobox("Show").select_option("all")
    notebook.button("Play").click()
    notebook.until(lambda: notebook.kernel("w.epoch") > 3, "the epochs do not run", seconds=60)
    notebook.button("Lasso").click()
    notebook.drag([(300, 60), (640, 60), (640, 400), (300, 400), (300, 60)])
    notebook.wait_for_revision(1)
    assert notebook.kernel("w.playing") is False
    count = notebook.kernel("len(w.selection)")
    assert count > 10_000
    notebook.expect_status(f"{count} points selected")
    # Half a million pixels stay in the kernel: the point-in-polygon rule goes there.
    notebook.execute(inspect.getsource(points_inside))
    expected = "points_inside(np.array(w.selection.record[0]['polygon']), w.project())"
    assert notebook.kernel(
        f"np.array_equal(w.selected_points, np.flatnonzero({expected} & w.visible.ravel()))"
    )
    again = "w.reselect(w.selection.record).points"
    assert notebook.kernel(f"np.array_equal(w.selected_points, {again})")
    assert notebook.errors == []
