"""From a selected community to a causal test, with its null; the controls come out as they must."""

from notebook_findings import (
    COLUMNS,
    check_committed,
    check_numbers,
    committed,
    findings,
    outputs,
    reduced,
)

NAME = "lasso_ablation"
N_CLAIMS = 6


def by_claim(found, begin):
    (row,) = [row for row in found.itertuples() if row.claim.startswith(begin)]
    return row


def test_the_committed_one_keeps_its_controls_and_what_was_not_found():
    check_committed(NAME)
    found = findings(committed(NAME))
    check_numbers(found, COLUMNS)
    assert len(found) == N_CLAIMS
    assert found.notna().all(axis=None)
    assert (found.low < found.effect).all()
    assert (found.effect < found.high).all()
    assert by_claim(found, "Positive control").pvalue < 0.01
    assert by_claim(found, "Negative control").pvalue > 0.05


def test_it_runs_at_reduced_size(monkeypatch):
    notebook = reduced(NAME, monkeypatch)
    found = findings(notebook)
    check_numbers(found, COLUMNS)
    assert len(found) == N_CLAIMS
    assert found.pvalue.notna().all()
    assert (found.n_seeds == 2).all()
    # An accuracy cannot lose or gain more than itself.
    assert found.effect.abs().max() < 1
    pictures = [output for output in outputs(notebook) if "image/png" in output.get("data", {})]
    assert len(pictures) == 3
