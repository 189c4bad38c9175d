"""A notebook in a page: its widget by role and name, and its kernel."""

import json
import time

import numpy as np
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

# JupyterLab loads, a kernel starts, torch or scikit-learn import: seconds on a slow machine.
SLOW_MS = 90_000

ASK_KERNEL = """async (code) => {
  const panel = window.jupyterapp.shell.currentWidget;
  const future = panel.sessionContext.session.kernel.requestExecute({ code, store_history: false });
  let said = "";
  let failed = "";
  future.onIOPub = (message) => {
    if (message.header.msg_type === "stream") said += message.content.text;
    if (message.header.msg_type === "error") failed = message.content.traceback.join("\\n");
  };
  await future.done;
  if (failed) throw new Error(failed);
  return said;
}"""


# Every WebGL context that the page makes, held weakly.
COUNT_CONTEXTS = """
window.madeContexts = [];
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  const context = getContext.call(this, kind, ...rest);
  const known = window.madeContexts.some((held) => held.deref() === context);
  if (context && kind.startsWith("webgl") && !known) window.madeContexts.push(new WeakRef(context));
  return context;
};
"""


class Notebook:
    """One open notebook; `errors` collects what the browser's console complains about."""

    def __init__(self, page: Page, url: str, *, dark: bool) -> None:
        self.page, self.url, self.dark = page, url, dark
        self.errors: list[str] = []
        page.set_default_timeout(SLOW_MS)
        page.add_init_script(COUNT_CONTEXTS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _hear(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    # -- the notebook

    def open(self):
        self.page.goto(self.url)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        # Cells that run before the kernel is ready would be lost.
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === 'idle'"
        )
        # The server remembers the theme of the notebook before.
        theme = "JupyterLab Dark" if self.dark else "JupyterLab Light"
        self.command("apputils:change-theme", theme=theme)
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=str(not self.dark).lower()
        )

    def command(self, name, **arguments):
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args)", [name, arguments]
        )

    def run_all(self):
        """Run all cells without waiting for them."""
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )

    def close(self):
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget?.sessionContext.shutdown()")
        self.page.context.close()

    def kernel(self, expression):
        """Value of a Python expression in the kernel, through JSON."""
        code = f"import json as _json; print('\\x02' + _json.dumps({expression}) + '\\x03')"
        said = self.page.evaluate(ASK_KERNEL, code)
        return json.loads(said.split("\x02")[1].split("\x03")[0])

    def execute(self, code):
        """Run statements in the kernel."""
        return self.page.evaluate(ASK_KERNEL, code)

    def kernel_array(self, expression):
        """An array of the kernel."""
        return np.array(self.kernel(f"({expression}).tolist()"))

    def describe(self):
        """What a reader sees and what the console said, for the report of a test that failed."""
        try:
            seen = self.page.locator(".jp-Notebook").first.inner_text(timeout=5_000)
        except PlaywrightError as error:
            seen = f"no notebook: {error}"
        return "\n".join([seen, "-- console errors", *self.errors[-40:]])

    # -- the widget

    @property
    def canvas(self):
        return self.page.locator("canvas[role=img]").first

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True).first

    def slider(self, name):
        return self.page.get_by_role("slider", name=name, exact=True).first

    def combobox(self, name):
        return self.page.get_by_role("combobox", name=name, exact=True).first

    @property
    def find_field(self):
        return self.page.get_by_role("searchbox", name="Find unit", exact=True).first

    def curves(self):
        return self.page.get_by_role("figure", name="Training curves").first

    @property
    def status(self):
        return self.page.locator(".mmp-root [role=status]").first

    def live_contexts(self):
        """WebGL contexts that are not lost, and how many were made in all."""
        return self.page.evaluate(
            "() => [window.madeContexts.filter((held) => held.deref()?.isContextLost() === false)"
            ".length, window.madeContexts.length]"
        )

    def wait_for_picture(self):
        """Until the canvas is there and shows something else than its ground."""
        self.canvas.wait_for(state="visible")
        self.canvas.scroll_into_view_if_needed()
        self.until(lambda: self.drawn_pixels() > 50, "the canvas stays empty")

    def pixels(self):
        """The canvas as it is on screen, an array of RGB bytes."""
        from io import BytesIO

        from PIL import Image

        return np.asarray(Image.open(BytesIO(self.canvas.screenshot())).convert("RGB"))

    def drawn_pixels(self):
        """How many pixels of the canvas differ clearly from its most frequent color."""
        return int((from_ground(self.pixels()) > 60).sum())

    def until(self, condition, complaint, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, complaint
            self.page.wait_for_timeout(100)

    def expect_status(self, text):
        expect(self.status).to_contain_text(text)

    def settle(self):
        """Until the picture has not changed for a while."""
        before = None
        for _ in range(60):
            now = self.pixels()
            if before is not None and now.shape == before.shape and (now == before).all():
                return
            before = now
            self.page.wait_for_timeout(250)
        raise AssertionError("the picture does not come to rest")

    def lonely_point(self, ids):
        """Of some points the one that stands farthest from the others on the canvas, and where."""
        pixels = self.kernel_array("w.project()")[ids]
        size = np.array([self.canvas.bounding_box()[side] for side in ("width", "height")])
        gaps = np.linalg.norm(pixels[:, None] - pixels, axis=-1) + np.eye(len(ids)) * 1e9
        # The legend lies over the right edge.
        inside = ((pixels > 5) & (pixels < size - [200, 5])).all(axis=1)
        best = int(np.argmax(np.where(inside, gaps.min(axis=1), -1)))
        return int(ids[best]), tuple(pixels[best])

    def point_at(self, place):
        """Move the pointer to a place on the canvas."""
        box = self.canvas.bounding_box()
        self.page.mouse.move(box["x"] + place[0] - 3, box["y"] + place[1])
        self.page.mouse.move(box["x"] + place[0], box["y"] + place[1])

    def drag(self, points, modifiers=()):
        """Press at the first point, move through the others, release; CSS pixels of the canvas."""
        box = self.canvas.bounding_box()
        places = [(box["x"] + x, box["y"] + y) for x, y in points]
        for key in modifiers:
            self.page.keyboard.down(key)
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=4)
        self.page.mouse.up()
        for key in modifiers:
            self.page.keyboard.up(key)

    def wait_for_revision(self, revision):
        """Until the kernel has this revision of the selection."""
        self.until(
            lambda: self.kernel("w._selector.history.revision") >= revision,
            f"the kernel did not reach revision {revision}",
        )


def from_ground(picture):
    """Of each pixel the sum of differences, in levels of 256, from the most frequent color."""
    levels = picture.astype(np.int32)
    colors, counts = np.unique(levels @ [1 << 16, 1 << 8, 1], return_counts=True)
    ground = colors[counts.argmax()] >> [16, 8, 0] & 255
    return np.abs(levels - ground).sum(axis=-1)


def points_inside(polygon, pixels):
    """Even-odd rule, all points against one edge at a time; written apart from the package."""
    inside = np.zeros(len(pixels), dtype=bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        spans = (y0 <= pixels[:, 1]) != (y1 <= pixels[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x0 + (pixels[:, 1] - y0) / (y1 - y0) * (x1 - x0)
        inside ^= spans & (pixels[:, 0] < at)
    return inside


def expected_ids(notebook, operation=-1):
    """What the kernel says is visible and lies, projected, in the polygon that was drawn."""
    polygon = np.array(notebook.kernel(f"w.selection.record[{operation}]['polygon']"))
    pixels = notebook.kernel_array("w.project()")
    visible = notebook.kernel_array("w.visible").ravel()
    return np.flatnonzero(points_inside(polygon, pixels) & visible)
