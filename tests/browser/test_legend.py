"""The legend hides what is clicked or lies outside its range; picture, lasso and Python agree."""

import numpy as np
import pytest
from notebook_page import expected_ids, from_ground
from playwright.sync_api import expect
from scenes import SHOW, SMALL
from test_healing import reload

AROUND = [(250, 60), (850, 60), (850, 420), (250, 420)]
# Over some of the points.
LEFT = [(380, 110), (610, 120), (560, 230), (630, 290), (560, 340), (380, 330)]


@pytest.fixture
def notebook(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("w.epoch = 7")
    notebook.until(lambda: "7" in notebook.slider("Epoch").input_value(), "epoch did not move")
    return notebook


def category(notebook, name):
    return notebook.page.get_by_role("checkbox", name=name, exact=True).first


def wait_for_filters(notebook, filters):
    notebook.until(
        lambda: notebook.kernel("w.filters") == filters, f"Python was not told of {filters}"
    )


def places_of(notebook, shape):
    return notebook.kernel_array("w.project()").reshape(*shape, 2)[7].reshape(-1, 2)


def apart(places, shown):
    """Hidden points that no visible one comes near."""
    return ~shown & (np.linalg.norm(places[:, None] - places[shown], axis=-1).min(axis=1) > 12)


def assert_drawn(notebook, visible):
    """The ground shows where hidden points stand apart from visible ones, and not at those."""
    notebook.settle()
    picture = notebook.pixels()
    is_ground = from_ground(picture) < 20
    places, shown = places_of(notebook, visible.shape), visible[7].ravel()
    rows, columns = picture.shape[:2]
    # Where the legend is not.
    free = ((places > 8) & (places < [columns - 220, rows - 8])).all(axis=1)
    x, y = np.floor(places).astype(int).T
    empty, drawn = free & apart(places, shown), free & shown
    assert empty.any()
    # The box around the points passes through some of these places.
    assert is_ground[y[empty], x[empty]].mean() > 0.8
    assert is_ground[y[drawn], x[drawn]].mean() < 0.1


def lasso(notebook, corners=AROUND):
    notebook.button("Lasso").click()
    revision = notebook.kernel("w._selector.history.revision")
    notebook.drag([*corners, corners[0]])
    notebook.wait_for_revision(revision + 1)


def test_a_click_hides_a_category_from_picture_python_and_lasso(notebook):
    codes = notebook.kernel_array("np.nan_to_num(w._coloring['label'][0].values, nan=-1)")
    shown = notebook.kernel_array("w.visible")
    # One whose points can be seen to be gone.
    places = places_of(notebook, codes.shape)
    seen = [apart(places, codes[7].ravel() != code).sum() for code in range(10)]
    code = int(np.argmax(seen))
    name = notebook.kernel(f"w._coloring['label'][0].categories[{code}]")
    category(notebook, name).click()
    wait_for_filters(notebook, {"label": {"hide": [code]}})
    expect(category(notebook, name)).not_to_be_checked()
    visible = notebook.kernel_array("w.visible")
    np.testing.assert_array_equal(visible, shown & (codes != code))
    assert_drawn(notebook, codes != code)
    notebook.expect_status(f"hidden: label {name}")
    lasso(notebook, LEFT)
    ids = expected_ids(notebook)
    assert 10 < len(ids) < visible.sum()
    assert notebook.kernel("w.selection.points.tolist()") == ids.tolist()
    notebook.expect_status(f"{len(ids)} points selected")
    # The record says what was hidden, whatever is hidden later.
    notebook.button("Show all").click()
    wait_for_filters(notebook, {})
    assert notebook.kernel_array("w.visible").sum() == shown.sum()
    assert notebook.kernel("w.reselect(w.selection.record).points.tolist()") == ids.tolist()
    assert notebook.errors == []


def test_a_category_is_shown_alone_by_keyboard_and_stays_so_after_a_reload(notebook):
    codes = notebook.kernel_array("np.nan_to_num(w._coloring['label'][0].values, nan=-1)")
    first = category(notebook, notebook.kernel("w._coloring['label'][0].categories[0]"))
    first.focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("Enter")
    notebook.until(lambda: len(notebook.kernel("w.filters['label']['hide']")) == 10, "not alone")
    assert notebook.kernel("w.epoch") == 7
    np.testing.assert_array_equal(notebook.kernel_array("w.visible")[7], codes[7] == 1)
    # Another channel is on screen then: the page is sent the one it filters by.
    notebook.execute("w.color_by = 'step'")
    reload(notebook)
    notebook.wait_for_picture()
    notebook.expect_status("hidden: label all but")
    assert_drawn(notebook, codes == 1)
    lasso(notebook)
    assert notebook.kernel("w.selection.points.tolist()") == expected_ids(notebook).tolist()
    invert = notebook.kernel("w._selector.history.revision") + 1
    notebook.button("Invert selection").click()
    notebook.wait_for_revision(invert)
    both = notebook.kernel_array("w.visible").sum()
    assert notebook.kernel("len(w.selection)") == both - len(expected_ids(notebook, 0))
    notebook.page.keyboard.press("Tab")
    assert notebook.errors == []


def test_a_range_is_brushed_and_moved_by_keys(notebook):
    notebook.execute("w.color_by = 'displacement'")
    slider = notebook.slider("Hide below")
    slider.wait_for()
    box = notebook.page.locator(".mmp-legend-track").first.bounding_box()
    notebook.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 9)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 9, steps=6)
    notebook.page.mouse.up()
    notebook.until(lambda: "displacement" in notebook.kernel("w.filters"), "the brush is not heard")
    low, high = notebook.kernel("w._coloring['displacement'][0].limits")
    notebook.until(
        lambda: np.allclose(
            notebook.kernel("w.filters['displacement']['range']"),
            [low + 0.3 * (high - low), low + 0.6 * (high - low)],
            atol=0.03 * (high - low),
        ),
        "the range is not the brush's",
    )
    slider.focus()
    notebook.page.keyboard.press("Home")
    notebook.until(
        lambda: notebook.kernel("w.filters['displacement']['range'][0]") is None, "no end"
    )
    notebook.page.keyboard.press("PageUp")
    notebook.until(
        lambda: notebook.kernel("w.filters['displacement']['range'][0]") is not None, "no key"
    )
    bounds = notebook.kernel("w.filters['displacement']['range']")
    values = notebook.kernel_array("np.nan_to_num(w._coloring['displacement'][0].values, nan=-1)")
    inside = (values >= bounds[0]) & (values <= bounds[1])
    np.testing.assert_array_equal(notebook.kernel_array("w.visible")[7], inside[7])
    assert_drawn(notebook, inside)
    lasso(notebook)
    ids = expected_ids(notebook)
    assert len(ids) > 3
    assert notebook.kernel("w.selection.points.tolist()") == ids.tolist()
    notebook.button("Reset range").click()
    wait_for_filters(notebook, {})
    assert notebook.errors == []


