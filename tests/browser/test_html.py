"""The picture without Python: a file opened from disk, and a notebook exported to HTML.

Nothing is served and the browser is offline; every request and everything the console says is kept.
"""

import json
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from notebook_page import Notebook, points_inside
from playwright.sync_api import expect
from scenes import SHOW, SMALL

import mmphate_widget as mm
from mmphate_widget.demo import train_digits

# A file that is sent by mail.
LARGEST_FILE = 5_000_000
LASSO = [(300, 60), (760, 60), (760, 420), (300, 420), (300, 60)]
VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Page(Notebook):
    """A page without a kernel; `where` is the frame or page that holds the picture."""

    def __init__(self, page, url):
        super().__init__(page, url, dark=False)
        self.where, self.requests, self.said = page, [], []
        # No kernel starts: what is not there soon never comes.
        page.set_default_timeout(15_000)
        page.add_init_script(VIOLATIONS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))

    @property
    def canvas(self):
        return self.where.locator("canvas[role=img]").first

    @property
    def status(self):
        return self.where.locator(".mmp-root [role=status]").first

    def by(self, role, name, **options):
        return self.where.get_by_role(role, name=name, exact=True, **options).first

    def button(self, name):
        return self.by("button", name)

    def slider(self, name):
        return self.by("slider", name)

    def combobox(self, name):
        return self.by("combobox", name)

    def find_unit(self, name):
        field = self.by("searchbox", "Find unit")
        field.fill(name)
        field.press("Enter")

    def saved(self):
        """What "Save selection" writes."""
        with self.page.expect_download() as download:
            self.button("Save selection").click()
        assert download.value.suggested_filename == "mmphate-selection.json"
        return json.loads(download.value.path().read_text())

    def expected(self, widget, polygon):
        """Ids that Python finds in the polygon, seen from where this page looks."""
        box = self.canvas.bounding_box()
        widget.view = {**widget.view, "width": box["width"], "height": box["height"]}
        inside = points_inside(np.array(polygon, float), widget.project())
        return np.flatnonzero(inside & widget.visible.ravel())


@pytest.fixture
def say(capsys):
    """Write a figure that README shows, past pytest's capture."""

    def write(text):
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return write


@pytest.fixture(scope="module")
def digits():
    """The widget of the demo as it is, with a channel of the user's, a selection and a group."""
    trace = train_digits(mm.datasets.digit_rows(random_state=0))
    widget = mm.explore(trace, color_by="step")
    widget.add_channel("own", np.linspace(0, 1, trace.n_units))
    widget.select(units=[3, 7])
    widget.groups.add("early movers")
    widget.epoch = trace.n_epochs - 1
    yield widget
    widget.close()


@pytest.fixture(scope="module")
def file(digits, tmp_path_factory):
    return digits.save_html(tmp_path_factory.mktemp("html") / "digits.html")


@pytest.fixture
def open_page(browser):
    contexts = []

    def open_it(path, *, dark=False, width=1200, height=1000):
        scheme = "dark" if dark else "light"
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, color_scheme=scheme
        )
        contexts.append(context)
        page = Page(context.new_page(), path.as_uri())
        page.page.goto(page.url)
        return page

    yield open_it
    for context in contexts:
        context.close()


def run_notebook(*cells, folder):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    NotebookClient(notebook, timeout=120).execute()
    path = folder / "kept.ipynb"
    nbformat.write(notebook, path)
    return path


def export(path):
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.with_suffix(".html")


def test_an_exported_notebook_is_live_without_kernel_and_network(open_page, tmp_path, say):
    path = run_notebook(
        SMALL,
        SHOW,
        "w.select(units=[1, 3]); w.groups.add('both'); w.epoch = 7; w.embed()",
        folder=tmp_path,
    )
    exported = export(path)
    sizes = [f"{one.stat().st_size / 1e6:.2f} MB" for one in (path, exported)]
    say(f"A small notebook with the picture in it: {sizes[0]}, exported to HTML {sizes[1]}")
    page = open_page(exported)
    frame = page.page.locator("iframe.mmphate-frame")
    frame.scroll_into_view_if_needed()
    page.where = frame.content_frame
    page.wait_for_picture()
    page.expect_status("2 units, 240 points selected")
    assert page.slider("Epoch").input_value() == "7"
    # The picture that stays is there for hosts without frames.
    assert not page.page.locator("iframe.mmphate-frame + img").is_visible()
    page.button("Play").click()
    page.until(lambda: page.slider("Epoch").input_value() != "7", "it does not play")
    page.button("Pause").click()
    page.button("Lasso").click()
    page.drag(LASSO)
    expect(page.button("Undo")).to_have_attribute("aria-disabled", "false")
    taken = page.saved()
    assert 0 < len(taken["points"]) < 720
    page.button("Undo").click()
    page.expect_status("2 units, 240 points selected")
    fits = frame.content_frame.locator("html").evaluate(
        "root => root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth"
    )
    assert fits, "the frame is smaller than the picture"


