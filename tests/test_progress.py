"""The bar says the stage and what remains; every stage says how far it is."""

import re

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget import _pipeline
from mmphate_widget._progress import progress_bar


def walk(shape=(20, 30, 12, 6)):
    return np.random.default_rng(0).normal(size=shape).cumsum(axis=0)


@pytest.mark.parametrize("solver", ["sgd", "smacof"])
def test_every_stage_reports_between_its_ends(solver):
    seen = {}
    values = walk()
    estimator = mm.MMPHATE(n_landmark=200, n_pca=5, random_state=0, mds_solver=solver)
    settings = estimator._settings(values)
    _pipeline.run(values, settings, lambda stage, part: seen.setdefault(stage, []).append(part))
    for stage, fractions in seen.items():
        assert fractions == sorted(fractions), stage
        assert [f for f in fractions if 0 < f < 1], stage
        assert max(fractions) == 1, stage


def test_the_bar_says_stage_and_remaining_seconds_and_ends_done(capsys):
    with progress_bar(True, {"kernel": 90.0, "embedding": 30.0}) as show:
        show("kernel", 0.0)
        show("kernel", 0.0)
    _, err = capsys.readouterr()
    first, *_, last = [line for line in err.split("\r") if line.strip()][1:]
    assert re.search(r"kernel 0% +0%\|.*about 120 s left", first)
    assert re.search(r"100%\|.*done", last)


def test_the_bar_never_goes_back(capsys):
    with progress_bar(True, {"a": 1e-3, "b": 1e-3}) as show:
        for stage in ("a", "b"):
            for part in np.linspace(0, 1, 50):
                show(stage, float(part))
        show("c", 0.0)
    _, err = capsys.readouterr()
    percents = [int(found) for found in re.findall(r"(\d+)%\|", err)]
    assert percents == sorted(percents)


def test_an_interrupted_bar_is_not_done(capsys):
    def interrupted():
        with progress_bar(True, {"a": 1.0}) as show:
            show("a", 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "done" not in capsys.readouterr().err


def test_nothing_is_drawn_unless_asked(capsys):
    with progress_bar(False, {}) as show:
        show("a", 0.5)
    assert capsys.readouterr() == ("", "")
