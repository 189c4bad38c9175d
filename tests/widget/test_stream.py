import threading
import time

from mmphate_widget.widget.protocol import Message
from mmphate_widget.widget.stream import ACK_SECONDS, IN_FLIGHT, ON_THE_WAY_SECONDS, RATE, Stream


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


def test_a_message_is_made_when_it_leaves_and_may_go_first():
    stream = Paced(Clock())
    made = []
    for name in range(IN_FLIGHT + 1):
        stream.offer(name, lambda name=name: made.append(name) or message(name))
    stream.offer("urgent", message("urgent"), first=True)
    assert made == list(range(IN_FLIGHT))
    stream.acknowledge(1)
    assert stream.names[-1] == "urgent"


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
    while any(t.name == "mmphate-stream" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


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
