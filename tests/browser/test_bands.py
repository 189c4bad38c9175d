"""Bands of epochs behind the training curves, as a reader of a notebook sees them."""

import pytest
from playwright.sync_api import expect
from scenes import SHOW, smooth

# Recorded ever more seldom.
EPOCHS = [0, 1, 2, 3, 4, 5, 9, 14, 19, 29, 39, 59]
RECORDED = f"""
{smooth(12, 6, 10)}
metrics = {{"loss": np.geomspace(2, 0.1, E), "accuracy": np.linspace(0.1, 0.9, E) ** 2}}
values = rng.normal(size=(E, T, H, 4))
trace = mm.Trace.from_array(values, epochs={EPOCHS}, metrics=metrics)
"""
BANDS = """
w.add_bands("phases of loss", [(0, 6, "falling"), (7, 9, "<b>flat</b>"), (10, 11, "rising")])
"""


@pytest.mark.parametrize("dark", [False, True])
def test_bands_lie_behind_the_curves_and_the_key_says_which(lab, dark):
    notebook = lab(RECORDED, SHOW, dark=dark)
    notebook.execute(BANDS)
    figure = notebook.curves()
    figure.scroll_into_view_if_needed()
    flat = figure.get_by_role("img", name="phases of loss: <b>flat</b>, epochs 14 to 29")
    expect(flat).to_have_text("<b>flat</b>")
    plot, band = figure.locator(".mmp-curve-plot").bounding_box(), flat.bounding_box()
    # From half way between 9 and 14 to half way between 29 and 39, of 59.
    assert band["x"] - plot["x"] == pytest.approx(11.5 / 59 * plot["width"], abs=1)
    assert band["width"] == pytest.approx(22.5 / 59 * plot["width"], abs=1)
    notebook.execute("w.epoch = 8")
    entry = figure.locator(".mmp-curve-entry").nth(2)
    expect(entry).to_have_text("phases of loss<b>flat</b>")
    # The plot hears a click through its bands.
    figure.locator(".mmp-curve-plot").click(position={"x": 2, "y": 8})
    expect(entry).to_have_text("phases of lossfalling")
    notebook.until(lambda: notebook.kernel("w.epoch") < 1, "the click does not seek")
    notebook.execute("w.add_bands('phases of loss', [])")
    expect(flat).to_have_count(0)
    assert not notebook.errors
