"""Looking at units: the card and the trajectory of what is pointed at, "Find unit", and clicks."""

import numpy as np
import pytest
from scenes import SHOW, SMALL, smooth

# Counts what the page sends to the GPU's textures, where positions are, from here on.
COUNT_UPLOADS = """() => {
  window.uploads = 0;
  for (const name of ["texImage2D", "texSubImage2D", "texImage3D", "texSubImage3D"]) {
    const act = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...all) {
      window.uploads += 1;
      return act.apply(this, all);
    };
  }
}"""

# Moves the pointer along a way that rests nowhere: two searches lie less far apart.
MOVE = """async (places) => {
  const canvas = document.querySelector(".mmp-root canvas");
  const box = canvas.getBoundingClientRect();
  for (const [x, y] of places) {
    const [clientX, clientY] = [box.left + x, box.top + y];
    canvas.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
    await new Promise((done) => setTimeout(done, 80));
  }
}"""


# Of JavaScript for each move: event, card, and the frame.
MOST_MILLISECONDS = 3

TRACED = """
values = rng.normal(size=(E, T, H, 20)).astype("float32")
trace = mm.Trace.from_array(values, sample_labels=np.arange(20) % 10)
"""


def card(notebook):
    return notebook.page.locator(".mmp-tooltip").first


def lines(notebook):
    return notebook.page.locator(".mmp-tooltip .mmp-trace-lines .mmp-curve-line")


def ids_at(notebook, epoch):
    """Ids of the points of an epoch."""
    per_epoch = notebook.kernel("int(np.prod(w.shape[1:]))")
    return np.arange(epoch * per_epoch, (epoch + 1) * per_epoch)


def look_at_a_point(notebook, epoch):
    """Point at one that stands alone; its id, step and unit."""
    notebook.execute(f"w.epoch = {epoch}")
    notebook.settle()
    point, place = notebook.lonely_point(ids_at(notebook, epoch))
    notebook.point_at(place)
    card(notebook).wait_for(state="visible")
    step, unit = notebook.kernel(f"[int(i) for i in np.unravel_index({point}, w.shape)[1:]]")
    return point, step, unit


def test_the_card_shows_the_units_activity_with_its_classes(lab, trained):
    notebook = lab(trained, SHOW)
    _, step, unit = look_at_a_point(notebook, 7)
    assert notebook.kernel(f"trace.units[{unit}]") in card(notebook).inner_text()
    notebook.until(lambda: lines(notebook).count() == 10, "no line for each digit")
    values = notebook.kernel_array(f"trace.values[7, {step}, {unit}].astype(float)")
    text = card(notebook).locator(".mmp-tooltip-activity").inner_text()
    shown = [float(part) for part in text.replace("\u2212", "-").split(" \u00b1 ")]
    np.testing.assert_allclose(shown, [values.mean(), values.std()], rtol=2e-3)
    labels = notebook.kernel("[str(label) for label in np.unique(trace.sample_labels)]")
    assert card(notebook).locator(".mmp-trace-class").all_inner_texts() == labels
    marker = card(notebook).locator(".mmp-trace-marker")
    np.testing.assert_allclose(
        float(marker.evaluate("marker => marker.style.left").rstrip("%")), 100 * step / 7
    )
    notebook.page.mouse.move(5, 5)
    card(notebook).wait_for(state="hidden")
    assert notebook.errors == []


def test_without_labels_it_shows_mean_and_spread_and_without_a_trace_neither(lab):
    notebook = lab(SMALL, SHOW)
    look_at_a_point(notebook, 5)
    notebook.until(lambda: lines(notebook).count() == 1, "no mean")
    assert card(notebook).locator(".mmp-trace-band").count() == 1
    bare = lab(SMALL, "w = mm.MMPHATEWidget(Y)\nw")
    look_at_a_point(bare, 5)
    assert "epoch 5" in card(bare).inner_text()
    assert not card(bare).locator(".mmp-trace").is_visible()
    assert not card(bare).locator(".mmp-tooltip-activity").is_visible()


