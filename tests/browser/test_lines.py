"""Lines are as wide as they are said to be, however sharply they turn."""

from itertools import pairwise

import numpy as np
from scenes import SHOW

# One unit to and fro, each way a little above the last.
TO_AND_FRO = """
import numpy as np
import mmphate_widget as mm
Y = np.zeros((1, 4, 1, 3))
Y[0, :, 0, 0] = [-1, 1, -1, 1]
Y[0, :, 0, 1] = [-0.15, -0.05, 0.05, 0.15]
trace = None
"""


def test_a_line_that_turns_back_keeps_its_width(lab):
    notebook = lab(TO_AND_FRO, SHOW, wait=False)
    notebook.canvas.wait_for(state="visible")
    notebook.execute("w.show, w.line_width, w.point_size, w.fade = 'steps', 4, 2, 0")
    notebook.execute("w.view = {'mode': '2d'}")
    notebook.settle()
    picture = notebook.pixels().astype(int)
    ground = np.array(picture[3, 3])
    places = notebook.kernel_array("w.project()")
    widths = []
    for one, other in pairwise(places):
        # Nearer to a turn two ways lie side by side.
        for part in np.linspace(0.25, 0.75, 21):
            x, y = np.round(one + part * (other - one)).astype(int)
            # The legend lies over the right edge.
            if x < picture.shape[1] - 220:
                column = np.abs(picture[y - 5 : y + 6, x] - ground).sum(axis=1)
                widths.append((column > 60).sum())
    assert len(widths) > 40
    assert min(widths) >= 3
    assert max(widths) <= 7
    assert notebook.errors == []
