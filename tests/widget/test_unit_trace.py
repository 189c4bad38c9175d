"""What the card of a point shows: a unit's activity, and who answers when a page asks for it."""

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.unit_trace import MOST_CLASSES, trace_unit

SHAPE = (4, 6, 5)
N_SAMPLES = 9
LENGTHS = np.array([6, 6, 2, 3, 4, 5, 1, 2, 6])
LABELS = np.array([0, 0, 1, 1, 2, 2, 0, 1, 2])


def activations(dtype=np.float64):
    return np.random.default_rng(3).normal(size=(SHAPE[1], N_SAMPLES)).astype(dtype)


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_it_equals_one_step_and_class_at_a_time(lengths, dtype):
    values = activations(dtype)
    found = trace_unit(values, sample_labels=LABELS, lengths=lengths)
    assert found.classes == ("0", "1", "2")
    assert found.class_means.shape == (3, SHAPE[1])
    for step in range(SHAPE[1]):
        there = np.ones(N_SAMPLES, bool) if lengths is None else step < lengths
        now = values[step].astype(float)
        np.testing.assert_allclose(found.mean[step], now[there].mean())
        np.testing.assert_allclose(found.deviation[step], now[there].std(), atol=1e-12)
        for code in range(3):
            mine = now[there & (code == LABELS)]
            expected = mine.mean() if len(mine) else np.nan
            np.testing.assert_allclose(found.class_means[code, step], expected)
    assert np.isnan(found.class_means).any() == (lengths is not None)


def test_what_lies_past_the_end_of_a_sequence_does_not_count():
    values = activations()
    past = np.arange(SHAPE[1])[:, None] >= LENGTHS
    clean = trace_unit(values, sample_labels=LABELS, lengths=LENGTHS)
    spoiled = trace_unit(np.where(past, 1e6, values), sample_labels=LABELS, lengths=LENGTHS)
    for name in ("mean", "deviation", "class_means"):
        np.testing.assert_array_equal(getattr(clean, name), getattr(spoiled, name))


def test_a_step_that_no_sample_reaches_has_no_value():
    found = trace_unit(activations(), lengths=np.full(N_SAMPLES, 2))
    assert np.isfinite(found.mean[:2]).all()
    assert np.isnan(found.mean[2:]).all()
    assert np.isnan(found.deviation[2:]).all()


@pytest.mark.parametrize(
    "labels",
    [None, np.zeros(N_SAMPLES, int), np.array(["only"] * N_SAMPLES)],
    ids=["no labels", "one class", "one name"],
)
def test_without_several_classes_there_are_mean_and_deviation_alone(labels):
    found = trace_unit(activations(), sample_labels=labels)
    assert found.classes == ()
    assert found.class_means.shape == (0, SHAPE[1])


@pytest.mark.parametrize(("n_classes", "n_curves"), [(MOST_CLASSES, MOST_CLASSES), (11, 0)])
def test_more_classes_than_can_be_told_apart_are_not_drawn(n_classes, n_curves):
    values = np.zeros((2, n_classes))
    assert len(trace_unit(values, sample_labels=np.arange(n_classes)).classes) == n_curves


# -- a page asks ------------------------------------------------------------------------------


@pytest.fixture
def trace():
    values = np.random.default_rng(0).normal(size=(*SHAPE, N_SAMPLES)).astype(np.float32)
    return mm.Trace.from_array(values, sample_labels=LABELS, lengths=LENGTHS)


class Page:
    """Hears what a widget sends, and speaks."""

    def __init__(self, monkeypatch, trace=None):
        Y = np.random.default_rng(1).normal(size=(*SHAPE, 3))
        self.widget, self.received = mm.MMPHATEWidget(Y, trace=trace), []
        monkeypatch.setattr(
            self.widget._link.stream, "_send", lambda *message: self.received.append(message)
        )

    def say(self, content):
        self.widget._on_message(self.widget, content, [])

    def ask(self, epoch, unit, **changes):
        generation = self.widget._generation
        question = {"kind": "ask_trace", "generation": generation, "epoch": epoch, "unit": unit}
        self.say({**question, **changes})

    def select(self, operation_id, units, combine):
        sender = {"id": operation_id, "page": "a", "after": [], "seen": 0, "word": 0}
        self.say({"kind": "units", **sender, "combine": combine, "units": units})

    def of(self, kind):
        return [entry for entry in self.received if entry[0]["kind"] == kind]


def test_a_page_that_asks_is_sent_the_units_trace(trace, monkeypatch):
    page = Page(monkeypatch, trace)
    assert page.widget._meta["has_activity"] is True
    page.ask(3, 4)
    [(header, [buffer])] = page.of("trace")
    assert (header["epoch"], header["unit"], header["classes"]) == (3, 4, ["0", "1", "2"])
    assert header["generation"] == page.widget._generation
    rows = np.frombuffer(buffer, "<f4").reshape(5, SHAPE[1])
    expected = trace_unit(trace.values[3, :, 4], sample_labels=LABELS, lengths=LENGTHS)
    np.testing.assert_allclose(rows[0], expected.mean, rtol=1e-6)
    np.testing.assert_allclose(rows[1], expected.deviation, rtol=1e-6)
    np.testing.assert_allclose(rows[2:], expected.class_means, rtol=1e-6)


def test_nobody_answers_for_other_coordinates_or_without_a_trace(trace, monkeypatch):
    stale = Page(monkeypatch, trace)
    stale.ask(0, 0, generation="of another cell")
    bare = Page(monkeypatch)
    assert bare.widget._meta["has_activity"] is False
    bare.ask(0, 0)
    assert stale.of("trace") == bare.of("trace") == stale.of("error") == bare.of("error") == []


@pytest.mark.parametrize(("epoch", "unit"), [(4, 0), (0, 5), (-1, 0), (0, "rnn[3]")])
def test_what_does_not_exist_is_named_and_harmless(trace, monkeypatch, epoch, unit):
    page = Page(monkeypatch, trace)
    page.ask(epoch, unit)
    assert page.of("trace") == []
    [(header, _)] = page.of("error")
    assert "must be an integer between 0 and" in header["message"]


# -- a page selects units ---------------------------------------------------------------------


def test_units_of_a_page_are_selected_like_those_of_python(trace, monkeypatch):
    page, twin = Page(monkeypatch, trace), Page(monkeypatch, trace)
    for number, (units, combine) in enumerate(
        [([3], "replace"), ([1, 2], "add"), ([2], "subtract")]
    ):
        page.select(f"u{number}", units, combine)
        twin.widget.select(units=units, combine=combine)
        assert page.of("selection")[-1][0]["done"][-1] == f"u{number}"
        assert page.widget.selection.record == twin.widget.selection.record
        np.testing.assert_array_equal(page.widget.selection.mask, twin.widget.selection.mask)
    assert page.widget.selected_units.tolist() == [1, 3]
    record = page.widget.selection.record
    page.widget.undo()
    assert page.widget.selected_units.tolist() == [1, 2, 3]
    assert twin.widget.reselect(record).promoted_units.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("units", "combine", "message"),
    [([5], "replace", "`units` must be between 0 and 4"), ([0], "xor", "`combine` must be one of")],
)
def test_units_that_do_not_exist_are_answered_and_change_nothing(
    trace, monkeypatch, units, combine, message
):
    page = Page(monkeypatch, trace)
    page.select("u", units, combine)
    assert len(page.widget.selection) == 0
    assert page.of("selection")[-1][0]["done"] == ["u"]
    assert message in page.of("error")[0][0]["message"]
