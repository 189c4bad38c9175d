"""Tells who listens of one change after another, whoever makes them and on whichever thread.

A listener may make a change itself, and another thread may make one meanwhile: it is announced
when those before it have been, so that every listener hears the last one last.
"""

import threading
from collections.abc import Callable


class Announcer:
    """Calls ``announce`` once for each request, never two at a time."""

    def __init__(self, announce: Callable[[], None]) -> None:
        self._announce = announce
        self._lock = threading.Lock()
        self._due = False
        self._busy = False

    def request(self) -> None:
        """Announce now, or after what is being announced; requests that wait become one."""
        with self._lock:
            self._due = True
            if self._busy:
                return
            self._busy = True
        try:
            while self._take():
                self._announce()
        except BaseException:
            # An interrupt must not silence what comes after.
            self._busy = False
            raise

    def _take(self) -> bool:
        with self._lock:
            self._busy, self._due = self._due, False
            return self._busy
