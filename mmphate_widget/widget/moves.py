"""Whose move counts, where Python and several pages move the same things and messages cross.

`_told` holds the last move of each thing: its running count, its value, and the page that made it
("" for Python). A page says where it stands and up to which count it knows the others' moves: what
it wrote of a thing before it knew is passed over, so that an assignment in Python is never undone
by an older one of a page. A page reads the traits when it opens; from then on it hears `_told`
alone.
"""

import itertools
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

# Pages that are remembered, the last heard of; a reload counts as a new page.
PAGES = 16

# So many characters are the same in the names of all sessions on one page (js/src/util/uuid.ts).
PAGE_ID_LENGTH = 16

# What Python and a hand on a page both move.
MOVED = (
    "epoch",
    "step",
    "epoch_window",
    "step_window",
    "show",
    "view",
    "playing",
    "color_by",
    "speed",
    "loop",
    "direction",
    "depth",
    "unit_rule",
    "hidden_units",
    "filters",
    "color_limits",
    "point_size",
    "opacity",
    "line_width",
    "fade",
    "height",
)


@dataclass(frozen=True, slots=True)
class Joint:
    """A page's move that linked sessions there made together: which it was, and who made it.

    ``at`` counts such moves of a page; names of sessions in ``pages``.
    """

    at: int = 0
    pages: tuple[str, ...] = ()

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Joint":
        """As a page says it."""
        return cls(int(said["at"]), tuple(map(str, said["pages"])))


ALONE = Joint()


class SharedMoves(anywidget.AnyWidget):
    """A widget with traits named in ``MOVED``, which pages move as well."""

    _told = traitlets.Dict().tag(sync=True)
    _page = traitlets.Dict().tag(sync=True, echo_update=False)

    def __init__(self, **traits: Any) -> None:
        # On this thread: the page whose move is being taken, and who made it together with it.
        self._speaking = threading.local()
        self._moments = itertools.count(1)
        self._counting = threading.Lock()
        # Numbers of the last word and the last hello of each page.
        self._heard: dict[str, tuple[int, int]] = {}
        # The last joint move of each trait by each page, by the common start of its names.
        self._joints: dict[tuple[str, str], int] = {}
        super().__init__(**traits)
        self.observe(self._on_moved, MOVED)

    def _on_moved(self, change: Any) -> None:
        page, _ = self.mover(change["name"], change["new"])
        # A page may speak on another thread than the cell: what is told last is what it is now.
        # Nobody is notified, who might move on with the lock held.
        names = [change["name"]]
        if getattr(self, names[0]) is not change["new"]:
            # Moved on by another thread already: that page must hear where it stands, too.
            page = ""
        if page == "" and names == ["playing"] and not change["new"]:
            # Stopped by Python, it stands where Python sees it: what a page that played on says
            # of the epoch is older than that.
            names.append("epoch")
        with self._counting:
            moves = {name: [next(self._moments), getattr(self, name), page] for name in names}
            self._trait_values["_told"] = {**self._told, **moves}
        if page == "" or any(other != page for other in self._heard):
            self._tell()

    def _is_page_speaking(self) -> bool:
        return getattr(self._speaking, "move", None) is not None

    def mover(self, name: str, value: Any) -> tuple[str, Joint]:
        """Who moves `name` to `value` on this thread, "" for Python, and who with it."""
        moving = getattr(self._speaking, "move", None)
        # An observer of a page's move may move on: that is Python's move. JSON has lists alone.
        said = list(value) if isinstance(value, tuple) else value
        if moving is None or (name, said) != moving[2:]:
            return "", ALONE
        page: str = moving[0]
        joint: Joint = moving[1]
        return page, joint

    @contextmanager
    def moved_by(self, page: str, joint: Joint, name: str, value: Any) -> Iterator[None]:
        """What moves `name` to `value` on this thread is this page's move."""
        before = getattr(self._speaking, "move", None)
        self._speaking.move = (page, joint, name, value)
        try:
            yield
        finally:
            self._speaking.move = before

    def take_joint(self, page: str, name: str, joint: Joint) -> bool:
        """Note a joint move of a page; False where a later one of that page is known already."""
        key = (page[:PAGE_ID_LENGTH], name)
        with self._counting:
            if 0 < joint.at < self._joints.get(key, 0):
                return False
            if joint.at:
                rest = {other: at for other, at in self._joints.items() if other != key}
                self._joints = dict(list({**rest, key: joint.at}.items())[-PAGES * len(MOVED) :])
            return True

    def tell_again(self, name: str) -> None:
        """Tell every page where `name` stands, also one that believes it knows better."""
        with self._counting:
            move = [next(self._moments), getattr(self, name), ""]
            self._trait_values["_told"] = {**self._told, name: move}
        self._tell()

    def session_in(self, joint: Joint) -> str:
        """The session of this widget that took part in a move; "" where none did."""
        heard = self._heard
        return next((page for page in joint.pages if page in heard), "")

    def _hear(self, page: str, word: int | None = None, *, hello: int | None = None) -> bool:
        """Note a page's word or hello; False where a newer word of it has overtaken this one."""
        with self._counting:
            heard = dict(self._heard)
            last_word, last_hello = heard.pop(page, (0, 0))
            heard[page] = (max(last_word, word or 0), max(last_hello, hello or 0))
            self._heard = dict(list(heard.items())[-PAGES:])
            return word is None or word >= last_word

    def is_overtaken(self, page: str, word: int) -> bool:
        """Whether a later word of this page has been heard."""
        return word < self._heard.get(page, (0, 0))[0]

    def take_page(self, word: dict[str, Any]) -> None:
        """Go where a page stands, except where others have moved without its knowledge."""
        page = str(word["page"])
        if not self._hear(page, word.get("word")):
            return
        joined = word.get("joined", {})
        for name in MOVED:
            if name not in word:
                continue
            moment, _, by = self._told.get(name, (0, None, page))
            joint = ALONE if name not in joined else Joint.read(joined[name])
            if by != page and word.get("seen", 0) < moment:
                self._on_passed_over(name, joint)
                continue
            if not self.take_joint(page, name, joint):
                continue
            # Said here once for all, for the move may be none: this stands there already.
            self._on_joint(name, joint)
            # One by one, not held: what Python sets meanwhile is not the page's. One that fails, or
            # whose observer does, leaves the others alone.
            with (
                self._reported(f"`{name}` of a page"),
                self.moved_by(page, joint, name, word[name]),
            ):
                self.set_trait(name, word[name])
        with self._reported(f"what follows from a move of page {page}"):
            self._on_page_taken()

    def _tell(self) -> None:
        """Let every page know where things stand."""
        raise NotImplementedError

    def _on_passed_over(self, name: str, joint: Joint) -> None:
        """What a page said of `name` was older than what others did; who took part must hear."""

    def _on_joint(self, name: str, joint: Joint) -> None:
        """A page has moved `name`; older moves of it by who went along count no more."""

    def _reported(self, what: str) -> AbstractContextManager[None]:
        """Log an exception and show it on the pages, instead of raising it."""
        raise NotImplementedError

    def _on_page_taken(self) -> None:
        """All that a page said has been taken."""
