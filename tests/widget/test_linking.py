"""Linked widgets: they meet at the last move, from whichever side, thread or page it comes."""

import itertools
import random
import threading

import numpy as np
import pytest

import mmphate_widget as mm

SHAPE = (11, 4, 6)
NAMES = ["a", "b", "c", "d", "e", "f"]
CAMERA = {"position": [9.0, 8.0, 7.0], "target": [0.5, 0.0, 0.0], "up": [0.0, 1.0, 0.0]}


def make_widget(*, epochs=None, units=NAMES, seed=0):
    epochs = range(SHAPE[0]) if epochs is None else epochs
    shape = (len(epochs), SHAPE[1], len(units))
    generator = np.random.default_rng(seed)
    trace = mm.Trace.from_array(generator.normal(size=(*shape, 5)), epochs=epochs, units=units)
    return mm.MMPHATEWidget(generator.normal(size=(*shape, 3)), trace=trace)


@pytest.fixture
def pair():
    pair = make_widget(seed=1), make_widget(seed=2)
    yield pair
    for widget in pair:
        widget.close()


class Page:
    """A session of a widget on a page: says where it stands, and hears what it is told."""

    counts, moves = itertools.count(), itertools.count(1)

    def __init__(self, widget, name):
        self.widget, self.name, self.word = widget, name, 0
        self.seen = 0
        hello = {"kind": "hello", "page": name, "generation": "", "frames": [], "channels": {}}
        self.say({**hello, "selection": -1, "meta": 0, "number": 1, "word": self.make_word()})

    def say(self, content):
        self.widget._on_message(self.widget, content, [])

    def make_word(self, along=(), *, at=None, **moves):
        self.word += 1
        at = next(self.moves) if at is None else at
        pages = [self.name, *along]
        joined = {name: {"at": at, "pages": pages} for name in moves} if along else {}
        return {"page": self.name, "word": self.word, "seen": self.seen, "joined": joined, **moves}

    def move(self, along=(), *, at=None, **moves):
        self.take(self.make_word(along, at=at, **moves))

    def take(self, word):
        self.widget.set_state({"_page": word})

    def hear(self):
        """What others have done that this page has not heard of."""
        told = self.widget._told
        news = {
            name: value
            for name, (moment, value, by) in told.items()
            if moment > self.seen and by != self.name
        }
        self.seen = max([self.seen, *(moment for moment, _, _ in told.values())])
        return news

    def undo(self):
        sent = {"kind": "command", "id": f"o-{next(self.counts)}", "page": self.name, "after": []}
        self.say({**sent, "seen": 99, "word": 99, "name": "undo", "window": {}})


def test_epoch_camera_and_selection_go_along(pair):
    w1, w2 = pair
    w1.epoch = 3
    w1.select(units=["b"])
    w2.view = {**w2.view, "width": 333.0}
    link = mm.link(w1, w2, "epoch", "view", "selection")
    assert w2.epoch == 3
    assert w2.selected_units.tolist() == [1]
    w2.epoch = 7.25
    w1.view = {**CAMERA, "fov": 40.0, "width": 640, "height": 480}
    w2.select(units=["d", "e"], combine="add")
    assert w1.epoch == 7.25
    assert w2.view["position"] == CAMERA["position"]
    assert (w2.view["fov"], w2.view["width"], w1.view["width"]) == (40.0, 333.0, 640.0)
    assert w1.selected_units.tolist() == [1, 3, 4]
    w1.playing = True
    assert w2.playing
    link.unlink()
    w1.epoch, w1.playing = 0, False
    w1.clear_selection()
    assert (w2.epoch, w2.playing, len(w2.selected_units)) == (7.25, True, 3)
    link.unlink()
    assert repr(link) == "<WidgetLink of 2 widgets: epoch, view, selection, ended>"


def test_only_what_is_named_goes_along(pair):
    w1, w2 = pair
    with mm.link(w1, w2, "step", "show", "color_by"):
        w1.epoch, w1.step, w1.show = 4, 2, "steps"
        w1.color_by = "step"
        assert (w2.epoch, w2.step, w2.show, w2.color_by) == (0, 2, "steps", "step")
        w1.add_channel("mine", np.arange(6.0))
        w1.color_by = "mine"
        assert w2.color_by == "step"
        w2.step = None
        assert w1.step is None
    w1.step = 1
    assert w2.step is None


def test_epochs_of_other_counts_go_by_their_numbers():
    w1, w2 = make_widget(epochs=range(0, 110, 10)), make_widget(epochs=[0, 25, 50, 60])
    mm.link(w1, w2, "epoch")
    for here, there in ((2.5, 1.0), (10.0, 3.0), (0.0, 0.0), (5.5, 2.5), (6.0, 3.0)):
        w1.epoch = here
        assert w2.epoch == pytest.approx(there)
        # At the end of one the other goes on.
        assert w1.epoch == here
    w2.epoch = 0.5
    assert w1.epoch == pytest.approx(1.25)


