import threading
import time

from mmphate_widget.widget.protocol import Message
from mmphate_widget.widget.stream import (
    ACK_SECONDS,
    IN_FLIGHT,
    ON_THE_WAY_SECONDS,
    RATE,
    RESENDS,
    Stream,
)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Paced(Stream):
    """A stream whose thread never runs: the test is the thread."""

    def __init__(self, clock):
        self.sent = []
        super().__init__(lambda header, buffers: self.sent.append((header, buffers)), clock=clock)

    def _ensure_thread(self):
        pass

    @property
    def names(self):
        return [header["name"] for header, _ in self.sent]


def message(name):
    return Message({"kind": "test", "name": name}, (b"x",))


def test_messages_are_numbered_and_keep_their_order():
    stream = Paced(Clock())
    for name in range(3):
        stream.offer(name, message(name))
    assert [(header["seq"], header["name"]) for header, _ in stream.sent] == [
        (1, 0),
        (2, 1),
        (3, 2),
    ]
    assert stream.sent[0][1] == [b"x"]


def test_no_more_than_a_few_leave_without_acknowledgement():
    stream = Paced(Clock())
    for name in range(10):
        stream.offer(name, message(name))
    assert stream.names == list(range(IN_FLIGHT))
    stream.acknowledge(2)
    assert stream.names == list(range(IN_FLIGHT + 1))
    stream.acknowledge(2)
    assert len(stream.names) == IN_FLIGHT + 1


def test_without_acknowledgements_time_paces():
    clock = Clock()
    stream = Paced(clock)
    for name in range(2 * IN_FLIGHT):
        stream.offer(name, message(name))
    assert stream.pump() == ACK_SECONDS
    clock.now += ACK_SECONDS
    stream.pump()
    assert stream.names == list(range(2 * IN_FLIGHT))


def test_at_most_so_many_a_second():
    clock = Clock()
    stream = Paced(clock)
    for name in range(3 * RATE):
        stream.offer(name, message(name))
    for _ in range(100):
        for header, _ in list(stream.sent):
            stream.acknowledge(header["seq"])
    assert len(stream.sent) == RATE
    clock.now += 0.5
    stream.pump()
    assert len(stream.sent) == RATE
    clock.now += 0.5
    stream.pump()
    assert len(stream.sent) > RATE


def test_a_newer_message_replaces_the_stale_one_that_waits():
    stream = Paced(Clock())
    for name in range(IN_FLIGHT):
        stream.offer(name, message(name))
    stream.offer("selection", message("old"))
    stream.offer("selection", message("new"))
    stream.acknowledge(1)
    stream.acknowledge(2)
    assert stream.names[IN_FLIGHT:] == ["new"]


def test_a_message_is_made_when_it_leaves_and_urgent_ones_wait_for_no_acknowledgement():
    stream = Paced(Clock())
    made = []
    for name in range(IN_FLIGHT + 1):
        stream.offer(name, lambda name=name: made.append(name) or message(name))
    stream.offer("urgent", message("urgent"), urgent=True)
    assert made == list(range(IN_FLIGHT))
    assert stream.names[-1] == "urgent"
    stream.acknowledge(1)
    assert made == list(range(IN_FLIGHT + 1))


def test_urgent_messages_keep_their_order_and_go_before_what_waits():
    clock = Clock()
    stream = Paced(clock)
    for name in range(RATE):
        stream.offer(name, message(name), urgent=True)
    stream.offer("bulk", message("bulk"))
    stream.offer("first", message("first"), urgent=True)
    stream.offer("second", message("second"), urgent=True)
    clock.now += 1
    stream.pump()
    assert stream.names[RATE:] == ["first", "second", "bulk"]


def departures(stream, clock, seconds):
    """When messages leave over some time, in seconds from now."""
    start, times = clock.now, []
    while clock.now < start + seconds:
        before = len(stream.sent)
        stream.pump()
        times += [clock.now - start] * (len(stream.sent) - before)
        clock.now += 0.5
    return times


def test_what_nobody_acknowledges_leaves_again_ever_more_seldom():
    clock = Clock()
    stream = Paced(clock)
    stream.offer("told", message("told"), urgent=True)
    assert departures(stream, clock, 400) == [2 * (2**n - 1) for n in range(1, RESENDS + 1)]
    stream = Paced(clock)
    stream.offer("frames", message("frames"))
    assert departures(stream, clock, 400) == [5, 15]
    assert [header["seq"] for header, _ in stream.sent] == [1, 2, 3]
    assert stream.pump() is None


def test_what_is_acknowledged_or_replaced_does_not_leave_again():
    clock = Clock()
    stream = Paced(clock)
    stream.offer("one", message("one"), urgent=True)
    stream.offer("two", message("old"), urgent=True)
    stream.acknowledge(1)
    clock.now += 1
    stream.offer("two", message("new"), urgent=True)
    clock.now += 1.5
    stream.pump()
    assert stream.names == ["one", "old", "new"]
    clock.now += 1
    stream.pump()
    assert stream.names == ["one", "old", "new", "new"]


def test_what_waits_or_just_left_is_on_the_way():
    clock = Clock()
    stream = Paced(clock)
    for name in range(IN_FLIGHT + 2):
        stream.offer(name, message(name))
    stream.acknowledge(1)
    assert stream.on_the_way() == set(range(1, IN_FLIGHT + 2))
    clock.now += ON_THE_WAY_SECONDS
    assert stream.on_the_way() == {IN_FLIGHT + 1}


def test_a_real_thread_delivers_what_waits_and_ends():
    sent = []
    stream = Stream(lambda header, buffers: sent.append(header["name"]))
    for name in range(IN_FLIGHT + 2):
        stream.offer(name, message(name))
    deadline = time.monotonic() + 10
    while len(sent) < IN_FLIGHT + 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sent == list(range(IN_FLIGHT + 2))
    thread = stream._thread
    assert thread in threading.enumerate()
    for seq in range(1, IN_FLIGHT + 3):
        stream.acknowledge(seq)
    thread.join(timeout=1)
    assert not thread.is_alive()


def test_a_closed_stream_sends_nothing():
    stream = Paced(Clock())
    stream.close()
    stream.offer("late", message("late"))
    assert stream.sent == []


def test_a_message_that_cannot_be_sent_does_not_stop_the_rest(caplog):
    sent = []

    def send(header, buffers):
        if header["name"] == 1:
            raise OSError("closed")
        sent.append(header["name"])

    stream = Stream(send, clock=Clock())
    for name in range(3):
        stream.offer(name, message(name))
    assert sent == [0, 2]
    assert "could not be sent" in caplog.text


def test_a_stream_that_forgets_sends_nothing_more_and_lets_its_thread_end():
    stream = Stream(lambda header, buffers: None)
    for name in range(IN_FLIGHT + 2):
        stream.offer(name, message(name))
    thread = stream._thread
    assert thread.is_alive()
    stream.forget()
    assert not thread.is_alive()
    assert stream.on_the_way() == set()
    assert stream.pump() is None
