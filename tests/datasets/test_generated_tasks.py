"""Flip-flop, match to sample and integration against their definitions, sequence by sequence."""

import pickle

import numpy as np
import pytest
from scipy.stats import norm

from mmphate_widget.datasets import context_integration, delayed_match_to_sample, flip_flop

TASKS = (flip_flop, delayed_match_to_sample, context_integration)


def both_sets(task):
    for part in ("train", "test"):
        names = ("x", "y", "mask", "labels", "conditions")
        yield tuple(getattr(task, f"{name}_{part}") for name in names)


def test_a_flip_flop_holds_the_sign_of_the_last_pulse():
    task = flip_flop(n_bits=3, n_steps=30, n_train=40, n_test=20)
    for x, y, mask, labels, conditions in both_sets(task):
        assert mask.all()
        for sequence, targets, label, n_pulses in zip(
            x, y, labels, conditions["pulses"], strict=True
        ):
            held = np.zeros(3)
            for step, pulses in enumerate(sequence):
                held = np.where(pulses != 0, pulses, held)
                np.testing.assert_array_equal(targets[step], held)
            assert task.class_names[label] == "".join("+" if bit > 0 else "-" for bit in held)
            assert n_pulses == np.count_nonzero(sequence)


def test_pulses_come_as_often_as_is_said_and_go_both_ways():
    task = flip_flop(pulse_probability=0.2, n_train=2000)
    later = task.x_train[:, 1:]
    # 2000 · 39 · 3 draws: four standard errors.
    assert abs((later != 0).mean() - 0.2) < 4 * np.sqrt(0.2 * 0.8 / later.size)
    assert abs(later.mean()) < 4 * np.sqrt(0.2 / later.size)
    assert (np.abs(task.x_train[:, 0]) == 1).all()
    assert np.std(flip_flop(noise=0.3).x_train - flip_flop().x_train) == pytest.approx(
        0.3, rel=0.02
    )


def test_match_to_sample_shows_two_stimuli_and_asks_whether_they_are_one():
    lengths = {"sample_steps": 2, "delay_steps": 3, "test_steps": 1, "response_steps": 2}
    task = delayed_match_to_sample(n_stimuli=3, noise=0, n_train=60, n_test=40, **lengths)
    for x, y, mask, labels, conditions in both_sets(task):
        assert x.shape[1:] == (8, 4)
        for sequence, targets, counts, label, first, second in zip(
            x, y, mask, labels, conditions["sample"], conditions["test"], strict=True
        ):
            np.testing.assert_array_equal(sequence[:, 3], [1, 1, 1, 1, 1, 1, 0, 0])
            shown = [list(step) for step in sequence[:, :3]]
            one_hot = np.eye(3).tolist()
            silent = [0.0] * 3
            assert shown == [one_hot[first]] * 2 + [silent] * 3 + [one_hot[second]] + [silent] * 2
            assert counts.tolist() == [False] * 6 + [True] * 2
            answer = 1 if first == second else -1
            assert targets[:, 0].tolist() == [0] * 6 + [answer] * 2
            assert task.class_names[label] == ("same" if first == second else "other")


def test_half_of_the_samples_match_and_no_stimulus_tells_the_answer():
    task = delayed_match_to_sample(n_stimuli=3, n_train=4000, n_test=1)
    labels, conditions = task.labels_train, task.conditions_train
    assert abs(labels.mean() - 0.5) < 4 * 0.5 / np.sqrt(4000)
    for name in ("sample", "test"):
        for stimulus in range(3):
            rows = conditions[name] == stimulus
            assert abs(labels[rows].mean() - 0.5) < 4 * 0.5 / np.sqrt(rows.sum())


