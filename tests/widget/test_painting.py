import numpy as np
import pytest

from mmphate_widget.widget.painting import paint_discs


def painted_one_by_one(canvas, centers, colors, diameter):
    """The same picture, disc by disc and pixel by pixel."""
    canvas = canvas.copy()
    side = max(1, round(diameter))
    for (x, y), color in zip(centers, colors, strict=True):
        left, top = np.floor(x - side / 2 + 0.5), np.floor(y - side / 2 + 0.5)
        for row in range(canvas.shape[0]):
            for column in range(canvas.shape[1]):
                away = np.hypot(row - top - (side - 1) / 2, column - left - (side - 1) / 2)
                if away <= side / 2 and 0 <= row - top < side and 0 <= column - left < side:
                    canvas[row, column] = color
    return canvas


@pytest.mark.parametrize("diameter", [1, 2, 5, 6.4])
def test_it_is_as_if_painted_one_after_another(diameter):
    generator = np.random.default_rng(0)
    centers = generator.uniform(-8, 38, size=(60, 2))
    colors = generator.integers(0, 256, size=(60, 4), dtype=np.uint8)
    canvas = generator.integers(0, 256, size=(24, 30, 4), dtype=np.uint8)
    expected = painted_one_by_one(canvas, centers, colors, diameter)
    paint_discs(canvas, centers, colors, diameter=diameter)
    np.testing.assert_array_equal(canvas, expected)


def test_what_is_far_outside_changes_nothing():
    canvas = np.full((5, 5, 4), 9, dtype=np.uint8)
    centers = np.array([[1e60, 2.0], [-1e60, -1e60], [2.0, 1e9]])
    paint_discs(canvas, centers, np.zeros((3, 4), dtype=np.uint8), diameter=3)
    assert (canvas == 9).all()
    paint_discs(canvas, np.empty((0, 2)), np.empty((0, 4), dtype=np.uint8), diameter=3)
    assert (canvas == 9).all()
