"""Where one run stands when another does: against numpy's interpolation, and in the golden file."""

import json

import numpy as np
import pytest
from golden.make_correspondence import PATH, cases
from hypothesis import given
from hypothesis import strategies as st

from mmphate_widget.widget.correspondence import correspond

NUMBERS = st.lists(st.integers(-50, 500), min_size=1, max_size=12, unique=True).map(sorted)


def test_the_golden_file_is_up_to_date():
    assert json.loads(PATH.read_text()) == cases()


@given(NUMBERS, NUMBERS, st.floats(0, 1))
def test_other_axes_are_looked_up_by_number(source, target, share):
    position = share * (len(source) - 1)
    found = correspond(position, source, target)
    if len(source) == len(target):
        assert found == position
        return
    number = np.interp(position, range(len(source)), source)
    assert found == pytest.approx(np.interp(number, target, range(len(target))), abs=1e-9)


def test_numbers_that_do_not_ascend_leave_the_position():
    assert correspond(2, [0, 1, 2], [5, 3]) == 1
    assert correspond(0.5, [2, 0, 1], [0, 10]) == 0.5
