"""The paper's suite: the notebook runs, and its findings are those committed."""

import json

import pytest
from notebook_findings import FOLDER, check_committed, check_numbers, committed, findings, reduced


@pytest.fixture(scope="module")
def executed():
    with pytest.MonkeyPatch.context() as monkeypatch:
        return reduced("synthetic_suite", monkeypatch)


def test_it_runs_and_ends_with_findings(executed):
    table = findings(executed)
    check_numbers(table)
    assert list(table["claim"]) == list(findings(committed("synthetic_suite"))["claim"])
    after = table[table["claim"].str.contains("units after the bifurcation")]
    assert (after["effect"] > 0.5).all()


def test_the_committed_one_ran_in_whole():
    check_committed("synthetic_suite")
    table = findings(committed("synthetic_suite"))
    check_numbers(table)
    published = table[table["claim"].str.contains("reproduces the published")]
    assert (published["effect"].abs() <= 0.01).all()
    more = table[table["claim"].str.contains("keeps more than published")]
    assert (more["low"] > 0).all()


def test_peers_were_measured_on_every_scenario():
    measured = json.loads((FOLDER / "synthetic_suite.json").read_text())
    methods = {"pca", "mmphate", "mmphate refine", "opentsne", "umap"}
    assert methods | {"reference"} <= set(measured)
    for method in set(measured) - {"reference"}:
        rows = measured[method]["rows"]
        assert len(rows) == 7
        assert all("scores" in row or "missing" in row for row in rows)
