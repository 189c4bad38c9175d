"""Two dimensions, lines and dense pictures: page, lasso and Python agree, and nothing is veiled."""

import inspect

import numpy as np
from notebook_page import expected_ids, from_ground, points_inside
from playwright.sync_api import expect
from scenes import SHOW, SMALL, smooth

# Scripting that a step of the epoch slider may cost the page.
SCRUB_MS = 2.0
# Counts uploads to textures, and how long the page's own code runs in animation frames that draw.
WATCH = """() => {
  const context = document.querySelector("canvas[role=img]").getContext("webgl2");
  window.watched = { uploads: 0, draws: 0, frames: [] };
  const draw = context.drawArrays.bind(context);
  context.drawArrays = (...rest) => { window.watched.draws++; return draw(...rest); };
  for (const name of ["texSubImage2D", "texSubImage3D", "texImage2D", "texImage3D", "bufferData"]) {
    const own = context[name].bind(context);
    context[name] = (...rest) => { window.watched.uploads++; return own(...rest); };
  }
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (then) => ask((at) => {
    const [before, draws] = [performance.now(), window.watched.draws];
    then(at);
    if (window.watched.draws > draws) window.watched.frames.push(performance.now() - before);
  });
}"""


def wait_for_mode(notebook, mode):
    notebook.until(lambda: notebook.kernel("w.view['mode']") == mode, f"Python is not in {mode}")


def canvas_size(notebook):
    box = notebook.canvas.bounding_box()
    return np.array([box["width"], box["height"]])


