"""What the page's panel does and asks: groups as they are listed, drawn and changed; answers."""

import json

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.channels import color_table
from mmphate_widget.widget.group_channel import carry_filter
from mmphate_widget.widget.groups import free_color
from mmphate_widget.widget.history import unpack_mask
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.unit_means import means_of_parts, unit_means

SHAPE = (4, 6, 5)
N_SAMPLES = 9
LENGTHS = np.array([6, 6, 2, 3, 4, 5, 1, 2, 6])


def make_trace(lengths=None):
    values = np.random.default_rng(0).normal(size=(*SHAPE, N_SAMPLES)).astype(np.float32)
    labels = np.arange(N_SAMPLES) % 3
    return mm.Trace.from_array(values, sample_labels=labels, lengths=lengths)


class Page:
    """Hears what a widget sends, and speaks."""

    def __init__(self, monkeypatch, trace=None):
        # Nobody waits for a pace here.
        monkeypatch.setattr("mmphate_widget.widget.stream.RATE", 10_000)
        Y = np.random.default_rng(1).normal(size=(*SHAPE, 3))
        self.widget, self.received, self.count = mm.MMPHATEWidget(Y, trace=trace), [], 0
        monkeypatch.setattr(
            self.widget._link.stream, "_send", lambda *message: self.received.append(message)
        )

    def say(self, content):
        self.widget._on_message(self.widget, content, [])

    def ask(self, kind, **content):
        self.say({"kind": kind, "generation": self.widget._generation, **content})

    def operate(self, kind, **content):
        self.count += 1
        sender = {"id": f"o{self.count}", "page": "a", "after": [], "seen": 99, "word": 0}
        self.say({"kind": kind, **sender, **content})
        assert self.of("selection")[-1][0]["done"][-1] == f"o{self.count}"

    def group(self, deed, name, value=""):
        self.operate("group", deed=deed, name=name, value=value)

    def of(self, kind):
        return [entry for entry in self.received if entry[0]["kind"] == kind]

    def listed(self):
        return self.of("groups")[-1][0]["groups"]


@pytest.fixture
def page(monkeypatch):
    page = Page(monkeypatch, make_trace())
    yield page
    page.widget.close()


# -- groups -----------------------------------------------------------------------------------


def test_a_page_saves_recolors_renames_and_forgets(page):
    w = page.widget
    w.select(units=[1, 3])
    page.group("save", "early")
    assert page.listed() == [
        {"name": "early", "color": "#e69f00", "units": [1, 3], "points": 2 * 24}
    ]
    w.select(units=[2])
    page.group("save", "late", "#102030")
    page.group("recolor", "early", "#ABCDEF")
    page.group("rename", "early", "first")
    assert [(one["name"], one["color"]) for one in page.listed()] == [
        ("first", "#abcdef"),
        ("late", "#102030"),
    ]
    assert w.groups.colors == {"first": "#abcdef", "late": "#102030"}
    # Saved again, it is replaced and keeps its color.
    page.group("save", "first")
    assert page.listed()[0] == {"name": "first", "color": "#abcdef", "units": [2], "points": 24}
    revisions = [header["revision"] for header, _ in page.of("groups")]
    assert revisions == sorted(set(revisions))
    page.group("remove", "first")
    page.group("remove", "late")
    assert page.listed() == []
    assert w.selected_units.tolist() == [2]


@pytest.mark.parametrize(
    ("combine", "units"),
    [("replace", [1, 2]), ("add", [1, 2, 3]), ("subtract", [3]), ("intersect", [2])],
)
def test_a_group_combines_like_a_lasso_and_replays(page, combine, units):
    w = page.widget
    w.groups["a"] = w.select(units=[1, 2])
    twin = mm.MMPHATEWidget(w.coordinates)
    twin.groups["a"] = twin.select(units=[1, 2])
    for one in (w, twin):
        one.select(units=[2, 3])
    page.group("select", "a", combine)
    twin.groups.select("a", combine=combine)
    for one in (w, twin):
        assert one.selection.promoted_units.tolist() == units
    assert w.selection.record == twin.selection.record
    repeated = twin.reselect(json.loads(json.dumps(w.selection.record)))
    np.testing.assert_array_equal(repeated.mask, w.selection.mask)
    np.testing.assert_array_equal(repeated.offered, w.selection.offered)
    w.undo()
    assert w.selected_units.tolist() == [2, 3]
    twin.close()


