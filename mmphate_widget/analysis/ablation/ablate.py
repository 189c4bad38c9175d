"""Take units or steps out of a network and see what it loses; the public functions.

    effect = metric(model, states held at 0) - metric(model)
    p = (1 + number of random draws as extreme) / (1 + number of draws)

Draws have as many units of each layer (or as many steps) as what is tested, from all that could
have been chosen, itself included: under the null that the choice does not matter it is one of them.
The measure is METHOD 8's; the draws by layer, the bootstrap and the p-value are ours.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._types import Generator
from mmphate_widget._validation import check_bool, check_positions
from mmphate_widget.analysis.ablation.effect import AblationEffect
from mmphate_widget.analysis.ablation.positions import positions_of

if TYPE_CHECKING:
    from mmphate_widget.recording._torch import torch


def ablate_units(
    model: "torch.nn.Module",
    units: Any,
    data: Any,
    metric: str | Callable[[Any, Any], Any] = "accuracy",
    *,
    layers: str | Sequence[str] | None = None,
    larger_is_better: bool | None = None,
    readout_only: bool = False,
    alternative: str = "worse",
    n_draws: int = 200,
    confidence: float = 0.95,
    batch_first: bool = True,
    random_state: int | Generator | None = None,
) -> AblationEffect:
    """What a network loses when the states of some units are zero, against random units.

    The states are zero at every step, as the next step, the next layer and the read-out see
    them; the weights stay. nn.RNN, nn.GRU and nn.LSTM are run a step at a time for it, of an LSTM
    both h and c are zero. A module that is called once a step (a cell) hands its state on as it
    returns it, so that is zeroed; what a module keeps to itself is out of reach.

    Everything runs in evaluation mode without gradients, each time from the same state of the
    random number generators. The model is left as it was found, also after an exception: weights
    and gradients to the last bit, buffers, training flags, hooks, random number generators.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    units : Selection, mapping of str to sequence of int or bool, or sequence of int or bool
        What to ablate. Of a Selection its promoted units, by the layers of its Trace; of a
        mapping {layer: positions}, as ``selection.by_layer()`` gives it, positions inside each
        layer. Bare positions are counted in `layers`: as on the unit axis of a Trace that was
        recorded with all units of these `layers`, so inside the layer where it is one. Instead
        of positions a mask, with an entry for each unit.
    data : (inputs, labels), DataLoader of such, or whatever `metric` takes
        On which the metric is measured. Tensors or arrays; samples along the first axis.
    metric : {"accuracy", "loss"} or callable(model, data), default="accuracy"
        "accuracy": share of labels that are the largest output (larger is better). "loss":
        cross-entropy in nats, for labels that are not integers squared error (smaller is better).
        A function returns one number, or one for each sample, whose mean counts.
    layers : str or sequence of str, default=None
        Names of layers, as a Recorder takes them; only for bare positions.
    larger_is_better : bool, default=None
        Of a function as `metric`; None: yes.
    readout_only : bool, default=False
        Zero only what leaves a recurrent layer, for the layer above or the read-out; the
        recurrence inside goes on with the whole state. Not for cells, nor a cell state.
    alternative : {"worse", "better", "two-sided"}, default="worse"
        Whether the p-value counts random draws that lose at least as much, gain, or either.
    n_draws : int, default=200
        Number of random draws; the smallest p-value is 1 / (1 + n_draws).
    confidence : float, default=0.95
        Of the bootstrap interval over samples.
    batch_first : bool, default=True
        Whether layers without a ``batch_first`` of their own return (sample, step, unit).
    random_state : int, Generator or None
        Seed of draws and bootstrap; equal seeds give equal results.

    Returns
    -------
    AblationEffect
        ``effect``, ``baseline``, ``ablated``, ``null``, ``interval``, ``pvalue``,
        ``to_dataframe()``, ``plot()``, ``channel()``.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError, ValueError
        If an argument is not as stated, no unit is given, or a layer or unit does not exist or
        does not run.

    Notes
    -----
    Draws are matched by layer: as many units of each. They are drawn from all units of the layer,
    for a Selection from those that were recorded. Selection and draws are compared on the same
    data: choose units on other data than you test them on.

    Examples
    --------
    >>> import torch
    >>> import mmphate_widget as mm
    >>> _ = torch.manual_seed(0)
    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.rnn = torch.nn.GRU(2, 8, batch_first=True)
    ...         self.readout = torch.nn.Linear(8, 3)
    ...     def forward(self, x):
    ...         return self.readout(self.rnn(x)[0][:, -1])
    >>> x, y = torch.randn(20, 5, 2), torch.arange(20) % 3
    >>> effect = mm.analysis.ablate_units(
    ...     Net(), [0, 3], (x, y), "loss", layers="rnn", n_draws=50, random_state=0
    ... )
    >>> effect.of, effect.null.shape
    ('2 of 8 units', (50,))
    """
    from mmphate_widget.analysis.ablation.comparing import Trial, make_comparison
    from mmphate_widget.analysis.ablation.places import find_units, pool_of, unit_mask
    from mmphate_widget.analysis.ablation.targets import unit_targets

    options = make_comparison(
        metric=metric,
        larger_is_better=larger_is_better,
        alternative=alternative,
        n_draws=n_draws,
        confidence=confidence,
        readout_only=readout_only,
        batch_first=batch_first,
        random_state=random_state,
    )
    places = find_units(model, units, layers)
    trial = Trial(model, [place.layer for place in places], data, options)
    sizes = [trial.extent(place.part).n_units for place in places]
    pools = [pool_of(place, n_units=n) for place, n in zip(places, sizes, strict=True)]
    chosen = [place.units for place in places]
    return trial.compare(
        lambda drawn: unit_targets(places, drawn, whole=not readout_only),
        chosen,
        pools,
        of=f"{sum(map(len, chosen))} of {sum(map(len, pools))} units",
        positions={place.part.layer: place.units for place in places},
        axis="unit",
        mask=unit_mask(model, units, layers, places, sizes),
    )


def ablate_steps(
    model: "torch.nn.Module",
    steps: Any,
    data: Any,
    metric: str | Callable[[Any, Any], Any] = "accuracy",
    *,
    layers: str | Sequence[str],
    larger_is_better: bool | None = None,
    readout_only: bool = False,
    alternative: str = "worse",
    n_draws: int = 200,
    confidence: float = 0.95,
    batch_first: bool = True,
    random_state: int | Generator | None = None,
) -> AblationEffect:
    """What a network loses when the state of whole layers is zero at some steps.

    All units of `layers` are zero after these steps, of an LSTM h and c: what the step after,
    the layer above and the read-out see. Nothing from before is remembered over such a step.
    The null are as many steps at random; with T steps in all there are few different draws of
    one or two, and the p-value cannot be much less than one over their number.

    Parameters
    ----------
    model, data, metric, larger_is_better, alternative, n_draws, confidence, batch_first, \