def state_of(path):
    """State of the widget in a saved notebook, by the names of its traits; None where none is."""
    widgets = json.loads(path.read_text())["metadata"].get("widgets", {})
    models = widgets.get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    found = [model["state"] for model in models.values() if "_offline" in model["state"]]
    return found[0] if found else None


def test_lab_keeps_the_numbers_where_asked_and_shows_them_without_a_kernel(lab, server):
    settings = server[1].parent / "settings" / "@jupyter-widgets" / "jupyterlab-manager"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text('{"saveState": true}')
    try:
        notebook = lab(SMALL, SHOW)
        path = server[1] / notebook.url.rsplit("/", 1)[1]
        save(notebook)
        assert state_of(path)["_offline"] == {}
        notebook.execute("w.select(units=[1, 3]); w.epoch = 7; w.embed()")
        frames = notebook.page.locator("iframe.mmphate-frame")
        notebook.until(lambda: frames.count() == 1, "no frame is published")
        # Hidden while the view lives, so that it makes no picture of its own.
        assert not frames.is_visible()
        assert frames.content_frame.locator("canvas").count() == 0
        save(notebook)
        assert state_of(path)["_offline_now"]["moved"]["epoch"] == 7
        notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
        )
        notebook.page.reload()
        notebook.wait_for_picture()
        notebook.expect_status("2 units, 240 points selected")
        assert notebook.slider("Epoch").input_value() == "7"
        notebook.button("Clear selection").click()
        notebook.expect_status("0 units, 0 points selected")
        notebook.button("Undo").click()
        notebook.expect_status("2 units, 240 points selected")
    finally:
        (settings / "plugin.jupyterlab-settings").unlink()


def test_lab_shows_the_frame_where_only_outputs_are_saved(lab):
    notebook = lab(SMALL, SHOW, "w.select(units=[1, 3]); w.epoch = 7; w.embed()")
    notebook.until(lambda: notebook.page.locator("iframe.mmphate-frame").count(), "no frame")
    save(notebook)
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.page.reload()
    frame = notebook.page.locator("iframe.mmphate-frame")
    frame.scroll_into_view_if_needed()
    inside = frame.content_frame
    inside.locator("canvas[role=img]").wait_for(state="visible")
    expect(inside.locator("[role=status]").first).to_contain_text("2 units, 240 points selected")
    inside.get_by_role("button", name="Clear selection", exact=True).click()
    expect(inside.locator("[role=status]").first).to_contain_text("0 units, 0 points selected")
    assert not notebook.page.locator("iframe.mmphate-frame + img").is_visible()


def save(notebook):
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def test_the_demo_is_one_small_file_that_opens_in_silence(file, open_page, say):
    size = file.stat().st_size
    say(f"The digits demo as a file of HTML: {size / 1e6:.2f} MB")
    assert size < LARGEST_FILE
    page = open_page(file)
    page.wait_for_picture()
    page.expect_status("2 units, 960 points selected")
    assert page.canvas.get_attribute("aria-label")
    page.button("Play").click()
    page.until(lambda: page.slider("Epoch").input_value() != "59", "it does not play")
    page.button("Pause").click()
    page.slider("Epoch").fill("5")
    expect(page.where.locator(".mmp-root")).to_contain_text("64 units · 8 steps · 60 epochs")
    for name in ("own", "label", "displacement", "step"):
        before = page.pixels()
        page.combobox("Color by").select_option(name)
        page.until(lambda b=before: (page.pixels() != b).any(), f"{name} colors nothing")
    assert page.requests == [file.as_uri()]
    assert page.said == []
    assert page.errors == []
    assert page.page.evaluate("window.violations") == []


