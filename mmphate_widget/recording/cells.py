"""The cell state c of an nn.LSTM at every step, of which torch returns only the last.

    i, f, g, o = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
    c_t = σ(f) c_{t-1} + σ(i) tanh(g)

All h are known from the module's output, so the gates of all steps are two products.
"""

from typing import Any

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.recurrent import n_directions, start_of, weights_of


def cell_states(
    module: Any,
    index: int,
    *,
    inputs: "torch.Tensor",
    outputs: "torch.Tensor",
    start: Any,
    lengths: "torch.Tensor | None",
) -> list["torch.Tensor"]:
    """Cell states of layer ``index`` as (sample, step, unit), one tensor a direction.

    ``inputs`` and ``outputs`` of the layer are (sample, step, feature), 0 past ``lengths``.
    """
    start = start_of(module, start, index)
    states = []
    for direction, h in enumerate(outputs.chunk(n_directions(module), dim=2)):
        x, h = (_turned(part, direction, lengths) for part in (inputs, h))
        h_0, c_0 = (None, None) if start is None else (part[direction] for part in start)
        c = _cell_states(x, h, weights_of(module, index)[direction], h_0, c_0, bias=module.bias)
        states.append(_turned(c, direction, lengths))
    return states


def _cell_states(
    x: "torch.Tensor",
    h: "torch.Tensor",
    weights: list["torch.Tensor"],
    h_0: "torch.Tensor | None",
    c_0: "torch.Tensor | None",
    *,
    bias: bool,
) -> "torch.Tensor":
    w_ih, w_hh = weights[:2]
    b_ih, b_hh = weights[2:4] if bias else (None, None)
    first = h.new_zeros(h[:, :1].shape) if h_0 is None else h_0[:, None].to(h.dtype)
    before = torch.cat([first, h[:, :-1]], dim=1)
    linear = torch.nn.functional.linear
    gates = linear(x.to(w_ih.dtype), w_ih, b_ih) + linear(before.to(w_hh.dtype), w_hh, b_hh)
    i, f, g, _ = gates.chunk(4, dim=2)
    new, kept = i.sigmoid() * g.tanh(), f.sigmoid()
    c = torch.zeros_like(new[:, 0]) if c_0 is None else c_0
    states = []
    for step in range(new.shape[1]):
        c = kept[:, step] * c + new[:, step]
        states.append(c)
    return torch.stack(states, dim=1)


def _turned(
    states: "torch.Tensor", direction: int, lengths: "torch.Tensor | None"
) -> "torch.Tensor":
    """Steps in the order of a direction: for the reverse, each sample from its own end."""
    if direction == 0:
        return states
    if lengths is None:
        return states.flip(1)
    steps = torch.arange(states.shape[1], device=states.device)
    mirrored = lengths.to(states.device)[:, None] - 1 - steps
    source = torch.where(mirrored >= 0, mirrored, steps)
    return states.take_along_dim(source[..., None], dim=1)
