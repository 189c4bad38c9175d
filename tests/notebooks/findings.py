"""What every notebook with a question must hold: a table of findings, small outputs, no errors."""

from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pandas as pd
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent.parent / "notebooks"
COLUMNS = ["claim", "effect", "low", "high", "pvalue", "n_seeds"]
# A notebook on a code host should open at once.
LARGEST_COMMITTED = 1_000_000


def committed(name):
    """The notebook as it stands in the repository, with the outputs of its full size."""
    return nbformat.read(FOLDER / name, as_version=4)


def executed(name, monkeypatch):
    """The notebook, run from top to bottom at its reduced size; it must leave no files."""
    monkeypatch.setenv("MMPHATE_QUICK", "1")
    notebook, before = committed(name), sorted(FOLDER.rglob("*"))
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=120, store_widget_state=False, resources=resources).execute()
    assert sorted(FOLDER.rglob("*")) == before
    return notebook


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def table_of_findings(notebook):
    """The last table with a claim, from what a reader sees."""
    pages = [output.get("data", {}).get("text/html", "") for output in outputs(notebook)]
    page = [page for page in pages if "<th>claim</th>" in page][-1]
    table = ElementTree.fromstring(page[page.index("<table") : page.index("</table>") + 8])
    rows = [[cell.text for cell in row] for row in table.iter("tr")]
    found = pd.DataFrame([row[1:] for row in rows[1:]], columns=rows[0][1:])
    return found.astype({name: float for name in found.columns if name != "claim"})


def check_committed(name):
    notebook = committed(name)
    assert (FOLDER / name).stat().st_size < LARGEST_COMMITTED
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert notebook.cells[0].source.splitlines()[0].endswith("?")
    assert all(output.output_type != "error" for output in outputs(notebook))
    assert "widgets" not in notebook.metadata
    return notebook