def test_what_was_offered_to_a_group_counts_when_it_is_added(page):
    w = page.widget
    w.select(units=[0])
    mask, offered = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    mask[1, 0, 2] = True
    offered[1, :, 2] = True
    w.groups["few"] = mm.Selection(mask=mask, offered=offered)
    assert w.groups.select("few", combine="add").promoted_units.tolist() == [0]


def test_errors_are_answered_and_change_nothing(page):
    page.group("save", "nothing")
    page.group("select", "no such")
    page.widget.groups["a"] = page.widget.select(units=[1])
    page.group("recolor", "a", "red")
    page.group("rename", "a", " ")
    said = [header["message"] for header, _ in page.of("error")]
    assert [message.split("`")[1] for message in said] == ["selection", "name", "color", "to"]
    assert list(page.widget.groups) == ["a"]


def test_groups_are_a_channel_in_their_colors_while_there_are_any(page):
    w = page.widget
    assert "group" not in w.channels
    w.groups["a"] = w.select(units=[1, 2])
    w.groups.add("b", w.select(units=[2, 4]), color="#102030")
    channel = w.channel("group")
    codes = channel.values[0, 0]
    np.testing.assert_array_equal(codes, [np.nan, 0, 1, np.nan, 1])
    assert channel.categories == ("a", "b")
    assert color_table(channel)[1].tolist() == [16, 32, 48]
    [told] = [info for info in w._meta["channels"] if info["name"] == "group"]
    assert told["colors"] == ["#e69f00", "#102030"]
    w.color_by = "group"
    assert page.of("channel")[-1][0]["name"] == "group"
    revision = told["revision"]
    w.groups.recolor("a", "#000000")
    w.groups.remove("a")
    w.groups.remove("b")
    assert "group" not in w.channels
    assert w.color_by == "label"
    # One that is made later is not taken for the one before.
    w.groups["c"] = w.select(units=[0])
    [told] = [info for info in w._meta["channels"] if info["name"] == "group"]
    assert told["revision"] > revision


def test_a_filter_goes_on_hiding_the_groups_that_it_hid(page):
    w = page.widget
    for name, unit in (("a", 0), ("b", 1)):
        w.groups[name] = w.select(units=[unit])
    w.filters = {"group": {"hide": ["a", 2]}}
    w.groups["c"] = w.select(units=[2])
    assert w.filters == {"group": {"hide": [0, 3]}}
    w.groups.rename("a", "z")
    assert w.filters == {"group": {"hide": [0, 3]}}
    w.groups.remove("b")
    assert w.filters == {"group": {"hide": [0, 2]}}
    w.epoch = 1
    assert np.flatnonzero(w.visible[1, 0]).tolist() == [2]
    for name in list(w.groups):
        w.groups.remove(name)
    assert w.filters == {}


def test_codes_of_a_page_mean_the_groups_that_it_knew(page):
    w = page.widget
    for name, unit in (("a", 0), ("b", 1), ("c", 2)):
        w.groups[name] = w.select(units=[unit])
    seen = max(moment for moment, _, _ in w._told.values())
    w.clear_selection()
    # The page has not heard of this when it hides "b" and inverts, and takes "c".
    w.groups.remove("a")
    w.groups.rename("b", "z")
    window = record_window(w.window, View.from_dict(w.view))
    late = {"page": "a", "after": [], "seen": seen, "word": 9}
    hiding = {**window, "filters": {"group": {"hide": [1]}}}
    page.say({"kind": "command", "id": "i", **late, "name": "invert", "window": hiding})
    assert w.selection.units.tolist() == [0, 2, 3, 4]
    # What it wrote of its filters by the older list is passed over; it is told how they stand.
    assert w.filters == {}
    w.set_state({"_page": {"page": "a", "word": 10, "seen": seen, "filters": hiding["filters"]}})
    assert w.filters == {}
    where = {"channel": "group", "where": {"codes": [2]}, "combine": "replace", "window": window}
    page.say({"kind": "where", "id": "w", **late, **where})
    assert w.selection.units.tolist() == [2]
    # Points of none stay those of none.
    page.say({"kind": "where", "id": "n", **late, **where, "where": {"codes": [3]}})
    assert w.selection.units.tolist() == [0, 3, 4]
    # One that has heard of all goes by what there is.
    told = max(moment for moment, _, _ in w._told.values())
    page.say({"kind": "where", "id": "k", **late, "seen": told, **where, "where": {"codes": [0]}})
    assert w.selection.units.tolist() == [1]
    # All groups gone, the codes of an older list hide nothing.
    for name in list(w.groups):
        w.groups.remove(name)
    page.say({"kind": "command", "id": "j", **late, "name": "invert", "window": hiding})
    assert w.selection.units.tolist() == [0, 2, 3, 4]


