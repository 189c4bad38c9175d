import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from mmphate_widget.widget.age import make_fading, strengths
from mmphate_widget.widget.density import Style, find_marks
from mmphate_widget.widget.painting import paint_veil

GOLDEN = Path(__file__).parent.parent / "golden"
# At home in a picture of 1100 × 480 pixels.
REACH = 218.0


def marks(show="all", *, heads=3_840, trail=487_680, reach=REACH, selected=0, **style):
    return find_marks(
        show,
        heads=heads,
        trail=trail,
        units=30,
        selected=selected,
        reach=reach,
        style=Style(**style),
    )


def test_the_golden_file_is_of_these_formulas(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(GOLDEN), *sys.path])
    from make_density import make_density

    assert json.loads((GOLDEN / "density.json").read_text()) == json.loads(
        json.dumps(make_density())
    )


def test_half_a_million_points_veil_their_ground_as_far_as_is_said():
    found = marks()
    # As many in the middle of the same area, painted at whole pixels.
    side = 60
    area = 0.35 * math.pi * REACH**2
    count = round(487_680 * side**2 / area)
    centers = np.random.default_rng(0).uniform(
        -4, side + 4, size=(round(count * 68**2 / side**2), 2)
    )
    canvas = np.zeros((side, side, 4), dtype=np.uint8)
    paint_veil(
        canvas,
        centers,
        np.zeros((len(centers), 3), dtype=np.uint8),
        np.full(len(centers), found.faint_opacity),
        diameter=2,
    )
    # Discs of two pixels are squares of four, larger than circles of that diameter.
    discs = 4 / (math.pi / 4 * found.trail_size**2)
    assert canvas[..., 3].mean() / 255 == pytest.approx(1 - 0.45**discs, abs=0.03)


def test_few_points_are_large_and_opaque_and_many_are_smaller():
    few = marks("epoch", heads=100, trail=0)
    many = marks("epoch", heads=3_840, trail=0)
    assert few.head_size == 9
    assert 2 < many.head_size < 4
    assert few.head_opacity == many.head_opacity == 1
    assert marks("epoch", heads=500_000, trail=0).head_opacity < 0.6


def test_the_current_epoch_stays_opaque_among_all_others():
    assert marks().head_opacity == marks(opacity=0.1).head_opacity == 1
    assert marks(opacity=0.1).faint_opacity == 0.1


def test_few_selected_points_are_large_enough_to_be_seen_among_all_others():
    few, many = marks(selected=24), marks(selected=100_000)
    assert few.lit_trail_size == few.lit_head_size == 5
    assert many.lit_trail_size < 2.5
    assert marks(selected=24, point_size=3.0).lit_head_size == 3


def test_what_is_near_is_larger_and_stronger():
    near, far = marks(reach=5 * REACH), marks()
    assert near.head_size > far.head_size
    assert near.faint_opacity > far.faint_opacity


def test_a_half_fades_to_the_e_th_part_in_a_quarter_of_the_run():
    ages = np.array([-0.5, 0.0, 0.25, 1.0])
    np.testing.assert_allclose(
        strengths(ages, make_fading(0.5, through="epochs"), now=0.01), [0.12, 1, math.exp(-1), 0.15]
    )
    np.testing.assert_allclose(strengths(ages, make_fading(0, through="steps"), now=0.01), 1)
    np.testing.assert_allclose(
        strengths(ages, make_fading(1, through="epochs"), now=0.01)[1:], [1, 0, 0], atol=1e-9
    )
