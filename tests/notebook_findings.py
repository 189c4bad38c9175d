"""What the notebooks with findings have in common: run in reduced form, a table at the end."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
COLUMNS = ["claim", "effect", "low", "high", "p-value", "n seeds", "adjusted"]
# A notebook on a code host should open at once.
LARGEST_COMMITTED = 1_000_000


def committed(name: str) -> Any:
    """A notebook as it is committed."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def reduced(name: str, monkeypatch: Any) -> Any:
    """A notebook after a run in its reduced form."""
    monkeypatch.setenv("MMPHATE_QUICK", "1")
    notebook = committed(name)
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=200, resources=resources).execute()
    return notebook


class Cells(HTMLParser):
    """The text of every cell of an HTML table, by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


def findings(notebook: Any) -> pd.DataFrame:
    """The table of the last cell."""
    cells = Cells()
    cells.feed(notebook.cells[-1].outputs[-1]["data"]["text/html"])
    head, *rows = cells.rows
    table = pd.DataFrame([row[1:] for row in rows], columns=head[1:])
    return table.set_index("claim").astype(float).reset_index()


def check_committed(name: str) -> None:
    """Run in order and in whole, without an error or a warning, small, and with a question."""
    notebook = committed(name)
    assert (FOLDER / f"{name}.ipynb").stat().st_size < LARGEST_COMMITTED
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {
        *("stream", "display_data", "execute_result")
    }
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert "widgets" not in notebook.metadata
    assert "?" in notebook.cells[0].source.splitlines()[0]


def check_numbers(table: pd.DataFrame) -> None:
    """Columns by name; intervals hold their effects; p-values are probabilities."""
    assert list(table.columns) == COLUMNS
    assert table["effect"].notna().all()
    there = table["low"].notna()
    assert (table["low"] <= table["effect"] + 1e-4)[there].all()
    assert (table["effect"] <= table["high"] + 1e-4)[there].all()
    tested = table["p-value"].dropna()
    assert tested.between(0, 1).all()
    assert (table["adjusted"].dropna() >= tested - 1e-4).all()
    assert (table["n seeds"] >= 1).all()
