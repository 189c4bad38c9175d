"""Cells that the browser tests run."""

# Hidden states of a GRU that learnt to read digits; the `trained` fixture has written the files.
TRAINED = """
import numpy as np
import mmphate_widget as mm
trace = mm.Trace.load("digits.zarr")
Y = np.load("digits.npy")
"""

SMALL = """
import numpy as np
import mmphate_widget as mm
trace = mm.datasets.bifurcations("hopf", "pitchfork", n_epochs=12, n_steps=10, random_state=24)
Y = mm.MMPHATE(random_state=0).fit_transform(trace)
"""

SHOW = """
heard = []
w = mm.MMPHATEWidget(Y, trace=trace)
w.on_selection(lambda selection: heard.append(len(selection)))
w
"""


def smooth(n_epochs, n_steps, n_units):
    """Coordinates of smooth trajectories, made in the kernel without a network."""
    return f"""
import numpy as np
import mmphate_widget as mm
rng = np.random.default_rng(0)
E, T, H = {n_epochs}, {n_steps}, {n_units}
e, t = np.linspace(0, 1, E)[:, None, None], np.linspace(0, 1, T)[None, :, None]
a, b, c = rng.normal(size=(3, 1, 1, H))
Y = np.stack([
    np.cos(6 * t + a) * (0.3 + e) + 0.2 * b,
    np.sin(6 * t + a) * (0.3 + e) + 0.2 * c,
    (t - 0.5) * 2 + 0.3 * b * e,
], axis=-1) + 0.01 * rng.normal(size=(E, T, H, 3))
trace = None
"""