def test_limits_of_colors_follow_page_and_python(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.color_by = 'step'")
    notebook.settle()
    plain = notebook.pixels().astype(int)
    notebook.button("Colors").click()
    notebook.slider("Colors to").focus()
    for _ in range(5):
        notebook.page.keyboard.press("PageDown")
    notebook.until(lambda: "step" in notebook.kernel("w.color_limits"), "Python was not told")
    notebook.settle()
    narrow = notebook.pixels().astype(int)
    assert (np.abs(narrow - plain).sum(axis=2) > 60).sum() > 50
    notebook.until(
        lambda: notebook.kernel("w.color_limits['step'][1]") < 8, "the end stays where it was"
    )
    notebook.button("Reset range").click()
    notebook.until(lambda: notebook.kernel("w.color_limits") == {}, "not taken back")
    notebook.execute("w.limit_colors(quantiles=(0.4, 0.6))")
    notebook.until(
        lambda: float(notebook.slider("Colors from").input_value()) > 50, "Python is not followed"
    )
    notebook.execute("w.add_channel('ratio', np.geomspace(1e-3, 1, 10), scale='log')")
    notebook.execute("w.color_by = 'ratio'")
    notebook.settle()
    # Equal steps in the logarithm, so that the colors are those of the step.
    notebook.execute("w.limit_colors()")
    notebook.settle()
    by_ratio = notebook.pixels().astype(int)[:, :800]
    assert (np.abs(by_ratio - plain[:, :800]).sum(axis=2) > 30).mean() < 0.001
    assert notebook.errors == []


@pytest.mark.parametrize("width", [1200, 560])
def test_the_legend_leaves_the_picture_to_the_lasso(lab, trained, width):
    notebook = lab(trained, SHOW, width=width)
    canvas = notebook.canvas.bounding_box()
    legend = notebook.page.locator(".mmp-legend").first.bounding_box()
    assert legend["y"] + legend["height"] <= canvas["y"] + canvas["height"]
    assert legend["width"] < 0.5 * canvas["width"]
    # Beside the names nothing takes the pointer.
    title = notebook.page.locator(".mmp-legend-title").first.bounding_box()
    hit = notebook.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).tagName",
        [title["x"] + 2, title["y"] + 2],
    )
    assert hit == "CANVAS"
