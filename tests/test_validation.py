"""Errors name the argument, whatever it is that was given."""

from pathlib import Path

import numpy as np
import pytest
import torch

import mmphate_widget as mm
from mmphate_widget._validation import (
    as_array,
    check_bool,
    check_choice,
    check_name,
    check_path,
    check_random_state,
    check_real_array,
)

MASKED = np.ma.masked_equal(np.arange(16.0).reshape(2, 2, 2, 2), 5)


def test_masked_entries_are_refused():
    with pytest.raises(TypeError, match=r"`values` must be an array without masked .*filled"):
        mm.Trace.from_array(MASKED)
    with pytest.raises(TypeError, match=r"`X` must be an array without masked entries"):
        mm.MMPHATE().fit(MASKED)


def test_a_masked_array_that_masks_nothing_is_its_data():
    array = check_real_array(np.ma.array([1.0, 2.0], mask=False), name="x")
    assert type(array) is np.ndarray
    assert array.tolist() == [1, 2]


def test_ragged_lists_are_named():
    with pytest.raises(ValueError, match=r"`x` must be an array or nested lists of equal length"):
        as_array([[1, 2], [3]], name="x")


@pytest.mark.parametrize(
    "tensor", [torch.zeros(2, 2, 2, 2, requires_grad=True), torch.zeros(2, 2, 2, 2).bfloat16()]
)
def test_tensors_that_numpy_does_not_take_are_named_with_a_way_out(tensor):
    with pytest.raises(TypeError, match=r"`values` must be .*\.detach\(\)\.cpu\(\)\.float\(\)"):
        mm.Trace.from_array(tensor)
    mm.Trace.from_array(tensor.detach().cpu().float())


@pytest.mark.parametrize("value", [["a"], {}, np.zeros(2), None, 1])
@pytest.mark.parametrize("choices", [("a", "b"), {"a": 1, "b": 2}])
def test_anything_may_be_no_choice(value, choices):
    with pytest.raises(ValueError, match=r"`x` must be one of 'a', 'b'; got"):
        check_choice(value, name="x", choices=choices)


@pytest.mark.parametrize("value", ["no", 1, None, 0.0])
def test_only_true_and_false_are_bool(value):
    with pytest.raises(TypeError, match="`x` must be True or False; got"):
        check_bool(value, name="x")
    assert check_bool(np.bool_(True), name="x") is True


@pytest.mark.parametrize("value", [None, 3, b"run.mm", ["run.mm"]])
def test_a_path_is_text_or_a_path(value):
    with pytest.raises(TypeError, match="`path` must be a str or Path; got"):
        check_path(value)
    assert check_path("run.mm") == check_path(Path("run.mm")) == Path("run.mm")


def test_a_name_is_text_that_is_not_empty():
    with pytest.raises(TypeError, match="`x` must be a string; got 3"):
        check_name(3, name="x")
    with pytest.raises(ValueError, match="`x` must not be empty; got ' '"):
        check_name(" ", name="x")
    assert check_name(" a", name="x") == " a"


def test_what_seeds_is_a_generator_that_can_spawn():
    legacy = np.random.RandomState(3)
    for given in (None, 3, legacy, np.random.default_rng(legacy), np.random.PCG64(3)):
        assert len(check_random_state(given).spawn(2)) == 2
    # Equal legacy states give equal draws; one that was drawn from gives others.
    first, same = (check_random_state(np.random.RandomState(3)).random() for _ in range(2))
    assert first == same
    assert check_random_state(legacy).random() != check_random_state(legacy).random()
    generator = np.random.default_rng(3)
    assert check_random_state(generator) is generator
    for wrong in (-1, "a", 1.5):
        with pytest.raises((TypeError, ValueError), match="`random_state` must be None, an int"):
            check_random_state(wrong)
