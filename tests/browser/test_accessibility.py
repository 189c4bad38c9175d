"""The interface by keyboard and for assistive technology, checked by axe in every state of it."""

from pathlib import Path

import pytest
from scenes import SHOW

AXE = Path(__file__).resolve().parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async (axe) => {
  if (!window.axe) (0, eval)(axe);
  const { violations } = await window.axe.run(".mmp-root");
  const describe = ({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`;
  return violations.map(({ id, help, nodes }) =>
    [id, help, ...nodes.slice(0, 3).map(describe)].join(" | "));
}"""

# Whether the element that the keyboard has reached looks other than without it.
FOCUS_STYLE = """() => {
  const { activeElement } = document;
  if (!document.querySelector(".mmp-root").contains(activeElement)) return null;
  const read = () => {
    const style = getComputedStyle(activeElement);
    const outline = [style.outlineStyle, style.outlineWidth, style.outlineColor];
    const seen = style.outlineStyle === "none" ? "" : outline;
    return [seen, style.boxShadow, style.borderColor].join();
  };
  const focused = read();
  const name = activeElement.getAttribute("aria-label") ?? activeElement.textContent;
  activeElement.blur();
  const plain = read();
  activeElement.focus();
  return { name: name.slice(0, 40), tag: activeElement.tagName, stands: focused !== plain };
}"""


def violations(notebook):
    return notebook.page.evaluate(RUN_AXE, AXE.read_text())


STATES = {
    "as it opens": "pass",
    "a selection": "w.select(units=[1, 4])",
    "numbers": "w.color_by = 'displacement'",
    "filters": "w.color_by = 'label'; w.filters = {'label': {'hide': ['3']}}",
    "lines": "w.show = 'epochs'",
    "playing": "w.playing = True",
}


@pytest.mark.parametrize(("dark", "width"), [(False, 1200), (True, 1200), (False, 480)])
def test_axe_finds_no_violation_in_any_state(lab, trained, dark, width):
    notebook = lab(trained, SHOW, dark=dark, width=width)
    found = {}
    for name, code in STATES.items():
        notebook.execute(code)
        notebook.page.wait_for_timeout(400)
        found[name] = violations(notebook)
    assert found == {name: [] for name in STATES}


def test_axe_finds_what_is_wrong(lab, trained):
    """The check itself: a button without a name is a violation."""
    notebook = lab(trained, SHOW)
    notebook.page.evaluate(
        "() => document.querySelector('.mmp-root').append(document.createElement('button'))"
    )
    assert [found.split(" | ")[0] for found in violations(notebook)] == ["button-name"]


def test_the_keyboard_reaches_every_part_and_is_seen_there(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("w.select(units=[1, 4]); w.undo()")
    notebook.button("Orbit").focus()
    reached = []
    for _ in range(60):
        at = notebook.page.evaluate(FOCUS_STYLE)
        if at is None:
            break
        reached.append(at)
        notebook.page.keyboard.press("Tab")
    unseen = [at for at in reached if not at["stands"]]
    assert unseen == []
    names = " ".join(at["name"] for at in reached)
    for name in ("Orbit", "Play", "Epoch", "Step"):
        assert name in names
    assert any(at["tag"] == "CANVAS" for at in reached)