def test_carrying_a_filter_forgets_what_is_gone():
    assert carry_filter({"hide": [0]}, ["a"], ["b"]) is None
    assert carry_filter({"hide": [1]}, ["a"], ["a", "b"]) == {"hide": [2]}


def test_the_users_own_channel_of_that_name_stays(page):
    w = page.widget
    w.add_channel("group", np.arange(5))
    w.groups["a"] = w.select(units=[1])
    assert w.channel("group").kind == "continuous"
    w.groups.remove("a")
    assert "group" in w.channels


def test_colors_are_free_ones_and_of_one_form(page):
    w = page.widget
    for unit in range(5):
        w.groups[str(unit)] = w.select(units=[unit])
    assert len(set(w.groups.colors.values())) == 5
    taken = []
    for _ in range(40):
        taken.append(free_color(taken))
    assert len(set(taken)) >= 30
    for color, error in (("red", ValueError), ("#12345", ValueError), (3, TypeError)):
        with pytest.raises(error, match=r'`color` must be .*"#rrggbb"'):
            w.groups.recolor("0", color)
        with pytest.raises(error, match="`color` must be"):
            w.groups.add("new", color=color)
    with pytest.raises(ValueError, match="`to` must be free; got '1', which is another group"):
        w.groups.rename("0", "1")
    with pytest.raises(KeyError, match="one of the groups"):
        w.groups.rename("none", "some")


def test_groups_are_compared_and_listed_as_tables(page):
    pytest.importorskip("pandas")
    w = page.widget
    w.groups["a"] = w.select(units=[1, 2, 3])
    mask = np.zeros(SHAPE, bool)
    mask[0, :, 3] = True
    w.unit_rule = "any"
    w.groups["b"] = w.select(mask=mask)
    found = w.groups.compare("a", "b")
    assert (found.units.a, found.units.b, found.units.both, found.units.either) == (3, 1, 1, 3)
    assert (found.points.both, found.points.jaccard) == (6, 6 / 72)
    table = found.to_dataframe()
    assert table.loc["points"].tolist() == [72, 6, 6, 72, 6 / 72]
    assert w.groups.compare("a", "a").points.jaccard == 1
    listed = w.groups.to_dataframe()
    assert listed.index.tolist() == ["a", "b"]
    assert listed["units"].tolist() == [3, 1]
    assert listed["points"].tolist() == [72, 6]
    with pytest.raises(KeyError):
        w.groups.compare("a", "c")


def test_groups_as_json_name_units_and_points(page):
    w = page.widget
    w.groups["a"] = w.select(points=[7, 3])
    kept = json.loads(w.groups.to_json())
    # Points that Python names are whole units among what is offered: units 2 and 3.
    entry = {"name": "a", "color": "#e69f00", "units": [2, 3], "points": [3, 7]}
    assert kept == {"version": 1, "shape": list(SHAPE), "groups": [entry]}


def test_groups_their_colors_and_the_channel_survive_a_restart(page, tmp_path):
    w = page.widget
    w.trace.save(tmp_path / "run.zarr")
    w.groups.add("a", w.select(units=[1, 2]), color="#123456")
    w.groups["b"] = w.select(units=[4])
    w.color_by, w.filters = "group", {"group": {"hide": ["b"]}}
    w.save(tmp_path / "run.mm")
    other = mm.load(tmp_path / "run.mm")
    assert other.groups.colors == w.groups.colors
    assert other.color_by == "group"
    assert other.filters == w.filters
    np.testing.assert_array_equal(other.channel().values, w.channel().values)
    assert other.channel().colors == w.channel().colors
    other.close()


# -- questions --------------------------------------------------------------------------------


def test_a_page_is_told_the_groups_with_its_hello(page):
    hello = {
        "page": "b",
        "frames": [],
        "channels": {},
        "selection": 0,
        "meta": 0,
        "number": 1,
        "word": {"page": "b", "word": 0, "seen": 0},
    }
    page.ask("hello", **hello)
    assert page.of("groups") == []
    page.widget.groups["a"] = page.widget.select(units=[1])
    page.received.clear()
    page.ask("hello", **{**hello, "number": 2})
    assert [one["name"] for one in page.listed()] == ["a"]


