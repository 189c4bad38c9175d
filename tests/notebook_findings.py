"""What the notebooks with a question have in common: a reduced form, a table at the end."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
# A notebook on a code host should open at once.
LARGEST_COMMITTED = 1_000_000
# What a table of findings is made of; low and high are the ends of the interval.
COLUMNS = ["claim", "effect", "low", "high", "pvalue", "n_seeds"]
# Where p-values are corrected for the number of claims, their last column.
ADJUSTED = [*COLUMNS, "adjusted"]
# For one cell, in seconds: it must fail before pytest ends the whole run of the test.
LONGEST = 280


def committed(name: str) -> Any:
    """A notebook as it stands in the repository, with the outputs of its full size."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def reduced(name: str, monkeypatch: Any, *, then: str | None = None) -> Any:
    """A notebook after a run in its reduced form, ``then`` as one more cell; leaves no files."""
    monkeypatch.setenv("MMPHATE_QUICK", "1")
    notebook, before = committed(name), _files()
    if then is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(then))
    NotebookClient(
        notebook,
        timeout=LONGEST,
        store_widget_state=False,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    assert _files() == before
    return notebook


def outputs(notebook: Any) -> list[Any]:
    """Of all cells, in order."""
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def findings(notebook: Any, *, words: tuple[str, ...] = ("claim",)) -> pd.DataFrame:
    """The last table with a claim, as a reader sees it; columns but those of ``words`` as float."""
    tables = [_rows(output.get("data", {}).get("text/html", "")) for output in outputs(notebook)]
    head, *rows = [table for table in tables if table and "claim" in table[0]][-1]
    # The index has no name, and may be hidden.
    table = pd.DataFrame(rows, columns=head).drop(columns="", errors="ignore")
    return table.astype({name: float for name in table.columns if name not in words})


def check_committed(name: str) -> None:
    """Run in order and in whole, without an error or a warning, small, and with a question."""
    notebook = committed(name)
    assert (FOLDER / f"{name}.ipynb").stat().st_size < LARGEST_COMMITTED
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    kinds = {output.output_type for output in outputs(notebook)}
    assert kinds <= {"stream", "display_data", "execute_result"}
    assert not [output for output in outputs(notebook) if output.get("name") == "stderr"]
    assert "widgets" not in notebook.metadata
    assert notebook.cells[0].source.splitlines()[0].endswith("?")


def check_numbers(table: pd.DataFrame, columns: list[str], *, last_digit: float = 1e-4) -> None:
    """The same columns in all notebooks; intervals hold their effects; p-values are probabilities.

    ``columns`` are COLUMNS or ADJUSTED. An interval may miss its effect by a ``last_digit``.
    """
    assert columns in (COLUMNS, ADJUSTED)
    assert list(table.columns) == columns
    _, effect, low, high, pvalue, n_seeds, *adjusted = (table[name] for name in columns)
    assert effect.notna().all()
    there = low.notna()
    assert (low <= effect + last_digit)[there].all()
    assert (effect <= high + last_digit)[there].all()
    tested = pvalue.dropna()
    assert tested.between(0, 1).all()
    for corrected in adjusted:
        # Rounding keeps the order.
        assert (corrected.dropna() >= tested).all()
        assert corrected.dropna().between(0, 1).all()
    assert (n_seeds >= 1).all()


class _Cells(HTMLParser):
    """The text of every cell of an HTML table, by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._is_inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.rows[-1][-1] += data


def _rows(page: str) -> list[list[str]]:
    cells = _Cells()
    cells.feed(page)
    return cells.rows


def _files() -> dict[Path, int]:
    """All below the folder, files with the time they were last written."""
    return {path: path.is_file() and path.stat().st_mtime_ns for path in FOLDER.rglob("*")}
