"""Models that are no nn.GRU are recorded as they compute, by the code that the notebook shows."""

import importlib.util

from notebook_findings import COLUMNS, check_committed, check_numbers, committed, findings, reduced

NAME = "your_own_model"
KINDS = ("transformer", "own cell", "checkpoints", "Lightning")
# Of float32 states between -3 and 3, summed in another order.
LARGEST_DIFFERENCE = 1e-5


def check_findings(found, kinds):
    check_numbers(found, COLUMNS)
    assert found.claim.tolist() == [
        f"{kind}: {what}"
        for kind in kinds
        for what in ("recorded states differ from the model's own", "neighbors kept beyond chance")
    ]
    differences, kept = found[::2], found[1::2]
    assert differences.effect.between(0, LARGEST_DIFFERENCE).all()
    assert (differences.effect[differences.claim.str.startswith("checkpoints")] == 0).all()
    assert kept.effect.between(0, 1).all()


def test_the_committed_one_has_all_four():
    check_committed(NAME)
    found = findings(committed(NAME))
    check_findings(found, KINDS)
    assert (found[1::2].pvalue < 0.01).all()


def test_it_runs_at_reduced_size(monkeypatch):
    kinds = KINDS if importlib.util.find_spec("lightning") is not None else KINDS[:-1]
    check_findings(findings(reduced(NAME, monkeypatch)), kinds)
