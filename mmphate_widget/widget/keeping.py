"""The instrument as it is kept for readers without Python: as a file, and inside its notebook.

``document.py`` writes the page and ``offline.py`` what it holds; here is when, and of what.
"""

import html
from collections.abc import Mapping
from typing import Any

from mmphate_widget._words import count
from mmphate_widget.widget.activity import affordable_activity
from mmphate_widget.widget.document import make_document, make_frame
from mmphate_widget.widget.hearing import HearingInstrument
from mmphate_widget.widget.instrument import ON_SCREEN
from mmphate_widget.widget.moves import MOVED
from mmphate_widget.widget.offline import offline_data, offline_now


class KeepingInstrument(HearingInstrument):
    """An instrument that can be kept with its numbers."""

    _is_embedded = False
    # The bulk as it was packed last, and the revision of the description that it is of.
    _packed: tuple[int, dict[str, Any]] | None = None

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.observe(self._touch_kept, [name for name in MOVED if name not in ON_SCREEN])

    def _describe(self, meta: Mapping[str, Any]) -> None:
        super()._describe(meta)
        self._touch_kept()

    def _touch_kept(self, _: Any = None) -> None:
        """What is kept has changed, though perhaps not the picture."""
        if self._is_embedded:
            self._stand_in.touch()

    def _write_document(self, title: str | None) -> str:
        data, now = self._offline_parts()
        about = self._describe_file(data, now)
        return make_document(data, now, title=title or self._describe_contents(), about=about)

    def _embed(self, on: bool) -> None:
        self._is_embedded = on
        if not on:
            self._packed = None
        self._put_into_state()
        self._stand_in.refresh()

    def _draw_frame(self, picture: bytes) -> str | None:
        """The frame that is shown in the place of the picture that stays, where that is asked."""
        if not self._is_embedded:
            return None
        data, now = self._put_into_state()
        return make_frame(
            data, now, title=self._describe_picture(), height=self.height, image=picture
        )

    def _put_into_state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Bring what the widget's state keeps up to date; what it is of."""
        data, now = self._offline_parts() if self._is_embedded else ({}, {})
        self._offline, self._offline_now = data, now
        return data, now

    def _offline_parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The bulk, packed once for each state of the channels, and where the picture stands."""
        with self._lock:
            meta, listed = self._meta, self._coloring.listed()
            moved = {name: getattr(self, name) for name in MOVED}
            state, groups = self._selector.history.state, self._groups.kept()
        now = offline_now(moved, state=state, groups=groups)
        # Perhaps let go on another thread meanwhile.
        packed = self._packed
        if packed is not None and packed[0] == meta["revision"]:
            return packed[1], now
        activity = None if self.trace is None else affordable_activity(self.trace)
        channels = [channel for channel, _ in listed]
        data = offline_data(self._positions, meta=meta, channels=channels, activity=activity)
        # Held only where it will be asked for again: it is as large as the coordinates.
        self._packed = (meta["revision"], data) if self._is_embedded else None
        return data, now

    def _describe_contents(self) -> str:
        n_epochs, n_steps, n_units = self.shape
        sizes = (count(n_epochs, "epoch"), count(n_steps, "step"), count(n_units, "unit"))
        return "MM-PHATE of " + " × ".join(sizes)

    def _describe_file(self, data: dict[str, Any], now: dict[str, Any]) -> str:
        """What the file holds, as HTML."""
        activity = data["activity"]
        of_classes = "" if not activity or not activity["classes"] else ", by class"
        held = [
            f"the coordinates of {self._describe_contents().removeprefix('MM-PHATE of ')}",
            count(len(data["channels"]), "channel"),
            *([f"the mean activity of units{of_classes}"] if activity else []),
            f"the selection and {count(len(now['groups']), 'group')}",
        ]
        listed = html.escape("; ".join(held))
        return (
            f"<p>This file holds {listed}. It needs no network and no Python, and sends nothing. "
            "“Save selection” writes the ids of points and units as JSON; in Python "
            "<code>w.select(points=json.loads(Path(&quot;mmphate-selection.json&quot;)"
            ".read_text())[&quot;points&quot;])</code> takes them back.</p>"
        )
