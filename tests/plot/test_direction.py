"""A figure of a widget is seen from where its camera stands."""

import numpy as np
import pytest
from mpl_toolkits.mplot3d import proj3d

import mmphate_widget as mm
from mmphate_widget.plot.direction import angles_of


def camera(position, up):
    return {"position": list(position), "target": [0.2, -0.1, 0.3], "up": list(up), "fov": 10.0}


@pytest.mark.parametrize(
    ("position", "up"),
    [
        ((9, 8, 14), (0, 1, 0)),
        ((0.2, -0.1, 20), (0, 1, 0)),
        ((0.2, -0.1, -20), (1, 1, 0)),
        ((-15, 3, -4), (0.3, -1, 0.5)),
        ((1, -20, 2), (0, 0, 1)),
    ],
)
def test_right_is_right_and_up_is_up(position, up):
    Y = np.random.default_rng(0).normal(size=(2, 5, 8, 3))
    w = mm.MMPHATEWidget(Y)
    w.view = camera(position, up)
    axis = mm.plot.frames(w, epochs=[1]).axes[0]
    axis.figure.draw_without_rendering()
    x, y, _ = proj3d.proj_transform(*Y[1].reshape(-1, 3).T, axis.get_proj())
    pixels = w.project().reshape(2, -1, 2)[1]
    assert np.corrcoef(x, pixels[:, 0])[0, 1] > 0.98
    assert np.corrcoef(y, -pixels[:, 1])[0, 1] > 0.98
    w.close()


def test_angles_of_a_camera_in_front():
    elevation, azimuth, roll = angles_of(camera((0.2, -20, 0.3), (0, 0, 1)))
    assert (elevation, roll) == pytest.approx((0, 0))
    assert azimuth == pytest.approx(-90)
