"""Sends bulk messages at a pace that a notebook server and a browser can take.

Messages wait in a queue under a key, so that a newer one replaces a stale one that has not left
yet. They leave numbered, at most ``RATE`` a second and ``IN_FLIGHT`` without acknowledgement.
Where acknowledgements cannot come (the kernel is busy and has no subshell to hear them), a message
counts as delivered after ``ACK_SECONDS`` and sending goes on paced by time alone.

The queue is a plain object with an injected clock; ``Stream`` starts the one thread around it.
"""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

from mmphate_widget.widget.protocol import Message

RATE = 20  # messages a second; servers count custom messages against their rate limit
IN_FLIGHT = 4  # messages of up to 4 MB without an acknowledgement
ACK_SECONDS = 1.0
# A page that says hello while these are still on their way will get them: they are not resent.
ON_THE_WAY_SECONDS = 3.0

_logger = logging.getLogger(__name__)

Send = Callable[[dict[str, object], list[bytes]], None]
Offer = Message | Callable[[], Message]


class Stream:
    """A paced, numbered, acknowledged queue of messages. Safe to use from several threads."""

    def __init__(self, send: Send, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._queue: OrderedDict[Hashable, Offer] = OrderedDict()
        self._sent_at: deque[float] = deque(maxlen=RATE)
        self._unacked: OrderedDict[int, tuple[float, Hashable]] = OrderedDict()
        self._seq = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def offer(self, key: Hashable, message: Offer, *, first: bool = False) -> None:
        """Queue a message, or what makes it when it leaves, replacing the one under ``key``."""
        with self._lock:
            self._queue[key] = message
            if first:
                self._queue.move_to_end(key, last=False)
            self.pump()

    def acknowledge(self, seq: int) -> None:
        """A page has message ``seq``; another may leave."""
        with self._lock:
            self._unacked.pop(seq, None)
            self.pump()

    def on_the_way(self) -> set[Hashable]:
        """Keys of messages that wait, or left moments ago and are not yet acknowledged."""
        with self._lock:
            now = self._clock()
            sent = {key for at, key in self._unacked.values() if now - at < ON_THE_WAY_SECONDS}
            return sent | set(self._queue)

    def pump(self) -> float | None:
        """Send what may leave now; seconds until the next may, None when nothing waits."""
        with self._lock:
            while self._queue and not self._closed:
                wait = self._wait()
                if wait > 0:
                    self._ensure_thread()
                    return wait
                key, offer = self._queue.popitem(last=False)
                self._dispatch(key, offer if isinstance(offer, Message) else offer())
            return None

    def close(self) -> None:
        """Forget what waits and end the thread."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()

    def _wait(self) -> float:
        now = self._clock()
        pace = 0.0
        if len(self._sent_at) == RATE:
            pace = self._sent_at[0] + 1.0 - now
        waiting = [at for at, _ in self._unacked.values() if now - at < ACK_SECONDS]
        room = waiting[-IN_FLIGHT] + ACK_SECONDS - now if len(waiting) >= IN_FLIGHT else 0.0
        return max(pace, room)

    def _dispatch(self, key: Hashable, message: Message) -> None:
        self._seq += 1
        now = self._clock()
        self._sent_at.append(now)
        self._unacked[self._seq] = (now, key)
        while self._unacked and now - next(iter(self._unacked.values()))[0] > ON_THE_WAY_SECONDS:
            self._unacked.popitem(last=False)
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
