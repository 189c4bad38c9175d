"""The picture that stays: hidden while the view lives, there when only the file is left."""

import base64
import io
import json
import subprocess
import sys
import time

import numpy as np
from notebook_page import SLOW_MS
from PIL import Image
from scenes import SHOW, SMALL

# The kernel draws as soon as it may, so that tests need not wait.
AT_ONCE = """
from mmphate_widget.widget import stand_in
own_pace = stand_in.SETTLE_SECONDS, stand_in.SPACING_SECONDS, stand_in.SPACING_PER_COST
stand_in.SETTLE_SECONDS, stand_in.SPACING_SECONDS, stand_in.SPACING_PER_COST = 0.2, 0.0, 0.0
"""
AT_ITS_OWN_PACE = """
stand_in.SETTLE_SECONDS, stand_in.SPACING_SECONDS, stand_in.SPACING_PER_COST = own_pace
"""
COUNT_PICTURES = """
published, publish = [], w._stand_in._publish
w._stand_in._publish = lambda *what: (published.append(what), publish(*what))
"""
PICTURES = ".jp-OutputArea-output img[src^='data:image/png']"
LASSO = [(250, 60), (640, 60), (640, 400), (250, 400), (250, 60)]


def pictures(notebook):
    """The bytes of the pictures in the page's outputs, hidden or not."""
    sources = notebook.page.locator(PICTURES).evaluate_all("all => all.map((img) => img.src)")
    return [base64.b64decode(source.split(",")[1]) for source in sources]


def is_seen(notebook):
    """Whether a picture takes part in the layout."""
    return any(picture.is_visible() for picture in notebook.page.locator(PICTURES).all())


def newest(notebook):
    """The picture of the state as the kernel has it now."""
    return bytes.fromhex(notebook.kernel("w._draw_stand_in().hex()"))


def wait_for_newest(notebook, seconds=10):
    notebook.until(
        lambda: pictures(notebook) == [newest(notebook)], "the picture stays behind", seconds
    )


def save(notebook, server):
    """Save the notebook; its path and what its cells have left."""
    name = notebook.url.rsplit("/", 1)[1]
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    path = server[1] / name
    return path, [cell["outputs"] for cell in json.loads(path.read_text())["cells"]]


def reopen_without_kernel(notebook):
    """End the kernel and load the page anew: the widget's model is gone."""
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.page.reload()
    notebook.page.get_by_text("model not found").wait_for(timeout=SLOW_MS)


def test_it_is_hidden_while_the_view_lives(lab):
    notebook = lab(SMALL, AT_ONCE + SHOW)
    assert len(pictures(notebook)) == 1
    assert not is_seen(notebook)
    notebook.execute("w.epoch = 7")
    wait_for_newest(notebook)
    assert not is_seen(notebook)
    notebook.execute("w.close()")
    notebook.until(lambda: is_seen(notebook), "it does not come back")


def test_other_pictures_of_the_cell_stay_in_sight(lab):
    cell = "display(mm.MMPHATEWidget(Y, show='all'))\nother = mm.MMPHATEWidget(Y)\n"
    more = "other._stand_in.show()\nfrom PIL import Image\ndisplay(Image.new('RGB', (9, 9)))"
    notebook = lab(SMALL, cell + more)
    notebook.until(lambda: len(pictures(notebook)) == 3, "pictures are missing")
    assert [p.is_visible() for p in notebook.page.locator(PICTURES).all()] == [False, True, True]


