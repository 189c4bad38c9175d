import gc
import threading
import time
import weakref

from mmphate_widget.widget.worker import Worker


class Errand:
    """Due some seconds from now, as often as said; writes down who did it."""

    def __init__(self, name, log, *, seconds, times=1):
        self.name, self.log, self.seconds, self.times = name, log, seconds, times
        self.due = time.monotonic() + seconds

    def wait(self):
        return None if self.times == 0 else max(0.0, self.due - time.monotonic())

    def refresh(self):
        self.log.append((self.name, threading.current_thread().name))
        self.times -= 1
        self.due = time.monotonic() + self.seconds


def join(worker):
    """Until nothing waits; the thread has forgotten itself where it was quick."""
    thread = worker._thread
    if thread is not None:
        thread.join(timeout=10)
        assert not thread.is_alive()


def run(worker, jobs):
    for job in jobs:
        worker.wake(job)
    join(worker)


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def threads():
    """The workers' threads; other tests' workers may have some at work."""
    return {t for t in threading.enumerate() if t.name == "mmphate-worker"}


def test_one_thread_does_all_when_they_are_due_and_ends():
    worker, log, others = Worker(), [], threads()
    jobs = [Errand(n, log, seconds=n / 2) for n in (3, 1, 2)]
    for job in jobs:
        worker.wake(job)
    assert threads() - others == {worker._thread}
    join(worker)
    assert log == [(n, "mmphate-worker") for n in (1, 2, 3)]
    assert worker._thread is None
    assert not threads() - others
    assert len(worker._jobs) == 0


def test_a_job_that_waits_again_is_done_again():
    worker, log = Worker(), []
    run(worker, [Errand("a", log, seconds=0.05, times=3)])
    run(worker, [Errand("b", log, seconds=0.0)])
    assert [name for name, _ in log] == ["a", "a", "a", "b"]


def test_a_job_that_has_nothing_left_is_let_go():
    worker, log = Worker(), []
    errand = Errand("a", log, seconds=5)
    worker.wake(errand)
    thread = worker._thread
    errand.times = 0
    worker.wake(errand)
    thread.join(timeout=2)
    assert not thread.is_alive()
    assert log == []


def test_what_nobody_holds_is_not_done():
    worker, log = Worker(), []
    kept = Errand("kept", log, seconds=1.0)
    lost = Errand("lost", log, seconds=0.5)
    first = Errand("first", log, seconds=0.0)
    there = [weakref.ref(first), weakref.ref(lost)]
    for job in (kept, lost, first):
        worker.wake(job)
    del first, lost, job
    gc.collect()
    # The worker holds each for a moment while it looks who is due.
    until(lambda: [reference() for reference in there] == [None, None])
    join(worker)
    assert "lost" not in [name for name, _ in log]
    assert log[-1] == ("kept", "mmphate-worker")