def test_the_cued_stream_of_evidence_has_the_sign_of_the_answer():
    task = context_integration(noise=0, strengths=(0.1, 0.4), n_train=60, n_test=40)
    means = [-0.4, -0.1, 0.1, 0.4]
    for x, y, mask, labels, conditions in both_sets(task):
        for sequence, targets, counts, label, context, motion, color in zip(
            x, y, mask, labels, *(conditions[name] for name in ("context", "motion", "color")),
            strict=True,
        ):  # fmt: skip
            evidence = np.array([means[motion], means[color]])
            np.testing.assert_allclose(sequence[:20, :2], np.tile(evidence, (20, 1)), rtol=1e-6)
            assert not sequence[20:, :2].any()
            np.testing.assert_array_equal(sequence[:, 2:], np.tile(np.eye(2)[context], (25, 1)))
            assert counts.tolist() == [False] * 20 + [True] * 5
            assert targets[20:, 0].tolist() == [np.sign(evidence[context])] * 5
            assert label == (evidence[context] > 0)


def test_adding_up_the_cued_stream_is_as_good_as_the_docstring_says_and_the_other_is_chance():
    task = context_integration(n_train=20_000, n_test=1)
    sums = task.x_train[:, :, :2].sum(axis=1)
    context = task.conditions_train["context"]
    rows = np.arange(len(sums))
    said = np.mean([norm.cdf(d * np.sqrt(20) / 0.5) for d in (0.1, 0.25, 0.5)])
    assert said == pytest.approx(0.93, abs=0.005)
    right = [((sums[rows, c] > 0) == task.labels_train).mean() for c in (context, 1 - context)]
    error = 4 * 0.5 / np.sqrt(len(sums))
    assert abs(right[0] - said) < error
    assert abs(right[1] - 0.5) < error


@pytest.mark.parametrize("make", TASKS)
def test_equal_seeds_are_equal_other_seeds_are_not_and_all_is_read_only(make):
    first, again, other = make(), make(random_state=0), make(random_state=1)
    for name in ("x_train", "y_train", "mask_train", "labels_train", "x_test", "labels_test"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        with pytest.raises(ValueError, match="read-only"):
            getattr(first, name)[0] = 0
    assert not np.array_equal(first.x_train, other.x_train)
    with pytest.raises(TypeError, match="does not support item assignment"):
        first.conditions_train["other"] = first.labels_train
    assert first.x_train.dtype == first.y_train.dtype == np.float32
    assert set(np.unique(first.y_train[first.mask_train])) == {-1, 1}
    assert not first.y_train[~first.mask_train].any()
    assert len(first.channels) == first.x_train.shape[2]
    assert len(first.outputs) == first.y_train.shape[2]
    assert first.labels_train.max() < len(first.class_names)


def test_a_task_survives_the_way_to_another_process_and_stays_read_only():
    task = delayed_match_to_sample()
    again = pickle.loads(pickle.dumps(task))
    for name in ("x_train", "mask_test", "labels_test"):
        np.testing.assert_array_equal(getattr(again, name), getattr(task, name))
        assert not getattr(again, name).flags.writeable
    assert dict(again.conditions_test)["sample"].tolist() == task.conditions_test["sample"].tolist()
    assert again.class_names == task.class_names
    with pytest.raises(TypeError, match="does not support item assignment"):
        again.conditions_train["other"] = again.labels_train


@pytest.mark.parametrize(
    ("make", "options", "match"),
    [
        (flip_flop, {"n_bits": 9}, "`n_bits` must be an integer between 1 and 8; got 9"),
        (flip_flop, {"n_train": 0}, "`n_train` must be an integer at least 1; got 0"),
        (flip_flop, {"pulse_probability": 1.5}, "`pulse_probability` must be .* 0 and 1; got 1.5"),
        (flip_flop, {"noise": -1}, "`noise` must be a finite number between 0 and inf; got -1"),
        (flip_flop, {"random_state": -1}, "`random_state` must be an integer at least 0; got -1"),
        (delayed_match_to_sample, {"n_stimuli": 1}, "`n_stimuli` must be .* at least 2; got 1"),
        (delayed_match_to_sample, {"delay_steps": -1}, "`delay_steps` must be .* 0; got -1"),
        (delayed_match_to_sample, {"test_steps": 0}, "`test_steps` must be .* 1; got 0"),
        (context_integration, {"response_steps": 25}, "`response_steps` .* 1 and 24; got 25"),
        (context_integration, {"strengths": (0.1, 0)}, r"`strengths` must be positive.*\(0.1, 0\)"),
    ],
)
def test_bad_arguments(make, options, match):
    with pytest.raises(ValueError, match=match):
        make(**options)
