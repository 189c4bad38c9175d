"""Linked widgets on two pages while messages cross, merge and get lost: all end at one place.

`Session` does what a session of a page does (js/src/state/model.ts and company.ts); what is said
waits on its way for as long as the test likes.
"""

import itertools
import random

import numpy as np
import pytest

import mmphate_widget as mm

EPOCHS = 11


class Session:
    """One widget on one page: moves, is moved along, says so, and hears what the kernel tells."""

    def __init__(self, widget, page, number):
        self.widget, self.name, self.page = widget, f"{page.host}{number}", page
        self.epoch = widget.epoch
        self.word = self.seen = 0
        self.joint = None
        self.is_followed = self.is_obeyed = self.has_moved = False
        self.latest = {}
        # On the way to the kernel, one word at most, and on the way here.
        self.said = None
        self.inbox = []
        hello = {"kind": "hello", "page": self.name, "generation": "", "frames": [], "number": 1}
        known = {"channels": {}, "selection": -1, "meta": 0, "word": self.make_word()}
        widget._on_message(widget, {**hello, **known}, [])

    def make_word(self):
        joined = {} if self.joint is None else {"epoch": self.joint}
        word = {"page": self.name, "word": self.word, "seen": self.seen, "joined": joined}
        return word if self.is_followed else {**word, "epoch": self.epoch}

    def move(self, epoch):
        """A hand moves it, and it takes along who is linked to it on the page."""
        others = [other for other in self.page.sessions if other is not self]
        names = [session.name for session in (self, *others)]
        self.joint = {"at": next(self.page.moves), "pages": names}
        self.epoch, self.is_followed, self.is_obeyed, self.has_moved = epoch, False, False, True
        for other in others:
            other.epoch, other.is_followed, other.is_obeyed = epoch, True, False
            other.joint = self.joint

    def say(self):
        """Write the word; ipywidgets merges it with one that it still holds back."""
        if self.has_moved:
            self.has_moved = False
            self.word += 1
            self.said = self.make_word()

    def arrive(self):
        if self.said is not None:
            word, self.said = self.said, None
            self.widget.set_state({"_page": word})

    def hear(self):
        """Take the next that the kernel told."""
        if not self.inbox:
            return
        told = self.inbox.pop(0)
        last = max([0, *(moment for moment, _, _ in told.values())])
        if last < self.seen:
            return
        moment, _, by = told.get("epoch", (0, None, ""))
        is_news = moment > self.seen and (by != self.name or self.is_obeyed)
        self.latest, self.seen = told, last
        if is_news:
            given = None if self.is_followed else self.joint
            self.obey()
            for other in self.page.sessions if given is not None else ():
                if other.is_followed and other.joint == given:
                    other.obey()

    def obey(self):
        self.joint, self.is_followed, self.is_obeyed = None, False, True
        self.epoch = self.latest["epoch"][1] if "epoch" in self.latest else 0.0


class Page:
    def __init__(self, host, widgets):
        self.host, self.moves, self.sessions = host * 16, itertools.count(1), []
        for number, widget in enumerate(widgets):
            self.sessions.append(Session(widget, self, number))


def make_scene(count):
    """Linked widgets and two pages that show them; what a widget tells waits at its sessions."""
    generator = np.random.default_rng(0)
    widgets = [mm.MMPHATEWidget(generator.normal(size=(EPOCHS, 2, 3, 3))) for _ in range(count)]
    # A chain: the first and the last are linked through the others alone.
    for one, other in itertools.pairwise(widgets):
        mm.link(one, other, "epoch")
    pages = [Page(host, widgets) for host in "xy"]
    for place, widget in enumerate(widgets):
        there = [page.sessions[place] for page in pages]

        def tell(widget=widget, there=there):
            for session in there:
                session.inbox.append(dict(widget._told))

        widget._tell = tell
        tell()
    return widgets, pages


@pytest.mark.parametrize("count", [2, 3])
def test_pages_settle_however_messages_cross(count):
    for seed in range(30):
        widgets, pages = make_scene(count)
        generator = random.Random(seed)
        sessions = [session for page in pages for session in page.sessions]
        for _ in range(300):
            session, chance = generator.choice(sessions), generator.random()
            if chance < 0.2:
                session.move(float(generator.randrange(EPOCHS)))
            elif chance < 0.4:
                session.say()
            elif chance < 0.6:
                session.arrive()
            elif chance < 0.63:
                generator.choice(widgets).epoch = float(generator.randrange(EPOCHS))
            elif chance < 0.67:
                # Lost; a later one has all that it had.
                del session.inbox[:-1]
            else:
                session.hear()
        while any(session.has_moved or session.said or session.inbox for session in sessions):
            for session in sessions:
                session.say()
                session.arrive()
                session.hear()
        where = {session.name: session.epoch for session in sessions}
        assert len({*where.values(), *(widget.epoch for widget in widgets)}) == 1, (seed, where)
        for widget in widgets:
            widget.close()


def test_what_was_told_late_does_not_stay_where_another_went_along():
    (w1, w2), (here, there) = make_scene(2)
    for session in (*here.sessions, *there.sessions):
        session.hear()
    there.sessions[1].move(2.0)
    there.sessions[1].say(), there.sessions[1].arrive()
    first, second = here.sessions
    first.hear()
    # The second of this page goes along before it hears of the other page's move.
    first.move(5.0)
    second.hear()
    assert (first.epoch, second.epoch) == (5, 2)
    first.say(), first.arrive()
    assert (w1.epoch, w2.epoch) == (5, 5)
    second.hear()
    assert second.epoch == 5


def test_a_move_that_changes_nothing_counts_against_older_ones():
    (w1, w2), (here, _) = make_scene(2)
    first, second = here.sessions
    first.hear(), second.hear()
    w1.epoch = 7
    first.hear(), second.hear()
    second.move(3.0)
    second.say()
    # Where Python's widget stands already; the older word of the other comes after it.
    first.move(7.0)
    first.say(), first.arrive()
    second.arrive()
    assert (w1.epoch, w2.epoch) == (first.epoch, second.epoch) == (7, 7)


def test_a_move_that_another_thread_overtook_is_told_to_its_page():
    (w1, _), (here, _) = make_scene(2)
    name = here.sessions[0].name

    def overtake(change):
        if change["new"] == 3:
            # As if another thread had moved on before this one could count the page's move.
            w1._trait_values["epoch"] = 5.0

    w1.unobserve_all("epoch")
    w1.observe(overtake, "epoch")
    w1.observe(w1._on_moved, "epoch")
    w1.set_state({"_page": {"page": name, "word": 1, "seen": 99, "epoch": 3.0}})
    assert w1._told["epoch"][1:] == [5.0, ""]
