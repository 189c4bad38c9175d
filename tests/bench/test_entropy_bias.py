"""The table of the entropies' bias is printed, and its predictions hold."""

import entropy_bias
import pytest


def test_four_tables_are_printed(capsys, monkeypatch):
    monkeypatch.setattr(entropy_bias, "DRAWS", 2)
    monkeypatch.setattr(entropy_bias, "UNITS", (4, 8))
    monkeypatch.setattr(entropy_bias, "PLACES", (8, 16))
    monkeypatch.setattr(entropy_bias, "SAMPLES", (5, 30))
    entropy_bias.main()
    printed = capsys.readouterr().out
    assert [printed.count(f"\n{part}. ") for part in (1, 2, 3, 4)] == [1] * 4
    assert "nan" not in printed


def test_unrelated_units_of_the_method():
    assert entropy_bias.page(40, 30) == pytest.approx(20, abs=0.3)
