"""Who keeps a widget: the pages that show it, and whoever holds it in Python.

ipywidgets holds every widget whose comm is open, so that none is ever collected. Ours is held
like that until every page that had it has said that it shows it no more; from then on as long as
somebody in Python holds it. When nobody does, it closes, and the pages forget it, too.
"""

import asyncio
import ctypes
import gc
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances as registry

RETURN_SECONDS = 60.0
"""How long a page that goes is waited for: reloaded, it asks for the widget under another name."""


class Presence:
    """Counts the pages that show ``widget``, and holds it while there are any.

    The caller holds a lock around calls from several threads.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = weakref.ref(widget)
        self._model_id = widget.model_id
        self._pages: set[str] = set()
        self._was_shown = False
        self._going: dict[str, asyncio.TimerHandle] = {}
        # A comm holds its handler, and the kernel holds the comm.
        widget.comm.on_msg(_hearing(self._widget))

    def enter(self, page: str) -> None:
        """A page has the widget."""
        self._was_shown = True
        self._stay(page)
        self._pages.add(page)
        self._hold(self._widget())

    @property
    def is_deserted(self) -> bool:
        """Whether pages had the widget and none has it now."""
        return self._was_shown and not self._pages

    def leave(self, page: str) -> None:
        """A page shows it no more."""
        self._stay(page)
        self._pages.discard(page)
        widget = self._widget()
        if not self._pages and widget is not None:
            self._hold(weakref.proxy(widget))

    def expect(self, page: str, give_up: Callable[[], None]) -> bool:
        """Wait for a page that goes, then give up; False where there is no loop to wait in."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        self._stay(page)
        self._going[page] = loop.call_later(RETURN_SECONDS, give_up)
        return True

    def _stay(self, page: str) -> None:
        if page in self._going:
            self._going.pop(page).cancel()

    def _hold(self, widget: Any) -> None:
        # Closed widgets are in the registry no more.
        if self._model_id in registry:
            registry[self._model_id] = widget


def give_back() -> None:
    """Collect what nobody holds, and return it to the system, which would wait for long."""
    gc.collect()
    # Where the C library is glibc; others return memory on their own.
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _hearing(widget: "weakref.ref[Widget]") -> Any:
    def hear(message: dict[str, Any]) -> None:
        there = widget()
        if there is not None:
            there._handle_msg(message)

    return hear
