"""The text and the table of a Trace say what is inside and how large; user text is escaped."""

from html.parser import HTMLParser

import numpy as np
import pytest

from mmphate_widget.trace import Trace
from mmphate_widget.trace.repr import format_bytes

VALUES = np.zeros((4, 1, 9, 6), np.float32)


def test_text_of_a_bare_trace():
    expected = "<Trace: 4 epochs × 1 step × 9 units × 6 samples, float32, 864 B>"
    assert repr(Trace.from_array(VALUES)) == expected


def test_text_names_what_is_there():
    trace = Trace.from_array(
        VALUES,
        layers={"rnn": 5, "head": 4},
        sample_labels=list("ababcc"),
        lengths=[1] * 6,
        metrics={"loss": np.ones(4), "accuracy": np.ones(4)},
    )
    assert repr(trace).endswith(
        "864 B; layers rnn, head; 3 classes; lengths 1 … 1; metrics loss, accuracy>"
    )


def test_html_has_a_row_an_axis_and_spans():
    trace = Trace.from_array(
        VALUES, epochs=[0, 5, 10, 15], layers={"rnn": 8, "head": 1}, metrics={"loss": np.ones(4)}
    )
    rows = cells(trace._repr_html_())
    assert rows == [
        ["epoch", "4", "0 … 15 by 5"],
        ["step", "1", "0"],
        ["unit", "9", "rnn[0], rnn[1], …, rnn[7], head[0]"],
        ["sample", "6", ""],
        ["layer", "2", "rnn (8 units), head (1 unit)"],
        ["metric", "1", "loss"],
    ]


def test_html_tells_uneven_epochs_and_classes():
    trace = Trace.from_array(VALUES, epochs=[0, 1, 29, 39], sample_labels=[7, 7, 7, 7, 7, 8])
    rows = cells(trace._repr_html_())
    assert rows[0] == ["epoch", "4", "0 … 39, uneven"]
    assert rows[3] == ["sample", "6", "2 classes: 7, 8"]


def test_html_escapes_every_text_of_the_user():
    attack = "<script>alert('x')</script>&"
    trace = Trace.from_array(
        VALUES[:, :, :1],
        units=[attack],
        layers=[attack],
        sample_labels=[attack] * 6,
        metrics={attack: np.ones(4)},
    )
    html = trace._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4
    assert cells(html)[2] == ["unit", "1", attack]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 2**20, "5.0 MiB"),
     (3 * 2**29, "1.5 GiB"), (2**41, "2.0 TiB")],
)  # fmt: skip
def test_format_bytes(size, text):
    assert format_bytes(size) == text


def cells(html):
    """Text of each cell, by row."""

    class Reader(HTMLParser):
        rows: list[list[str]]

        def handle_starttag(self, tag, attrs):
            if tag == "tr":
                self.rows.append([])
            elif tag in ("th", "td"):
                self.rows[-1].append("")

        def handle_data(self, data):
            if self.rows:
                self.rows[-1][-1] += data

    reader = Reader()
    reader.rows = []
    reader.feed(html)
    return reader.rows