def test_a_lasso_takes_the_ids_that_python_takes_and_can_be_undone(digits, file, open_page):
    page = open_page(file)
    page.wait_for_picture()
    page.settle()
    before = page.saved()
    assert (before["units"], before["points"]) == ([3, 7], digits.selected_points.tolist())
    page.button("Lasso").click()
    page.drag(LASSO)
    expect(page.button("Undo")).to_have_attribute("aria-disabled", "false")
    taken = page.saved()
    expected = page.expected(digits, LASSO)
    assert 0 < len(expected) < digits.visible.sum()
    assert taken["points"] == expected.tolist()
    assert taken["coordinates"] == before["coordinates"]
    assert taken["unit_names"] == [digits.trace.units[unit] for unit in taken["units"]]
    page.button("Rectangle").click()
    page.drag([(400, 100), (620, 300)], modifiers=["Alt"])
    less = page.saved()["points"]
    assert set(less) < set(taken["points"])
    page.button("Undo").click()
    assert page.saved()["points"] == taken["points"]
    page.button("Undo").click()
    assert page.saved()["points"] == before["points"]
    page.button("Redo").click()
    page.button("Redo").click()
    assert page.saved()["points"] == less
    assert page.errors == []


def test_groups_filters_units_and_cards_need_no_kernel(digits, file, open_page):
    page = open_page(file)
    page.wait_for_picture()
    page.button("Clear selection").click()
    page.expect_status("0 units, 0 points selected")
    page.button("early movers").click()
    page.expect_status("2 units, 960 points selected")
    page.find_unit(digits.trace.units[11])
    page.expect_status(f"{digits.trace.units[11]} is lit")
    page.where.locator(".mmp-tooltip svg").wait_for(state="visible")
    expect(page.where.locator(".mmp-tooltip")).to_contain_text("activity")
    page.by("searchbox", "Find unit").press("Enter")
    page.expect_status("1 unit, 480 points selected")
    name = page.by("textbox", "Name of a new group")
    name.fill("<i>mine</i>")
    name.press("Enter")
    page.button("early movers").click()
    page.button("<i>mine</i>").click()
    page.expect_status("1 unit, 480 points selected")
    groups = page.saved()["groups"]
    assert groups["<i>mine</i>"]["units"] == [11]
    assert groups["early movers"]["units"] == [3, 7]
    page.combobox("Color by").select_option("label")
    page.by("checkbox", "3").click()
    page.expect_status("hidden: label 3")
    page.button("Show all").click()
    page.button("Invert selection").click()
    page.expect_status("63 units")
    assert page.errors == []


def test_it_is_as_dark_as_the_system(file, open_page):
    ground = []
    for dark in (False, True):
        page = open_page(file, dark=dark, width=700)
        page.wait_for_picture()
        ground.append(page.pixels()[2, 2].mean())
        body = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert body == ("rgb(17, 20, 24)" if dark else "rgb(255, 255, 255)")
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert ground[0] > 200
    assert ground[1] < 60


# Rows of the toolbar, and how many of them begin with a line that parts them from nothing.
TOOLBAR = """() => {
  const rows = new Map();
  for (const part of document.querySelector(".mmp-toolbar").children) {
    const { top, height } = part.getBoundingClientRect();
    const row = Math.round((top + height / 2) / 10);
    if (!rows.has(row)) rows.set(row, part);
  }
  const firsts = [...rows.values()];
  const lined = firsts.filter((part) => getComputedStyle(part).borderLeftWidth !== "0px");
  return [rows.size, lined.length];
}"""


def test_the_toolbar_has_few_rows_and_none_begins_with_a_line(file, open_page):
    page = open_page(file)
    page.wait_for_picture()
    rows = {}
    for width in range(1180, 400, -20):
        page.page.set_viewport_size({"width": width, "height": 800})
        rows[width], lined = page.page.evaluate(TOOLBAR)
        assert lined == 0, width
    assert rows[1080] == 1
    assert max(rows.values()) <= 4
    assert sorted(rows.values()) == list(rows.values())