def test_the_card_is_right_without_a_kernel(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.epoch = 5")
    notebook.settle()
    _, place = notebook.lonely_point(ids_at(notebook, 5))
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    notebook.page.get_by_role("alert").get_by_text("The kernel was restarted").wait_for()
    notebook.point_at(place)
    card(notebook).wait_for(state="visible")
    assert "epoch 5" in card(notebook).inner_text()
    assert not card(notebook).locator(".mmp-trace").is_visible()


@pytest.mark.parametrize("show", ["epoch", "all", "steps", "epochs"])
def test_the_trajectory_lights_up_without_an_upload(lab, show):
    notebook = lab(smooth(6, 8, 5), SHOW)
    notebook.combobox("Show").select_option(show)
    notebook.execute("w.epoch = 4")
    notebook.settle()
    plain = notebook.pixels().astype(int)
    shown = np.flatnonzero(notebook.kernel_array("w.visible"))
    point, place = notebook.lonely_point(shown)
    notebook.page.evaluate(COUNT_UPLOADS)
    notebook.point_at(place)
    card(notebook).wait_for(state="visible")
    # The card would lie over it.
    notebook.page.add_style_tag(content=".mmp-tooltip { visibility: hidden }")
    notebook.settle()
    change = np.abs(notebook.pixels().astype(int) - plain).sum(axis=2)
    epoch, _, unit = notebook.kernel(f"[int(i) for i in np.unravel_index({point}, w.shape)]")
    pixels = notebook.kernel_array("w.project()").reshape(6, 8, 5, 2)
    way = pixels[:, 7, unit] if show == "epochs" else pixels[epoch, :, unit]
    middles = ((way[1:] + way[:-1]) / 2)[np.linalg.norm(np.diff(way, axis=0), axis=1) > 20]
    assert len(middles) >= 3
    x, y = np.round(middles).astype(int).T
    lit = [change[j - 1 : j + 2, i - 1 : i + 2].max() > 60 for i, j in zip(x, y, strict=True)]
    assert np.mean(lit) > 0.8
    assert notebook.page.evaluate("() => window.uploads") == 0
    assert notebook.errors == []


def test_a_move_costs_little_javascript(lab):
    notebook = lab(smooth(127, 128, 30), TRACED, SHOW)
    status = notebook.page.locator(".mmp-status")
    notebook.until(lambda: "Loading" not in status.inner_text(), "not loaded", seconds=60)
    notebook.execute("w.epoch = 60")
    chromium = notebook.page.context.new_cdp_session(notebook.page)
    # Of the processor, not of the clock: other processes do not count.
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})

    def milliseconds():
        metrics = chromium.send("Performance.getMetrics")["metrics"]
        return 1e3 * next(m["value"] for m in metrics if m["name"] == "ScriptDuration")

    for show in ("epoch", "steps", "all", "epochs"):
        notebook.combobox("Show").select_option(show)
        notebook.settle()
        pixels = notebook.kernel_array("w.project(np.flatnonzero(w.visible)[:30 * 40:31])")
        places = [[float(x), float(y)] for x, y in pixels]
        # The first one prepares the search.
        notebook.page.evaluate(MOVE, places[:1])
        before = milliseconds()
        notebook.page.evaluate(MOVE, places)
        cost = (milliseconds() - before) / len(places)
        assert cost < MOST_MILLISECONDS, (show, cost)
        # It rests at the last one.
        notebook.until(lambda: lines(notebook).count() == 10, "no plot")


# -- Find unit ---------------------------------------------------------------------------------

THOUSAND = """
w = mm.MMPHATEWidget(Y)
w
"""


def test_a_unit_of_a_thousand_is_found_lit_and_selected_by_keyboard(lab):
    notebook = lab(smooth(4, 6, 1000), THOUSAND)
    notebook.settle()
    plain = notebook.pixels().astype(int)
    notebook.canvas.focus()
    notebook.page.keyboard.press("/")
    notebook.page.keyboard.type("73")
    options = notebook.page.get_by_role("listbox", name="Units found").get_by_role("option")
    assert options.first.inner_text().split()[0] == "73"
    assert options.count() == 8
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("ArrowUp")
    notebook.page.keyboard.press("Enter")
    notebook.expect_status("73 is lit")
    assert notebook.kernel("len(w.selection)") == 0
    notebook.settle()
    assert (np.abs(notebook.pixels().astype(int) - plain).sum(axis=2) > 60).sum() > 30
    notebook.page.keyboard.press("Enter")
    notebook.until(lambda: notebook.kernel("w.selected_units.tolist()") == [73], "not selected")
    notebook.page.keyboard.type("512")
    notebook.page.keyboard.press("Shift+Enter")
    notebook.until(lambda: notebook.kernel("w.selected_units.tolist()") == [73, 512], "not added")
    notebook.expect_status("512 is lit · 2 units, 48 points selected")
    record = notebook.kernel("w.selection.record")
    assert [(r["op"], r["units"], r["combine"]) for r in record] == [
        ("units", [73], "replace"),
        ("units", [512], "add"),
    ]
    notebook.page.keyboard.press("Escape")
    notebook.expect_status("2 units, 48 points selected")
    assert "lit" not in notebook.status.inner_text()
    assert notebook.find_field.input_value() == ""
    assert notebook.canvas.evaluate("canvas => canvas === document.activeElement")
    assert notebook.errors == []


# -- a click -----------------------------------------------------------------------------------


def click(notebook, place, *modifiers):
    revision = notebook.kernel("w._selector.history.revision")
    x, y = place
    notebook.canvas.click(position={"x": x, "y": y}, modifiers=list(modifiers))
    notebook.wait_for_revision(revision + 1)


def test_a_click_in_orbit_selects_the_unit(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("w.epoch = 7; w.step = 7")
    notebook.settle()
    view = notebook.kernel("w.view")
    ids = np.flatnonzero(notebook.kernel_array("w.visible"))
    point, place = notebook.lonely_point(ids)
    unit = point % 24
    second, other = notebook.lonely_point(ids[ids != point])
    click(notebook, place)
    assert notebook.kernel("w.selected_units.tolist()") == [unit]
    notebook.expect_status("1 unit, 96 points selected")
    click(notebook, other, "Shift")
    both = sorted([unit, second % 24])
    assert notebook.kernel("w.selected_units.tolist()") == both
    click(notebook, place, "Alt")
    assert notebook.kernel("w.selected_units.tolist()") == [second % 24]
    notebook.execute("record = w.selection.record; w.clear_selection()")
    assert notebook.kernel("w.reselect(record).promoted_units.tolist()") == [second % 24]
    for units in ([], [second % 24], both, [unit], []):
        notebook.button("Undo").click()
        notebook.until(
            lambda u=units: notebook.kernel("w.selected_units.tolist()") == u, f"not {units}"
        )
    # A drag turns the picture and selects nothing; nor does a click on empty ground.
    notebook.drag([place, (place[0] + 60, place[1] + 20)])
    notebook.until(lambda: notebook.kernel("w.view") != view, "the picture does not turn")
    notebook.canvas.click(position={"x": 3, "y": 3})
    notebook.page.wait_for_timeout(500)
    assert notebook.kernel("len(w.selection)") == 0
    assert notebook.errors == []
