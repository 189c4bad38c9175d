"""Imports take no longer than they may, and the table says what they take."""

import import_times
import pytest


@pytest.mark.parametrize("statement", import_times.LIMITS)
def test_an_import_is_quick(statement):
    seconds = import_times.measure(statement, repeats=4)
    # Another process beside it makes it slower, nothing makes it quicker.
    assert min(seconds) < import_times.LIMITS[statement]


def test_the_table_names_statements_seconds_and_limits(monkeypatch):
    monkeypatch.setattr(import_times, "once", lambda statement: 0.25)
    rows = import_times.table().splitlines()[4:]
    assert [row.split(" | ")[1:] for row in rows] == [
        ["0.25 (0.25 – 0.25)", f"{limit} |"] for limit in import_times.LIMITS.values()
    ]
