"""From a selected community to a causal test, with its null; the controls come out as they must."""

from notebooks.findings import COLUMNS, check_committed, executed, outputs, table_of_findings

NAME = "lasso_ablation.ipynb"
N_CLAIMS = 6


def by_claim(findings, begin):
    (row,) = [row for row in findings.itertuples() if row.claim.startswith(begin)]
    return row


def test_the_committed_one_keeps_its_controls_and_what_was_not_found():
    findings = table_of_findings(check_committed(NAME))
    assert list(findings.columns) == COLUMNS
    assert len(findings) == N_CLAIMS
    assert findings.pvalue.between(0, 1).all()
    assert (findings.low < findings.effect).all()
    assert (findings.effect < findings.high).all()
    assert by_claim(findings, "Positive control").pvalue < 0.01
    assert by_claim(findings, "Negative control").pvalue > 0.05


def test_it_runs_at_reduced_size(monkeypatch):
    notebook = executed(NAME, monkeypatch)
    findings = table_of_findings(notebook)
    assert list(findings.columns) == COLUMNS
    assert len(findings) == N_CLAIMS
    assert findings.pvalue.between(0, 1).all()
    assert (findings.n_seeds == 2).all()
    # An accuracy cannot lose or gain more than itself.
    assert findings.effect.abs().max() < 1
    pictures = [output for output in outputs(notebook) if "image/png" in output.get("data", {})]
    assert len(pictures) == 3
