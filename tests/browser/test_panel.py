"""The side panel: units from a list, neighbors, categories, groups; page and Python agree."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect
from scenes import SHOW
from test_healing import busy, reload, start

# A control that does not come is not waited for as long as a page.
CONTROL_MS = 15_000


@pytest.fixture
def notebook(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.page.set_default_timeout(CONTROL_MS)
    notebook.execute("w.epoch = 7")
    notebook.until(lambda: "7" in notebook.slider("Epoch").input_value(), "epoch did not move")
    open_panel(notebook)
    return notebook


def open_panel(notebook, section=None):
    toggle = notebook.button("Selection and groups")
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()
    if section is not None:
        notebook.page.get_by_role("tab", name=section, exact=True).click()


def units(notebook):
    return notebook.page.get_by_role("listbox", name="Units", exact=True)


def listed(notebook):
    """Units that the list shows as selected."""
    chosen = units(notebook).get_by_role("option", selected=True)
    return [int(option.get_attribute("data-at")) for option in chosen.all()]


def wait_for_units(notebook, expected):
    notebook.until(
        lambda: notebook.kernel("w.selected_units.tolist()") == expected,
        f"Python has not {expected}",
    )
    notebook.until(lambda: listed(notebook) == expected, f"the list does not show {expected}")


def nearest(positions, selected, visible, k):
    """Ids of visible points among the k nearest of a selected one in its slice, by sorting."""
    found = selected.copy()
    for epoch, step, unit in zip(*np.nonzero(selected & visible), strict=True):
        others = np.flatnonzero(visible[epoch, step] & (np.arange(visible.shape[2]) != unit))
        away = np.linalg.norm(
            positions[epoch, step, others].astype(float) - positions[epoch, step, unit], axis=1
        )
        found[epoch, step, others[np.argsort(away)[:k]]] = True
    return found


def test_units_neighbors_and_categories(notebook):
    option = units(notebook).get_by_role("option")
    option.nth(2).click()
    option.nth(5).click(modifiers=["Shift"])
    option.nth(9).click(modifiers=["Control"])
    option.nth(3).click(modifiers=["Control"])
    wait_for_units(notebook, [2, 4, 5, 9])
    # Focus is in the list: one further down, taken in, and a range from there.
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Space")
    wait_for_units(notebook, [2, 5, 9])
    assert not notebook.kernel("w.playing")
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Shift+ArrowDown")
    wait_for_units(notebook, [5, 6])
    notebook.button("Undo").click()
    wait_for_units(notebook, [2, 5, 9])

    # Grown to neighbors: what sorting finds, and again from the record alone.
    before, visible = notebook.kernel_array("w.selection.mask"), notebook.kernel_array("w.visible")
    revision = notebook.kernel("w._selector.history.revision")
    notebook.page.get_by_role("spinbutton", name="Neighbors").fill("2")
    notebook.button("Grow").click()
    notebook.wait_for_revision(revision + 1)
    grown = notebook.kernel_array("w.selection.points")
    expected = nearest(notebook.kernel_array("w.coordinates"), before, visible, 2)
    assert grown.tolist() == np.flatnonzero(expected).tolist()
    notebook.expect_status(f"{len(grown)} points selected")
    assert notebook.kernel("w.reselect(w.selection.record).points.tolist()") == grown.tolist()
    notebook.execute("w.undo()")

    # A category from the legend, with the ids that Python finds; added to by Shift.
    codes = notebook.kernel_array("np.nan_to_num(w.channel('label').values, nan=-1)")
    code = int(np.bincount(codes[7][codes[7] >= 0].astype(int)).argmax())
    name = notebook.kernel(f"w.channel('label').categories[{code}]")
    row = notebook.page.locator(".mmp-legend-row", has_text=name).first
    row.hover()
    notebook.button(f"Select {name}").click()
    ids = np.flatnonzero(visible & (codes == code)).tolist()
    notebook.until(lambda: notebook.kernel("w.selection.points.tolist()") == ids, "other ids")
    notebook.expect_status(f"{len(ids)} points selected")
    assert notebook.kernel("w.reselect(w.selection.record).points.tolist()") == ids
    assert notebook.kernel(f"w.select_category('label', {name!r}).points.tolist()") == ids
    assert notebook.errors == []


def test_groups_are_saved_compared_colored_and_found_again(notebook):
    notebook.execute("w.select(units=[1, 2, 3])")
    open_panel(notebook, "Groups")
    name = notebook.page.get_by_role("textbox", name="Name of the group")
    # Every key is the field's own: space does not play.
    name.press_sequentially("early movers / 1")
    name.press("Enter")
    notebook.until(lambda: notebook.kernel("list(w.groups)") == ["early movers / 1"], "not saved")
    assert not notebook.kernel("w.playing")
    notebook.execute("w.groups.add('late', w.select(units=[3, 4, 5, 6]), color='#00ff00')")
    rows = notebook.page.get_by_role("list", name="Groups").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("4 units · 384 points")

    # Compared in units and points: 96 points of the one unit that both have.
    notebook.combobox("First").select_option("early movers / 1")
    notebook.combobox("Second").select_option("late")
    table = notebook.page.locator(".mmp-compare-table tbody tr")
    expect(table.nth(0)).to_have_text("units3410.17")
    expect(table.nth(1)).to_have_text("points288384960.17")

    # A click selects, Shift adds, and all can be undone.
    rows.nth(0).locator(".mmp-group-pick").click()
    notebook.expect_status("3 units, 288 points selected")
    rows.nth(1).locator(".mmp-group-pick").click(modifiers=["Shift"])
    notebook.expect_status("6 units, 576 points selected")
    assert notebook.kernel("w.selected_units.tolist()") == [1, 2, 3, 4, 5, 6]
    notebook.button("Undo").click()
    notebook.expect_status("3 units, 288 points selected")
    notebook.page.keyboard.press("Control+Shift+Z")
    notebook.expect_status("6 units, 576 points selected")

    # In the picture in its own color.
    notebook.execute("w.clear_selection()")
    notebook.button("Color by group").click()
    notebook.until(lambda: notebook.kernel("w.color_by") == "group", "not colored")
    notebook.settle()
    near = np.abs(notebook.pixels().astype(int) - [0, 255, 0]).sum(axis=2) < 40
    assert near.sum() > 100
    with notebook.page.expect_download() as download:
        notebook.button("Download JSON").click()
    with open(download.value.path()) as file:
        assert json.load(file) == json.loads(notebook.kernel("w.groups.to_json()"))

    # They are in Python, and so on a page that is loaded anew.
    rows.nth(0).get_by_role("button", name="Rename early movers / 1").click()
    notebook.page.keyboard.type("first")
    notebook.page.keyboard.press("Enter")
    notebook.until(lambda: notebook.kernel("list(w.groups)") == ["first", "late"], "not renamed")
    reload(notebook)
    notebook.wait_for_picture()
    open_panel(notebook, "Groups")
    rows = notebook.page.get_by_role("list", name="Groups").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("first")
    assert notebook.errors == []


def test_beside_a_running_cell_python_answers_the_panel(notebook):
    start(notebook, busy(12))
    units(notebook).get_by_role("option").nth(4).click()
    notebook.button("Grow").click()
    notebook.until(lambda: len(listed(notebook)) > 1, "it did not grow while the cell runs")
    open_panel(notebook, "Groups")
    name = notebook.page.get_by_role("textbox", name="Name of the group")
    name.fill("neighbors")
    name.press("Enter")
    rows = notebook.page.get_by_role("list", name="Groups").get_by_role("listitem")
    expect(rows).to_have_count(1)
    open_panel(notebook, "Summary")
    expect(notebook.page.locator("path.mmp-curve-line.mmp-means-chosen")).to_have_count(1)
    assert not notebook.page.evaluate(
        "() => Promise.race([window.running.then(() => true), Promise.resolve(false)])"
    )
    notebook.page.evaluate("() => window.running.then(() => null)")
    assert notebook.kernel("list(w.groups)") == ["neighbors"]
    assert notebook.errors == []


def test_the_summary_counts_and_means_and_a_kernel_that_is_gone_is_said(notebook):
    notebook.execute("w.color_by = 'step'")
    open_panel(notebook, "Summary")
    notebook.execute("w.select(units=[0, 4, 7])")
    table = notebook.page.locator(".mmp-shares-table").first
    expect(table).to_contain_text("Share of each label")
    labels = notebook.kernel_array("np.nan_to_num(w.channel('label').values, nan=-1)")
    shown = {}
    for row in table.locator("tbody tr").all():
        cells = row.locator("th, td.mmp-shares-number").all_inner_texts()
        shown[cells[0]] = [cell.replace("\u202f", "") for cell in cells[1:]]
    for code, name in enumerate(notebook.kernel("list(w.channel('label').categories)")):
        for at, part in enumerate((labels[:, :, [0, 4, 7]], labels)):
            share = 100 * (part == code).mean()
            text = shown[name][at] if name in shown else "0%"
            if text[0] not in "<>":
                assert abs(float(text.rstrip("%")) - share) < 0.51
    # The line of the selected units is that of numpy, on the plot's own scale.
    line = notebook.page.locator("path.mmp-curve-line.mmp-means-chosen")
    expect(line).to_have_count(1)
    heights = [
        float(part.split()[1])
        for part in line.get_attribute("d").replace("h0", "").replace("L", "M").split("M")[1:]
    ]
    means = notebook.kernel_array("w.trace.values[7][:, [0, 4, 7]].astype(float).mean((1, 2))")
    assert np.corrcoef(-np.array(heights), means)[0, 1] > 0.999
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    open_panel(notebook, "Groups")
    save = notebook.button("Save")
    expect(save).to_have_attribute("title", "Python is gone: run the cell again")
    expect(save).to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("width", [1200, 560])
def test_the_panel_leaves_the_picture_room_and_stays_in_its_box(lab, trained, width):
    notebook = lab(trained, SHOW, width=width, height=1400)
    alone = notebook.canvas.bounding_box()
    open_panel(notebook)
    root = notebook.page.locator(".mmp-root").first.bounding_box()
    panel = notebook.page.locator(".mmp-panel").first.bounding_box()
    beside = notebook.canvas.bounding_box()
    assert beside["height"] == alone["height"]
    assert panel["x"] + panel["width"] <= root["x"] + root["width"]
    if width > 700:
        assert beside["width"] == pytest.approx(alone["width"] - panel["width"], abs=1)
        assert panel["height"] == pytest.approx(beside["height"], abs=1)
    else:
        assert beside["width"] == alone["width"]
        assert panel["y"] >= beside["y"] + beside["height"]
    assert units(notebook).bounding_box()["height"] > 80
    notebook.until(
        lambda: notebook.kernel("w.view['width']") == beside["width"], "the view has another width"
    )
