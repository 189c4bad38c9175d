"""The notebook on architectures runs in its small form, and the committed one has its findings."""

from importlib.util import find_spec

import pytest
from notebook_findings import (
    ADJUSTED,
    check_committed,
    check_numbers,
    committed,
    findings,
    outputs,
    reduced,
)

NAME = "architectures"

# Looks at the table from inside, where numbers are not rounded by a style.
CHECK = """
print(findings["pvalue"].between(0, 1).all(), findings["adjusted"].between(0, 1).all())
print((findings["adjusted"] >= findings["pvalue"]).all(), np.isfinite(findings["effect"]).all())
noise = np.random.default_rng(1).normal(size=(6, 9, 12, 30))
along, paths, between = disorder(noise)
print(all(abs(np.nanmean(ratio) - 1) < 0.05 for ratio in (along, paths, between)))
"""


def text_of(outputs):
    return "".join(output.get("text", "") for output in outputs)


def check_findings(notebook):
    """One row a claim; seeds "6 and 12" where two groups were compared."""
    table = findings(notebook, words=("claim", "n_seeds"))
    assert table["claim"].is_unique
    assert len(table) > 25
    fewest = table["n_seeds"].str.split(" and ").str[0].astype(int)
    check_numbers(table.assign(n_seeds=fewest), ADJUSTED, last_digit=1e-3)
    return table


@pytest.mark.skipif(find_spec("aeon") is None, reason="aeon is not installed")
def test_its_small_form_runs_and_ends_in_a_table_of_findings(monkeypatch):
    notebook = reduced(NAME, monkeypatch, then=CHECK)
    check_findings(notebook)
    between, order, null = text_of(notebook.cells[-1].outputs).splitlines()
    assert between == order == "True True"
    assert null == "True"


def test_the_committed_one_was_run_in_order_at_full_size_without_errors():
    check_committed(NAME)
    shown = outputs(committed(NAME))
    text = text_of(shown)
    assert "25 epochs × 25 steps × 32 units × 96 samples" in text
    assert "61 epochs × 25 steps × 32 units × 40 samples" in text
    table = check_findings(committed(NAME))
    for claim in ("test accuracy", "untrained disorder", "picture", "steps told apart", "probe"):
        assert table["claim"].str.contains(claim).any()
    assert (table["n_seeds"] == "6 and 12").any()
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
