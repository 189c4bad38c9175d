"""What VS Code, Colab and servers impose, imposed by a host between widget and page.

Nothing from the page is handled until the cell ends, buffers arrive in one form or another,
messages have a largest size, and some are lost. The page's side is js/tests/state/hosts.test.ts.
"""

import base64
import itertools
import json
import random
from dataclasses import replace

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.history import pack_mask
from mmphate_widget.widget.lasso import polygon_hits
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.protocol import Message
from mmphate_widget.widget.stream import RATE, Stream

SHAPE = (6, 4, 8)
LEFT = [[0, 0], [400, 0], [400, 600], [0, 600]]
TOP = [[0, 0], [800, 0], [800, 300], [0, 300]]

# A server's connection ends at a message of 10 MiB; text that stands for bytes is a third longer.
LARGEST_TO_PAGE = 10 * 2**20 * 3 // 4

FORMS = {
    "JupyterLab, VS Code": memoryview,
    "a kernel that copies": bytes,
    "a kernel that lets it be written to": bytearray,
    "Colab": lambda given: base64.b64decode(base64.b64encode(given)),
}


@pytest.fixture
def widget():
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)))
    yield widget
    widget.close()


class Host:
    """Lets the page speak when no cell runs, and loses what it is told to lose."""

    def __init__(self, widget, *, form=memoryview):
        self.widget, self.form = widget, form
        self.is_busy = False
        self.waiting = []
        self.counts = itertools.count()

    def say(self, content, buffers=()):
        self.waiting.append((content, [self.form(buffer) for buffer in buffers]))
        if not self.is_busy:
            self.end_cell()

    def end_cell(self):
        self.is_busy = False
        waiting, self.waiting = self.waiting, []
        for content, buffers in waiting:
            self.widget._on_message(self.widget, content, buffers)

    def polygon(self, polygon, combine, *, epoch, after=(), word=0):
        """What a page sends that a lasso was drawn on, at the epoch that it shows."""
        view = View.from_dict(self.widget.view)
        window = {**record_window(self.widget.window, view), "epoch": float(epoch)}
        shown = replace(self.widget.window, epoch=float(epoch))
        hits = polygon_hits(self.widget._positions, shown, view, np.array(polygon, float))
        how = {"op": "polygon", "tool": "lasso", "combine": combine, "polygon": polygon}
        asked = {"page": "a", "after": list(after), "seen": 99, "word": word}
        message = {
            "kind": "polygon",
            "id": f"o{next(self.counts)}",
            **asked,
            "complete": True,
            "record": {**how, "depth": "through", "rule": "majority", **window},
        }
        return message, [pack_mask(hits).tobytes()], hits


@pytest.mark.parametrize("form", FORMS)
def test_a_lasso_arrives_in_whatever_form_the_kernel_hands_it_over(widget, form):
    host = Host(widget, form=FORMS[form])
    message, buffers, hits = host.polygon(LEFT, "replace", epoch=2)
    host.say(message, buffers)
    assert 0 < hits.sum() < hits.size
    np.testing.assert_array_equal(widget.selection.mask, hits)
    assert widget.epoch == 2


def test_what_is_done_during_a_cell_is_done_in_its_order_when_the_cell_ends(widget):
    host = Host(widget)
    host.is_busy = True
    first, first_bits, one = host.polygon(LEFT, "replace", epoch=3)
    second, second_bits, other = host.polygon(TOP, "subtract", epoch=3, after=[first["id"]])
    # Repeated by a page that waits, and again.
    for _ in range(3):
        host.say(first, first_bits)
        host.say(second, second_bits)
    # The cell goes on meanwhile.
    widget.select(units=[0])
    assert widget.selected_units.tolist() == [0]
    host.end_cell()
    np.testing.assert_array_equal(widget.selection.mask, one & ~other)
    assert (one & other).any()
    # Each was done once: two steps after Python's own, each of which can be undone.
    widget.undo()
    np.testing.assert_array_equal(widget.selection.mask, one)
    widget.undo()
    assert widget.selected_units.tolist() == [0]


