"""Recurrent layers written out with numpy, in float64, from torch's documented equations."""

import numpy as np


def run(layer, x, start=None):
    """States (sample, step, unit) of a torch RNN, GRU or LSTM of one layer, x batch first."""
    weights = {k: v.detach().numpy().astype(np.float64) for k, v in layer.named_parameters()}
    w_x, w_h = weights["weight_ih_l0"], weights["weight_hh_l0"]
    b_x, b_h = weights["bias_ih_l0"], weights["bias_hh_l0"]
    step = {"RNN": rnn_step, "GRU": gru_step, "LSTM": lstm_step}[type(layer).__name__]
    h = np.zeros((len(x), w_h.shape[1])) if start is None else start
    c = np.zeros_like(h)
    states = []
    for t in range(x.shape[1]):
        h, c = step(x[:, t] @ w_x.T + b_x, h @ w_h.T + b_h, h, c)
        states.append(h)
    return np.stack(states, axis=1)


def rnn_step(from_x, from_h, _h, c):
    return np.tanh(from_x + from_h), c


def gru_step(from_x, from_h, h, c):
    r_x, z_x, n_x = np.split(from_x, 3, axis=1)
    r_h, z_h, n_h = np.split(from_h, 3, axis=1)
    reset, update = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    new = np.tanh(n_x + reset * n_h)
    return (1 - update) * new + update * h, c


def lstm_step(from_x, from_h, _h, c):
    i, f, g, o = np.split(from_x + from_h, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def sigmoid(x):
    return 1 / (1 + np.exp(-x))
