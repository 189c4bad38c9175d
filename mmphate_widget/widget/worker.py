"""One thread that does what is due, for all widgets of a kernel; it ends when nothing waits.

One, because each thread that draws leaves some megabytes of the allocator's behind: twenty
pictures that wait at the same time must not cost twenty times that. It holds no job: what nobody
else holds is not done.
"""

import threading
import weakref
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
        self._jobs: weakref.WeakSet[Job] = weakref.WeakSet()
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
            del job

    def _next(self) -> Job | None:
        """The job that is due first, once it is; None when nothing waits any more."""
        with self._changed:
            # The main thread is gone when the interpreter ends: sockets close under us.
            while threading.main_thread().is_alive() and (first := self._first()) is not None:
                wait, reference = first
                job = reference() if wait <= 0 else None
                if job is not None:
                    return job
                self._changed.wait(timeout=wait)
            self._thread = None
            return None

    def _first(self) -> tuple[float, "weakref.ref[Job]"] | None:
        """Who is due first, and in how many seconds; forgets who has nothing to do."""
        waits = {job: job.wait() for job in self._jobs}
        due = [(wait, weakref.ref(job)) for job, wait in waits.items() if wait is not None]
        for job in [job for job, wait in waits.items() if wait is None]:
            self._jobs.discard(job)
        return min(due, key=lambda entry: entry[0], default=None)


WORKER = Worker()
