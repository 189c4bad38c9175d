"""Sends messages at a pace that a notebook server and a browser can take, and again where lost.

Messages wait under a key, so that a newer one replaces a stale one that has not left yet. They
leave numbered, at most ``RATE`` a second; bulk ones at most ``IN_FLIGHT`` without acknowledgement.
Where acknowledgements cannot come (the kernel is busy and has no subshell to hear them), a message
counts as delivered after ``ACK_SECONDS`` and sending goes on paced by time alone. A server that
drops messages does so silently: what nobody acknowledges is sent again, ever more seldom.

The queue is a plain object with an injected clock; ``Stream`` starts the one thread around it.
"""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from mmphate_widget.widget.protocol import Message

RATE = 20  # messages a second; servers count custom messages against their rate limit
IN_FLIGHT = 4  # bulk messages of up to 4 MB without an acknowledgement
ACK_SECONDS = 1.0
# A page that says hello while these are still on their way will get them: they are not resent.
ON_THE_WAY_SECONDS = 3.0
# Seconds without an acknowledgement until a message leaves once more: long enough for a slow
# connection at first, doubled each time. Small ones get through the end of a flood of some
# minutes; bulk is sent three times at most, and asked for by pages that still miss it.
RESEND_SECONDS = 2.0
RESENDS = 7
BULK_RESEND_SECONDS = 5.0
BULK_RESENDS = 2

_logger = logging.getLogger(__name__)

Send = Callable[[dict[str, object], list[bytes]], None]
Offer = Message | Callable[[], Message]


@dataclass(slots=True, eq=False)
class _Parcel:
    """A message under its key, and how often and when it has left."""

    key: Hashable
    offer: Offer
    urgent: bool
    departures: int = 0
    left_at: float = 0.0

    @property
    def due_again(self) -> float | None:
        """When it leaves once more unless it is acknowledged; None: not again."""
        resends, pause = (
            (RESENDS, RESEND_SECONDS) if self.urgent else (BULK_RESENDS, BULK_RESEND_SECONDS)
        )
        if self.departures > resends:
            return None
        doubled: float = pause * 2 ** (self.departures - 1)
        return self.left_at + doubled


class Stream:
    """A paced, numbered, acknowledged queue of messages. Safe to use from several threads."""

    def __init__(
        self,
        send: Send,
        *,
        clock: Callable[[], float] = time.monotonic,
        is_deserted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._send = send
        self._is_deserted = is_deserted
        self._clock = clock
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._urgent: OrderedDict[Hashable, _Parcel] = OrderedDict()
        self._bulk: OrderedDict[Hashable, _Parcel] = OrderedDict()
        self._sent_at: deque[float] = deque(maxlen=RATE)
        self._unacked: OrderedDict[int, _Parcel] = OrderedDict()
        self._seq = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def offer(self, key: Hashable, message: Offer, *, urgent: bool = False) -> None:
        """Queue a message, or what makes it when it leaves, replacing the one under ``key``.

        Urgent ones are small: they overtake the others and wait for no acknowledgement. Where no
        page is left nothing is queued: the next one says hello and is sent all.
        """
        with self._lock:
            if self._closed or self._is_deserted():
                return
            for seq in [seq for seq, parcel in self._unacked.items() if parcel.key == key]:
                del self._unacked[seq]
            queue = self._urgent if urgent else self._bulk
            queue[key] = _Parcel(key, message, urgent)
            self.pump()

    def acknowledge(self, seq: int) -> None:
        """A page has message ``seq``; another may leave."""
        with self._lock:
            self._unacked.pop(seq, None)
            if self.pump() is None:
                # The thread, which keeps the widget alive, may end.
                self._changed.notify_all()

    def on_the_way(self) -> set[Hashable]:
        """Keys of messages that wait, or left moments ago and are not yet acknowledged."""
        with self._lock:
            now = self._clock()
            sent = {
                parcel.key
                for parcel in self._unacked.values()
                if now - parcel.left_at < ON_THE_WAY_SECONDS
            }
            return sent | set(self._urgent) | set(self._bulk)

    def pump(self) -> float | None:
        """Send what may leave now; seconds until the next may, None when nothing is to leave."""
        with self._lock:
            while not self._closed:
                now = self._clock()
                self._queue_again(now)
                wait = self._wait(now)
                if wait is None:
                    return None
                if wait > 0:
                    self._ensure_thread()
                    return wait
                _, parcel = (self._urgent or self._bulk).popitem(last=False)
                self._dispatch(parcel, now)
            return None

    def forget(self) -> None:
        """Drop what waits or might leave again: no page is there. Ends the thread."""
        with self._lock:
            self._urgent.clear()
            self._bulk.clear()
            self._unacked.clear()
            self._changed.notify_all()
            thread = self._thread
        # It keeps alive whom it sends for.
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=1)

    def close(self) -> None:
        """Forget what waits and end the thread."""
        with self._lock:
            self._closed = True
        self.forget()

    def _queue_again(self, now: float) -> None:
        """What was not acknowledged in time waits anew, behind what waits already."""
        for seq, parcel in list(self._unacked.items()):
            due = parcel.due_again
            if due is None and now - parcel.left_at > ON_THE_WAY_SECONDS:
                del self._unacked[seq]
            elif due is not None and due <= now:
                del self._unacked[seq]
                (self._urgent if parcel.urgent else self._bulk)[parcel.key] = parcel

    def _wait(self, now: float) -> float | None:
        """Seconds until something is to leave or to be queued again; None: nothing is."""
        waits = [due - now for p in self._unacked.values() if (due := p.due_again) is not None]
        pace = self._sent_at[0] + 1.0 - now if len(self._sent_at) == RATE else 0.0
        if self._urgent:
            waits.append(max(pace, 0.0))
        elif self._bulk:
            waits.append(max(pace, self._room(now)))
        return min(waits, default=None)

    def _room(self, now: float) -> float:
        """Seconds until bulk may leave."""
        flying = [
            parcel.left_at
            for parcel in self._unacked.values()
            if not parcel.urgent and now - parcel.left_at < ACK_SECONDS
        ]
        return flying[-IN_FLIGHT] + ACK_SECONDS - now if len(flying) >= IN_FLIGHT else 0.0

    def _dispatch(self, parcel: _Parcel, now: float) -> None:
        self._seq += 1
        self._sent_at.append(now)
        parcel.left_at, parcel.departures = now, parcel.departures + 1
        self._unacked[self._seq] = parcel
        message = parcel.offer if isinstance(parcel.offer, Message) else parcel.offer()
        try:
            self._send({**message.header, "seq": self._seq}, list(message.buffers))
        except Exception:
            # A closed comm or socket: pages ask again for what they miss.
            _logger.exception("a %s message could not be sent", message.header.get("kind"))

    def _ensure_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="mmphate-stream", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        with self._lock:
            while not self._closed:
                wait = self.pump()
                if wait is None:
                    self._thread = None
                    return
                self._changed.wait(timeout=wait)
