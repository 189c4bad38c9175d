import numpy as np

from mmphate_widget.widget.ribbons import draw_ribbons, join_points

SHAPE = (3, 4, 2)


def ids(joined):
    return list(zip(joined.starts.tolist(), joined.stops.tolist(), joined.at.tolist(), strict=True))


def test_lines_join_what_is_visible_and_follows_each_other():
    number = np.arange(24).reshape(SHAPE)
    visible = np.ones(SHAPE, dtype=bool)
    visible[1, 2, 0] = False
    steps = join_points(visible, "steps", epoch=1, step=3)
    assert ids(steps) == [
        (number[1, t, i], number[1, t + 1, i], t)
        for t in range(3)
        for i in range(2)
        if visible[1, t, i] and visible[1, t + 1, i]
    ]
    epochs = join_points(visible, "epochs", epoch=0, step=2)
    assert ids(epochs) == [
        (number[0, 2, 1], number[1, 2, 1], 0),
        (number[1, 2, 1], number[2, 2, 1], 1),
    ]


def test_later_lines_lie_over_earlier_ones_and_corners_are_no_stronger():
    ends = np.array([[[2, 10], [10, 10]], [[10, 10], [10, 18]], [[2, 14], [18, 14]]], dtype=float)
    colors = np.array([[255, 0, 0, 80], [255, 0, 0, 80], [0, 0, 255, 200]], dtype=np.uint8)
    picture = np.asarray(draw_ribbons((20, 20), ends, colors, np.array([5.0, 5.0, 3.0])))
    assert picture[10, 10].tolist() == [255, 0, 0, 80]
    # The corner is filled, outside both segments.
    assert picture[9, 11].tolist() == [255, 0, 0, 80]
    assert picture[14, 10].tolist() == [0, 0, 255, 200]
    assert picture[2, 2].tolist() == [0, 0, 0, 0]
