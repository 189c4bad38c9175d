"""The quickstart runs from top to bottom, and the committed one shows its results."""

import base64
import copy
import io
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "quickstart.ipynb"
# A notebook on a code host should open at once.
LARGEST_COMMITTED = 500_000


def outputs_of(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def pictures_of(notebook):
    data = [output.get("data", {}).get("image/png") for output in outputs_of(notebook)]
    return [Image.open(io.BytesIO(base64.b64decode(png))) for png in data if png]


def text_of(notebook):
    texts = [output.get("text", "") for output in outputs_of(notebook)]
    texts += [output.get("data", {}).get("text/plain", "") for output in outputs_of(notebook)]
    return "\n".join(texts)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.pop("outputs", None)
        if cell.cell_type == "code":
            cell.outputs = []
    folder = tmp_path_factory.mktemp("quickstart")
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=280, resources=resources).execute()
    assert list(folder.iterdir()) == []
    return notebook


@pytest.mark.parametrize("which", ["executed", "committed"])
def test_it_shows_numbers_pictures_and_a_widget(which, request):
    notebook = (
        request.getfixturevalue("executed")
        if which == "executed"
        else nbformat.read(NOTEBOOK, as_version=4)
    )
    text = text_of(notebook)
    accuracy = float(re.search(r"epoch 60 of 60: loss \S+, accuracy (\S+)%", text)[1])
    assert accuracy > 90
    assert "60 epochs × 8 steps × 64 units × 40 samples" in text
    last = re.search(r"epoch 59: .* company (\S+), a random group (\S+) to (\S+) \(95 %\)", text)
    company, _, chance = map(float, last.groups())
    assert company > chance
    kinds = [set(output.get("data", {})) for output in outputs_of(notebook)]
    view = kinds.index({"application/vnd.jupyter.widget-view+json", "text/plain"})
    # Beside the view the picture that stays, then two figures.
    assert kinds[view - 1] == {"image/png", "text/plain"}
    assert "Epoch 59, 64 units at 8 steps, colored by step" in text
    pictures = pictures_of(notebook)
    assert len(pictures) == 3
    assert "mmphate-stand-in" in pictures[0].text
    for picture in pictures:
        assert np.asarray(picture.convert("RGBA").convert("L")).std() > 5


def test_it_keeps_no_coordinates_and_is_small_as_jupyterlab_saves_it(executed, capsys):
    states = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    kept = [one["state"]["_offline"] for one in states.values() if "_offline" in one["state"]]
    assert kept == [{}]
    # JupyterLab does not save the state of widgets unless it is told to; nbclient does.
    saved = copy.deepcopy(executed)
    del saved.metadata["widgets"]
    size, with_state = (len(nbformat.writes(one).encode()) for one in (saved, executed))
    with capsys.disabled():
        sys.stdout.write(
            f"\nThe quickstart, executed: {size / 1e3:.0f} kB; with the state of widgets, which "
            f"holds the front end, {with_state / 1e3:.0f} kB\n"
        )
    assert size < LARGEST_COMMITTED


def test_the_committed_one_is_small_and_was_run_in_order():
    assert NOTEBOOK.stat().st_size < LARGEST_COMMITTED
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert "widgets" not in notebook.metadata
    assert "?" in notebook.cells[0].source.splitlines()[0]
