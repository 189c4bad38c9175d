"""Hosts besides JupyterLab, each started for real: Notebook 7 and marimo."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest
from lab_server import run_server
from notebook_page import Notebook, expected_ids, points_inside
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
    running = []

    def open_app(shown):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        app, heard = tmp_path / "app.py", tmp_path / "heard.json"
        app.write_text(APP.format(path=str(heard), shown=shown))
        command = [sys.executable, "-m", "marimo", "run", str(app), "--headless", "--no-token"]
        log = (tmp_path / "marimo.log").open("w")
        process = subprocess.Popen(
            [*command, "--host=127.0.0.1", f"--port={port}"],
            env={**os.environ, "HOME": str(tmp_path), "MARIMO_SKIP_UPDATE_CHECK": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}"
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        running.extend([context.close, process.terminate, process.wait, log.close])
        wait_for(url, process, tmp_path / "marimo.log")
        page = Notebook(context.new_page(), url, dark=False)
        page.page.goto(url)
        page.wait_for_picture()
        return page, heard

    yield open_app
    for end in running:
        end()


def wait_for(url, process, log, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            assert process.poll() is None, f"marimo ended:\n{log.read_text()}"
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"marimo did not answer in {seconds} s:\n{log.read_text()}")


@pytest.mark.parametrize("shown", ["w", "__import__('marimo').ui.anywidget(w)"])
def test_marimo_shows_the_picture_and_hears_of_a_lasso(marimo, shown):
    page, heard = marimo(shown)
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
