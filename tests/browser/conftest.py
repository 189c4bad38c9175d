"""A real JupyterLab and a real Chromium, started once for all browser tests.

`lab` opens a notebook of given cells, runs them and hands back a `Notebook`: the page, the parts of
the widget by role and name, and a way to ask the kernel. Everything stays on this machine.
"""

import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from lab_server import run_server
from notebook_page import Notebook
from playwright.sync_api import sync_playwright
from scenes import TRAINED

import mmphate_widget as mm
from mmphate_widget.demo import train_digits

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """URL and folder of a JupyterLab server with its own, empty configuration."""
    yield from run_server(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def browser():
    """Chromium with WebGL2 in software."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "install Chromium (on Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def trained(server):
    """The cell that loads real hidden states: a GRU on handwritten digits, 12 × 8 × 24 × 40."""
    _, folder = server
    trace = train_digits(mm.datasets.digit_rows(), n_epochs=12, n_units=24)
    trace.save(folder / "digits.zarr")
    np.save(folder / "digits.npy", mm.MMPHATE(random_state=0).fit_transform(trace))
    return TRAINED


@pytest.fixture
def lab(server, browser, request):
    """Open a notebook of cells, run them, wait for the widget; kernel and page end afterwards."""
    url, folder = server
    opened = []

    def open_notebook(
        *cells,
        width=1200,
        height=1000,
        dark=False,
        wait=True,
        kernel="python3",
        before_open=None,
        path="doc/tree",
    ):
        name = f"{request.node.name[:40].replace('[', '-').replace(']', '')}-{len(opened)}.ipynb"
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": kernel, "display_name": kernel}},
        )
        nbformat.write(notebook, Path(folder) / name)
        context = browser.new_context(viewport={"width": width, "height": height})
        page = Notebook(context.new_page(), f"{url}/{path}/{name}", dark=dark)
        opened.append(page)
        if before_open is not None:
            page.page.add_init_script(before_open)
        page.open()
        page.run_all()
        if wait:
            page.wait_for_picture()
        return page

    yield open_notebook
    report = getattr(request.node, "report", None)
    for page in opened:
        if report is not None and report.failed:
            report.sections.append((f"page {page.url}", page.describe()))
        page.close()


def pytest_collection_modifyitems(items):
    """Let a page that never came up be tried once more; the summary counts it as a rerun.

    Seen once in some hundred reloads behind a busy kernel, and not understood: no widget within
    90 s. A wrong picture, a wrong selection or a console error is never tried again.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Keep how a test ended where its fixtures see it, to say more of one that failed."""
    report = yield
    if report.when == "call":
        item.report = report
    return report
