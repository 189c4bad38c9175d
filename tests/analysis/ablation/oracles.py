"""Recurrent layers with held states in plain numpy, one sample and one unit at a time."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def run_layer(module, x, index, *, reverse=False, held=None, cells=None, steps=None, readout=False):
    """States h (sample, step, unit) of one layer and direction on x (sample, step, feature).

    ``held`` and ``cells`` are {unit: value} of h and c, after ``steps`` (None: all).
    """
    suffix = f"l{index}" + "_reverse" * reverse
    weights = {
        name: value.detach().double().numpy()
        for name, value in module.named_parameters()
        if name.endswith(f"_{suffix}")
    }
    w_ih, w_hh = weights[f"weight_ih_{suffix}"], weights[f"weight_hh_{suffix}"]
    b_ih = weights.get(f"bias_ih_{suffix}", np.zeros(len(w_ih)))
    b_hh = weights.get(f"bias_hh_{suffix}", np.zeros(len(w_ih)))
    project = weights.get(f"weight_hr_{suffix}", np.eye(module.hidden_size))
    out = np.zeros((*x.shape[:2], len(project)))
    for sample in range(len(x)):
        h, c = np.zeros(len(project)), np.zeros(module.hidden_size)
        order = range(x.shape[1])
        for step in reversed(order) if reverse else order:
            a, u = w_ih @ x[sample, step] + b_ih, w_hh @ h + b_hh
            is_held = steps is None or step in steps
            if module.mode == "GRU":
                size = module.hidden_size
                r, z = (sigmoid((a + u)[at * size : (at + 1) * size]) for at in (0, 1))
                n = np.tanh(a[2 * size :] + r * u[2 * size :])
                h = (1 - z) * n + z * h
            elif module.mode == "LSTM":
                i, f, g, o = np.split(a + u, 4)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                for unit, value in (cells or {}).items() if is_held else ():
                    c[unit] = value
                h = project @ (sigmoid(o) * np.tanh(c))
            else:
                h = np.tanh(a + u) if module.mode == "RNN_TANH" else np.maximum(a + u, 0)
            out[sample, step] = h
            for unit, value in (held or {}).items() if is_held else ():
                out[sample, step, unit] = value
            if not readout:
                h = out[sample, step].copy()
    return out
