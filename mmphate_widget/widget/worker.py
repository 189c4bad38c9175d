"""One thread that does what is due, for all widgets of a kernel; it ends when nothing waits.

One, because each thread that draws leaves some megabytes of the allocator's behind: twenty
pictures that wait at the same time must not cost twenty times that.
"""

import threading
from typing import Protocol, runtime_checkable


@runtime_checkable
class Job(Protocol):
    """Something to be done later, perhaps more than once."""

    def wait(self) -> float | None:
        """Seconds until it is due, None when there is nothing to do."""

    def refresh(self) -> None:
        """Do it; must not raise."""


class Worker:
    """Does jobs when they are due, one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: set[Job] = set()
        self._thread: threading.Thread | None = None

    def wake(self, job: Job) -> None:
        """Look after a job until nothing of it waits."""
        with self._changed:
            self._jobs.add(job)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="mmphate-worker", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job.refresh()

    def _next(self) -> Job | None:
        """The job that is due first, once it is; None when nothing waits any more."""
        with self._changed:
            while True:
                waits = {job: wait for job in self._jobs if (wait := job.wait()) is not None}
                self._jobs &= waits.keys()
                # The main thread is gone when the interpreter ends: sockets close under us.
                if not waits or not threading.main_thread().is_alive():
                    self._thread = None
                    return None
                first = min(waits, key=lambda job: waits[job])
                if waits[first] <= 0:
                    return first
                self._changed.wait(timeout=waits[first])


WORKER = Worker()
