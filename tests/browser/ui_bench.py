"""How quick the instrument is beside jupyter-scatter: ``make bench-ui`` (not part of the tests).

Both draw the same points in the same JupyterLab and Chromium, each in a kernel of its own
environment, colored by step, all points in view. Their packages are imported in an earlier cell.
Measured from outside, alike for both: from the start of a cell to the first screenshot that shows
colored pixels, from mouse-up to the callback in Python, from a change of colors in Python to the
end of the first frame that is drawn after it, the GPU's work included. Of the instrument alone:
JavaScript on the page's main thread for one step of the epoch slider, and bytes uploaded to the GPU
meanwhile; and all of it at 5,000,000 points.

Writes ``notebooks/bench-ui.json`` and prints a table.
"""

import io
import json
import statistics
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from environments import NotInstalledError, make
from paper_run import describe_machine
from PIL import Image
from scenes import smooth

RESULTS = Path(__file__).resolve().parents[2] / "notebooks" / "bench-ui.json"
REPEATS = 7
SCRUBS = 60
SIZES = {"487,680": (127, 128, 30), "5,000,000": (500, 100, 100)}
KERNEL = "scatter"
# What makes a pixel one of data: grounds, axes and text are grey.
COLORFUL = 40
ENOUGH = 50

OURS = """
import time
heard = []
w = mm.MMPHATEWidget(Y, show={show!r}, color_by="step")
w.on_selection(lambda selection: heard.append((time.time(), len(selection))))
w
"""
SCATTER_IMPORTS = """
import jscatter
import pandas as pd
import ipywidgets
points = pd.DataFrame({
    "x": Y[..., 0].ravel(),
    "y": Y[..., 1].ravel(),
    "step": np.broadcast_to(np.arange(T, dtype=float)[None, :, None], (E, T, H)).ravel(),
    "unit": np.broadcast_to(np.arange(H, dtype=float), (E, T, H)).ravel(),
})
"""
SCATTER = """
import time
heard = []
scatter = jscatter.Scatter(data=points, x="x", y="y", color_by="step", color_map="viridis",
                           height=480)
scatter.widget.observe(
    lambda change: heard.append((time.time(), int(np.size(change["new"])))), "selection"
)
scatter.show()
"""

# Time of callbacks of frames and of listeners, and bytes that go to the GPU.
WATCH = """
window.spent = { script: 0, bytes: 0 };
window.watching = false;
window.painted = [];
let drawnBy;
for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) {
  for (const name of ["drawArrays", "drawElements"]) {
    const draw = prototype[name];
    prototype[name] = function (...given) {
      drawnBy = this;
      return draw.apply(this, given);
    };
  }
}
const finish = () => {
  if (drawnBy === undefined) return;
  // Reading a pixel waits until the GPU is done.
  drawnBy.readPixels(0, 0, 1, 1, drawnBy.RGBA, drawnBy.UNSIGNED_BYTE, new Uint8Array(4));
  window.painted.push(Date.now());
  drawnBy = undefined;
};
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) => request((now) => {
  const start = performance.now();
  callback(now);
  window.spent.script += performance.now() - start;
  if (window.watching) finish();
});
const sizeOf = (argument) => argument?.byteLength ?? 0;
for (const name of ["texImage2D", "texSubImage2D", "texImage3D", "texSubImage3D", "bufferData",
                    "bufferSubData"]) {
  const upload = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...given) {
    window.spent.bytes += Math.max(0, ...given.map(sizeOf));
    return upload.apply(this, given);
  };
}
window.addEventListener("pointerup", () => { window.released = Date.now(); }, true);
window.addEventListener("mouseup", () => { window.released = Date.now(); }, true);
"""
# Milliseconds of script and bytes of each of some steps of the slider, frames included.
SCRUB = """async (count) => {
  const slider = document.querySelector(".mmp-root input[type=range][aria-label=Epoch]");
  const frame = () => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve), 0));
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const found = [];
  for (let i = 0; i < count; i++) {
    await frame();
    await frame();
    window.spent.script = 0;
    window.spent.bytes = 0;
    const start = performance.now();
    slider.value = String(low + ((i * 7) % (high - low)));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const handled = performance.now() - start;
    await frame();
    await frame();
    found.push([handled + window.spent.script, window.spent.bytes]);
  }
  return found;
}"""


