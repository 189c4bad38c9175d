"""What is brushed in the training curves is selected: by hand, by keys, in Python and again."""

import json

import numpy as np
from playwright.sync_api import expect
from scenes import SHOW
from test_time import RECORDED, drag_across, wait_for


def test_brushed_epochs_are_selected_as_python_selects_them(lab):
    notebook = lab(RECORDED, SHOW)
    notebook.execute("w.show = 'all'; w.hidden_units = [3]; w.step_window = (1, 4)")
    button = notebook.curves().get_by_role("button")
    expect(button).to_have_text("Select all epochs")
    # Numbers 9 to 39 of 0 … 59: positions 6 to 10.
    drag_across(notebook, 0.15, 0.66)
    wait_for(notebook, "w.epoch_window", [6, 10])
    expect(button).to_have_text("Select epochs 9 to 39")
    button.click()
    notebook.wait_for_revision(1)
    visible = np.zeros((12, 6, 10), bool)
    visible[6:11, 1:5] = True
    visible[..., 3] = False
    ids = np.flatnonzero(visible)
    assert notebook.kernel("w.selection.points.tolist()") == ids.tolist()
    notebook.expect_status("9 units, 180 points selected")
    # The legend's range of the same channel is the same operation.
    brushed = notebook.kernel("w.selection.record")
    notebook.execute("_ = w.select_range('epoch', (9, 39))")
    assert notebook.kernel("w.selection.record") == brushed
    notebook.execute("_ = w.undo()")
    # By keys: another window takes some away, and one undo brings them back.
    drag_across(notebook, 0.23, 0.32)
    wait_for(notebook, "w.epoch_window", [7, 8])
    notebook.page.keyboard.press("Alt+Enter")
    notebook.wait_for_revision(4)
    left = np.flatnonzero(visible & ~np.isin(np.arange(12), [7, 8])[:, None, None])
    assert notebook.kernel("w.selection.points.tolist()") == left.tolist()
    record = notebook.kernel("w.selection.record")
    assert [step["combine"] for step in record] == ["replace", "subtract"]
    button.focus()
    notebook.page.keyboard.press("Shift+Enter")
    notebook.wait_for_revision(5)
    assert notebook.kernel("w.selection.points.tolist()") == ids.tolist()
    notebook.button("Undo").click()
    notebook.wait_for_revision(6)
    assert notebook.kernel("w.selection.points.tolist()") == left.tolist()
    # Headlessly, of a widget that no page shows.
    notebook.execute(
        f"import json; fresh = mm.MMPHATEWidget(Y).reselect(json.loads({json.dumps(record)!r}))"
    )
    assert notebook.kernel("fresh.points.tolist()") == left.tolist()
    assert notebook.errors == []