def test_a_cell_that_moves_time_is_not_undone_by_what_the_page_wrote_meanwhile(widget):
    host = Host(widget)
    host.is_busy = True
    late = {"page": "a", "word": 1, "seen": 0, "epoch": 1.0, "show": "all"}
    widget.epoch = 5
    host.end_cell()
    widget.set_state({"_page": late})
    assert (widget.epoch, widget.show) == (5, "all")


@pytest.mark.parametrize("seed", range(5))
def test_operations_that_are_lost_now_and_then_are_done_once_and_in_order(widget, seed):
    """A page repeats what is not answered, in its order, and names what it waits for."""
    generator = random.Random(seed)
    answered = set()

    def hear(header, buffers):
        if header["kind"] == "selection" and generator.random() < 0.5:
            answered.update(header["done"])

    widget._link.stream._send = hear
    host = Host(widget)
    unanswered, expected = [], np.zeros(SHAPE, bool)
    for place in range(12):
        corner = [generator.uniform(100, 700), generator.uniform(100, 500)]
        polygon = [[0, 0], [corner[0], 0], corner, [0, corner[1]]]
        combine = generator.choice(["add", "subtract"])
        after = [message["id"] for message, _ in unanswered]
        message, buffers, hits = host.polygon(polygon, combine, epoch=place % 3, after=after)
        expected = expected | hits if combine == "add" else expected & ~hits
        unanswered.append((message, buffers))
        for each in unanswered[:]:
            if generator.random() < 0.5:
                host.say(*each)
        unanswered = [each for each in unanswered if each[0]["id"] not in answered]
    for each in unanswered:
        host.say(*each)
    np.testing.assert_array_equal(widget.selection.mask, expected)
    assert len(widget._selector.history.states) == 13


def test_half_a_million_points_travel_in_messages_that_hosts_let_through():
    sizes = {}

    def weigh(header, buffers):
        weight = len(json.dumps(header)) + sum(map(len, map(bytes, buffers)))
        sizes.setdefault(header["kind"], []).append(weight)
        widget._link.stream.acknowledge(header["seq"])

    generator = np.random.default_rng(0)
    widget = mm.MMPHATEWidget(generator.normal(size=(127, 128, 30, 3)))
    try:
        widget._link.stream._send = weigh
        hello = {"kind": "hello", "page": "a", "generation": "", "frames": [], "channels": {}}
        known = {"selection": -1, "meta": 0, "number": 1, "word": {"page": "a", "word": 0}}
        # Another run's page, so that everything is asked for; what left before was not weighed.
        widget._link.stream.forget()
        widget._on_message(widget, {**hello, **known}, [])
        widget.select(points=np.arange(0, 487_680, 2))
        widget.add_channel("own", generator.normal(size=(127, 128, 30)))
        widget.color_by = "own"
        while widget._link.stream.pump() is not None:
            pass
    finally:
        widget.close()
    assert {"frames", "channel", "selection", "meta"} <= sizes.keys()
    # All points, none left out: 3 float32 each.
    assert sum(sizes["frames"]) > 487_680 * 12
    assert max(itertools.chain(*sizes.values())) < LARGEST_TO_PAGE


def test_a_host_that_hears_no_acknowledgement_is_sent_everything_at_a_pace():
    """No subshell: the page's acknowledgements wait until the cell ends."""
    now = [0.0]
    sent = []

    class Unheard(Stream):
        def _ensure_thread(self):
            pass

    stream = Unheard(lambda header, _: sent.append((now[0], header["name"])), clock=lambda: now[0])
    for name in range(12):
        stream.offer(("frames", name), Message({"kind": "frames", "name": name}, (b"x",)))
    while len({name for _, name in sent}) < 12:
        wait = stream.pump()
        assert wait is not None
        now[0] += wait or 0.01
    assert now[0] < 12
    # What comes twice comes behind what had not left yet.
    assert list(dict.fromkeys(name for _, name in sent)) == list(range(12))
    for start, _ in sent:
        assert sum(start <= at < start + 1 for at, _ in sent) <= RATE
