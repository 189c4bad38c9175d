"""pythreejs in a real JupyterLab: the points are where the widget has them, and they move."""

import io

import numpy as np
from PIL import Image

SHOWN = """
from IPython.display import display
import pythreejs as three
w = mm.MMPHATEWidget(Y, trace=trace, color_by="step")
w.view = {**w.view, "width": 480, "height": 360}
w.epoch, w.speed = 4, 6
v = w.to_pythreejs()
v
"""
CANVAS = ".jupyter-threejs canvas"


def pixels_of(page):
    shot = page.page.locator(CANVAS).first.screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def drawn(pixels):
    """Pixels that are clearly not the white ground."""
    return (np.abs(pixels - 255).sum(axis=2) > 60).astype(int)


def share_near(pixels, places):
    """The part of these places with something drawn within two pixels."""
    on = drawn(pixels)
    hits = [
        on[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].any()
        for x, y in np.round(places).astype(int)
    ]
    return np.mean(hits)


def test_points_lie_where_the_widget_has_them_and_move_when_played(lab, trained):
    page = lab(trained, SHOWN, wait=False)
    page.page.wait_for_selector(CANVAS)
    page.page.locator(CANVAS).first.scroll_into_view_if_needed()
    page.until(lambda: drawn(pixels_of(page)).sum() > 500, "nothing is drawn")
    first = pixels_of(page)
    size = page.kernel("w.coordinates[0, ..., 0].size")
    at_epoch = f"w.project(np.arange(%d * {size}, %d * {size} + {size}))"
    assert share_near(first, page.kernel_array(at_epoch % (4, 4))) > 0.98
    # Colors are the widget's: the most frequent one of the picture is in its table.
    colored = first[drawn(first) == 1]
    palette = page.kernel_array("__import__('mmphate_widget').channels.color_table(w.channel())")
    colors, counts = np.unique(colored, axis=0, return_counts=True)
    common = colors[np.argsort(-counts)[:5]]
    assert (np.abs(common[:, None] - palette).sum(axis=2).min(axis=1) <= 6).all()
    # Buttons of the action, and its message from Python.
    page.page.locator(".widget-play button").first.click()
    page.until(
        lambda: (drawn(pixels_of(page)) != drawn(first)).sum() > 300, "nothing moves when played"
    )
    page.execute("v.action.pause()")
    page.page.wait_for_timeout(500)
    still = pixels_of(page)
    page.page.wait_for_timeout(500)
    assert (pixels_of(page) == still).all()
    page.execute("v.action.stop()")
    page.execute("v.action.play()")
    page.until(lambda: (drawn(pixels_of(page)) != drawn(still)).sum() > 300, "Python does not play")
    assert page.errors == []