def test_three_move_together_and_a_cycle_settles():
    w1, w2, w3 = (make_widget(seed=seed) for seed in range(3))
    w4 = make_widget(epochs=[0, 3, 6, 9])
    mm.link(w1, w2, w3)
    mm.link(w3, w4, "epoch")
    mm.link(w4, w1, "epoch")
    w2.epoch = 4.7
    assert [w.epoch for w in (w1, w2, w3)] == pytest.approx([4.7] * 3)
    assert w4.epoch == pytest.approx(4.7 / 3)
    w4.epoch = 1
    assert [w.epoch for w in (w1, w2, w3)] == pytest.approx([3] * 3)


def test_names_that_one_side_lacks_are_said(monkeypatch):
    w1, w2 = make_widget(), make_widget(units=["c", "b", "z"])
    said = []
    monkeypatch.setattr(w2._link, "offer_error", said.append)
    link = mm.link(w1, w2, "selection")
    w1.select(units=["a", "b", "c"])
    assert w2.selected_units.tolist() == [0, 1]
    assert link.missing == ((), ("a",))
    # The one that selected keeps what it has.
    assert w1.selected_units.tolist() == [0, 1, 2]
    w1.select(units=["a"])
    assert len(w2.selected_units) == 0
    assert said == [
        "Selected in a linked picture, but not here: unit a. link.missing has the names; this is "
        "said once."
    ]
    w2.select(units=["z", "b"])
    assert w1.selected_units.tolist() == [1]
    assert link.missing == (("z",), ())


def test_undo_is_followed_by_the_others_own_history(pair):
    w1, w2 = pair
    w2.select(points=[0, 1, 2])
    own = w2.selected_points.tolist()
    w1.select(units=[5])
    mm.link(w1, w2, "selection")
    w1.select(units=[1])
    w2.select(units=[2, 3])
    assert w1.selected_units.tolist() == [2, 3]
    lengths = [len(widget._selector.history.states) for widget in pair]
    for expected in ([1], [5]):
        w1.undo()
        assert w1.selected_units.tolist() == w2.selected_units.tolist() == expected
    w2.redo()
    w1.redo()
    assert w1.selected_units.tolist() == w2.selected_units.tolist() == [2, 3]
    # Both stepped through what they had: nothing was added.
    assert [len(widget._selector.history.states) for widget in pair] == lengths
    for _ in range(3):
        w2.undo()
    assert w2.selected_points.tolist() == own


def test_a_change_is_announced_once_on_each_side(pair):
    w1, w2 = pair
    mm.link(w1, w2)
    heard = []
    for place, widget in enumerate(pair):
        widget.observe(lambda change, place=place: heard.append((place, change["new"])), "epoch")
        widget.on_selection(lambda found, place=place: heard.append((place, len(found))))
    w1.epoch = 2
    w2.select(units=[0])
    assert sorted(heard) == sorted([(0, 2), (1, 2), (0, 44), (1, 44)])
    revisions = [widget._selector.history.revision for widget in pair]
    w1.select(units=[0])
    assert w2._selector.history.revision == revisions[1]


def test_an_observer_that_moves_on_has_the_last_word(pair):
    w1, w2 = pair
    mm.link(w1, w2, "epoch")
    w2.observe(lambda change: w2.set_trait("epoch", max(4.0, change["new"])), "epoch")
    w1.epoch = 1
    assert (w1.epoch, w2.epoch) == (4, 4)


def test_linking_again_replaces_the_link(pair):
    first = mm.link(*pair, "epoch")
    other = mm.link(*pair, "view")
    again = mm.link(*pair)
    assert (first.is_active, other.is_active, again.is_active) == (False, False, True)
    assert [len(widget._links) for widget in pair] == [1, 1]
    assert pair[0]._meta["links"] == [
        {"id": again.id, "names": ["speed", "direction", "loop", "epoch", "playing", "view"]}
    ]
    again.unlink()
    assert pair[1]._meta["links"] == []


