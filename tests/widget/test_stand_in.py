"""When the picture that stays is drawn and published, what it holds, and what a notebook keeps."""

import base64
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

import mmphate_widget as mm
from mmphate_widget.widget import stand_in
from mmphate_widget.widget.stand_in import (
    SETTLE_SECONDS,
    SPACING_PER_COST,
    SPACING_SECONDS,
    StandIn,
    encode_stand_in,
    notebook_publisher,
)
from mmphate_widget.widget.worker import Worker

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "stand_in.json").read_text())
VIEW = "application/vnd.jupyter.widget-view+json"


class Bench:
    """A stand-in whose clock, picture and notebook are at hand."""

    def __init__(self, worker):
        self.now, self.picture, self.moving, self.cost = 100.0, b"first", False, 0.0
        self.published, self.drawn, self.sketch = [], 0, None
        self.stand_in = StandIn(
            "g",
            draw=self.draw,
            describe=lambda: "words",
            is_moving=lambda: self.moving,
            sketch=lambda: self.sketch,
            publish=lambda bundle, name, update: self.published.append((bundle, name, update)),
            worker=worker,
            clock=lambda: self.now,
        )

    def draw(self):
        self.now += self.cost
        self.drawn += 1
        return self.picture

    @property
    def pictures(self):
        return [base64.b64decode(bundle["image/png"]) for bundle, _, _ in self.published]


class Asleep(Worker):
    """Does nothing: the test says when time has passed."""

    def wake(self, job):
        pass


@pytest.fixture
def bench():
    return Bench(Asleep())


def test_it_is_published_where_it_is_shown(bench):
    bench.stand_in.show()
    bench.stand_in.show()
    bundle = {"image/png": base64.b64encode(b"first").decode(), "text/plain": "words"}
    assert bench.published == [(bundle, "mmphate-g", False)] * 2


def test_a_sketch_comes_first_where_there_is_one(bench):
    bench.sketch = b"sketch"
    bench.stand_in.show()
    assert (bench.pictures, bench.drawn) == ([b"sketch"], 0)
    # The whole picture does not wait for long.
    assert bench.stand_in.wait() == SETTLE_SECONDS
    bench.stand_in.refresh()
    assert bench.pictures == [b"sketch", b"first"]
    assert bench.stand_in.wait() is None


def test_a_change_is_drawn_when_it_has_come_to_rest(bench):
    bench.stand_in.touch()
    assert bench.stand_in.wait() is None
    bench.stand_in.show()
    assert bench.stand_in.wait() is None
    bench.now += SPACING_SECONDS
    bench.stand_in.touch()
    assert bench.stand_in.wait() == SETTLE_SECONDS
    bench.now += 2
    bench.stand_in.touch()
    assert bench.stand_in.wait() == SETTLE_SECONDS
    bench.now += SETTLE_SECONDS + 1
    assert bench.stand_in.wait() == 0
    bench.picture = b"second"
    bench.stand_in.refresh()
    assert bench.stand_in.wait() is None
    assert bench.pictures == [b"first", b"second"]
    assert bench.published[1][1:] == ("mmphate-g", True)


def test_the_same_picture_is_not_published_again(bench):
    bench.stand_in.show()
    bench.stand_in.touch()
    bench.stand_in.refresh()
    assert bench.drawn == 2
    assert bench.pictures == [b"first"]


def test_pictures_are_spaced_out_by_time_and_by_what_they_cost(bench):
    bench.stand_in.show()
    bench.stand_in.touch()
    assert bench.stand_in.wait() == SPACING_SECONDS
    bench.cost = 3.0
    bench.stand_in.refresh()
    bench.stand_in.touch()
    assert bench.stand_in.wait() == pytest.approx(3 * SPACING_PER_COST)


def test_nothing_is_drawn_while_it_plays(bench):
    bench.stand_in.show()
    bench.moving = True
    bench.stand_in.touch()
    assert bench.stand_in.wait() is None
    bench.moving = False
    bench.stand_in.touch()
    bench.moving = True
    bench.stand_in.refresh()
    assert bench.drawn == 1


