"""Takes the pictures that README and the site show: ``make pictures`` (not part of the tests).

The demo's GRU after the first, a middle and the last epoch, with the units around the one that
answers most to the digit 0 lassoed by the mouse at the last step; then the same notebook as it is
found without a kernel; light and dark. And the figure for papers, the movie, and the page that
needs no kernel, all drawn without a browser.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from test_stand_in import PICTURES, reopen_without_kernel, wait_for_newest

import mmphate_widget as mm
from mmphate_widget.demo import train_digits

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
FOLDER = NOTEBOOKS / "images"
EPOCHS = (0, 10, 59)
CELL = """
import numpy as np
import mmphate_widget as mm
from mmphate_widget.demo import train_digits
trace = train_digits(mm.datasets.digit_rows())
w = mm.MMPHATEWidget(mm.MMPHATE(random_state=0).fit_transform(trace), trace=trace, color_by="step")
w
"""


def save(pictures, name):
    size = (sum(p.width for p in pictures), max(p.height for p in pictures))
    sheet = Image.new("RGB", size)
    for at, picture in enumerate(pictures):
        sheet.paste(picture, (at * pictures[0].width, 0))
    FOLDER.mkdir(exist_ok=True)
    sheet.save(FOLDER / name, optimize=True)


@pytest.mark.parametrize("dark", [False, True])
def test_take_pictures(lab, dark):
    notebook = lab(CELL, dark=dark)
    root = notebook.page.locator(".mmp-root").first
    # The last step alone, so that a lasso asks for units there.
    notebook.execute("w.epoch, w.step = 59, 7")
    notebook.settle()
    places = notebook.kernel_array("w.project()").reshape(60, 8, 64, 2)[59, 7]
    seed = notebook.kernel("int(trace.values[59, 7][:, trace.sample_labels == 0].mean(1).argmax())")
    away = np.linalg.norm(places - places[seed], axis=1)
    radius = np.sort(away)[8] - 0.5
    angles = np.linspace(0, 2 * np.pi, 24)
    around = places[seed] + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    notebook.button("Lasso").click()
    notebook.drag([tuple(corner) for corner in around])
    notebook.wait_for_revision(1)
    notebook.button("Orbit").click()
    notebook.execute("w.step = None; w.select(units=w.selected_units)")
    pictures = []
    for epoch in EPOCHS:
        notebook.execute(f"w.epoch = {epoch}")
        notebook.page.mouse.move(5, 5)
        notebook.settle()
        pictures.append(Image.open(io.BytesIO(root.screenshot())).convert("RGB"))
    theme = "dark" if dark else "light"
    wait_for_newest(notebook, seconds=30)
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    reopen_without_kernel(notebook)
    picture = notebook.page.locator(PICTURES).first
    picture.wait_for(state="visible")
    picture.scroll_into_view_if_needed()
    reopened = Image.open(io.BytesIO(notebook.page.screenshot())).convert("RGB")
    save([reopened], f"reopened-{theme}.png")
    save(pictures[-1:], f"instrument-{theme}.png")
    save(pictures, f"digits-{theme}.png")


@pytest.fixture(scope="module")
def digits():
    """The widget of the demo, colored by row."""
    trace = train_digits(mm.datasets.digit_rows())
    Y = mm.MMPHATE(random_state=0).fit_transform(trace)
    return mm.MMPHATEWidget(Y, trace=trace, color_by="step")


def test_draw_the_paper_figure(digits):
    """The three calls of ``mm.plot`` in one figure."""
    w = digits
    figure = Figure(figsize=(9, 6), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1.2])
    cube = {"projection": "3d", "proj_type": "ortho"}
    mm.plot.frames(w, epochs=EPOCHS, axes=above.subplots(1, 3, subplot_kw=cube), label="row")
    left, right = below.subfigures(1, 2)
    mm.plot.trajectories(w, ax=left.add_subplot(**cube), width=0.8, legend=False)
    mm.plot.curves(w.trace, axes=right.subplots(2, 1, sharex=True))
    figure.savefig(FOLDER / "paper-light.png", dpi=120)


def test_make_the_movie_and_the_page(digits):
    """Training from the first epoch to the last while the camera turns; the widget in one file."""
    movie = digits.save_animation(FOLDER / "digits.mp4", size=(720, 540), speed=10, turn=60)
    page = digits.save_html(NOTEBOOKS / "digits.html", title="A GRU learns to read digits")
    # What a clone should carry at most.
    assert movie.stat().st_size < 1_500_000
    assert page.stat().st_size < 2_500_000