@pytest.mark.parametrize("seed", range(3))
def test_threads_that_move_both_sides_end_at_one_place(pair, seed):
    w1, w2 = pair
    mm.link(w1, w2)
    generator = random.Random(seed)

    def move(widget, moves):
        for epoch, unit in moves:
            widget.epoch = epoch
            widget.select(units=[unit])

    moves = [[(generator.uniform(0, 10), generator.randrange(6)) for _ in range(150)] for _ in "ab"]
    threads = [threading.Thread(target=move, args=each) for each in zip(pair, moves, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert w1.epoch == w2.epoch
    assert w1.selected_units.tolist() == w2.selected_units.tolist()


def test_moves_that_crossed_end_at_one_place(pair):
    w1, w2 = pair
    link = mm.link(w1, w2, "epoch")
    # As if another thread were making moves just now: these wait in line.
    link._busy = True
    w1.epoch, w2.epoch = 3, 7
    link._busy = False
    w1.speed = 9
    assert (w1.epoch, w2.epoch) == (3, 3)


# -- pages: names of sessions on one page begin alike

X, Y = "x" * 16, "y" * 16


def test_who_went_along_on_the_page_is_not_told(pair):
    w1, w2 = pair
    mm.link(w1, w2)
    here, there = Page(w1, X + "1"), Page(w2, X + "2")
    elsewhere = Page(w2, Y + "2")
    for page in (here, there, elsewhere):
        page.hear()
    here.move([there.name], epoch=5.5)
    assert w2.epoch == 5.5
    assert there.hear() == {}
    assert elsewhere.hear() == {"epoch": 5.5}
    # One that did not go along, since it did not know of the link yet, is.
    here.move([], epoch=6.5)
    assert there.hear() == {"epoch": 6.5}


def test_a_move_that_python_overtook_is_taken_back_where_it_went_along(pair):
    w1, w2 = pair
    mm.link(w1, w2)
    here, there = Page(w1, X + "1"), Page(w2, X + "2")
    here.hear(), there.hear()
    w2.epoch = 9
    there.hear()
    # It had not heard of Python's move; the other had, and was then carried along.
    here.move([there.name], epoch=2)
    assert (w1.epoch, w2.epoch) == (9, 9)
    assert here.hear() == {"epoch": 9}
    assert there.hear() == {"epoch": 9}


def test_it_is_taken_back_at_the_far_end_of_a_chain(pair):
    w1, w2 = pair
    w3 = make_widget(seed=3)
    mm.link(w1, w2, "epoch")
    mm.link(w2, w3, "epoch")
    pages = [Page(widget, X + str(place)) for place, widget in enumerate((w1, w2, w3))]
    w3.epoch = 9
    for page in pages[1:]:
        page.hear()
    pages[0].move([page.name for page in pages[1:]], epoch=2)
    assert w3.epoch == 9
    assert pages[2].hear() == {"epoch": 9}


def test_an_undo_on_a_page_is_followed(pair):
    w1, w2 = pair
    mm.link(w1, w2)
    page = Page(w2, X + "2")
    w1.select(units=[2])
    w1.select(units=[4])
    page.undo()
    assert w1.selected_units.tolist() == w2.selected_units.tolist() == [2]


@pytest.mark.parametrize("seed", range(12))
def test_two_pages_that_move_at_once_settle(pair, seed):
    """Messages cross in every order; when all are heard, all stand at one place."""
    w1, w2 = pair
    mm.link(w1, w2, "epoch")
    generator = random.Random(seed)
    pages = {host: [Page(w1, host + "1"), Page(w2, host + "2")] for host in (X, Y)}
    shown = {page: 0.0 for each in pages.values() for page in each}
    # ipywidgets holds a session's words back while the kernel is busy, and sends the last alone.
    waiting = {}

    def hear(page):
        for value in page.hear().values():
            shown[page] = value

    for page in shown:
        hear(page)
    for _ in range(400):
        mover, other = generator.sample(pages[generator.choice((X, Y))], 2)
        if generator.random() < 0.4:
            epoch = float(generator.randrange(11))
            shown[mover] = shown[other] = epoch
            waiting[mover] = mover.make_word([other.name], epoch=epoch)
        elif mover in waiting and generator.random() < 0.6:
            mover.take(waiting.pop(mover))
        elif generator.random() < 0.2:
            generator.choice(pair).epoch = float(generator.randrange(11))
        else:
            hear(mover)
    for page, word in waiting.items():
        page.take(word)
    for page in shown:
        hear(page)
    assert w1.epoch == w2.epoch
    assert set(shown.values()) == {w1.epoch}


def test_a_word_that_was_held_back_does_not_undo_a_later_move_of_its_page(pair):
    w1, w2 = pair
    mm.link(w1, w2)
    here, there = Page(w1, X + "1"), Page(w2, X + "2")
    here.hear(), there.hear()
    late = here.make_word([there.name], epoch=2)
    there.move([here.name], epoch=7)
    here.take(late)
    assert (w1.epoch, w2.epoch) == (7, 7)
    assert here.hear() == there.hear() == {}
    # The same move said once more, with a word about something else.
    here.move([there.name], epoch=3, at=10**9)
    here.move([there.name], epoch=3, show="all", at=10**9)
    assert (w1.epoch, w1.show, w2.epoch) == (3, "all", 3)


# -- what is refused


def test_units_without_a_common_name_are_warned_of(pair):
    stranger = make_widget(units=["x", "y", "z"])
    message = r"none occurs in both .* got 'a', … and 'x', …"
    with pytest.warns(UserWarning, match=message) as warned:
        mm.link(pair[0], stranger)
    assert warned[0].filename == __file__
    pair[0].epoch = 3
    assert stranger.epoch == 3


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda w1, w2: (w1, w2, "colour"), ValueError, "`linked` must be one of 'epoch', 'view'"),
        (lambda w1, w2: (w1, "epoch"), ValueError, "must hold two widgets or more; got 1"),
        (lambda w1, w2: (w1, w1), ValueError, "must hold each widget once"),
        (lambda w1, w2: (w1, "epoch", w2), TypeError, "got a widget after a name"),
        (lambda w1, w2: (w1, 3, w2), TypeError, "then names; got int"),
    ],
)
def test_what_cannot_be_linked_is_refused(pair, make, error, message):
    with pytest.raises(error, match=message):
        mm.link(*make(*pair))
