"""Random actions from a seeded generator: page and kernel agree after each, and nothing complains.

``MMPHATE_SOAK`` sets how many.
"""

import os

import numpy as np
import pytest
from scenes import SHOW
from test_healing import reload

ACTIONS = int(os.environ.get("MMPHATE_SOAK", "60"))
SEED = 0
SIZES = [(1200, 1000), (760, 900), (420, 900)]
MODIFIERS = [(), (), ("Shift",), ("Alt",), ("Shift", "Alt")]
# Undo and redo are pressed more often than others.
BUTTONS = [
    *("Undo", "Redo", "Undo", "Redo", "Clear selection", "Invert selection", "Select through"),
    *("Reset view", "Zoom to selection"),
]

# What the kernel has that a reader of the page can see.
KERNEL_STATE = """dict(
    epoch=round(float(w.epoch), 2), step=w.step, color=w.color_by, show=w.show,
    speed=float(w.speed), depth=w.depth, filters=sorted(w.filters),
    units=len(w.selected_units), points=len(w.selected_points),
    undo=w._selector.history.can_undo, redo=w._selector.history.can_redo,
)"""


class User:
    """Somebody who tries everything, in no order."""

    def __init__(self, notebook, seed):
        self.notebook, self.page = notebook, notebook.page
        self.draw = np.random.default_rng(seed)
        self.done = []

    def act(self):
        # Some things are done more often than others.
        actions = {
            self.seek: 4,
            self.step_epoch: 3,
            self.choose_step: 2,
            self.color: 3,
            self.show: 2,
            self.lasso: 6,
            self.rectangle: 3,
            self.press: 6,
            self.filter: 2,
            self.turn: 2,
            self.play: 1,
            self.resize: 1,
            self.theme: 1,
            self.reload: 0.5,
            self.from_python: 3,
        }
        weights = np.array(list(actions.values()), dtype=float)
        action = list(actions)[self.draw.choice(len(actions), p=weights / weights.sum())]
        self.done.append((action.__name__, action()))

    def pick(self, choices):
        return choices[self.draw.integers(len(choices))]

    # -- time

    def seek(self):
        key = self.pick(["Home", "End", "PageUp", "PageDown", "ArrowLeft", "ArrowRight"])
        self.notebook.slider("Epoch").press(key)
        return key

    def step_epoch(self):
        name = self.pick(["Previous epoch", "Next epoch"])
        self.notebook.button(name).click()
        return name

    def choose_step(self):
        key = self.pick(["Home", "End", "ArrowLeft", "ArrowRight"])
        self.notebook.slider("Step").press(key)
        return key

    def play(self):
        self.notebook.button("Play").click()
        self.page.wait_for_timeout(int(self.draw.integers(50, 400)))
        self.notebook.button("Pause").click()

    # -- looks

    def color(self):
        return self.choose("Color by")

    def show(self):
        return self.choose("Show")

    def choose(self, name):
        box = self.notebook.combobox(name)
        values = box.locator("option").evaluate_all("all => all.map(({ value }) => value)")
        value = self.pick(values)
        box.select_option(value)
        return value

    def filter(self):
        boxes = self.page.locator(".mmp-legend").get_by_role("checkbox")
        if not boxes.count():
            return None
        at = int(self.draw.integers(boxes.count()))
        boxes.nth(at).click()
        return at

    def turn(self):
        self.notebook.button("Orbit").click()
        ends = [tuple(place) for place in self.places(2)]
        self.notebook.drag(ends)
        return ends

    def resize(self):
        width, height = self.pick(SIZES)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_timeout(300)
        return width

    def theme(self):
        name = self.pick(["JupyterLab Light", "JupyterLab Dark"])
        self.notebook.command("apputils:change-theme", theme=name)
        return name

    def reload(self):
        reload(self.notebook)
        self.notebook.wait_for_picture()

    # -- selections

    def places(self, count):
        box = self.notebook.canvas.bounding_box()
        share = self.draw.uniform(0.15, 0.8, size=(count, 2))
        return share * [box["width"], box["height"]]

    def lasso(self):
        return self.drag("Lasso", int(self.draw.integers(3, 9)))

    def rectangle(self):
        return self.drag("Rectangle", 2)

    def drag(self, tool, corners):
        self.notebook.button(tool).click()
        modifiers = self.pick(MODIFIERS)
        self.notebook.drag([tuple(place) for place in self.places(corners)], modifiers)
        return modifiers

    def press(self):
        name = self.pick(BUTTONS)
        button = self.notebook.button(name)
        if button.get_attribute("aria-disabled") == "true" or button.is_disabled():
            return f"{name}: off"
        button.click()
        return name

    def from_python(self):
        code = self.pick(
            [
                "w.select(units=rng.integers(0, 24, 3))",
                "w.select(points=rng.integers(0, w.visible.size, 40))",
                "w.epoch = float(rng.integers(0, 12))",
                "w.color_by = w.channels[rng.integers(len(w.channels))]",
                "w.undo() if w._selector.history.can_undo else None",
                "w.filters = {}",
                "w.clear_selection()",
            ]
        )
        self.notebook.execute(code)
        return code


def page_state(notebook):
    """The same as a reader of the page has it."""
    label = notebook.page.locator(".mmp-step-field")
    step = float(notebook.slider("Step").input_value())
    button = notebook.button("Undo"), notebook.button("Redo")
    return {
        "epoch": round(float(notebook.slider("Epoch").input_value()), 2),
        "step": None if "mmp-all-steps" in label.get_attribute("class") else int(step),
        "color": notebook.combobox("Color by").input_value(),
        "show": notebook.combobox("Show").input_value(),
        "undo": button[0].get_attribute("aria-disabled") != "true",
        "redo": button[1].get_attribute("aria-disabled") != "true",
        "status": notebook.status.inner_text(),
        "through": notebook.button("Select through").get_attribute("aria-pressed") == "true",
    }


def count_of(count, noun):
    return f"{count} {noun}{'' if count == 1 else 's'}"


def difference(kernel, page):
    """What the two sides do not agree on; empty where they do."""
    shared = kernel.keys() & page.keys()
    found = {key: (kernel[key], page[key]) for key in shared if kernel[key] != page[key]}
    said = f"{count_of(kernel['units'], 'unit')}, {count_of(kernel['points'], 'point')} selected"
    if said not in page["status"]:
        found["status"] = (said, page["status"])
    if bool(kernel["filters"]) != ("hidden:" in page["status"]):
        found["filters"] = (kernel["filters"], page["status"])
    if (kernel["depth"] == "through") != page["through"]:
        found["depth"] = (kernel["depth"], page["through"])
    return found


@pytest.mark.timeout(900)
def test_page_and_kernel_agree_after_every_random_action(lab, trained):
    notebook = lab(trained, SHOW)
    notebook.execute("rng = np.random.default_rng(1)")
    user = User(notebook, SEED)
    for at in range(ACTIONS):
        user.act()
        left = {}

        def agrees(left=left):
            left.clear()
            left.update(difference(notebook.kernel(KERNEL_STATE), page_state(notebook)))
            return not left

        try:
            notebook.until(agrees, "no agreement")
        except AssertionError:
            pytest.fail(f"action {at}: {left} after {user.done[-5:]}")
        assert notebook.errors == [], user.done[-5:]
    # What the lassos of the page found is what Python finds by itself.
    assert notebook.kernel(
        "bool((w.reselect(w.selection.record).points == w.selection.points).all())"
    )
    counts = {name: sum(done == name for done, _ in user.done) for name, _ in user.done}
    print(f"\n{ACTIONS} actions: {counts}; no difference, no console error")  # noqa: T201
