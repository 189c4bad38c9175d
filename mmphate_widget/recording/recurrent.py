"""What every layer of a stacked nn.RNN, nn.GRU or nn.LSTM returns; torch gives the last one's.

Each layer below the last is run again, alone, on the input it had: the weights are the
module's, the input is the output of the layer before, dropout between layers is off as it
is in evaluation mode. The last layer's output is what the module itself returned.
"""

from typing import Any, TypeAlias

from mmphate_widget.recording._torch import torch

_PLAIN = {torch.nn.RNN.forward, torch.nn.GRU.forward, torch.nn.LSTM.forward}

_KINDS = {
    "RNN_TANH": torch.nn.RNN,
    "RNN_RELU": torch.nn.RNN,
    "GRU": torch.nn.GRU,
    "LSTM": torch.nn.LSTM,
}

# Of a tensor, or of the pair (h, c) of an LSTM; None starts at zero.
Start: TypeAlias = Any


def is_recurrent(module: "torch.nn.Module") -> bool:
    """Whether a module computes what nn.RNN, nn.GRU or nn.LSTM does.

    A subclass with a forward of its own does not: it is recorded as what it returns.
    """
    return type(module).forward in _PLAIN


def joins_directions(module: Any) -> bool:
    """Whether what a module returns is the forward units and then as many reverse ones.

    Torch's own do; a forward of another's may sum its directions, or average them.
    """
    is_torchs = is_recurrent(module) or type(module).__module__.startswith("torch.")
    return is_torchs and bool(getattr(module, "bidirectional", False))


def n_directions(module: Any) -> int:
    """2 for a bidirectional module, else 1."""
    return 2 if module.bidirectional else 1


def layer_outputs(module: Any, inputs: Any, start: Start, output: Any) -> list[Any]:
    """The output of each layer, first to last, a tensor or a PackedSequence as the input is."""
    outputs = []
    for index in range(module.num_layers - 1):
        inputs, _ = _alone(module, index)(inputs, start_of(module, start, index))
        outputs.append(inputs)
    return [*outputs, output]


def start_of(module: Any, start: Start, index: int) -> Start:
    """The part of the initial state that belongs to one layer, both directions."""
    if start is None:
        return None
    if isinstance(start, tuple | list):
        return tuple(start_of(module, part, index) for part in start)
    return start[index * n_directions(module) : (index + 1) * n_directions(module)]


def weights_of(module: Any, index: int) -> list[list["torch.Tensor"]]:
    """The weights of one layer, a list for each direction."""
    weights: list[list[torch.Tensor]] = module.all_weights
    return weights[index * n_directions(module) : (index + 1) * n_directions(module)]


def _alone(module: Any, index: int) -> Any:
    """A module of one layer with copies of the weights of layer ``index``."""
    weight = weights_of(module, index)[0][0]
    options = {"proj_size": module.proj_size} if module.mode == "LSTM" else {}
    if module.mode.startswith("RNN"):
        options["nonlinearity"] = module.nonlinearity
    # On the meta device nothing is drawn for weights that are replaced at once.
    single = _KINDS[module.mode](
        weight.shape[1],
        module.hidden_size,
        bias=module.bias,
        batch_first=module.batch_first,
        bidirectional=module.bidirectional,
        dtype=weight.dtype,
        device="meta",
        **options,
    ).to_empty(device=weight.device)
    for own, given in zip(single.all_weights, weights_of(module, index), strict=True):
        for to, value in zip(own, given, strict=True):
            to.detach().copy_(value)
    single.flatten_parameters()
    return single