def test_what_cannot_be_drawn_or_sent_is_only_logged(bench, caplog):
    bench.stand_in.show()

    def fail():
        raise OSError("the socket is closed")

    bench.stand_in._draw = fail
    bench.stand_in.show()
    assert "the picture that stays could not be drawn" in caplog.text
    bench.stand_in.touch()
    bench.stand_in.refresh()
    assert len(bench.published) == 1


def test_a_closed_one_stays_as_it_is(bench):
    bench.stand_in.show()
    bench.stand_in.touch()
    bench.stand_in.close()
    assert bench.stand_in.wait() is None
    bench.picture = b"second"
    bench.stand_in.touch()
    bench.stand_in.refresh()
    bench.stand_in.show()
    assert bench.pictures == [b"first"]


def test_a_worker_draws_it(monkeypatch):
    monkeypatch.setattr(stand_in, "SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(stand_in, "SPACING_SECONDS", 0.0)
    worker = Worker()
    bench = Bench(worker)
    bench.stand_in._clock = time.monotonic
    bench.stand_in.show()
    for picture in (b"second", b"third"):
        bench.picture = picture
        bench.stand_in.touch()
        bench.stand_in.touch()
        thread = worker._thread
        # None when it was quick.
        if thread is not None:
            thread.join(timeout=5)
    assert bench.pictures == [b"first", b"second", b"third"]


def test_the_picture_names_its_widget_and_keeps_opacity():
    points = Image.new("RGBA", (40, 30))
    points.paste((230, 159, 0, 255), (5, 5, 15, 15))
    points.paste((0, 114, 178, 56), (20, 5, 30, 15))
    png = encode_stand_in(points, GOLDEN["generation"])
    # After the signature and the header, 33 bytes or 44 characters of base64.
    assert base64.b64encode(png).decode()[44:].startswith(GOLDEN["fragment"])
    back = Image.open(io.BytesIO(png))
    assert back.text == {"mmphate-stand-in": GOLDEN["generation"]}
    difference = np.asarray(back.convert("RGBA")).astype(int) - np.asarray(points)
    assert np.abs(difference).max() <= 8


@pytest.fixture
def widget():
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(4, 3, 6, 3)))
    yield widget
    widget.close()


def opacity(widget):
    """How opaque each pixel is, above the caption."""
    png = Image.open(io.BytesIO(widget._draw_stand_in())).convert("RGBA")
    assert png.size == (1200, 300)
    return np.asarray(png)[:-24, :, 3].astype(int)


def test_it_shows_the_epoch_the_selection_and_the_hidden_units(widget):
    view = {**widget.view, "width": 2400.0}
    widget.view = view
    at_first = opacity(widget)
    assert opacity(widget).tolist() == at_first.tolist()
    widget.epoch = 2
    assert (opacity(widget) != at_first).sum() > 50
    x, y = np.floor(widget.project().reshape(4, 3, 6, 2)[2, :, 4] / 2).astype(int).T
    assert (opacity(widget)[y, x] > 200).all()
    widget.select(units=[1])
    assert np.median(opacity(widget)[y, x]) < 90
    widget.hidden_units = [0, 2, 3, 4, 5]
    assert 0 < (opacity(widget) > 0).sum() < 0.5 * (at_first > 0).sum()


def test_every_change_on_screen_touches_it(widget, monkeypatch):
    touched = []
    monkeypatch.setattr(widget._stand_in, "touch", lambda: touched.append(1))
    changes = [
        lambda: setattr(widget, "epoch", 1),
        lambda: setattr(widget, "step", 1),
        lambda: setattr(widget, "show", "all"),
        lambda: setattr(widget, "view", {**widget.view, "fov": 30}),
        lambda: setattr(widget, "color_by", "unit"),
        lambda: setattr(widget, "hidden_units", [1]),
        lambda: setattr(widget, "filters", {"step": {"range": [1, None]}}),
        lambda: setattr(widget, "color_limits", {"step": [0, 1]}),
        lambda: setattr(widget, "playing", True),
        lambda: widget.select(units=[2]),
        lambda: widget.add_channel("unit", np.arange(6)),
    ]
    for change in changes:
        touched.clear()
        change()
        assert touched, change


def test_outside_of_a_notebook_only_the_live_view_is_made(widget):
    assert notebook_publisher() is None
    bundle = widget._repr_mimebundle_()
    assert VIEW in json.dumps(bundle)


