"""The estimate of what remains, against fits whose every second is known."""

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget._forecast import Forecast, stage_seconds


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def play(predicted, real, *, steps=10):
    """Errors of the estimate, relative to the whole, while ``real`` seconds a stage go by."""
    clock = Clock()
    forecast = Forecast(predicted, clock)
    whole, gone, errors = sum(real.values()), 0.0, []
    for stage, seconds in real.items():
        forecast.report(stage, 0.0)
        for step in range(1, steps + 1):
            clock.now += seconds / steps
            gone += seconds / steps
            forecast.report(stage, step / steps)
            errors.append((gone / whole, (forecast.remaining() - (whole - gone)) / whole))
    return np.array(errors)


PREDICTED = {"a": 1.0, "b": 4.0, "c": 20.0, "d": 5.0}


def test_right_predictions_stay_right():
    assert abs(play(PREDICTED, PREDICTED)[:, 1]).max() < 1e-9


@pytest.mark.parametrize("slower", [0.2, 5, 30])
def test_a_slower_machine_is_noticed_after_the_first_stages(slower):
    errors = play(PREDICTED, {stage: slower * s for stage, s in PREDICTED.items()})
    assert abs(errors[errors[:, 0] > 0.2, 1]).max() < 0.25
    assert abs(errors[errors[:, 0] > 0.6, 1]).max() < 0.1


def test_one_wrong_prediction_is_mended_inside_its_stage():
    errors = play(PREDICTED, PREDICTED | {"c": 60.0})
    assert abs(errors[0, 1]) > 0.5
    assert abs(errors[errors[:, 0] > 0.5, 1]).max() < 0.15


def test_it_counts_down_while_nothing_is_said_and_never_below_what_follows():
    clock = Clock()
    forecast = Forecast({"a": 10.0, "b": 3.0}, clock)
    forecast.report("a", 0.0)
    assert forecast.remaining() == pytest.approx(13)
    clock.now += 4
    assert forecast.remaining() == pytest.approx(9)
    forecast.report("a", 0.0)
    assert forecast.remaining() == pytest.approx(9)
    clock.now += 40
    assert forecast.remaining() == pytest.approx(3)


def test_a_stage_that_nobody_predicted_is_estimated_from_itself():
    clock = Clock()
    forecast = Forecast({"a": 1.0}, clock)
    forecast.report("new", 0.0)
    assert forecast.remaining() == 0
    clock.now += 3
    forecast.report("new", 0.5)
    assert forecast.remaining() == pytest.approx(0.5 * 3 / 0.6)


@pytest.mark.parametrize("axis", range(4))
def test_more_of_anything_takes_longer(axis):
    shape = (20, 30, 10, 50)
    larger = tuple(4 * n if at == axis else n for at, n in enumerate(shape))
    costs = [
        sum(stage_seconds(s, mm.MMPHATE(n_jobs=2)._settings(np.broadcast_to(0.0, s))).values())
        for s in (shape, larger)
    ]
    assert costs[0] < costs[1]


def test_every_stage_is_predicted_in_the_order_in_which_they_run():
    values = np.random.default_rng(0).normal(size=(8, 9, 6, 5)).cumsum(axis=0)
    estimator = mm.MMPHATE(n_landmark=60, random_state=0).fit(values)
    assert list(stage_seconds(values.shape, estimator._settings(values))) == list(
        estimator.timings_
    )
