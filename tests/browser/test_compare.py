"""Runs side by side in a real JupyterLab: one play, one camera, one selection by name."""

import numpy as np
import pytest
from notebook_page import Notebook
from playwright.sync_api import expect
from scenes import SMALL

TWO = """
rng = np.random.default_rng(0)
first = mm.MMPHATEWidget(Y, trace=trace)
turned = Y[::2][..., [1, 2, 0]] * 3 + 1 + 0.02 * rng.normal(size=Y[::2].shape)
w = second = mm.MMPHATEWidget(turned[:, :, ::-1], trace=trace[::2, :, ::-1])
both = mm.compare({"wide": first, "every other epoch, <b>reversed</b>": second})
both
"""


class Panel:
    """The parts of one panel by role and name."""

    def __init__(self, notebook, place):
        self.notebook = notebook
        self.root = notebook.page.locator(".mmp-root").nth(place)

    @property
    def canvas(self):
        return self.root.locator("canvas[role=img]")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def slider(self, name):
        return self.root.get_by_role("slider", name=name, exact=True)

    @property
    def epoch(self):
        return float(self.slider("Epoch").input_value())

    def drag(self, points):
        box = self.canvas.bounding_box()
        mouse = self.notebook.page.mouse
        mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
        mouse.down()
        for x, y in points[1:]:
            mouse.move(box["x"] + x, box["y"] + y, steps=4)
        mouse.up()


@pytest.fixture
def notebook(lab):
    notebook = lab(SMALL, TWO, width=1400, height=1000)
    notebook.page.locator("canvas[role=img]").nth(1).wait_for(state="visible")
    return notebook


def test_one_play_one_camera_one_selection(notebook):
    one, other = Panel(notebook, 0), Panel(notebook, 1)
    # Side by side, with titles as text.
    boxes = [panel.canvas.bounding_box() for panel in (one, other)]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert abs(boxes[0]["width"] - boxes[1]["width"]) <= 1
    title = "every other epoch, <b>reversed</b>"
    expect(notebook.page.locator(".widget-label").get_by_text(title)).to_be_visible()
    expect(other.root).to_have_role("group")
    expect(other.root).to_have_accessible_name(title)
    # One plays, all move, and any of them stops it.
    other.button("Play").click()
    one.button("Pause").wait_for()
    before = one.epoch, other.epoch
    notebook.until(lambda: one.epoch != before[0] and other.epoch != before[1], "they stand still")
    one.button("Pause").click()
    other.button("Play").wait_for()
    notebook.until(
        lambda: np.allclose(
            notebook.kernel("[first.epoch, second.epoch]"), [one.epoch, other.epoch], atol=0.02
        ),
        "the kernel does not know",
    )
    assert other.epoch == pytest.approx(min(one.epoch / 2, 5), abs=0.02)
    # A camera that is turned in one turns the other.
    home = notebook.kernel("first.view['position']")
    one.button("Orbit").click()
    one.drag([(150, 200), (260, 240)])
    notebook.until(
        lambda: notebook.kernel(f"first.view['position'] == second.view['position'] != {home}"),
        "no camera",
    )
    # A lasso in one selects the units of the same names in the other.
    one.button("Lasso").click()
    width, height = boxes[0]["width"], boxes[0]["height"]
    corners = [(2, 2), (width * 0.55, 2), (width * 0.55, height - 2), (2, height - 2), (2, 2)]
    one.drag(corners)
    notebook.until(lambda: notebook.kernel("len(first.selected_units)") > 0, "nothing selected")
    chosen = notebook.kernel_array("first.selected_units")
    notebook.until(
        lambda: (
            notebook.kernel("sorted(5 - second.selected_units).__repr__()") is not None
            and sorted(5 - notebook.kernel_array("second.selected_units")) == sorted(chosen)
        ),
        "the other has selected other units",
    )
    status = other.root.locator("[role=status]").first
    expect(status).to_contain_text(f"{len(chosen)} unit")
    # Undone on the other side, it is undone here.
    other.button("Undo").click()
    notebook.until(lambda: notebook.kernel("len(first.selected_units)") == 0, "not undone")
    assert notebook.errors == []


