"""Hosts besides JupyterLab, each started for real: Notebook 7 and marimo."""

import json
from contextlib import ExitStack

import numpy as np
import pytest
from lab_server import run_server
from marimo_server import run_marimo
from notebook_page import Notebook, expected_ids, points_inside
from playwright.sync_api import expect
from scenes import SHOW, SMALL

AREA = [(150, 60), (700, 60), (700, 420), (150, 420), (150, 60)]

# What Python hears stands in a file, for there is no other way to ask.
APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import json
    from pathlib import Path

    import mmphate_widget as mm

    trace = mm.datasets.bifurcations("hopf", "pitchfork", n_epochs=12, n_steps=10, random_state=24)
    w = mm.MMPHATEWidget(mm.MMPHATE(random_state=0).fit_transform(trace), trace=trace)
    heard = Path({path!r})

    def write(selection):
        inside = json.dumps({{
            "points": selection.points.tolist(),
            "record": selection.record,
            "pixels": w.project().tolist(),
            "visible": w.visible.ravel().tolist(),
            "epoch": w.epoch,
        }})
        heard.with_suffix(".new").write_text(inside)
        heard.with_suffix(".new").rename(heard)

    _ = w.on_selection(write)
    return (w,)


@app.cell
def _(w):
    {shown}
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def server(tmp_path_factory):
    """A server whose Notebook 7, too, lets a page ask its kernel."""
    root = tmp_path_factory.mktemp("lab")
    yield from run_server(root, "--JupyterNotebookApp.expose_app_in_browser=True")


def test_notebook_7_shows_the_picture_and_hears_of_a_lasso(lab):
    # What Notebook 7 itself complains of, without a widget.
    plain = lab("1 + 1", path="notebooks", wait=False)
    plain.page.locator(".jp-OutputArea-output").wait_for()
    notebook = lab(SMALL, SHOW, path="notebooks")
    assert "/notebooks/" in notebook.page.url
    notebook.execute("w.epoch = 5")
    notebook.until(lambda: notebook.slider("Epoch").input_value() == "5", "epoch did not move")
    notebook.button("Lasso").click()
    notebook.drag(AREA)
    notebook.wait_for_revision(1)
    np.testing.assert_array_equal(
        notebook.kernel_array("w.selected_points"), expected_ids(notebook)
    )
    assert set(notebook.errors) <= set(plain.errors)


@pytest.fixture
def marimo(tmp_path, browser):
    """Open an app; its page, and the file that says what its kernel hears."""
    pytest.importorskip("marimo")
    with ExitStack() as running:

        def open_app(shown, theme):
            heard = tmp_path / "heard.json"
            app = APP.format(path=str(heard), shown=shown)
            url = running.enter_context(run_marimo(tmp_path, app, theme=theme))
            # What the system prefers is not what marimo is set to.
            other = {"light": "dark", "dark": "light"}[theme]
            size = {"width": 1200, "height": 900}
            context = browser.new_context(viewport=size, color_scheme=other)
            running.callback(context.close)
            page = Notebook(context.new_page(), url, dark=theme == "dark")
            page.page.goto(url)
            page.wait_for_picture()
            return page, heard

        yield open_app


@pytest.mark.parametrize(
    ("shown", "theme"), [("w", "light"), ("__import__('marimo').ui.anywidget(w)", "dark")]
)
def test_marimo_shows_the_picture_and_hears_of_a_lasso(marimo, shown, theme):
    page, heard = marimo(shown, theme)
    expect(page.page.locator(".mmp-root")).to_have_attribute("data-theme", theme)
    page.button("Lasso").click()
    page.drag(AREA)
    page.until(heard.exists, "Python heard nothing")
    told = json.loads(heard.read_text())
    assert len(told["points"]) > 0
    page.expect_status(f"{len(told['points'])} points selected")
    polygon = np.array(told["record"][-1]["polygon"])
    inside = points_inside(polygon, np.array(told["pixels"])) & np.array(told["visible"])
    np.testing.assert_array_equal(told["points"], np.flatnonzero(inside))
    page.slider("Epoch").press("Home")
    heard.unlink()
    page.button("Undo").click()
    page.until(heard.exists, "Python heard nothing of the undo")
    told = json.loads(heard.read_text())
    assert told["points"] == []
    assert told["epoch"] == 0
