"""The button that ablates the selection of a trained network, in a notebook."""

import re

import pytest
from playwright.sync_api import expect
from test_panel import open_panel, units

CONTROL_MS = 20_000

# A GRU that learns to read digits for some epochs, kept for its ablation.
TRAINED_HERE = """
import numpy as np, torch
import mmphate_widget as mm
torch.set_num_threads(1)
torch.manual_seed(0)
class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.out = torch.nn.GRU(8, 16, batch_first=True), torch.nn.Linear(16, 10)
    def forward(self, rows):
        return self.out(self.gru(rows)[0][:, -1])
digits = mm.datasets.digit_rows()
model = Reader()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
x, y = torch.tensor(digits.x_train), torch.tensor(digits.y_train)
data = torch.tensor(digits.x_test), torch.tensor(digits.y_test)
with mm.Recorder(model, probe=data[0][:30], layers="gru", verbose=False) as recorder:
    for epoch in range(6):
        for batch in torch.randperm(len(x)).split(64):
            loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad(); loss.backward(); optimizer.step()
        recorder.snapshot(loss=loss)
trace = recorder.trace
"""
SHOWN = """
w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(*trace.shape[:3], 3)), trace=trace)
def ablate(selection):
    return mm.analysis.ablate_units(model, selection, data, n_draws=60, random_state=0)
w.ablate_with(ablate)
w
"""


@pytest.fixture
def notebook(lab):
    notebook = lab(TRAINED_HERE, SHOWN)
    notebook.page.set_default_timeout(CONTROL_MS)
    open_panel(notebook)
    return notebook


def said(notebook):
    return notebook.page.locator(".mmp-ablation [aria-live]")


def test_the_selection_is_ablated_by_keyboard_and_its_effect_shown(notebook):
    button = notebook.button("Ablate selection")
    expect(button).to_have_attribute("aria-disabled", "true")
    units(notebook).get_by_role("option").nth(2).click()
    units(notebook).get_by_role("option").nth(5).click(modifiers=["Shift"])
    expect(button).to_have_attribute("aria-disabled", "false")
    button.focus()
    notebook.page.keyboard.press("Enter")
    expect(said(notebook)).to_contain_text("random draws", timeout=CONTROL_MS)
    chosen = notebook.kernel("w.selected_units.tolist()")
    found = notebook.kernel(
        "[w.ablation.effect, w.ablation.baseline, w.ablation.ablated, w.ablation.pvalue]"
    )
    direct = notebook.kernel(
        f"mm.analysis.ablate_units(model, {chosen}, data, layers='gru', n_draws=60, "
        "random_state=0).effect"
    )
    assert found[0] == direct
    text = said(notebook).inner_text().replace("−", "-")
    assert f"without {len(chosen)} unit" in text
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]
    for value in found:
        assert any(abs(value - number) <= 0.005 * abs(value) + 1e-12 for number in numbers), text
    plot = notebook.page.get_by_role("img", name=re.compile("Effects of random draws"))
    expect(plot).to_be_visible()
    # Another selection, and the result is said to be of the one before.
    notebook.execute("w.select(units=[0])")
    expect(said(notebook)).to_contain_text("(selected before)")
    assert notebook.errors == []


def test_an_error_is_shown_and_pages_are_heard_while_it_runs(notebook):
    notebook.execute(
        "import threading; go_on = threading.Event()\n"
        "def fail(selection):\n    go_on.wait(30)\n    raise ValueError('no such network')\n"
        "w.ablate_with(fail); w.select(units=[1, 2])"
    )
    button = notebook.button("Ablate selection")
    expect(button).to_have_attribute("aria-disabled", "false")
    button.click()
    expect(said(notebook)).to_have_text("Ablating…")
    expect(button).to_have_attribute("title", "Python is at it")
    # The kernel answers meanwhile.
    units(notebook).get_by_role("option").nth(7).click()
    notebook.until(
        lambda: notebook.kernel("w.selected_units.tolist()") == [7], "the kernel does not hear"
    )
    notebook.execute("go_on.set()")
    expect(notebook.page.get_by_role("alert")).to_contain_text("ValueError: no such network")
    expect(button).to_have_attribute("aria-disabled", "false")
    expect(said(notebook)).to_have_text("")
    notebook.execute("w.ablate_with(None)")
    expect(button).to_be_hidden()
