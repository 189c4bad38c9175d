"""The documentation site: built with warnings as errors, complete, and in need of no network."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlparse

import pytest
from sphinx.util.inventory import InventoryFile

import mmphate_widget as mm

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
DOCS = NOTEBOOKS / "docs"
# What a browser fetches by itself: attributes by element. Of links, those that are not navigation.
FETCHED = {
    **dict.fromkeys(("script", "img", "iframe", "video", "audio", "source", "embed"), "src"),
    "link": "href",
    "object": "data",
}
REMOTE_RULE = re.compile(r"""(url\(|@import)\s*["']?(https?:)?//.{,40}""")


class References(HTMLParser):
    """What a page fetches, and what it links to."""

    def __init__(self):
        super().__init__()
        self.fetched, self.linked = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.linked.append(given["href"])
        elif given.get(FETCHED.get(tag, "")):
            self.fetched.append(given[FETCHED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site; the one that the build leaves alone is as it was."""
    before = sorted(NOTEBOOKS.rglob("*"))
    out = tmp_path_factory.mktemp("docs") / "site"
    # A process of its own: Sphinx changes warnings, locale and imports of the one it runs in.
    command = [sys.executable, "-B", str(DOCS / "build.py"), str(out)]
    paths = [str(Path(mm.__path__[0]).parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    built = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)
    assert built.returncode == 0, built.stdout + built.stderr
    assert built.stderr == ""
    assert sorted(NOTEBOOKS.rglob("*")) == before
    return out / "html"


@pytest.fixture(scope="module")
def pages(site):
    found = {}
    for path in site.rglob("*.html"):
        # Pages that this package wrote are tested where they are made.
        if "_static" not in path.parts:
            found[path] = References()
            found[path].feed(path.read_text(encoding="utf-8"))
    return found


def public_names():
    """Every name that a user can reach from ``mm``, with those in its public modules."""
    for name in mm.__all__:
        value = getattr(mm, name)
        if isinstance(value, ModuleType):
            yield name
            yield from (f"{name}.{inner}" for inner in value.__all__)
        elif not name.startswith("__"):
            yield name


def test_every_public_name_has_an_entry(site):
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    entries = {name for kind in inventory.data.values() for name in kind}
    missing = [name for name in public_names() if f"mmphate_widget.{name}" not in entries]
    assert missing == []


def test_a_class_has_what_is_typed_at_it_and_nothing_of_its_insides(site):
    text = (site / "reference" / "mmphate_widget.MMPHATEWidget.html").read_text(encoding="utf-8")
    for name in ("select", "undo", "save_html", "add_channel", "visible", "groups"):
        assert f'id="mmphate_widget.MMPHATEWidget.{name}"' in text
    for name in ("observe", "take_page", "hidden_by", "trait_names", "send_state"):
        assert f'id="mmphate_widget.MMPHATEWidget.{name}"' not in text
    assert "kwargs" not in text


def test_every_trait_of_the_widget_is_described():
    bases = [base for base in mm.MMPHATEWidget.__mro__ if base.__module__.startswith("mmphate")]
    own = {name for base in bases for name in vars(base) if not name.startswith("_")}
    traits = own & set(mm.MMPHATEWidget.class_trait_names())
    # Lines that describe start with the names.
    heads = re.findall(r"^    (\w[\w, ]*) : ", mm.MMPHATEWidget.__doc__, re.MULTILINE)
    described = {name for head in heads for name in head.split(", ")}
    assert {"epoch", "filters", "unit_rule"} <= traits
    assert traits - described == set()


def test_every_page_and_notebook_is_there(site):
    sources = [path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")]
    sources += [Path("notebooks") / f"{path.stem}.html" for path in NOTEBOOKS.glob("*.ipynb")]
    assert len(sources) >= 12
    assert [str(page) for page in sources if not (site / page).exists()] == []


def test_nothing_is_fetched_from_elsewhere(site, pages):
    for path, references in pages.items():
        for address in references.fetched:
            assert not urlparse(address).netloc, f"{path.name} fetches {address}"
    for path in site.rglob("*.css"):
        found = REMOTE_RULE.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name} has {found[0]}"


def test_what_pages_link_to_and_show_is_there(pages):
    broken = [
        f"{path.name}: {address}"
        for path, references in pages.items()
        for address in references.linked + references.fetched
        if not urlparse(address).scheme
        and urlparse(address).path
        and not (path.parent / unquote(urlparse(address).path)).exists()
    ]
    assert broken == []


def test_equations_are_mathml(site):
    text = (site / "method.html").read_text(encoding="utf-8")
    assert text.count("<math ") > 40
    assert "mathjax.js" not in text.lower()


def test_tables_of_notebooks_are_tables(site):
    assert (site / "notebooks" / "benchmarks.html").read_text(encoding="utf-8").count("<table") > 5
