"""Long work in a thread of its own, so that an interrupt is heard while native code runs.

A signal reaches Python only between two steps of the interpreter, and one eigenproblem is one
step of seconds. The caller waits here in short ones instead, passes progress on, and leaves as
soon as it is interrupted; the work then ends at its next report of progress.
"""

import contextvars
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")
Progress = Callable[[str, float], None]

# Seconds between two looks at the clock: progress is drawn that often, and on systems whose
# waits cannot be interrupted a signal is heard that late.
TICK = 0.1

# Work that was left to end by itself. Until it does, it holds memory, and a limit of BLAS threads
# that it set for the whole process.
_left: list[threading.Thread] = []


class Abandoned(BaseException):
    """Raised inside the work when its caller has gone; nobody sees it."""


def run_in_background(work: Callable[[Progress], Result], progress: Progress) -> Result:
    """``work(report)`` in a thread; what it reports is passed to ``progress`` in this one.

    Parameters
    ----------
    work : callable(report)
        Calls ``report(stage, fraction)`` now and then; once the caller has gone, that raises.
    progress : callable(stage, fraction)
        Also called with the last report again while there is nothing new. An exception in it, or
        a KeyboardInterrupt, is raised at once.
    """
    wait_for_left()
    reports: queue.SimpleQueue[tuple[str, float] | None] = queue.SimpleQueue()
    is_left = threading.Event()
    outcome: dict[str, Any] = {}

    def report(stage: str, fraction: float) -> None:
        if is_left.is_set():
            raise Abandoned
        reports.put((stage, fraction))

    def attend() -> None:
        try:
            outcome["result"] = work(report)
        except BaseException as error:
            outcome["error"] = error
        finally:
            reports.put(None)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(attend,), name="mmphate")
    try:
        thread.start()
        _pass_on(reports, progress)
        thread.join()
    except BaseException:
        is_left.set()
        if thread.is_alive():
            _left.append(thread)
        raise
    if "error" in outcome:
        error = outcome.pop("error")
        try:
            raise error
        finally:
            # Else its traceback, which holds this frame, would keep itself and its arrays.
            del error
    found: Result = outcome["result"]
    return found


def wait_for_left() -> None:
    """Let work that was left end, which it does at its next report."""
    for thread in list(_left):
        while thread.is_alive():
            thread.join(TICK)
        with suppress(ValueError):  # another thread may have waited, too
            _left.remove(thread)


def _pass_on(reports: "queue.SimpleQueue[tuple[str, float] | None]", progress: Progress) -> None:
    """Hand reports to ``progress`` until the work has ended."""
    last = None
    while True:
        try:
            last = reports.get(timeout=TICK)
            if last is None:
                return
        except queue.Empty:
            pass
        if last is not None:
            progress(*last)
