"""The compression notebook runs in its reduced form, and the committed one has findings."""

import html
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "compression.ipynb"
LARGEST_COMMITTED = 1_000_000
COLUMNS = ["claim", "effect", "low", "high", "pvalue", "n_seeds", "adjusted"]


def findings_of(notebook):
    """The last table of a notebook, read from its HTML."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    tables = [
        output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})
    ]
    rows = [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr.*?</tr>", tables[-1], flags=re.DOTALL)
    ]
    table = pd.DataFrame([row[1:] for row in rows[1:]], columns=rows[0][1:])
    return table.set_index("claim").astype(float).reset_index()


@pytest.fixture(scope="module")
def committed():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("compression")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMPHATE_QUICK", "1")
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=250, resources=resources).execute()
    assert list(folder.iterdir()) == []
    return notebook


@pytest.mark.parametrize(("which", "n_seeds"), [("executed", 3), ("committed", 12)])
def test_it_ends_with_a_table_of_findings(which, n_seeds, request):
    found = findings_of(request.getfixturevalue(which))
    assert list(found.columns) == COLUMNS
    assert len(found) >= 15
    assert found["claim"].is_unique
    assert found["n_seeds"].between(0, n_seeds).all()
    # A short run may have no change point in any seed, and then no distance of one.
    measured = found[found["n_seeds"] > 0] if which == "executed" else found
    assert measured.drop(columns="claim").notna().all(axis=None)
    assert len(measured) >= 25
    found = measured
    assert (found["low"] <= found["effect"] + 1e-3).all()
    assert (found["effect"] <= found["high"] + 1e-3).all()
    assert found["pvalue"].between(0, 1).all()
    assert (found["adjusted"] >= found["pvalue"]).all()
    correlations = found[found["claim"].str.contains(r"\(r\)|rank correlation")]
    assert correlations["effect"].abs().max() <= 1


def test_the_committed_one_is_small_and_was_run_in_order(committed):
    assert NOTEBOOK.stat().st_size < LARGEST_COMMITTED
    code = [cell for cell in committed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert "widgets" not in committed.metadata
    assert "?" in committed.cells[0].source.splitlines()[0]
