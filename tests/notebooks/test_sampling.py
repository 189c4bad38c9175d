"""What is lost with fewer steps: the notebook runs, and its findings are those committed."""

import pytest
from notebook_findings import check_committed, check_numbers, committed, findings, reduced


@pytest.fixture(scope="module")
def executed():
    with pytest.MonkeyPatch.context() as monkeypatch:
        return reduced("sampling", monkeypatch)


def test_it_runs_and_ends_with_findings(executed):
    table = findings(executed)
    check_numbers(table)
    assert len(table) == len(findings(committed("sampling")))
    alone = table[table["claim"].str.contains("without any embedding")]
    assert (alone["effect"] < 0).all()


def test_the_committed_one_ran_in_whole():
    check_committed("sampling")
    table = findings(committed("sampling"))
    check_numbers(table)
    assert table["claim"].str.contains("25 steps instead of 600").any()
    assert set(table["n seeds"]) == {5, 6}
