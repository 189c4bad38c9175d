"""The instrument as the page's side panel meets it: groups, and what is asked about them.

Groups live in Python. A page lists them, shows them as the channel "group", and asks for the
points of one to compare or export it; it asks for the mean activity of the selected units, and
for channels that it counts without being colored by them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from jaxtyping import Float64

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_choice
from mmphate_widget.widget.group_channel import GROUP_CHANNEL, carry_filter, group_channel
from mmphate_widget.widget.incoming import AskChannel, AskGroup, AskMeans, GroupOperation
from mmphate_widget.widget.instrument import Instrument
from mmphate_widget.widget.lasso import check_window, visible_mask
from mmphate_widget.widget.operations import points_operation, recorded_window
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.protocol import GroupEntry, encode_group, encode_means
from mmphate_widget.widget.unit_means import means_of_parts, unit_means
from mmphate_widget.widget.where import where_mask

# So many lists of groups are remembered: as many changes may cross with what a page does.
GROUP_LISTS = 16


class PanelInstrument(Instrument):
    """An instrument whose groups are shown, and that answers questions about its selection."""

    def __init__(self, Y: AnyArray, **options: Any) -> None:
        self._groups_revision = 0
        # Lists of groups that are no more, and the moments up to which pages went by them.
        self._group_lists: list[tuple[int, tuple[str, ...]]] = []
        # Means of the units at the epoch that was asked for last: the selection changes more often.
        self._means: tuple[int, Float64[np.ndarray, "step unit"]] | None = None
        super().__init__(Y, **options)

    # -- groups, shown -----------------------------------------------------------------------

    def _on_groups(self, renamed: Mapping[str, str]) -> None:
        with self._lock:
            self._groups_revision += 1
            self._offer_groups()
        # A page may change groups beside the cell: what is shown last is what there is now.
        shown = -1
        while shown != self._groups_revision:
            shown = self._groups_revision
            self._show_groups(renamed)

    def _show_groups(self, renamed: Mapping[str, str]) -> None:
        """Have the channel of the groups, or none; one of the user's by this name stays."""
        if self._coloring.is_own(GROUP_CHANNEL):
            return
        if len(self._groups):
            self._put_group_channel(renamed)
        elif GROUP_CHANNEL in self._coloring.names:
            self._drop_group_channel()

    def _offer_groups(self) -> None:
        """Queue the list of groups, where there ever was one."""
        if not self._groups_revision:
            return
        with self._lock:
            colors = self._groups.colors
            listed = [
                GroupEntry(name, colors[name], group.promoted_units.tolist(), len(group))
                for name, group in self._groups.items()
            ]
            self._link.offer_groups(listed, revision=self._groups_revision)

    def _put_group_channel(self, renamed: Mapping[str, str]) -> None:
        with self._lock:
            masks = {name: group.mask for name, group in self._groups.items()}
            colors = self._groups.colors
        if not masks:  # forgotten on another thread, which shows what there is now
            return
        channel = group_channel(masks, colors=colors, shape=self.shape)
        is_known = GROUP_CHANNEL in self._coloring.names
        before = self._coloring[GROUP_CHANNEL][0].categories if is_known else ()
        rule = self.filters.get(GROUP_CHANNEL)
        self._put_channel(channel, own=False)
        names = [renamed.get(name, name) for name in before]
        self._note_list(names, channel.categories, renamed)
        if rule is None or GROUP_CHANNEL in self.filters:
            return
        carried = carry_filter(rule, names, channel.categories)
        if carried is not None:
            self.filters = {**self.filters, GROUP_CHANNEL: carried}

    def _drop_group_channel(self) -> None:
        if self.color_by == GROUP_CHANNEL:
            self.color_by = self._coloring.default
        self.filters = {name: rule for name, rule in self.filters.items() if name != GROUP_CHANNEL}
        before = self._coloring[GROUP_CHANNEL][0].categories
        with self._lock:
            self._coloring.drop(GROUP_CHANNEL)
            self._describe(self._meta)
        self._note_list(before, (), {})

    def _note_list(
        self, before: Sequence[str], after: Sequence[str], renamed: Mapping[str, str]
    ) -> None:
        """Remember what codes meant, for pages that do not know yet what they mean now."""
        with self._lock:
            self._group_lists = [
                (until, tuple(renamed.get(name, name) for name in names))
                for until, names in self._group_lists
            ]
            if not before or tuple(before) == tuple(after):
                return
            # A page that has heard of this has heard of the list before it.
            self.tell_again("filters")
            ended = (self._told["filters"][0], tuple(before))
            self._group_lists = [*self._group_lists, ended][-GROUP_LISTS:]

    def _as_meant(self, codes: Sequence[int], seen: int) -> list[int]:
        """Codes of groups as they are now, from a page that knew others' moves up to ``seen``."""
        lists = self._group_lists
        then = next((names for until, names in lists if until > seen), None)
        if then is None or self._coloring.is_own(GROUP_CHANNEL):
            return list(codes)
        is_there = GROUP_CHANNEL in self._coloring.names
        now = self._coloring[GROUP_CHANNEL][0].categories if is_there else ()
        carried = carry_filter({"hide": codes}, then, now) if is_there else None
        return [] if carried is None else list(carried["hide"])

    def _filters_as_meant(self, filters: Mapping[str, Any], seen: int) -> dict[str, Any]:
        """Filters of a page, whose codes of groups may be those of an older list."""
        rule = filters.get(GROUP_CHANNEL)
        if not isinstance(rule, dict) or "hide" not in rule:
            return dict(filters)
        codes = self._as_meant(rule["hide"], seen)
        rest = {name: other for name, other in filters.items() if name != GROUP_CHANNEL}
        return {**rest, GROUP_CHANNEL: {"hide": codes}} if codes else rest

    # -- what a page does --------------------------------------------------------------------

    def _do_with_group(self, message: GroupOperation) -> None:
        """Do it, and answer with the selection as it stands."""
        name, value = message.name, message.value
        if message.deed == "select":
            state = self._groups.state_of(name)
            self._change(lambda: self._selector.recall(state, value), done=message.id)
            return
        if message.deed == "save":
            self._groups.save(name, color=value or None)
        elif message.deed == "rename":
            self._groups.rename(name, value)
        elif message.deed == "recolor":
            self._groups.recolor(name, value)
        else:
            self._groups.remove(name)
        with self._lock:
            self._refresh(message.id)

    def _where(
        self, name: str, where: Any, *, window: dict[str, Any], combine: str
    ) -> dict[str, Any]:
        """The operation that takes the visible points with some values of a channel.

        The points stand in the record, not how they were found: channels may change.
        """
        check_choice(name, name="channel", choices=self._coloring.names)
        channel, _ = self._coloring[name]
        taken = where_mask(where, channel)
        seen = recorded_window(window, self.shape)
        check_window(seen, self.shape)
        visible = visible_mask(self._positions, seen, View.from_dict(window["view"]))
        return points_operation(visible & taken, visible, combine=combine)

    # -- what a page asks --------------------------------------------------------------------

    def _answer(self, asked: AskMeans | AskGroup | AskChannel) -> None:
        """Answer a question about this picture; one about another is stale."""
        if asked.generation != self._generation:
            return
        match asked:
            case AskMeans():
                self._tell_means(asked)
            case AskGroup():
                if asked.name in self._groups:
                    bits = self._groups.state_of(asked.name).mask_bits
                    self._link.offer_answer(
                        asked.question, encode_group(bits, question=asked.question)
                    )
            case AskChannel():
                if asked.name in self._coloring.names:
                    with self._lock:
                        self._link.offer_channel(*self._coloring[asked.name])

    def _tell_means(self, asked: AskMeans) -> None:
        trace = self.trace
        if trace is None:
            return
        known = self._means
        if known is None or known[0] != asked.epoch:
            values = cast(AnyArray, trace.values[asked.epoch])
            known = self._means = (asked.epoch, unit_means(values, lengths=trace.lengths))
        chosen = np.zeros(self.shape[2], dtype=bool)
        chosen[list(asked.units)] = True
        message = encode_means(means_of_parts(known[1], chosen), question=asked.question)
        self._link.offer_answer(asked.question, message)