TERMINAL = """
import numpy as np
from IPython.terminal.interactiveshell import TerminalInteractiveShell
shell = TerminalInteractiveShell.instance(colors="NoColor")
shell.run_cell("import numpy as np, mmphate_widget as mm")
shell.run_cell("mm.MMPHATEWidget(np.zeros((2, 2, 3, 3)))")
shell.run_cell("from IPython.display import display; display(_)")
"""


def test_a_terminal_prints_the_text(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout.count("<MMPHATEWidget: 2 epochs × 2 steps × 3 units") == 2, done
    assert "Traceback" not in done.stdout + done.stderr


CELLS = (
    """
import time
import ipywidgets
import numpy as np
import mmphate_widget as mm
from mmphate_widget.widget import stand_in
stand_in.SETTLE_SECONDS, stand_in.SPACING_SECONDS, stand_in.SPACING_PER_COST = 0.1, 0.0, 0.0
def rested(w):
    for _ in range(100):
        if w._stand_in.wait() is None and not w._stand_in._drawing.locked():
            return True
        time.sleep(0.05)
make = lambda: mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(4, 3, 6, 3)))
""",
    "w = make()\nw",
    "assert Out[2] is _ is w",
    "w.epoch = 3\nw.select(units=[1])\nassert rested(w)",
    "print(w._draw_stand_in().hex())",
    "display(w)\nprint('after')",
    "ipywidgets.VBox([w])",
    "out = ipywidgets.Output()\nout.append_display_data(w)\nprint(json.dumps(out.outputs))",
    "handle = display(make(), display_id=True)\nhandle.update(make())",
    "w.close()\nw.epoch = 1\nassert rested(w)\nw",
    "from IPython.utils.capture import capture_output\nv = make()\nv",
    "with capture_output() as caught:\n    v.epoch = 2\n    assert rested(v)",
    "print(len(caught.outputs), v._draw_stand_in().hex())",
    "with capture_output() as caught:\n    display(v)\nv.epoch = 1\nassert rested(v)",
    "print(len(caught.outputs), v._draw_stand_in().hex())",
)


@pytest.fixture(scope="module")
def outputs():
    """What each cell of a notebook has left, after all have run in a real kernel."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in ("import json", *CELLS)]
    cells[0].source = "import json\n" + cells.pop(1).source
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, store_widget_state=False).execute()
    return [cell.outputs for cell in notebook.cells]


def png_of(output):
    return base64.b64decode(output.data["image/png"])


def test_a_notebook_holds_picture_and_view_as_two_outputs(outputs):
    picture, view = outputs[1]
    assert set(picture.data) == {"image/png", "text/plain"}
    assert picture.output_type == "display_data"
    assert set(view.data) == {VIEW, "text/plain"}
    assert view.output_type == "execute_result"
    assert outputs[2] == []


def test_it_follows_changes_and_leaves_no_stray_outputs(outputs):
    assert outputs[3] == []
    assert png_of(outputs[1][0]).hex() == outputs[4][0].text.strip()
    assert "12 points selected" in outputs[1][0].data["text/plain"]


def test_display_holds_it_at_its_place_and_a_box_needs_none(outputs):
    kinds = [output.output_type for output in outputs[5]]
    assert kinds == ["display_data", "display_data", "stream"]
    assert outputs[5][2].text == "after\n"
    assert png_of(outputs[5][0]) == png_of(outputs[1][0])
    assert len(outputs[6]) == 1


def test_outputs_and_handles_take_the_live_view(outputs):
    kept = json.loads(outputs[7][-1].text)
    assert [set(entry["data"]) for entry in kept] == [{VIEW, "text/plain"}]
    assert [VIEW in output.data for output in outputs[8]].count(True) == 1


def test_a_closed_widget_leaves_its_picture_and_makes_none(outputs):
    assert not any("image/png" in output.get("data", {}) for output in outputs[9])
    assert png_of(outputs[1][0]).hex() == outputs[4][0].text.strip()


def test_a_capture_keeps_what_is_shown_in_it_and_no_update(outputs):
    assert outputs[11] == outputs[13] == []
    n_before, before = outputs[12][0].text.split()
    n_shown, after = outputs[14][0].text.split()
    assert (n_before, n_shown) == ("0", "2")
    assert before != after
    assert png_of(outputs[10][0]).hex() == after
