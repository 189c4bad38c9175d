"""Who listens hears every change in order, whoever makes it, on whichever thread, and no hang."""

import threading

import numpy as np
import pytest

import mmphate_widget as mm

SECONDS = 20


@pytest.fixture
def widget():
    widget = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(6, 3, 5, 3)))
    yield widget
    widget.close()


def finished(*jobs):
    """Run the jobs at once; False where one hangs."""
    threads = [threading.Thread(target=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=SECONDS)
    return not any(thread.is_alive() for thread in threads)


def test_an_observer_of_everything_may_move_on_and_read(widget):
    def follow(change):
        len(widget.selection)
        if change["name"] == "epoch":
            widget.step = 1

    widget.observe(follow)

    def move():
        widget.epoch = 3

    assert finished(move)
    assert (widget.epoch, widget.step) == (3, 1)


def test_a_selection_made_by_a_listener_is_heard_last_by_all(widget):
    heard = []

    def answer(selection):
        if selection.units.tolist() == [1]:
            widget.select(units=[2])
            assert widget.selected_units.tolist() == [2]

    widget.on_selection(answer)
    widget.on_selection(lambda selection: heard.append(selection.units.tolist()))
    traits = []
    widget.observe(lambda change: traits.append(change["new"].tolist()), "selected_units")
    assert widget.select(units=[1]).units.tolist() == [2]
    assert heard == [[1], [2]]
    assert traits == [[1], [2]]


def test_threads_that_select_leave_traits_and_listeners_where_the_selection_is(widget):
    heard = []
    widget.on_selection(lambda selection: heard.append(selection.units.tolist()))

    def select(unit):
        for turn in range(150):
            widget.select(units=[unit, turn % 2])

    assert finished(*(lambda unit=unit: select(unit) for unit in (2, 3, 4)))
    assert widget.selected_units.tolist() == widget.selection.units.tolist() == heard[-1]
    assert widget.selected_points.tolist() == widget.selection.points.tolist()


def test_what_is_told_is_what_it_is_after_threads_have_moved_it(widget):
    def move(first):
        for turn in range(300):
            widget.epoch = (first + turn) % 6

    assert finished(*(lambda first=first: move(first) for first in range(3)))
    assert widget._told["epoch"][1] == widget.epoch


def test_a_move_beside_a_selection_is_heard_at_once_on_its_own_thread(widget):
    heard = []
    widget.observe(lambda change: heard.append((change["new"], threading.get_ident())), "epoch")
    ready, go_on = threading.Event(), threading.Event()

    def wait(selection):
        ready.set()
        assert go_on.wait(SECONDS)

    widget.on_selection(wait)
    selecting = threading.Thread(target=lambda: widget.select(units=[1]), daemon=True)
    selecting.start()
    assert ready.wait(SECONDS)
    widget.epoch = 4
    assert heard == [(4.0, threading.get_ident())]
    go_on.set()
    selecting.join(SECONDS)


def test_one_bad_value_or_observer_leaves_the_rest_of_a_page_s_word(widget, caplog):
    def refuse(change):
        raise RuntimeError("no")

    widget.observe(refuse, "epoch")
    word = {"page": "a", "seen": 0, "word": 1, "epoch": 2, "step": 99, "show": "all"}
    widget.take_page(word)
    assert (widget.epoch, widget.step, widget.show) == (2, None, "all")
    assert "`step` of a page failed" in caplog.text


def test_each_registration_of_a_callback_ends_on_its_own(widget):
    heard = []
    removers = [widget.on_selection(heard.append) for _ in range(2)]
    widget.select(units=[1])
    removers[0]()
    removers[0]()
    widget.select(units=[2])
    assert len(heard) == 3


def test_an_interrupt_in_a_callback_does_not_silence_the_next(widget):
    heard = []

    def interrupt(selection):
        heard.append(len(selection))
        if len(heard) == 1:
            raise KeyboardInterrupt

    widget.on_selection(interrupt)
    with pytest.raises(KeyboardInterrupt):
        widget.select(units=[1])
    widget.select(units=[2, 3])
    assert heard == [18, 36]


def test_nothing_is_queued_where_no_page_is_left_or_the_widget_is_closed(widget):
    widget._presence.enter("a")
    widget._rest("a")
    widget.select(units=[1])
    assert widget._link.stream.on_the_way() == set()
    widget._presence.enter("b")
    widget.select(units=[2])
    assert ("selection",) in widget._link.stream.on_the_way()
    widget.close()
    widget.select(units=[3])
    assert widget._link.stream.on_the_way() == set()
