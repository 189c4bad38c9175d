"""The compression notebook runs in its reduced form, and the committed one has findings."""

from notebook_findings import ADJUSTED, check_committed, check_numbers, committed, findings, reduced

NAME = "compression"


def check_findings(found, n_seeds):
    assert found["claim"].is_unique
    assert found["n_seeds"].between(0, n_seeds).all()
    # A short run may have no change point in any seed, and then no distance of one.
    measured = found[found["n_seeds"] > 0]
    assert len(measured) >= 25
    assert measured.notna().all(axis=None)
    check_numbers(measured, ADJUSTED, last_digit=1e-3)
    correlations = measured[measured["claim"].str.contains(r"\(r\)|rank correlation")]
    assert correlations["effect"].abs().max() <= 1


def test_it_runs_and_ends_with_findings(monkeypatch):
    check_findings(findings(reduced(NAME, monkeypatch)), n_seeds=3)


def test_the_committed_one_ran_in_whole():
    check_committed(NAME)
    found = findings(committed(NAME))
    check_findings(found, n_seeds=12)
    assert (found["n_seeds"] > 0).all()
