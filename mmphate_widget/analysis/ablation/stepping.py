"""nn.RNN, nn.GRU and nn.LSTM run a step at a time, so that a held state is what the next step sees.

    RNN   h = φ(a + W_hh h_{t-1} + b_hh)                              a = W_ih x_t + b_ih
    GRU   r, z = σ(a_r + u_r), σ(a_z + u_z),  n = tanh(a_n + r u_n)   u = W_hh h_{t-1} + b_hh
          h = (1 - z) n + z h_{t-1}
    LSTM  i, f, g, o = a + u,  c = σ(f) c_{t-1} + σ(i) tanh(g),  h = W_hr σ(o) tanh(c)

with gates in torch's order. c is held before h is computed from it, and h before the next step
and the next layer see it. The initial state is no state of a step: it stays what it is.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from mmphate_widget.analysis.ablation.hold import Hold
from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.parts import Part
from mmphate_widget.recording.recurrent import start_of, weights_of

# (index of the layer, is reverse, is cell state)
Place: TypeAlias = tuple[int, bool, bool]
Holds: TypeAlias = Mapping[Place, Hold]
State: TypeAlias = "tuple[torch.Tensor, ...]"
# From W_ih x + b_ih and the state before to the new state; c is held by the callable.
Step: TypeAlias = Callable[
    ["torch.Tensor", State, list["torch.Tensor"], Callable[["torch.Tensor"], "torch.Tensor"]], State
]


def place_of(part: Part) -> Place:
    """Where a part of a recurrent module stands in it."""
    return part.index or 0, part.is_reverse, part.is_cell


def run_held(
    module: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], holds: Holds, *, readout: bool
) -> Any:
    """What ``module(*args, **kwargs)`` returns with these states held.

    With ``readout`` only what leaves a layer is held: the recurrence goes on without.
    """
    inputs = args[0] if args else kwargs["input"]
    start = args[1] if len(args) > 1 else kwargs.get("hx")
    is_packed = isinstance(inputs, torch.nn.utils.rnn.PackedSequence)
    is_single = not is_packed and inputs.ndim == 2
    if is_packed:
        x, lengths = torch.nn.utils.rnn.pad_packed_sequence(inputs, batch_first=True)
        lengths = lengths.to(x.device)
    else:
        x = inputs[None] if is_single else inputs if module.batch_first else inputs.swapaxes(0, 1)
        lengths = torch.full((len(x),), x.shape[1], device=x.device)
    if is_single and start is not None:
        start = _each(start, lambda state: state[:, None])
    finals: list[State] = []
    for index in range(module.num_layers):
        x, last = _layer(module, index, x, start_of(module, start, index), lengths, holds, readout)
        finals += last
        if index < module.num_layers - 1:
            x = torch.nn.functional.dropout(x, module.dropout, training=module.training)
    final = tuple(torch.stack(states) for states in zip(*finals, strict=True))
    if is_single:
        x, final = x[0], tuple(state[:, 0] for state in final)
    elif is_packed:
        x = _packed_like(x, inputs)
    elif not module.batch_first:
        x = x.swapaxes(0, 1)
    return x, final if module.mode == "LSTM" else final[0]


def cell_held(
    module: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], c: Hold, at: Any
) -> Any:
    """(h, c) of an nn.LSTMCell with c held before h is computed from it."""
    inputs = args[0] if args else kwargs["input"]
    start = args[1] if len(args) > 1 else kwargs.get("hx")
    if start is None:
        start = (inputs.new_zeros((*inputs.shape[:-1], module.hidden_size)),) * 2
    weights = [module.weight_ih, module.weight_hh, module.bias_ih, module.bias_hh]
    a = torch.nn.functional.linear(inputs, module.weight_ih, module.bias_ih)
    held = at.expand(inputs.shape[:-1])
    return _lstm(
        a, start, [w for w in weights if w is not None], lambda state: c.over(state).on(state, held)
    )


def _layer(
    module: Any,
    index: int,
    x: "torch.Tensor",
    start: Any,
    lengths: "torch.Tensor",
    holds: Holds,
    readout: bool,
) -> tuple["torch.Tensor", list[State]]:
    """(sample, step, unit) of both directions, and the final state of each."""
    outputs, finals = [], []
    steps = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
    for direction, weights in enumerate(weights_of(module, index)):
        is_reverse = direction == 1
        # The steps of each sample in the order in which they are gone through.
        order = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
        order = order if is_reverse else steps
        turned = x.take_along_dim(order[..., None], dim=1)
        zero = x.new_zeros((len(x), module.hidden_size))
        h_0 = x.new_zeros((len(x), module.proj_size or module.hidden_size))
        before = (h_0, zero) if module.mode == "LSTM" else (h_0,)
        if start is not None:
            given = start if isinstance(start, tuple | list) else (start,)
            before = tuple(state[direction] for state in given)
        held = {kind: holds.get((index, is_reverse, kind)) for kind in (False, True)}
        h, last = _direction(module, turned, before, weights, order, lengths, held, readout)
        outputs.append(h.take_along_dim(order[..., None], dim=1))
        finals.append(last)
    return torch.cat(outputs, dim=2), finals


def _direction(
    module: Any,
    x: "torch.Tensor",
    state: State,
    weights: list["torch.Tensor"],
    order: "torch.Tensor",
    lengths: "torch.Tensor",
    holds: Mapping[bool, Hold | None],
    readout: bool,
) -> tuple["torch.Tensor", State]:
    step_once = _STEPS[module.mode]
    a = torch.nn.functional.linear(x, weights[0], weights[2] if module.bias else None)
    keep_h = _holder(holds[False], state[0], order)
    keep_c = _holder(holds[True], state[-1], order)
    seen, shown = [], state
    for step in range(x.shape[1]):
        new = step_once(a[:, step], state, weights, partial(keep_c, step=step))
        out = (keep_h(new[0], step=step), *new[1:])
        is_there = (step < lengths)[:, None]
        kept = zip(new if readout else out, state, strict=True)
        state = tuple(torch.where(is_there, now, before) for now, before in kept)
        both = zip(out, shown, strict=True)
        shown = tuple(torch.where(is_there, now, before) for now, before in both)
        seen.append(shown[0])
    return torch.stack(seen, dim=1), shown


def _holder(hold: Hold | None, like: "torch.Tensor", order: "torch.Tensor") -> Any:
    """Holds a state (sample, unit) at the place of a step in ``order``."""
    if hold is None:
        return lambda states, step: states
    at, held = hold.at(order), hold.over(like)
    return lambda states, step: held.on(states, at[:, step])


def _recur(state: "torch.Tensor", weights: list["torch.Tensor"]) -> "torch.Tensor":
    """W_hh h + b_hh; a projection W_hr comes after the biases, where there are any."""
    bias = weights[3] if len(weights) > 3 else None
    return torch.nn.functional.linear(state, weights[1], bias)


def _rnn(a: Any, state: State, weights: Any, hold_c: Any, *, activation: Any = torch.tanh) -> State:
    return (activation(a + _recur(state[0], weights)),)


def _relu_rnn(a: Any, state: State, weights: Any, hold_c: Any) -> State:
    return _rnn(a, state, weights, hold_c, activation=torch.relu)


def _gru(a: Any, state: State, weights: Any, hold_c: Any) -> State:
    a_r, a_z, a_n = a.chunk(3, dim=-1)
    u_r, u_z, u_n = _recur(state[0], weights).chunk(3, dim=-1)
    r, z = (a_r + u_r).sigmoid(), (a_z + u_z).sigmoid()
    n = (a_n + r * u_n).tanh()
    return ((1 - z) * n + z * state[0],)


def _lstm(a: Any, state: State, weights: Any, hold_c: Any) -> State:
    h_before, c_before = state
    i, f, g, o = (a + _recur(h_before, weights)).chunk(4, dim=-1)
    c = hold_c(f.sigmoid() * c_before + i.sigmoid() * g.tanh())
    h = o.sigmoid() * c.tanh()
    # Two weights, then two biases where there are any: one more is the projection.
    if len(weights) % 2:
        h = torch.nn.functional.linear(h, weights[-1])
    return h, c


_STEPS: Mapping[str, Step] = {"RNN_TANH": _rnn, "RNN_RELU": _relu_rnn, "GRU": _gru, "LSTM": _lstm}


def _each(state: Any, change: Callable[["torch.Tensor"], "torch.Tensor"]) -> Any:
    return tuple(map(change, state)) if isinstance(state, tuple | list) else change(state)


def _packed_like(x: "torch.Tensor", like: Any) -> Any:
    """(sample, step, unit) in the layout of another PackedSequence, to the last index."""
    ordered = x if like.sorted_indices is None else x[like.sorted_indices]
    pieces = [ordered[:size, step] for step, size in enumerate(like.batch_sizes.tolist())]
    return like._replace(data=torch.cat(pieces))