def describe(seconds):
    """Median and range."""
    low, high = min(seconds), max(seconds)
    return {"median": statistics.median(seconds), "low": low, "high": high, "all": seconds}


class Subject:
    """A notebook whose third cell shows a plot, seen from outside."""

    def __init__(self, notebook, canvas):
        self.notebook, self.page, self.canvas = notebook, notebook.page, canvas

    @property
    def plot(self):
        return self.page.locator(self.canvas).first

    def picture(self):
        """The plot as it is on screen, and when it was."""
        box = self.plot.bounding_box()
        shot = self.page.screenshot(clip=box)
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int), time.time()

    def shows_data(self, pixels):
        return ((pixels.max(axis=2) - pixels.min(axis=2)) > COLORFUL).sum() > ENOUGH

    def until(self, is_there, seconds=90):
        """When the first picture was seen of which this is true."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            if self.page.locator(self.canvas).count():
                pixels, seen = self.picture()
                if is_there(pixels):
                    return seen
            else:
                self.page.wait_for_timeout(20)
        raise TimeoutError("not seen")

    def first_picture(self):
        """Seconds from the start of the cell to a screenshot that shows data."""
        self.notebook.command("notebook:clear-all-cell-outputs")
        self.page.wait_for_function(
            "selector => document.querySelectorAll(selector).length === 0", arg=self.canvas
        )
        self.page.wait_for_timeout(1_000)
        started = time.time()
        self.page.evaluate(
            """() => {
              const { commands, shell } = window.jupyterapp;
              const { content } = shell.currentWidget;
              content.activeCellIndex = content.widgets.length - 1;
              commands.execute("notebook:run-cell");
            }"""
        )
        return self.until(self.shows_data) - started

    def rest(self):
        """Until two screenshots are alike."""
        before = None
        for _ in range(120):
            now, _ = self.picture()
            if before is not None and now.shape == before.shape and (now == before).all():
                return now
            before = now
            self.page.wait_for_timeout(200)
        raise AssertionError("the picture does not come to rest")

    def lasso(self, shrink):
        """Seconds from mouse-up to the callback, and how many points it was told of."""
        self.plot.scroll_into_view_if_needed()
        box = self.plot.bounding_box()
        middle = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
        radius = shrink * min(box["width"], box["height"]) / 2
        # Let go where it began it would be a click to jupyter-scatter.
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        corners = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        known = self.notebook.kernel("len(heard)")
        mouse = self.page.mouse
        mouse.move(*corners[0])
        mouse.down()
        for corner in corners[1:]:
            mouse.move(*corner, steps=2)
            # As a hand: corners that follow each other more closely are not all taken.
            self.page.wait_for_timeout(30)
        mouse.up()
        self.notebook.until(lambda: self.notebook.kernel("len(heard)") > known, "nothing heard", 30)
        heard, count = self.notebook.kernel("heard[-1]")
        return heard - self.page.evaluate("() => window.released") / 1000, count

    def recolor(self, code):
        """Seconds from a change of colors in Python to the end of the first frame after it."""
        before = self.rest()
        self.page.evaluate("() => { window.painted.length = 0; window.watching = true; }")
        # Until nothing is drawn any more, so that the next frame is of the change.
        for _ in range(20):
            self.page.evaluate("() => { window.painted.length = 0; }")
            self.page.wait_for_timeout(500)
            if self.page.evaluate("() => window.painted.length") == 0:
                break
        else:
            raise AssertionError("it goes on drawing at rest")
        self.notebook.execute(f"import time\nasked = time.time()\n{code}")
        self.page.wait_for_function("() => window.painted.length > 0")
        painted = self.page.evaluate("() => window.painted[0]") / 1000
        self.page.evaluate("() => { window.watching = false; }")
        self.until(lambda pixels: (np.abs(pixels - before).sum(axis=2) > 60).sum() > ENOUGH)
        return painted - self.notebook.kernel("asked")


def measure_lassos(subject):
    """Seconds and points of lassos; none where Python heard of none, which the table says."""
    try:
        # Each takes fewer points: a selection that does not change is not told.
        return [subject.lasso(0.5 * 0.8**i) for i in range(REPEATS)]
    except AssertionError:
        return []


def measure_subject(subject, size, *, take_lasso, colors):
    """What is measured of both."""
    pictures = [subject.first_picture() for _ in range(REPEATS)]
    subject.rest()
    take_lasso()
    subject.page.wait_for_timeout(1_000)
    lassos = measure_lassos(subject)
    recolored = [subject.recolor(colors[i % 2]) for i in range(REPEATS)]
    return {
        "size": size,
        "first picture": describe(pictures),
        "lasso": describe([seconds for seconds, _ in lassos]) if lassos else None,
        "points in lasso": [count for _, count in lassos],
        "recolor": describe(recolored),
    }


@pytest.fixture(scope="module")
def found():
    """Figures by row, written as the module ends."""
    figures = {}
    yield figures
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    figures = {**known.get("figures", {}), **figures}
    stamp = {"machine": describe_machine(), "date": date.today().isoformat(), "figures": figures}
    RESULTS.write_text(json.dumps(stamp, indent=1) + "\n")
    print("\n" + table(stamp))  # noqa: T201


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("show", ["all", "epoch"])
@pytest.mark.parametrize("size", SIZES)
def test_instrument(lab, found, size, show):
    notebook = lab(smooth(*SIZES[size]), OURS.format(show=show), before_open=WATCH)
    subject = Subject(notebook, "canvas[role=img]")
    figures = measure_subject(
        subject,
        size,
        take_lasso=lambda: notebook.button("Lasso").click(),
        colors=("w.color_by = 'unit'", "w.color_by = 'step'"),
    )
    scrubs = notebook.page.evaluate(SCRUB, SCRUBS)
    figures["scrub"] = describe([milliseconds for milliseconds, _ in scrubs])
    figures["scrub bytes"] = max(uploaded for _, uploaded in scrubs)
    found[f"mmphate-widget, {show}, {size}"] = figures


@pytest.mark.timeout(1200)
def test_scatter(lab, server, found):
    try:
        python = make("scatter")
    except NotInstalledError as error:
        pytest.skip(f"jupyter-scatter: {error}")
    add_kernel(server, python)
    size = "487,680"
    data = smooth(*SIZES[size]).replace("import mmphate_widget as mm\n", "")
    notebook = lab(data + SCATTER_IMPORTS, SCATTER, kernel=KERNEL, wait=False, before_open=WATCH)
    subject = Subject(notebook, ".jp-OutputArea canvas")
    subject.until(subject.shows_data)
    found[f"jupyter-scatter, all, {size}"] = measure_subject(
        subject,
        size,
        take_lasso=lambda: notebook.execute("scatter.widget.mouse_mode = 'lasso'"),
        colors=("scatter.color(by='unit')", "scatter.color(by='step')"),
    )


def add_kernel(server, python):
    """Let the server start kernels of another environment."""
    _, folder = server
    spec = folder.parent / "data" / "kernels" / KERNEL
    spec.mkdir(parents=True, exist_ok=True)
    command = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": command, "display_name": KERNEL, "language": "python"})
    )


SECONDS = "{median:.2f} s ({low:.2f} – {high:.2f})"


def table(stamp):
    """The figures as a table."""
    lines = [
        f"Machine: {stamp['machine']}; {stamp['date']}; median of {REPEATS} (range)",
        "",
        "| what | points | first picture | lasso to Python | recolor | scrub step |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in stamp["figures"].items():
        what, show, _ = name.split(", ", 2)
        cells = [
            "not heard" if row[key] is None else SECONDS.format(**row[key])
            for key in ("first picture", "lasso", "recolor")
        ]
        scrub = row.get("scrub")
        cells.append(
            "–"
            if scrub is None
            else "{median:.2f} ms ({low:.2f} – {high:.2f})".format(**scrub)
            + f", {row['scrub bytes']:,} bytes"
        )
        lines.append(f"| {what}, {show} | {row['size']} | {' | '.join(cells)} |")
    return "\n".join(lines)
