"""The benchmark notebook shows the committed figures, and measures nothing when it runs."""

from pathlib import Path

import nbformat
import pytest
import report
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent.parent / "notebooks"
NOTEBOOK = FOLDER / "benchmarks.ipynb"
# A notebook on a code host should open at once.
LARGEST_COMMITTED = 500_000


def shown(notebook, kind):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [data[kind] for data in (output.get("data", {}) for output in outputs) if kind in data]


@pytest.fixture(scope="module")
def committed():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    before = sorted(FOLDER.rglob("*"))
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=100, resources=resources).execute()
    assert sorted(FOLDER.rglob("*")) == before
    return notebook


@pytest.mark.parametrize("which", ["executed", "committed"])
def test_it_shows_every_part_of_the_committed_figures(which, request):
    notebook = request.getfixturevalue(which)
    found = report.load(FOLDER / "benchmarks.json")
    tables = shown(notebook, "text/markdown")
    assert tables == [report.section(found, part) for part in report.SECTIONS]
    pictures = shown(notebook, "image/png")
    assert len(pictures) == len({*pictures}) == 5


def test_the_committed_one_is_small_and_was_run_in_order(committed):
    assert NOTEBOOK.stat().st_size < LARGEST_COMMITTED
    counts = [cell.execution_count for cell in committed.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert "?" in committed.cells[0].source.splitlines()[0]
