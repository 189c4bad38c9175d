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

# Numbers what Tab should come by, and returns how it is called.
NUMBER = """() => [...document.querySelectorAll(".mmp-root *")]
  .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility())
  .map((element, number) => {
    element.dataset.number = number;
    return element.getAttribute("aria-label") ?? element.textContent.slice(0, 40);
  })"""
# The number of the element that the keyboard has reached, and whether it looks other than without.
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
  activeElement.blur();
  const plain = read();
  activeElement.focus();
  return { number: activeElement.dataset.number ?? null, stands: focused !== plain };
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
    notebook.canvas.press("?")
    notebook.page.get_by_role("dialog", name="Keys and gestures").wait_for()
    found["keys and gestures"] = violations(notebook)
    assert found == {name: [] for name in [*STATES, "keys and gestures"]}


def test_axe_finds_what_is_wrong(lab, trained):
    """The check itself: a button without a name is a violation."""
    notebook = lab(trained, SHOW)
    notebook.page.evaluate(
        "() => document.querySelector('.mmp-root').append(document.createElement('button'))"
    )
    assert [found.split(" | ")[0] for found in violations(notebook)] == ["button-name"]


@pytest.mark.parametrize("panel", [False, True])
def test_the_keyboard_reaches_every_part_and_is_seen_there(lab, trained, panel):
    notebook = lab(trained, SHOW)
    notebook.execute("w.select(units=[1, 4]); w.groups.add('early')")
    if panel:
        notebook.button("Selection and groups").click()
        notebook.button("Points and lines").click()
    notebook.settle()
    names = notebook.page.evaluate(NUMBER)
    assert len(names) > (20 if panel else 12)
    notebook.page.locator('.mmp-root [data-number="0"]').focus()
    reached = {}
    for _ in range(2 * len(names)):
        at = notebook.page.evaluate(FOCUS_STYLE)
        if at is None:
            break
        reached[at["number"]] = at["stands"]
        notebook.page.keyboard.press("Tab")
    assert [names[at] for at in range(len(names)) if str(at) not in reached] == []
    assert [names[int(at)] for at, stands in reached.items() if not stands] == []
    # One stop a toolbar: arrows lead to its other buttons.
    toolbar = notebook.page.get_by_role("toolbar", name="Tools").first
    buttons = toolbar.get_by_role("button").all()
    buttons[0].focus()
    found = set()
    # The lists and the field are stops, too.
    for _ in range(len(buttons) + 3):
        found.add(notebook.page.evaluate("() => document.activeElement.getAttribute('aria-label')"))
        notebook.page.keyboard.press("ArrowRight")
    visible = [button for button in buttons if button.is_visible()]
    named = {button.get_attribute("aria-label") for button in visible} - {None}
    assert named <= found