random_state
        As in `ablate_units`.
    steps : int or sequence of int
        0-based positions. Where sequences are packed, samples that have ended before are not
        touched.
    layers : str or sequence of str
        Names of layers, as a Recorder takes them.
    readout_only : bool, default=False
        Zero only what leaves a recurrent layer; the recurrence remembers.

    Returns
    -------
    AblationEffect

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError, ValueError
        If an argument is not as stated, no step is given, or a layer or step does not exist.

    Examples
    --------
    >>> import torch
    >>> import mmphate_widget as mm
    >>> _ = torch.manual_seed(0)
    >>> rnn = torch.nn.GRU(2, 8, batch_first=True)
    >>> def last_state(model, x):
    ...     return model(x)[0][:, -1].abs().mean(dim=1)
    >>> effect = mm.analysis.ablate_steps(
    ...     rnn, [4], torch.randn(20, 5, 2), last_state, layers="", n_draws=50, random_state=0
    ... )
    >>> effect.ablated, effect.pvalue < 0.5
    (0.0, True)
    """
    from mmphate_widget.analysis.ablation.comparing import Trial, make_comparison
    from mmphate_widget.analysis.ablation.places import Place, find_parts
    from mmphate_widget.analysis.ablation.targets import step_targets

    options = make_comparison(
        metric=metric,
        larger_is_better=larger_is_better,
        alternative=alternative,
        n_draws=n_draws,
        confidence=confidence,
        readout_only=readout_only,
        batch_first=batch_first,
        random_state=random_state,
    )
    chosen = _step_positions(steps)
    parts = find_parts(model, layers)
    trial = Trial(model, [layer for layer, _ in parts], data, options)
    n_steps = max(trial.extent(part).n_steps for _, part in parts)
    check_positions(chosen, name="steps", size=n_steps)
    places = [Place(layer, part, chosen[:0]) for layer, part in parts]
    return trial.compare(
        lambda drawn: step_targets(places, drawn[0], whole=not readout_only),
        [chosen],
        [np.arange(n_steps)],
        of=f"{len(chosen)} of {n_steps} steps",
        positions={part.layer: chosen for _, part in parts},
        axis="step",
        mask=np.isin(np.arange(n_steps), chosen),
    )


@contextmanager
def clamp_units(
    model: "torch.nn.Module",
    units: Any,
    values: Any = 0.0,
    *,
    layers: str | Sequence[str] | None = None,
    steps: Any = None,
    readout_only: bool = False,
    batch_first: bool = True,
) -> Iterator[None]:
    """Hold units of a network at given values while a ``with`` block runs.

    The states stand at the values after every step (or after `steps`), as the next step, the
    next layer and the read-out see them. Gradients flow through what is not held; training
    flags are the caller's. Only the hooks that do this are removed in the end. Of an LSTM h is
    held; its cell state c is a layer of its own, "rnn.c".

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    units : Selection, mapping of str to sequence of int or bool, or sequence of int or bool
        As in `ablate_units`.
    values : float, sequence of float, or mapping of str to these, default=0
        One value, or one for each unit in ascending order of positions; by layer where `units`
        are.
    layers : str or sequence of str, default=None
        Names of layers, only for bare positions.
    steps : int or sequence of int, default=None
        0-based steps after which they are held; None: all.
    readout_only : bool, default=False
        Hold only what leaves a recurrent layer, not what its next step sees.
    batch_first : bool, default=True
        Whether layers without a ``batch_first`` of their own return (sample, step, unit).

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError, ValueError
        If an argument is not as stated, or a layer or unit does not exist.

    Notes
    -----
    A recurrent layer can be held by one block at a time: inside of it neither another
    `clamp_units` nor `ablate_units` can hold more of its units (RuntimeError).

    A Recorder sees held states of the last layer of a stack, or of a stack of one; the lower
    layers of a stack it runs by itself, without what holds them.

    Examples
    --------
    >>> import torch
    >>> import mmphate_widget as mm
    >>> rnn = torch.nn.GRU(2, 8, batch_first=True)
    >>> with mm.analysis.clamp_units(rnn, [3], 0.5, layers=""):
    ...     states, last = rnn(torch.zeros(1, 4, 2))
    >>> states[0, :, 3].tolist(), last[0, 0, 3].item()
    ([0.5, 0.5, 0.5, 0.5], 0.5)
    """
    from mmphate_widget.analysis.ablation.holding import held
    from mmphate_widget.analysis.ablation.places import find_units
    from mmphate_widget.analysis.ablation.targets import clamp_targets

    check_bool(readout_only, name="readout_only")
    check_bool(batch_first, name="batch_first")
    at = None if steps is None else _step_positions(steps)
    targets = clamp_targets(find_units(model, units, layers), values, at)
    with held(model, targets, readout=readout_only, batch_first=batch_first):
        yield


def _step_positions(steps: Any) -> Int64[np.ndarray, " n"]:
    positions = positions_of(steps, name="steps")
    if not len(positions):
        raise ValueError("`steps` must hold at least one step; got none.")
    return positions
