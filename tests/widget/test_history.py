import re

import numpy as np
import pytest

from mmphate_widget.selection import promoted_units
from mmphate_widget.widget.history import UNDO_LIMIT, History, State, pack_mask, unpack_mask
from mmphate_widget.widget.lasso import Window, visible_mask
from mmphate_widget.widget.operations import apply_hits, record_window, replay, stamp
from mmphate_widget.widget.projection import fit_view

SHAPE = (3, 4, 5)
VIEW = fit_view((0.0, 0.0, 0.0), 3.0)
WINDOW = Window("epoch", 1.0, None, (2,))
HASH = "data"


@pytest.fixture(scope="module")
def positions():
    return np.random.default_rng(2).normal(size=(*SHAPE, 3)).astype(np.float32)


def polygon(combine, corners, **changes):
    record = {
        "op": "polygon",
        "tool": "lasso",
        "combine": combine,
        "polygon": corners,
        "depth": "through",
        "rule": "majority",
        **record_window(WINDOW, VIEW),
    }
    return stamp({**record, **changes}, data_hash=HASH)


LEFT = [[0, 0], [420, 0], [420, 600], [0, 600]]
TOP = [[0, 0], [800, 0], [800, 320], [0, 320]]


def test_bits_are_little_endian_and_round_trip():
    mask = np.zeros(SHAPE, dtype=bool)
    mask.flat[[0, 9, 59]] = True
    bits = pack_mask(mask)
    assert bits[:2].tolist() == [1, 2]
    assert len(bits) == 8
    np.testing.assert_array_equal(unpack_mask(bits, SHAPE), mask)


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("replace", lambda a, b: b),
        ("add", lambda a, b: a | b),
        ("subtract", lambda a, b: a & ~b),
        ("intersect", lambda a, b: a & b),
    ],
)
def test_operations_combine_as_sets(positions, combine, expected):
    alone = [
        replay([polygon("replace", corners)], positions, data_hash=HASH).mask
        for corners in (LEFT, TOP)
    ]
    assert 0 < alone[0].sum() < 16
    assert not np.array_equal(*alone)
    both = replay([polygon("replace", LEFT), polygon(combine, TOP)], positions, data_hash=HASH)
    np.testing.assert_array_equal(both.mask, expected(*alone))


def test_a_replace_starts_the_record_anew(positions):
    operations = [polygon("replace", LEFT), polygon("add", TOP), polygon("replace", TOP)]
    state = replay(operations, positions, data_hash=HASH)
    assert list(state.record) == operations[2:]
    state = replay([*operations, polygon("subtract", LEFT)], positions, data_hash=HASH)
    assert list(state.record) == [operations[2], polygon("subtract", LEFT)]


def test_every_state_is_what_its_record_replays_to(positions):
    generator = np.random.default_rng(3)
    state = State.empty(SHAPE)
    for _ in range(40):
        combine = generator.choice(["replace", "add", "subtract", "intersect"]).item()
        operation = [
            {"op": "units", "units": [int(generator.integers(5))], "combine": combine},
            {
                "op": "points",
                "ids": [int(i) for i in generator.integers(60, size=7)],
                "combine": combine,
            },
            {"op": "invert", **record_window(WINDOW, VIEW)},
            polygon(combine, generator.uniform(0, 700, (5, 2)).tolist()),
        ][generator.integers(4)]
        operation = stamp(operation, data_hash=HASH)
        state = replay([operation], positions, data_hash=HASH, start=state)
        again = replay(state.record, positions, data_hash=HASH)
        np.testing.assert_array_equal(again.mask, state.mask)


def test_an_inverted_selection_is_the_rest_of_what_is_visible(positions):
    operations = [
        polygon("replace", LEFT),
        stamp({"op": "invert", **record_window(WINDOW, VIEW)}, data_hash=HASH),
    ]
    before = replay(operations[:1], positions, data_hash=HASH).mask
    after = replay(operations, positions, data_hash=HASH).mask
    np.testing.assert_array_equal(after, visible_mask(positions, WINDOW, VIEW) & ~before)


def test_hits_of_the_browser_are_taken_as_they_are(positions):
    hits = np.zeros(SHAPE, dtype=bool)
    hits[1, 2, 3] = True
    state = apply_hits(State.empty(SHAPE), polygon("replace", LEFT), hits, positions)
    np.testing.assert_array_equal(state.mask, hits)
    np.testing.assert_array_equal(state.offered, visible_mask(positions, WINDOW, VIEW))


def test_units_are_promoted_among_offered_points():
    offered = np.zeros((1, 4, 4), dtype=bool)
    offered[0, :, :3] = True
    mask = np.zeros_like(offered)
    mask[0, :1, 0] = mask[0, :2, 1] = mask[0, :3, 2] = mask[0, :, 3] = True
    assert promoted_units(mask, offered, "any").tolist() == [0, 1, 2]
    assert promoted_units(mask, offered, "majority").tolist() == [2]
    assert promoted_units(mask, offered, "all").tolist() == []
    mask[0, 3, 2] = True
    assert promoted_units(mask, offered, "all").tolist() == [2]


def test_undo_and_redo_walk_and_a_new_step_cuts_the_branch():
    history = History(SHAPE)
    states = [State.of(np.full(SHAPE, bool(i % 2)), np.ones(SHAPE, bool)) for i in range(3)]
    for state in states:
        history.push(state)
    assert (history.can_undo, history.can_redo) == (True, False)
    assert history.move(-1)
    assert history.state is states[1]
    assert history.move(1)
    assert history.state is states[2]
    assert not history.move(1)
    history.move(-1)
    history.push(states[0])
    assert not history.can_redo
    assert history.revision == 7


def test_history_keeps_a_bounded_number_of_steps():
    history = History(SHAPE)
    for _ in range(UNDO_LIMIT + 20):
        history.push(State.empty(SHAPE))
    undone = 0
    while history.move(-1):
        undone += 1
    assert undone == UNDO_LIMIT


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({**polygon("replace", LEFT), "data": "other"}, "`record` must stem from the coordinates"),
        ({**polygon("replace", LEFT), "version": 9}, "`record['version']` must be one of 1; got 9"),
        ({**polygon("replace", LEFT), "op": "guess"}, "`record['op']` must be one of 'polygon'"),
        (polygon("replace", LEFT, depth="deep"), "`record['depth']` must be one of"),
        (polygon("xor", LEFT), "`combine` must be one of"),
        (polygon("replace", LEFT, epoch=3), "`epoch` must be a finite number between 0 and 2"),
        ({k: v for k, v in polygon("add", LEFT).items() if k != "view"}, "`record` must hold"),
    ],
)
def test_a_record_that_cannot_be_repeated_is_refused(positions, operation, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        replay([operation], positions, data_hash=HASH)
