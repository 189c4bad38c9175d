"""Work in the background: its result, its progress, its errors, and how it is left."""

import contextvars
import threading
import time
import traceback

import numpy as np
import pytest

from mmphate_widget._background import run_in_background


def ignore(stage, fraction):
    pass


def test_result_and_every_report_in_order():
    seen = []

    def work(report):
        for fraction in (0.0, 0.5, 1.0):
            report("stage", fraction)
        return threading.get_ident()

    found = run_in_background(work, lambda *report: seen.append((*report, threading.get_ident())))
    here = threading.get_ident()
    assert found != here
    assert seen == [("stage", fraction, here) for fraction in (0.0, 0.5, 1.0)]


def test_the_last_report_is_repeated_while_there_is_none():
    seen = []

    def work(report):
        report("slow", 0.25)
        time.sleep(0.5)

    run_in_background(work, lambda *report: seen.append(report))
    assert 2 <= len(seen) <= 6
    assert set(seen) == {("slow", 0.25)}


def test_errors_of_the_work_keep_their_place():
    def work(report):
        raise ZeroDivisionError("of the work")

    with pytest.raises(ZeroDivisionError, match="of the work") as caught:
        run_in_background(work, ignore)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "work"


def test_an_error_in_progress_ends_the_work_at_its_next_report():
    ended = threading.Event()

    def work(report):
        try:
            while True:
                report("stage", 0.0)
                time.sleep(0.01)
        finally:
            ended.set()

    def failing(stage, fraction):
        raise RuntimeError("of progress")

    with pytest.raises(RuntimeError, match="of progress"):
        run_in_background(work, failing)
    assert ended.wait(5)


def test_the_next_work_waits_for_what_was_left():
    spans = []

    def work(report):
        start = time.monotonic()
        report("stage", 0.0)
        time.sleep(0.4)
        spans.append((start, time.monotonic()))

    def interrupting(stage, fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_background(work, interrupting)
    assert spans == []
    run_in_background(work, ignore)
    assert len(spans) == 2
    assert spans[0][1] <= spans[1][0]


def test_context_comes_along():
    variable = contextvars.ContextVar("variable", default=0)
    variable.set(7)
    with np.errstate(over="raise"):
        assert run_in_background(lambda report: np.geterr()["over"], ignore) == "raise"
    assert run_in_background(lambda report: variable.get(), ignore) == 7