def test_a_saved_notebook_shows_it_without_a_kernel(lab, server, trained, tmp_path):
    notebook = lab(trained, AT_ONCE + SHOW)
    notebook.execute("w.epoch, w.step = 11, 7")
    wait_for_newest(notebook)
    unselected = pictures(notebook)
    notebook.settle()
    notebook.button("Lasso").click()
    notebook.drag(LASSO)
    notebook.wait_for_revision(1)
    assert notebook.kernel("0 < len(w.selection) < int(w.visible.sum())")
    wait_for_newest(notebook)
    drawn = pictures(notebook)
    assert drawn != unselected
    path, outputs = save(notebook, server)
    assert [sorted(output["data"]) for output in outputs[1]] == [
        ["image/png", "text/plain"],
        ["application/vnd.jupyter.widget-view+json", "text/plain"],
    ]
    assert "points selected" in outputs[1][0]["data"]["text/plain"][0]
    assert base64.b64decode(outputs[1][0]["data"]["image/png"]) == drawn[0]
    assert path.stat().st_size < 60_000
    exported = export(path, tmp_path)
    assert outputs[1][0]["data"]["image/png"].strip() in exported
    before = notebook.kernel_array("w.project()").reshape(12, 8, 24, 2)[11, 7]
    reopen_without_kernel(notebook)
    assert pictures(notebook) == drawn
    shown = notebook.page.locator(PICTURES).first
    shown.wait_for(state="visible")
    # What is on screen are the points, where they were.
    seen = np.asarray(Image.open(io.BytesIO(shown.screenshot())).convert("RGB")).astype(int)
    natural = Image.open(io.BytesIO(drawn[0])).size
    # Where it begins between two pixels, the screenshot takes in both.
    assert np.abs(np.subtract(seen.shape[1::-1], natural)).max() <= 1
    inside = ((before > 4) & (before < np.array(natural) - 30)).all(axis=1)
    x, y = before[inside].astype(int).T
    assert inside.sum() > 15
    assert (np.abs(seen[y, x] - seen[0, 0]).sum(axis=1) > 20).all()


def export(path, folder):
    """The notebook as a page of HTML, as nbconvert makes it."""
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(folder)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    return (folder / f"{path.stem}.html").read_text()


def test_re_runs_leave_one_and_clearing_none(lab, server):
    notebook = lab(SMALL, AT_ONCE + SHOW)
    for run in range(3):
        notebook.run_all()
        notebook.until(lambda n=run: notebook.kernel("len(_oh)") > n, "no re-run")
    notebook.wait_for_picture()
    wait_for_newest(notebook)
    assert not is_seen(notebook)
    notebook.page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
    )
    notebook.until(lambda: pictures(notebook) == [], "the picture stays")
    notebook.execute(COUNT_PICTURES + "w.epoch = 9")
    notebook.until(lambda: notebook.kernel("len(published)") > 0, "no picture is published")
    # Published, not yet heard by the page.
    notebook.page.wait_for_timeout(1000)
    _, outputs = save(notebook, server)
    assert outputs[1] == []


def test_it_waits_while_epochs_play_and_follows_what_comes_to_rest(lab):
    notebook = lab(SMALL, AT_ONCE + SHOW)
    wait_for_newest(notebook)
    # Every epoch that plays would count as come to rest.
    notebook.execute(COUNT_PICTURES + "stand_in.SETTLE_SECONDS = 0.0")
    notebook.button("Play").click()
    notebook.until(lambda: notebook.kernel("w.playing"), "it does not play")
    heard = {notebook.kernel("w.epoch")}
    for _ in range(6):
        notebook.page.wait_for_timeout(500)
        heard.add(notebook.kernel("w.epoch"))
    assert len(heard) > 2
    assert notebook.kernel("len(published)") == 0
    notebook.execute(AT_ITS_OWN_PACE)
    notebook.button("Pause").click()
    started = time.monotonic()
    wait_for_newest(notebook, seconds=20)
    assert time.monotonic() - started > 2
    assert notebook.kernel("len(published)") == 1
    assert notebook.kernel("w._stand_in.wait() is None")


def test_a_reloaded_page_hides_it_again(lab, server):
    notebook = lab(SMALL, SHOW)
    save(notebook, server)
    notebook.page.reload()
    notebook.wait_for_picture()
    assert len(pictures(notebook)) == 1
    notebook.until(lambda: not is_seen(notebook), "it is in sight beside the view")
    assert notebook.page.locator("canvas[role=img]").is_visible()
