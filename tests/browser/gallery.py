"""Takes a picture of each view and of each host, light and dark: part of ``make pictures``.

All show the demo's GRU. A view's picture has it in 3-D and in 2-D, light above dark; a host's has
the page as one finds it, light beside dark: JupyterLab, Notebook 7, marimo, the file that
``w.save_html`` writes, and a notebook that was exported to HTML after ``w.embed()``.
"""

import io
import subprocess
import sys

import numpy as np
import pytest
from lab_server import run_server
from marimo_server import run_marimo
from notebook_page import Notebook
from pictures import FOLDER, digits  # noqa: F401
from PIL import Image
from test_html import open_page, run_notebook  # noqa: F401

# View -> what it shows, and the epoch at which there is most to see.
VIEWS = {
    "current-epoch": ("epoch", 59),
    "all-epochs": ("all", 20),
    "through-steps": ("steps", 59),
    "through-epochs": ("epochs", 59),
}
MODES = ("3D", "2D")
THEMES = ("light", "dark")
# Of pages; a picture of two stands beside text.
SIZE = {"width": 1000, "height": 900}
HEIGHT = 360
CELL = """import mmphate_widget as mm
w = mm.load("digits.mm")
w"""
APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import mmphate_widget as mm
    w = mm.load("digits.mm")
    w
    return


if __name__ == "__main__":
    app.run()
"""
PATHS = {"jupyterlab": "doc/tree", "notebook7": "notebooks"}
# Between two pictures.
GAP, GREY = 8, "#888888"
COLORS = 256


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose Notebook 7, too, lets a page ask its kernel."""
    root = tmp_path_factory.mktemp("lab")
    yield from run_server(root, "--JupyterNotebookApp.expose_app_in_browser=True")


@pytest.fixture(scope="module")
def kept(digits, server):  # noqa: F811
    """The folder with the run in it, units selected that answer to the digit 0."""
    _, folder = server
    keep(digits, folder)
    return folder


def keep(widget, folder):
    """Save the run where a host looks for it."""
    trace = widget.trace
    trace.save(folder / "digits.zarr")
    last = trace.values[-1, -1]
    seed = last[:, trace.sample_labels == 0].mean(axis=1).argmax()
    places = widget._positions[-1, -1]
    near = np.linalg.norm(places - places[seed], axis=1).argsort()[:8]
    widget.select(units=near.tolist())
    widget.epoch, widget.height = trace.n_epochs - 1, HEIGHT
    widget.save(folder / "digits.mm")


def shot(part):
    """What is on screen of a page, or of a part of one."""
    return Image.open(io.BytesIO(part.screenshot())).convert("RGB")


def save(rows, name):
    """Pictures in rows, as one with few colors, so that a clone carries little."""
    width, height = rows[0][0].size
    columns = len(rows[0])
    size = (columns * (width + GAP) - GAP, len(rows) * (height + GAP) - GAP)
    sheet = Image.new("RGB", size, GREY)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            sheet.paste(picture, (x * (width + GAP), y * (height + GAP)))
    few = sheet.quantize(COLORS, kmeans=2, dither=Image.Dither.NONE)
    few.save(FOLDER / name, optimize=True)


def test_views(lab, kept):
    found = {}
    for theme in THEMES:
        notebook = lab(CELL, dark=theme == "dark", width=720, height=820)
        stage = notebook.page.locator(".mmp-stage").first
        for mode in MODES:
            notebook.button(mode).click()
            notebook.button("Reset view").click()
            notebook.execute("w.clear_selection(); w.step, w.color_by, w.fade = None, 'step', 0.5")
            for name, (show, epoch) in VIEWS.items():
                notebook.execute(f"w.show, w.epoch = {show!r}, {epoch}")
                if show == "epochs":
                    look_at_the_last_step(notebook)
                notebook.page.mouse.move(5, 5)
                notebook.settle()
                found[name, theme, mode] = shot(stage)
    for name in VIEWS:
        save([[found[name, theme, mode] for mode in MODES] for theme in THEMES], f"view-{name}.png")


def look_at_the_last_step(notebook):
    """From near, for its points lie together; colored by epoch, of which there are many."""
    notebook.execute("w.step, w.color_by, w.fade = 7, 'epoch', 0.2; w.select(mask=w.visible)")
    notebook.expect_status("64 units, 3840 points selected")
    notebook.button("Zoom to selection").click()
    notebook.execute("w.clear_selection()")


@pytest.mark.parametrize("name", PATHS)
def test_digits(lab, kept, name):
    pictures = []
    for theme in THEMES:
        notebook = lab(CELL, dark=theme == "dark", path=PATHS[name], **SIZE)
        pictures.append(shot_at_rest(notebook))
    save([pictures], f"host-{name}.png")


def shot_at_rest(page):
    where = getattr(page, "where", page.page)
    status = where.locator(".mmp-status").first
    page.until(lambda: "Loading" not in status.inner_text(), "epochs do not come")
    page.page.mouse.move(5, 5)
    page.page.evaluate("() => window.scrollTo(0, 0)")
    page.settle()
    return shot(page.page)


def test_marimo(browser, digits, tmp_path):  # noqa: F811
    keep(digits, tmp_path)
    pictures = []
    for theme in THEMES:
        with run_marimo(tmp_path, APP, theme=theme) as url:
            context = browser.new_context(viewport=SIZE)
            page = Notebook(context.new_page(), url, dark=theme == "dark")
            page.page.goto(url)
            page.wait_for_picture()
            pictures.append(shot_at_rest(page))
            context.close()
    save([pictures], "host-marimo.png")


def test_saved_file(digits, open_page, kept):  # noqa: F811
    file = digits.save_html(kept / "digits.html", title="A GRU learns to read digits")
    pictures = []
    for theme in THEMES:
        page = open_page(file, dark=theme == "dark", **SIZE)
        page.wait_for_picture()
        pictures.append(shot_at_rest(page))
    save([pictures], "host-file.png")


def test_exported_notebook(open_page, kept, monkeypatch):  # noqa: F811
    monkeypatch.chdir(kept)
    path = run_notebook(CELL.removesuffix("w") + "w.embed()\nw", folder=kept)
    pictures = []
    for theme in THEMES:
        command = [sys.executable, "-m", "nbconvert", "--to", "html", f"--theme={theme}", str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        page = open_page(path.with_suffix(".html"), dark=theme == "dark", **SIZE)
        frame = page.page.locator("iframe.mmphate-frame")
        frame.scroll_into_view_if_needed()
        page.where = frame.content_frame
        page.wait_for_picture()
        pictures.append(shot_at_rest(page))
    save([pictures], "host-exported.png")