def test_panels_move_together_while_the_kernel_is_busy(notebook):
    one, other = Panel(notebook, 0), Panel(notebook, 1)
    notebook.page.evaluate(
        """(code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          window.busy = kernel.requestExecute({ code }).done;
        }""",
        # Holds the lock of the interpreter, so that no thread hears anything.
        "import re; re.match(r'(a+)+$', 'a' * 26 + 'b')",
    )
    one.slider("Epoch").focus()
    for _ in range(6):
        notebook.page.keyboard.press("ArrowRight")
    assert one.epoch == 6
    assert other.epoch == 3
    other.slider("Epoch").focus()
    notebook.page.keyboard.press("ArrowRight")
    assert (one.epoch, other.epoch) == (8, 4)
    notebook.page.evaluate("() => window.busy.then(() => null)")
    notebook.until(lambda: notebook.kernel("[first.epoch, second.epoch]") == [8, 4], "not told")
    notebook.page.wait_for_timeout(500)
    assert (one.epoch, other.epoch) == (8, 4)


def test_narrow_pages_stack_and_python_moves_all(lab):
    notebook = lab(SMALL, TWO, width=620, height=1400)
    one, other = Panel(notebook, 0), Panel(notebook, 1)
    other.canvas.wait_for(state="visible")
    boxes = [panel.canvas.bounding_box() for panel in (one, other)]
    assert boxes[0]["x"] == boxes[1]["x"]
    assert boxes[1]["y"] > boxes[0]["y"] + boxes[0]["height"]
    notebook.execute("first.epoch = 4")
    notebook.until(lambda: (one.epoch, other.epoch) == (4, 2), "Python is not followed")
    notebook.execute("both.unlink(); first.epoch = 8")
    notebook.until(lambda: one.epoch == 8, "Python is not followed")
    assert other.epoch == 2


def test_six_panels_live_on_one_page(lab):
    six = """
runs = {f"run {i}": mm.MMPHATEWidget(Y + 0.05 * i * rng.normal(size=Y.shape), trace=trace)
        for i in range(6)}
w = runs["run 0"]
mm.compare(runs, align=True)
"""
    notebook = lab(SMALL, "rng = np.random.default_rng(0)" + six, width=1700, height=1700)
    canvases = notebook.page.locator("canvas[role=img]")
    canvases.nth(5).wait_for(state="visible")
    live, _ = notebook.live_contexts()
    assert live == 6
    Panel(notebook, 3).button("Play").click()
    panels = [Panel(notebook, place) for place in range(6)]
    notebook.until(lambda: panels[5].epoch > 1, "it does not play")
    panels[0].button("Pause").click()
    assert len({panel.epoch for panel in panels}) == 1
    notebook.page.wait_for_timeout(700)
    assert len({panel.epoch for panel in panels}) == 1
    assert np.all([panel.canvas.is_visible() for panel in panels])
    assert notebook.errors == []


def test_two_pages_that_move_different_panels_settle(lab):
    first = lab(SMALL, TWO, width=1400)
    first.command("docmanager:save")
    first.page.wait_for_timeout(700)
    second = Notebook(first.page.context.browser.new_context().new_page(), first.url, dark=False)
    second.page.set_viewport_size({"width": 1400, "height": 1000})
    second.open()
    second.wait_for_picture()
    panels = [[Panel(page, place) for place in range(2)] for page in (first, second)]
    try:
        for turn in range(6):
            for page, at in ((first, turn % 2), (second, 1 - turn % 2)):
                panels[page is second][at].slider("Epoch").focus()
                for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
                    page.page.keyboard.press(key)
        first.until(lambda: agree(first, panels), "they do not settle")
        # Played here, stopped there, by another panel.
        panels[0][1].button("Play").click()
        panels[1][0].button("Pause").click()
        panels[0][1].button("Play").wait_for()
        first.until(lambda: agree(first, panels), "they do not come to rest")
        first.execute("second.epoch = 1.5")
        first.until(lambda: agree(first, panels), "Python is not followed")
        assert panels[1][0].epoch == 3
    finally:
        second.page.context.close()


def agree(notebook, panels):
    """Whether kernel and all panels stand at one place, and stay there."""
    for _ in range(4):
        epochs = notebook.kernel("[first.epoch, second.epoch]")
        if not np.allclose(epochs[1], min(epochs[0] / 2, 5)):
            return False
        for page in panels:
            if not np.allclose([panel.epoch for panel in page], epochs, atol=0.02):
                return False
        notebook.page.wait_for_timeout(150)
    return True
