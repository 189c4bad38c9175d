"""Page and kernel stay together when both act, when a cell runs, and when the page starts anew."""

import time

import numpy as np
import pytest
from notebook_page import expected_ids
from scenes import SHOW, SMALL

LASSO = [(250, 60), (640, 60), (640, 400), (250, 400), (250, 60)]


def epochs_agree(notebook, epoch):
    """Whether kernel and page stand at this epoch, and stay there."""
    for _ in range(8):
        shown = float(notebook.slider("Epoch").input_value())
        if notebook.kernel("w.epoch") != epoch or shown != epoch:
            return False
        notebook.page.wait_for_timeout(100)
    return True


@pytest.mark.parametrize(
    "order", ["w.playing = False; w.epoch = 5", "w.epoch = 5; w.playing = False"]
)
@pytest.mark.parametrize("pause", [0, 0.6])
def test_python_seeks_while_it_plays(lab, order, pause):
    notebook = lab(SMALL, SHOW)
    for _ in range(3):
        notebook.button("Play").click()
        notebook.until(lambda: notebook.kernel("w.playing"), "it does not play")
        notebook.page.wait_for_timeout(400)
        notebook.execute(f"import time; time.sleep({pause}); {order}")
        notebook.until(lambda: epochs_agree(notebook, 5), "Python's epoch was lost")
        notebook.button("Play").wait_for()


BUSY = """
import time
until = time.time() + 4
while time.time() < until:
    time.sleep(0.01)
"""


def test_what_is_done_while_a_cell_runs_arrives_as_it_was_meant(lab):
    notebook = lab(SMALL, SHOW)
    notebook.page.evaluate(
        """(code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          window.busy = kernel.requestExecute({ code }).done;
        }""",
        BUSY,
    )
    notebook.slider("Epoch").focus()
    for _ in range(6):
        notebook.page.keyboard.press("ArrowRight")
    notebook.button("Invert selection").click()
    notebook.expect_status("60 points selected")
    notebook.page.evaluate("() => window.busy.then(() => null)")
    notebook.wait_for_revision(1)
    assert notebook.kernel("w.selection.epochs.tolist()") == [6]
    assert notebook.kernel("len(w.selection)") == 60
    assert epochs_agree(notebook, 6)


def test_a_first_lasso_with_shift_promotes_its_units(lab):
    notebook = lab(SMALL, SHOW)
    notebook.button("Lasso").click()
    notebook.drag([(2, 2), (1000, 2), (1000, 470), (2, 470), (2, 2)], ("Shift",))
    notebook.expect_status("6 units, 60 points selected")
    notebook.wait_for_revision(1)
    assert notebook.kernel("w.selected_units.tolist()") == list(range(6))


def test_a_reloaded_page_shows_what_was_selected(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.epoch = 7; w.select(units=[1, 4])")
    notebook.expect_status("2 units, 240 points selected")
    notebook.command("docmanager:save")
    notebook.page.wait_for_timeout(1000)
    notebook.page.reload()
    notebook.wait_for_picture()
    notebook.expect_status("2 units, 240 points selected")
    assert float(notebook.slider("Epoch").input_value()) == 7
    notebook.button("Undo").click()
    notebook.expect_status("0 units, 0 points selected")
    notebook.until(lambda: notebook.kernel("len(w.selection)") == 0, "the undo did not arrive")


def test_a_second_view_shows_the_same(lab):
    notebook = lab(SMALL, SHOW, "w", height=1900)
    notebook.page.locator("canvas[role=img]").nth(1).wait_for(state="visible")
    notebook.page.get_by_role("button", name="Lasso", exact=True).first.click()
    notebook.drag(LASSO)
    notebook.wait_for_revision(1)
    ids = expected_ids(notebook)
    assert notebook.kernel("w.selected_points.tolist()") == ids.tolist()
    status = notebook.page.locator(".mmp-root [role=status]")
    notebook.until(
        lambda: status.nth(0).inner_text() == status.nth(1).inner_text(), "the views differ"
    )
    assert f"{len(ids)} points selected" in status.nth(1).inner_text()


def test_re_runs_leave_one_picture_and_clearing_none(lab):
    notebook = lab(SMALL, SHOW)
    for run in range(8):
        notebook.run_all()
        notebook.until(
            lambda n=run: notebook.kernel("len(_oh) if '_oh' in globals() else 0") > n, "no re-run"
        )
    notebook.wait_for_picture()
    assert notebook.page.locator("canvas[role=img]").count() == 1
    warnings = [text for text in notebook.errors if "context" in text.lower()]
    assert warnings == []
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.until(
        lambda: notebook.page.locator("canvas[role=img]").count() == 0, "the canvas stays"
    )


def test_selecting_in_python_and_on_the_page_by_turns(lab):
    notebook = lab(SMALL, SHOW)
    notebook.button("Rectangle").click()
    generator = np.random.default_rng(0)
    for turn in range(6):
        if turn % 2:
            notebook.execute(f"w.select(units=[{generator.integers(6)}], combine='add')")
        else:
            x, y = generator.uniform(100, 500), generator.uniform(40, 200)
            revision = notebook.kernel("w._selector.history.revision")
            notebook.drag([(x, y), (x + 300, y + 200)], ("Shift",))
            notebook.wait_for_revision(revision + 1)
        count = notebook.kernel("len(w.selection)")
        notebook.expect_status(f"{count} points selected")
        time.sleep(0.1)
    record = notebook.kernel("w.selection.record")
    assert len(record) >= 4
    assert notebook.kernel("w.reselect(w.selection.record).points.tolist()") == notebook.kernel(
        "w.selected_points.tolist()"
    )
