"""Complaints of users of other plots, tried in a real JupyterLab; complaints.md lists them all."""

import numpy as np
from notebook_page import expected_ids
from scenes import SHOW, SMALL

# Half of the picture, so that a lasso that is off takes others.
LASSO = [(100, 40), (480, 40), (480, 440), (100, 440), (100, 40)]
NOTHING = [(2, 2), (9, 2), (9, 9), (2, 9), (2, 2)]


def assert_taken(notebook, revision):
    notebook.wait_for_revision(revision)
    ids = expected_ids(notebook)
    assert len(ids) > 20
    np.testing.assert_array_equal(notebook.kernel_array("w.selected_points"), ids)
    notebook.expect_status(f"{len(ids)} points selected")


def test_a_lasso_is_right_where_the_host_makes_room_and_one_of_nothing_is_empty(lab):
    notebook = lab(SMALL, SHOW, width=1300)
    notebook.button("Lasso").click()
    notebook.drag(LASSO)
    assert_taken(notebook, 1)
    # The host moves and narrows the canvas without a change of the window, and without a word.
    left = notebook.canvas.bounding_box()["x"]
    wide = notebook.kernel("w.view['width']")
    notebook.page.evaluate(
        "() => { document.querySelector('.jp-Notebook').style.paddingLeft = '240px'; }"
    )
    notebook.until(lambda: notebook.kernel("w.view['width']") < wide - 100, "no new width")
    assert notebook.canvas.bounding_box()["x"] > left + 100
    # Scrolled, too, and with what stands above it.
    notebook.page.evaluate(
        """() => {
          const bar = document.createElement('div');
          bar.style.height = '57px';
          document.querySelector('.mmp-root').before(bar);
        }"""
    )
    notebook.settle()
    notebook.drag(LASSO)
    assert_taken(notebook, 2)
    notebook.drag(NOTHING)
    notebook.wait_for_revision(3)
    assert notebook.kernel("[len(w.selection), len(w.selected_units)]") == [0, 0]
    notebook.expect_status("0 units, 0 points selected")
    assert notebook.kernel("heard[-1]") == 0
    notebook.drag(NOTHING, ["Shift"])
    notebook.button("Undo").click()
    notebook.button("Undo").click()
    notebook.until(lambda: notebook.kernel("len(w.selection)") > 20, "not undone")
    assert notebook.errors == []
