"""What is lost with fewer steps: the notebook runs, and its findings are those committed."""

from notebook_findings import ADJUSTED, check_committed, check_numbers, committed, findings, reduced

NAME = "sampling"


def test_it_runs_and_ends_with_findings(monkeypatch):
    table = findings(reduced(NAME, monkeypatch))
    check_numbers(table, ADJUSTED)
    assert len(table) == len(findings(committed(NAME)))
    alone = table[table["claim"].str.contains("without any embedding")]
    assert (alone["effect"] < 0).all()


def test_the_committed_one_ran_in_whole():
    check_committed(NAME)
    table = findings(committed(NAME))
    check_numbers(table, ADJUSTED)
    assert table["claim"].str.contains("25 steps instead of 600").any()
    assert set(table["n_seeds"]) == {5, 6}