def test_in_2d_page_lasso_and_python_agree(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("w.epoch = 7")
    notebook.settle()
    solid = notebook.kernel("w.view")
    notebook.button("2D").click()
    wait_for_mode(notebook, "2d")
    expect(notebook.button("2D")).to_have_attribute("aria-pressed", "true")
    assert "from above" in notebook.canvas.get_attribute("aria-label")
    flat = notebook.kernel_array("Y.reshape(-1, 3)[:, :2]")
    home = notebook.kernel_array("w.project()")
    assert (home > 0).all()
    assert (home < canvas_size(notebook)).all()
    for axis, sign in ((0, 1), (1, -1)):
        assert np.corrcoef(home[:, axis], flat[:, axis])[0, 1] * sign > 0.999999
    # A drag moves the picture and turns nothing.
    notebook.drag([(300, 200), (260, 225)])
    notebook.until(
        lambda: np.allclose(notebook.kernel_array("w.project()") - home, [-40, 25], atol=1.01),
        "the picture was not moved by the way of the hand",
    )
    # The wheel zooms to where the pointer is, and hover answers there.
    ids = np.arange(7 * 8 * 24, 8 * 8 * 24)
    point, place = notebook.lonely_point(ids)
    notebook.point_at(place)
    distance = "w.view['position'][2] - w.view['target'][2]"
    before = notebook.kernel(distance)
    notebook.page.mouse.wheel(0, -300)
    notebook.until(lambda: notebook.kernel(distance) < 0.9 * before, "no zoom")
    notebook.settle()
    np.testing.assert_allclose(notebook.kernel_array(f"w.project([{point}])")[0], place, atol=1)
    notebook.point_at(place)
    tooltip = notebook.page.locator(".mmp-tooltip")
    tooltip.wait_for(state="visible")
    assert notebook.kernel(f"trace.units[{point % 24}]") in tooltip.inner_text()
    # Lasso, front-most rectangle, replay.
    notebook.button("Lasso").click()
    notebook.drag([(60, 40), (790, 60), (760, 430), (430, 250), (80, 420), (60, 40)])
    notebook.wait_for_revision(1)
    np.testing.assert_array_equal(
        notebook.kernel_array("w.selected_points"), expected_ids(notebook)
    )
    assert notebook.kernel("len(w.selection)") > 3
    notebook.button("Select through").click()
    notebook.button("Rectangle").click()
    notebook.drag([(250, 50), (700, 420)])
    notebook.wait_for_revision(2)
    taken = notebook.kernel_array("w.selected_points")
    assert 3 < len(taken) < len(expected_ids(notebook)) + 1
    notebook.execute("record = w.selection.record; w.view = {'mode': '3d'}; w.clear_selection()")
    np.testing.assert_array_equal(notebook.kernel_array("w.reselect(record).points"), taken)
    # Zoom to the selection, and home, in 2-D.
    expect(notebook.button("3D")).to_have_attribute("aria-pressed", "true")
    notebook.button("2D").click()
    wait_for_mode(notebook, "2d")
    notebook.button("Zoom to selection").click()
    notebook.settle()
    seen = notebook.kernel_array(
        "w.project(w.selected_points[np.isin(w.selected_points, np.flatnonzero(w.visible))])"
    )
    span = np.ptp(seen, axis=0) / canvas_size(notebook)
    assert (seen > 0).all()
    assert (seen < canvas_size(notebook)).all()
    assert span.max() > 0.85
    notebook.button("Reset view").click()
    notebook.settle()
    np.testing.assert_allclose(notebook.kernel_array("w.project()"), home, atol=1e-6)
    notebook.button("3D").click()
    wait_for_mode(notebook, "3d")
    np.testing.assert_allclose(notebook.kernel("w.view['position']"), solid["position"])
    assert notebook.errors == []


def test_the_page_draws_points_where_python_says_in_2d(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.view = {'mode': '2d'}; w.point_size = 12")
    expect(notebook.button("2D")).to_have_attribute("aria-pressed", "true")
    notebook.settle()
    strength = from_ground(notebook.pixels())
    places = notebook.kernel_array("w.project(np.flatnonzero(w.visible))")
    x, y = np.floor(places).astype(int).T
    assert (strength[y, x] > 60).all()
    rows, columns = np.indices(strength.shape)
    away = np.full(strength.shape, np.inf)
    for x, y in places:
        away = np.minimum(away, np.hypot(columns + 0.5 - x, rows + 0.5 - y))
    # Beyond the points there is only the faint box, and the legend.
    drawn = strength > 110
    drawn[:, -220:] = False
    for axis in (0, 1):
        drawn &= np.roll(drawn, 1, axis=axis) & np.roll(drawn, -1, axis=axis)
    assert drawn.sum() > 500
    assert away[drawn].max() < 7.5


def test_sliders_set_sizes_and_python_hears(lab):
    notebook = lab(SMALL, SHOW)
    notebook.execute("w.show = 'epochs'; w.epoch = 8")
    notebook.settle()
    plain = notebook.pixels().astype(int)
    notebook.button("Points and lines").focus()
    notebook.page.keyboard.press("Enter")
    expect(notebook.slider("Point size")).to_be_focused()
    notebook.page.keyboard.press("End")
    notebook.until(lambda: notebook.kernel("w.point_size") == 24, "the size is not heard")
    notebook.slider("Line width").focus()
    notebook.page.keyboard.press("End")
    notebook.until(lambda: notebook.kernel("w.line_width") == 8, "the width is not heard")
    notebook.slider("Fade").focus()
    notebook.page.keyboard.press("Home")
    notebook.until(lambda: notebook.kernel("w.fade") == 0, "the fade is not heard")
    notebook.settle()
    assert (np.abs(notebook.pixels().astype(int) - plain).sum(axis=2) > 60).sum() > 2000
    notebook.execute("w.point_size = w.line_width = None; w.fade = 0.5")
    expect(notebook.slider("Point size")).to_have_attribute("aria-valuetext", "9 px, automatic")
    notebook.settle()
    assert (np.abs(notebook.pixels().astype(int) - plain).sum(axis=2) > 60).sum() < 50
    notebook.page.keyboard.press("Escape")
    expect(notebook.button("Points and lines")).to_be_focused()
    expect(notebook.button("Points and lines")).to_have_attribute("aria-expanded", "false")
    assert notebook.errors == []


def test_half_a_million_points_stay_readable_and_a_scrub_is_cheap(lab):
    notebook = lab(smooth(127, 128, 30), "w = mm.MMPHATEWidget(Y, show='all', color_by='unit')\nw")
    notebook.execute("w.epoch = 63; w.view = {'mode': '2d'}")
    notebook.settle()
    picture = notebook.pixels().astype(int)
    ground = np.median(picture.reshape(-1, 3), axis=0)
    strength = np.abs(picture - ground).sum(axis=2)
    places = notebook.kernel_array("w.project()[::61]")
    x, y = np.floor(places).astype(int).T
    trail = strength[y, x]
    # The veil can be seen and is far from opaque; the current epoch stands out of it.
    assert 20 < np.median(trail) < 250
    heads = notebook.kernel_array("w.project(np.arange(63 * 3840, 64 * 3840, 7))")
    x, y = np.floor(heads).astype(int).T
    assert np.median(strength[y, x]) > 1.3 * np.median(trail)
    # What is selected lies above all, opaque.
    notebook.execute("w.select(points=np.arange(9 * 3840 + 100, 127 * 3840, 3840 * 5 + 13))")
    notebook.expect_status("points selected")
    notebook.settle()
    picture = notebook.pixels().astype(int)
    chosen = notebook.kernel_array("w.project(w.selected_points)")
    x, y = np.floor(chosen).astype(int).T
    lit = np.abs(picture - ground).sum(axis=2)[y, x]
    assert np.median(lit) > 250
    # Software draws one epoch quickly enough for many steps.
    notebook.execute("w.show = 'epoch'")
    notebook.settle()
    notebook.page.evaluate(WATCH)
    slider = notebook.slider("Epoch")
    slider.focus()
    for _ in range(30):
        notebook.page.keyboard.press("ArrowRight")
        notebook.page.wait_for_timeout(30)
    notebook.until(lambda: notebook.kernel("w.epoch") == 93, "the epoch did not move")
    watched = notebook.page.evaluate("() => window.watched")
    assert watched["uploads"] == 0
    assert len(watched["frames"]) > 5
    # Others may want the processor at the same time.
    assert np.quantile(watched["frames"], 0.25) < SCRUB_MS
    notebook.execute("w.show = 'all'")
    notebook.until(lambda: notebook.combobox("Show").input_value() == "all", "show not followed")
    notebook.button("Lasso").click()
    notebook.drag([(300, 60), (640, 60), (640, 400), (300, 400), (300, 60)])
    notebook.wait_for_revision(2)
    notebook.execute(inspect.getsource(points_inside))
    expected = "points_inside(np.array(w.selection.record[0]['polygon']), w.project())"
    assert notebook.kernel(
        f"np.array_equal(w.selected_points, np.flatnonzero({expected} & w.visible.ravel()))"
    )
    assert notebook.errors == []


VERTICES = """
window.drawn = [];
const request = window.requestAnimationFrame.bind(window);
const draw = WebGL2RenderingContext.prototype.drawArrays;
let now = 0;
WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
  now += count;
  Promise.resolve().then(() => {
    if (now > 0) window.drawn.push(now);
    now = 0;
  });
  return draw.call(this, mode, first, count);
};
"""


def test_a_large_picture_is_there_in_part_at_once_and_whole_at_rest(lab):
    notebook = lab(
        smooth(100, 60, 32), "w = mm.MMPHATEWidget(Y, show='all')\nw", before_open=VERTICES
    )
    points = 100 * 60 * 32
    drawn = "() => window.drawn"
    notebook.page.wait_for_function(f"() => window.drawn.at(-1) >= {points}")
    assert 0 < notebook.page.evaluate(drawn)[0] < 0.7 * points
    notebook.page.evaluate("() => { window.drawn.length = 0; }")
    notebook.execute("w.color_by = 'unit'")
    notebook.page.wait_for_function(f"() => window.drawn.at(-1) >= {points}")
