"""The paper's suite: the notebook runs, and its findings are those committed."""

import json

from notebook_findings import (
    ADJUSTED,
    FOLDER,
    check_committed,
    check_numbers,
    committed,
    findings,
    reduced,
)

NAME = "synthetic_suite"


def test_it_runs_and_ends_with_findings(monkeypatch):
    table = findings(reduced(NAME, monkeypatch))
    check_numbers(table, ADJUSTED)
    assert list(table["claim"]) == list(findings(committed(NAME))["claim"])
    after = table[table["claim"].str.contains("units after the bifurcation")]
    assert (after["effect"] > 0.5).all()


def test_the_committed_one_ran_in_whole():
    check_committed(NAME)
    table = findings(committed(NAME))
    check_numbers(table, ADJUSTED)
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
