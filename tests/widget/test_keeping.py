"""The file of HTML and what `embed` leaves in a notebook, without a browser."""

import base64
import html
import json
import re
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.document import inline_script
from mmphate_widget.widget.packing import unpack

SHAPE = (4, 3, 5)
UNSAFE = "</script><script>alert('<b>&\"')</script><!--"


@pytest.fixture
def widget():
    values = np.random.default_rng(0).normal(size=(*SHAPE, 6))
    units = [f"{UNSAFE} {unit}" for unit in range(5)]
    trace = mm.Trace.from_array(values, units=units, sample_labels=list("aabbcc"))
    made = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)), trace=trace)
    yield made
    made.close()


class Elements(HTMLParser):
    """Start tags in order, and the text of the element that each opens."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def all(self, tag):
        return [(attrs, text) for name, attrs, text in self.found if name == tag]


def held_by(text):
    scripts = Elements(text).all("script")
    return json.loads(next(body for attrs, body in scripts if attrs.get("id") == "mmphate-data"))


def test_the_file_holds_numbers_and_state_as_they_are(widget, tmp_path):
    widget.select(units=[1, 4])
    widget.groups.add("early")
    widget.add_channel("own", np.arange(5.0))
    widget.epoch = 2
    path = widget.save_html(tmp_path / "run.html")
    assert path == tmp_path / "run.html"
    held = held_by(path.read_text("utf-8"))
    data, now = held["data"], held["now"]
    assert unpack(data["positions"]).tobytes() == widget.coordinates.tobytes()
    channels = {one["name"]: unpack(one["values"]) for one in data["channels"]}
    assert list(channels) == list(widget.channels)
    for name, values in channels.items():
        np.testing.assert_array_equal(values, widget.channel(name).values.ravel())
    assert now["moved"]["epoch"] == 2
    mask = np.unpackbits(unpack(now["selection"]["mask"]), count=60, bitorder="little")
    assert np.flatnonzero(mask).tolist() == widget.selected_points.tolist()
    assert [group["name"] for group in now["groups"]] == ["early"]
    assert data["meta"]["units"] == list(widget.trace.units)


def test_nothing_a_user_wrote_is_markup(widget, tmp_path):
    widget.select(units=[0])
    widget.groups.add(UNSAFE)
    text = widget.save_html(tmp_path / "run.html", title=UNSAFE).read_text("utf-8")
    elements = Elements(text)
    assert [attrs for attrs, _ in elements.all("script")] == [
        {"type": "application/json", "id": "mmphate-data"},
        {"type": "module"},
    ]
    assert elements.all("title")[0][1].startswith(UNSAFE)
    held = held_by(text)
    assert held["now"]["groups"][0]["name"] == UNSAFE
    body = text[text.index('id="mmphate-data">') :]
    assert "<" not in body[len('id="mmphate-data">') : body.index("</script>")]


def test_the_policy_allows_its_own_script_and_nothing_elsewhere(widget, tmp_path):
    text = widget.save_html(tmp_path / "run.html").read_text("utf-8")
    elements = Elements(text)
    policies = [attrs for attrs, _ in elements.all("meta") if "http-equiv" in attrs]
    policy = dict(part.split(" ", 1) for part in policies[0]["content"].split("; "))
    script = text.split('<script type="module">')[1].removesuffix("</script>\n</body>\n</html>\n")
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'sha256-{digest}'"
    assert "unsafe-eval" not in policies[0]["content"]
    assert "http" not in policies[0]["content"]
    # Before anything that it is to hold for.
    assert text.index("Content-Security-Policy") < text.index("<style>")
    sources = [
        value
        for _, attrs, _ in elements.found
        for name, value in attrs.items()
        if name in ("src", "href")
    ]
    assert sources == ["data:,"]


def test_the_default_title_says_what_it_is_of(widget, tmp_path):
    text = widget.save_html(tmp_path / "a.html").read_text("utf-8")
    assert "<title>MM-PHATE of 4 epochs × 3 steps × 5 units</title>" in text
    about = html.unescape(re.search(r"<footer>(.*)</footer>", text)[1])
    assert "the coordinates of 4 epochs × 3 steps × 5 units" in about
    assert "the mean activity of units, by class" in about


def test_a_file_is_replaced_and_odd_names_are_written(widget, tmp_path):
    path = tmp_path / "RUN.HTML"
    path.write_text("before")
    assert widget.save_html(str(path), title="lone \ud800") == path
    assert "lone &#55296;" in path.read_text("utf-8")


def test_without_a_trace_there_is_no_activity(tmp_path):
    with_none = mm.MMPHATEWidget(np.zeros((*SHAPE, 2)))
    held = held_by(with_none.save_html(tmp_path / "run.html").read_text("utf-8"))
    assert held["data"]["activity"] is None
    assert held["data"]["meta"]["has_activity"] is False


@pytest.mark.parametrize(
    ("path", "options", "error", "message"),
    [
        ("run.htm", {}, ValueError, "`path` must end in .html, the one format there is; got"),
        (3, {}, TypeError, "`path` must be a str or Path; got 3"),
        ("run.html", {"title": ""}, ValueError, "`title` must not be empty"),
        ("run.html", {"title": 3}, TypeError, "`title` must be a string; got 3"),
    ],
)
def test_wrong_arguments_are_named(widget, tmp_path, path, options, error, message):
    place = tmp_path / path if isinstance(path, str) else path
    with pytest.raises(error, match=re.escape(message)):
        widget.save_html(place, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_script_stays_inside_its_element():
    assert inline_script('a = "</script>" + "<!--";\r\n') == 'a = "\\x3c/script>" + "\\x3c!--";\n'


def state_size(widget):
    return len(json.dumps(widget.get_state(["_offline", "_offline_now"])))


def test_coordinates_are_in_the_state_only_when_asked(widget):
    packed = unpack
    assert state_size(widget) < 100
    widget.embed()
    kept = widget.get_state(["_offline", "_offline_now"])
    positions = packed(kept["_offline"]["positions"])
    assert positions.tobytes() == widget.coordinates.tobytes()
    assert kept["_offline_now"]["moved"]["epoch"] == 0
    widget.embed(False)
    assert state_size(widget) < 100
    with pytest.raises(TypeError, match="`on` must be True or False; got 1"):
        widget.embed(1)


def test_what_is_kept_follows_the_widget_and_the_bulk_is_packed_once(widget):
    widget.embed(True)
    bulk = widget._offline
    widget.epoch = 3
    widget.embed(True)
    assert widget._offline_now["moved"]["epoch"] == 3
    assert widget._offline["positions"] is bulk["positions"]
    widget.add_channel("own", np.arange(5.0))
    widget.embed(True)
    assert "own" in [one["name"] for one in widget._offline["channels"]]


def test_a_page_cannot_write_what_is_kept(widget):
    widget.embed(True)
    kept = widget._offline
    widget.set_state({"_offline": {}, "_offline_now": {}})
    assert widget._offline == kept
    assert widget._offline_now


def test_the_frame_stands_in_the_place_of_the_picture_and_falls_back_to_it(widget):
    published = []
    widget._stand_in._publish = lambda bundle, name, update: published.append((bundle, update))
    widget._stand_in.show()
    assert set(published[-1][0]) == {"image/png", "text/plain"}
    widget.embed(True)
    bundle, update = published[-1]
    assert update
    elements = Elements(bundle["text/html"])
    frame = elements.all("iframe")[0][0]
    assert frame["sandbox"] == "allow-scripts allow-downloads"
    assert frame["loading"] == "lazy"
    assert held_by(frame["srcdoc"])["data"]["meta"]["units"] == list(widget.trace.units)
    picture = elements.all("img")[0][0]
    assert picture["src"] == "data:image/png;base64," + bundle["image/png"]
    # As it was: nothing is published again.
    widget._stand_in.refresh()
    assert len(published) == 2
    widget.groups["early"] = widget.select(units=[2])
    widget._stand_in.refresh()
    assert held_by(Elements(published[-1][0]["text/html"]).all("iframe")[0][0]["srcdoc"])["now"][
        "groups"
    ]
    widget.embed(False)
    assert "text/html" not in published[-1][0]