def test_a_page_is_told_the_points_of_a_group_it_asks_for(page):
    named = page.widget.select(units=[1, 4])
    page.widget.groups["a"] = named
    page.ask("ask_group", question="q", name="a")
    [(header, [bits])] = page.of("group")
    assert header["question"] == "q"
    mask = unpack_mask(np.frombuffer(bits, np.uint8), SHAPE)
    np.testing.assert_array_equal(mask, named.mask)
    page.ask("ask_group", question="r", name="gone")
    page.say({"kind": "ask_group", "generation": "other", "question": "s", "name": "a"})
    assert len(page.of("group")) == 1
    assert page.of("error") == []


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_means_are_over_the_samples_that_take_part_then_over_units(monkeypatch, lengths):
    page = Page(monkeypatch, make_trace(lengths))
    values = page.widget.trace.values.astype(float)
    for epoch, units in ((2, [1, 3]), (2, [0]), (1, [0])):
        page.ask("ask_means", question=f"{epoch}{units}", epoch=epoch, units=units)
        header, [buffer] = page.of("means")[-1]
        assert header["question"] == f"{epoch}{units}"
        rows = np.frombuffer(buffer, "<f4").reshape(4, SHAPE[1])
        rest = [unit for unit in range(SHAPE[2]) if unit not in units]
        for step in range(SHAPE[1]):
            there = np.ones(N_SAMPLES, bool) if lengths is None else step < lengths
            of_units = values[epoch, step][:, there].mean(axis=1)
            for at, part in ((0, units), (2, rest)):
                np.testing.assert_allclose(rows[at, step], of_units[part].mean(), rtol=1e-4)
                np.testing.assert_allclose(
                    rows[at + 1, step], of_units[part].std(), rtol=1e-4, atol=1e-7
                )
    page.widget.close()


def test_means_of_nobody_are_missing():
    values = np.random.default_rng(0).normal(size=(3, 4, 5))
    means = means_of_parts(unit_means(values), np.ones(4, bool))
    assert np.isfinite(means[:2]).all()
    assert np.isnan(means[2:]).all()
    past = unit_means(values, lengths=np.full(5, 2))
    assert np.isnan(past[2]).all()


def test_without_a_trace_nobody_answers(monkeypatch):
    page = Page(monkeypatch)
    page.ask("ask_means", question="q", epoch=0, units=[1])
    assert page.of("means") == page.of("error") == []
    page.widget.close()


def test_a_channel_is_sent_to_a_page_that_counts_it(page):
    page.widget.color_by = "step"
    page.received.clear()
    page.ask("ask_channel", name="label")
    assert [header["name"] for header, _ in page.of("channel")] == ["label"]
    page.ask("ask_channel", name="no such")
    assert page.of("error") == []


# -- operations that Python resolves ----------------------------------------------------------


def windowed(w, **changes):
    window = {**w._window_record(), "filters": w.filters, **changes}
    window.pop("hidden", None)
    return window


def test_a_page_grows_and_selects_by_values_as_python_does(page):
    w = page.widget
    twin = mm.MMPHATEWidget(w.coordinates, trace=w.trace)
    w.filters = twin.filters = {"unit": {"hide": [4]}}
    twin.epoch, twin.show = 3, "epoch"
    # The page's traits come after its message.
    window = windowed(w, epoch=3)
    page.operate("where", channel="label", where={"codes": [1]}, combine="replace", window=window)
    twin.select_category("label", 1)
    np.testing.assert_array_equal(w.selection.mask, twin.selection.mask)
    assert w.epoch == 3
    page.operate("grow", k=1, window=window)
    twin.grow(k=1)
    np.testing.assert_array_equal(w.selection.mask, twin.selection.mask)
    page.operate(
        "where", channel="speed", where={"range": [0.5, None]}, combine="intersect", window=window
    )
    twin.select_range("speed", (0.5, None), combine="intersect")
    np.testing.assert_array_equal(w.selection.mask, twin.selection.mask)
    assert w.selection.record == twin.selection.record
    assert len(w.selection) > 0
    page.operate("where", channel="none", where={"codes": [0]}, combine="replace", window=window)
    assert "`channel` must be one of" in page.of("error")[-1][0]["message"]
    twin.close()
