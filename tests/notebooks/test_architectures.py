"""The notebook on architectures runs in its small form, and the committed one has its findings."""

from importlib.util import find_spec
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "architectures.ipynb"
LARGEST_COMMITTED = 1_000_000

# Looks at the table from inside, where numbers are not rounded by a style.
CHECK = """
print(sorted(findings.columns))
print(len(findings), findings["claim"].nunique())
print(findings["p-value"].between(0, 1).all(), findings["adjusted"].between(0, 1).all())
print((findings["adjusted"] >= findings["p-value"]).all(), np.isfinite(findings["effect"]).all())
noise = np.random.default_rng(1).normal(size=(6, 9, 12, 30))
along, paths, between = disorder(noise)
print(all(abs(np.nanmean(ratio) - 1) < 0.05 for ratio in (along, paths, between)))
"""


def text_of(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def committed():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.mark.skipif(find_spec("aeon") is None, reason="aeon is not installed")
def test_its_small_form_runs_and_ends_in_a_table_of_findings(monkeypatch, tmp_path):
    monkeypatch.setenv("MMPHATE_QUICK", "1")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(CHECK))
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=280, resources=resources).execute()
    columns, counts, between, order, null = text_of(notebook.cells[-1]).splitlines()
    assert columns == "['adjusted', 'claim', 'effect', 'interval', 'p-value', 'seeds']"
    n_rows, n_claims = map(int, counts.split())
    assert n_rows == n_claims > 25
    assert between == order == "True True"
    assert null == "True"


def test_the_committed_one_was_run_in_order_at_full_size_without_errors(committed):
    assert NOTEBOOK.stat().st_size < LARGEST_COMMITTED
    code = [cell for cell in committed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    kinds = {output.output_type for output in outputs}
    assert kinds <= {"stream", "display_data", "execute_result"}
    assert "widgets" not in committed.metadata
    assert "?" in committed.cells[0].source.splitlines()[0]
    text = "".join(text_of(cell) for cell in code)
    assert "25 epochs × 25 steps × 32 units × 96 samples" in text
    assert "61 epochs × 25 steps × 32 units × 40 samples" in text
    tables = [output.get("data", {}).get("text/html", "") for output in outputs]
    found = next(table for table in tables if "adjusted" in table)
    for claim in ("test accuracy", "untrained disorder", "picture", "steps told apart", "probe"):
        assert claim in found
    assert "6 and 12" in found
    assert np.count_nonzero(["image/png" in output.get("data", {}) for output in outputs]) == 3
