"""A picture lives while a page shows it or somebody in Python holds it, and no longer."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

import mmphate_widget as mm
from mmphate_widget.widget import presence

HELLO = {
    "kind": "hello",
    "generation": "",
    "frames": [],
    "channels": {},
    "selection": 0,
    "meta": 1,
    "number": 1,
}


def say(widget, page, kind):
    message = (
        {**HELLO, "page": page, "word": {"page": page}}
        if kind == "hello"
        else {"kind": "rest", "page": page, "going": kind == "going"}
    )
    widget._on_message(None, message, [])


@pytest.fixture
def widget():
    Y = np.random.default_rng(0).normal(size=(4, 3, 5, 3))
    widget = mm.MMPHATEWidget(Y)
    widget.on_selection(lambda selection: None)
    return widget


def collected(widget_in_list):
    """Whether the widget is gone once this, the last variable that holds it, is empty."""
    held, model_id = weakref.ref(widget_in_list[0]), widget_in_list[0].model_id
    widget_in_list.clear()
    gc.collect()
    assert (held() is None) == (model_id not in _instances)
    return held() is None


def make():
    return [mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(4, 3, 5, 3)))]


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ([], False),
        ([("a", "hello")], False),
        ([("a", "hello"), ("a", "rest")], True),
        ([("a", "hello"), ("b", "hello"), ("a", "rest")], False),
        ([("a", "hello"), ("b", "hello"), ("a", "rest"), ("b", "rest")], True),
        ([("a", "hello"), ("a", "rest"), ("a", "hello")], False),
    ],
)
def test_it_goes_when_the_last_page_and_the_last_variable_are_gone(said, gone):
    widgets = make()
    for page, kind in said:
        say(widgets[0], page, kind)
    assert collected(widgets) is gone


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ([("a", "hello"), ("a", "going")], (False, True)),
        ([("a", "hello"), ("a", "going"), ("b", "hello")], (False, False)),
        ([("a", "hello"), ("a", "going"), ("a", "hello")], (False, False)),
    ],
)
def test_a_page_that_goes_may_be_back_reloaded(monkeypatch, said, gone):
    monkeypatch.setattr(presence, "RETURN_SECONDS", 0.2)

    async def run():
        widgets = make()
        for page, kind in said:
            say(widgets[0], page, kind)
        held = weakref.ref(widgets.pop())
        gc.collect()
        at_once = held() is None
        await asyncio.sleep(0.4)
        gc.collect()
        return at_once, held() is None

    # In a thread of its own: an open browser's loop may run in this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, run()).result() == gone


def test_a_variable_keeps_it_and_it_works_on(widget):
    widget.select(units=[2])
    say(widget, "a", "hello")
    say(widget, "a", "rest")
    gc.collect()
    assert len(widget.selection) == 12
    assert _instances[widget.model_id].model_id == widget.model_id
    # A page that starts anew asks for the state of all there are.
    assert _instances[widget.model_id].get_state()["_meta"]["shape"] == [4, 3, 5]
    widget.comm.handle_msg({"content": {"data": {"method": "request_state"}}, "buffers": []})
    said = {
        "kind": "command",
        "id": "x",
        "page": "a",
        "after": [],
        "seen": 0,
        "word": 0,
        "name": "clear",
        "window": {},
    }
    message = {"content": {"data": {"method": "custom", "content": said}}, "buffers": []}
    widget.comm.handle_msg(message)
    assert len(widget.selection) == 0


def test_a_closed_widget_comes_back_no_more(widget):
    model_id = widget.model_id
    widget.close()
    say(widget, "a", "hello")
    assert model_id not in _instances


def test_the_last_rest_gives_back_what_is_held_no_more():
    gc.disable()
    try:
        older, newer = make(), make()
        held = weakref.ref(older[0])
        for widget in (*older, *newer):
            say(widget, "a", "hello")
        say(older[0], "a", "rest")
        older.clear()
        assert held() is not None
        say(newer[0], "a", "rest")
        assert held() is None
    finally:
        gc.enable()
