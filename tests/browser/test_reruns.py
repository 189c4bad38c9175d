"""What re-runs of a cell cost the kernel and the page, and what clearing outputs gives back.

``make reruns`` prints the table that README shows; the ordinary tests run its larger size alone.
"""

import os

import pytest
from scenes import SHOW, smooth

RERUNS = 50
# Megabytes by which either may grow a re-run.
LIMIT = 1.0
# The first runs fill what later ones share.
WARM_UP = 5
# A view that only moves is back sooner than this: then its values are let go.
PATIENCE_MS = 11_000
SIZES = {"48,480": (101, 80, 6), "487,680": (127, 128, 30)}
MEASURED = list(SIZES) if os.environ.get("MMPHATE_RERUNS") == "all" else ["487,680"]

# The same coordinates each time; as a cell's last line the widget also stays in IPython's `Out`.
LAST_LINE = """
w = mm.MMPHATEWidget(Y, trace=trace)
model_id = w.model_id
w
"""
# Others each time, as after a fit with other parameters, and held by no variable.
UNHELD = """
Y += 0.01
model_id = (lambda w: (display(w), w.model_id)[1])(mm.MMPHATEWidget(Y, trace=trace))
"""
CELLS = {"same embedding, in Out": LAST_LINE, "another embedding, not held": UNHELD}

# The allocator keeps what was freed, tens of megabytes more or less from one moment to the next.
RETURN_FREED = "__import__('ctypes').CDLL(None).malloc_trim(0)"
RESIDENT = "int(open('/proc/self/statm').read().split()[1]) * 4096"


class Meter:
    """Megabytes that the notebook's kernel and its page hold."""

    def __init__(self, notebook):
        self._notebook = notebook
        self._devtools = notebook.page.context.new_cdp_session(notebook.page)

    def read(self):
        """Resident memory of the kernel; objects and array buffers that the page can reach.

        After a rest, so that the last pictures are drawn and views that left have let go.
        """
        self._notebook.page.wait_for_timeout(PATIENCE_MS)
        self._notebook.execute(f"import gc; gc.collect(); {RETURN_FREED}")
        for _ in range(3):
            self._devtools.send("HeapProfiler.collectGarbage")
        heap = self._devtools.send("Runtime.getHeapUsage")
        page = heap["usedSize"] + heap["backingStorageSize"]
        return {"kernel": self._notebook.kernel(RESIDENT) / 1e6, "page": page / 1e6}


def rerun(notebook, times):
    """Run the notebook's second cell again, each time until its picture is there."""
    for _ in range(times):
        before = notebook.kernel("model_id")
        notebook.page.evaluate(
            """async () => {
              const { commands, shell } = window.jupyterapp;
              shell.currentWidget.content.activeCellIndex = 1;
              await commands.execute("notebook:run-cell");
            }"""
        )
        notebook.until(lambda old=before: notebook.kernel("model_id") != old, "no re-run")
        notebook.wait_for_picture()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("points", MEASURED)
def test_reruns_cost_little_and_clearing_gives_it_back(lab, points, cell):
    notebook = lab(smooth(*SIZES[points]), CELLS[cell])
    meter = Meter(notebook)
    rerun(notebook, WARM_UP)
    first = meter.read()
    rerun(notebook, RERUNS)
    last = meter.read()
    assert notebook.page.locator("canvas[role=img]").count() == 1
    live, made = notebook.live_contexts()
    assert live == 1
    assert made == 1 + WARM_UP + RERUNS
    notebook.command("notebook:clear-all-cell-outputs")
    cleared = meter.read()
    assert notebook.live_contexts()[0] == 0
    print()  # noqa: T201
    for side in ("kernel", "page"):
        growth = (last[side] - first[side]) / RERUNS
        figures = f"{growth:.2f} | {first[side]:.0f} | {last[side]:.0f} | {cleared[side]:.0f}"
        print(f"| {points} | {cell} | {side} | {figures} |")  # noqa: T201
        assert growth < LIMIT
    assert cleared["page"] < last["page"]
    if cell != "same embedding, in Out":
        assert cleared["kernel"] < last["kernel"]


def test_a_picture_shown_again_after_a_rest_is_whole(lab):
    notebook = lab(smooth(12, 10, 6), SHOW, "w")
    notebook.execute("w.epoch = 7; w.select(units=[1, 4])")
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.page.wait_for_timeout(PATIENCE_MS)
    assert notebook.kernel("w._resolved is None")
    notebook.page.evaluate(
        """() => {
          const { commands, shell } = window.jupyterapp;
          shell.currentWidget.content.activeCellIndex = 2;
          commands.execute("notebook:run-cell");
        }"""
    )
    notebook.wait_for_picture()
    notebook.expect_status("2 units, 240 points selected")
    assert float(notebook.slider("Epoch").input_value()) == 7
    assert notebook.kernel("len(w.selection)") == 240
