import numpy as np
import pytest

from mmphate_widget.widget.painting import paint_discs, paint_veil


def painted_one_by_one(canvas, centers, colors, diameter):
    """The same picture, disc by disc and pixel by pixel."""
    canvas = canvas.copy()
    diameters = np.broadcast_to(diameter, len(centers))
    for (x, y), color, diameter in zip(centers, colors, diameters, strict=True):
        side = max(1, round(diameter))
        left, top = np.floor(x - side / 2 + 0.5), np.floor(y - side / 2 + 0.5)
        for row in range(canvas.shape[0]):
            for column in range(canvas.shape[1]):
                away = np.hypot(row - top - (side - 1) / 2, column - left - (side - 1) / 2)
                if away <= side / 2 and 0 <= row - top < side and 0 <= column - left < side:
                    canvas[row, column] = color
    return canvas


VARIOUS = np.random.default_rng(1).uniform(0.2, 8, size=60)


@pytest.mark.parametrize("diameter", [1, 2, 5, 6.4, VARIOUS], ids=str)
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


@pytest.mark.parametrize("diameter", [3, VARIOUS], ids=str)
def test_a_veil_covers_as_its_discs_over_one_another_in_their_mean_color(diameter):
    generator = np.random.default_rng(0)
    centers = generator.uniform(-4, 28, size=(60, 2))
    colors = generator.integers(0, 256, size=(60, 3), dtype=np.uint8)
    opacities = generator.uniform(0.05, 0.9, size=60)
    canvas = np.zeros((24, 30, 4), dtype=np.uint8)
    paint_veil(canvas, centers, colors, opacities, diameter=diameter)
    left, weight, mixed = np.ones((24, 30)), np.zeros((24, 30)), np.zeros((24, 30, 3))
    diameters = np.broadcast_to(diameter, 60)
    for center, color, opacity, size in zip(centers, colors, opacities, diameters, strict=True):
        empty = np.zeros((24, 30, 4), dtype=np.uint8)
        one = np.array([[*color, 255]], dtype=np.uint8)
        inside = painted_one_by_one(empty, center[None], one, size)[..., 3] > 0
        left[inside] *= 1 - opacity
        weight[inside] += opacity
        mixed[inside] += opacity * color
    covered = weight > 0
    np.testing.assert_allclose(canvas[..., 3], 255 * (1 - left), atol=0.51)
    expected = mixed[covered] / weight[covered][:, None]
    np.testing.assert_allclose(canvas[covered, :3], expected, atol=0.51)
    assert (canvas[~covered] == 0).all()
