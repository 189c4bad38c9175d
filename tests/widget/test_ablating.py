"""The button that ablates the selection: a user's function, on a thread, shown as it comes."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.ablation import MOST_DRAWS, read_effect

SHAPE = (3, 2, 5)
# Seconds that a thread gets.
PATIENCE = 10


class Page:
    """Hears what a widget sends, and asks for an ablation."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr("mmphate_widget.widget.stream.RATE", 10_000)
        self.widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)))
        self.received, self._changed = [], threading.Condition()
        monkeypatch.setattr(self.widget._link.stream, "_send", self._take)

    def _take(self, header, buffers):
        with self._changed:
            self.received.append(header)
            self._changed.notify_all()

    def ask(self, generation=None):
        generation = self.widget._generation if generation is None else generation
        content = {"kind": "ask_ablation", "generation": generation}
        self.widget._on_message(self.widget, content, [])

    def of(self, kind):
        return [header for header in self.received if header["kind"] == kind]

    def wait(self, kind, **expected):
        """The first message that has come, or comes, with these."""

        def found():
            return [h for h in self.of(kind) if all(h[k] == v for k, v in expected.items())]

        with self._changed:
            assert self._changed.wait_for(found, PATIENCE), (kind, expected, self.received)
            return found()[0]


@pytest.fixture
def page(monkeypatch):
    page = Page(monkeypatch)
    yield page
    page.widget.close()


def test_a_page_asks_and_is_shown_what_comes_beside_the_handler(page):
    w, may_end, threads = page.widget, threading.Event(), []

    def function(selection):
        threads.append(threading.current_thread())
        assert may_end.wait(PATIENCE)
        return SimpleNamespace(
            effect=-0.2,
            baseline=0.9,
            ablated=0.7,
            metric="accuracy",
            null=np.array([0.0, -0.1, np.nan]),
            interval=(-0.3, np.nan),
            pvalue=np.float64(0.02),
            positions=selection.promoted_units,
        )

    w.ablate_with(function)
    page.wait("ablation", offered=True, running=False, effect=None)
    w.select(units=[1, 4])
    page.ask()
    page.wait("ablation", running=True)
    # One at a time: neither a page nor a cell starts another.
    page.ask()
    with pytest.raises(RuntimeError, match="An ablation is running"):
        w.ablate()
    w.select(units=[2])
    may_end.set()
    shown = page.wait("ablation", running=False, units=[1, 4])
    assert shown["effect"] == {
        "effect": -0.2,
        "baseline": 0.9,
        "ablated": 0.7,
        "pvalue": 0.02,
        "metric": "accuracy",
        "null": [-0.1, 0.0],
        "interval": None,
    }
    assert [thread is threading.current_thread() for thread in threads] == [False]
    assert w.ablation.positions.tolist() == [1, 4]


def test_a_cell_gets_what_the_function_returns_and_pages_see_it(page):
    w = page.widget
    w.ablate_with(lambda selection: len(selection.promoted_units))
    w.select(units=[1, 4])
    assert w.ablate() == w.ablation == 2
    assert page.wait("ablation", units=[1, 4])["effect"]["effect"] == 2


def test_a_page_that_comes_later_is_told(page):
    w = page.widget
    hello = {"kind": "hello", "page": "p", "generation": w._generation, "frames": []}
    rest = {"channels": {}, "selection": 0, "meta": 1, "number": 1, "word": {"page": "p"}}
    rest["word"] |= {"word": 0, "seen": 0}
    w._on_message(w, {**hello, **rest}, [])
    page.wait("told")
    assert page.of("ablation") == []
    w.ablate_with(lambda selection: 1.0)
    w.select(units=[1])
    w.ablate()
    page.wait("ablation", units=[1])
    n_told = len(page.of("ablation"))
    w._on_message(w, {**hello, **rest, "number": 2}, [])
    with page._changed:
        assert page._changed.wait_for(lambda: len(page.of("ablation")) > n_told, PATIENCE)
    assert page.of("ablation")[-1]["effect"]["effect"] == 1
    w.ablate_with(None)
    assert page.wait("ablation", offered=False)["effect"] is None


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda selection: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda selection: "good", "TypeError: What the function of `ablate_with` returns must be"),
        (lambda selection: float("nan"), "TypeError: What the function of `ablate_with` returns"),
        (lambda selection: {"effect": "x"}, "TypeError: `effect` of an ablation must be a number"),
        (lambda selection: {"effect": 1, "interval": 3}, "TypeError: `interval` of an ablation"),
        (lambda selection: {"effect": 1, "null": "abc"}, "TypeError: `null` of an ablation must"),
    ],
)
def test_what_goes_wrong_is_shown_and_the_button_is_back(page, function, message, caplog):
    w = page.widget
    w.ablate_with(function)
    w.select(units=[1])
    page.ask()
    with page._changed:
        assert page._changed.wait_for(lambda: page.of("error"), PATIENCE)
    assert page.of("error")[-1]["message"].startswith(message)
    page.wait("ablation", running=True)
    with page._changed:
        assert page._changed.wait_for(lambda: not page.of("ablation")[-1]["running"], PATIENCE)
    assert page.of("ablation")[-1]["effect"] is None
    assert w.ablation is None
    with pytest.raises((ZeroDivisionError, TypeError)):
        w.ablate()
    assert "the function of ablate_with failed" in caplog.text


def test_nothing_runs_without_a_function_or_units(page):
    w = page.widget
    w.select(units=[1])
    with pytest.raises(RuntimeError, match="Give a function"):
        w.ablate()
    with pytest.raises(TypeError, match="`function` must be callable, or None; got 3"):
        w.ablate_with(3)
    w.ablate_with(lambda selection: 1)
    w.clear_selection()
    with pytest.raises(ValueError, match="`selection` must stand for at least one unit"):
        w.ablate()
    w.select(units=[1])
    page.ask(generation="of another picture")
    assert not w._is_ablating


def test_many_draws_travel_as_quantiles():
    null = np.random.default_rng(0).normal(size=10_000)
    shown = read_effect({"effect": 1, "null": null})["null"]
    assert len(shown) == MOST_DRAWS
    assert shown == sorted(shown)
    np.testing.assert_allclose(np.median(shown), np.median(null), atol=0.01)


def test_an_effect_of_the_analyses_is_shown():
    from mmphate_widget.analysis import AblationEffect

    effect = AblationEffect(
        of="1 of 2 units",
        metric="loss",
        larger_is_better=False,
        baseline=1.0,
        ablated=1.5,
        null=np.zeros(3),
        interval=(0.4, 0.6),
        confidence=0.95,
        alternative="worse",
        pvalue=0.25,
        positions={"rnn": np.array([1])},
        axis="unit",
        mask=[False, True],
    )
    shown = read_effect(effect)
    assert (shown["effect"], shown["metric"], shown["interval"]) == (0.5, "loss", [0.4, 0.6])
