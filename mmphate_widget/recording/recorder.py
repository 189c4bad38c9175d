"""`Recorder`: one snapshot of the hidden states an epoch, gathered into a Trace.

Each snapshot is complete before it is kept, so whatever goes wrong while it is taken
loses nothing that was recorded before.
"""

import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from mmphate_widget._free_memory import free_memory
from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_bool, check_choice, check_int
from mmphate_widget._words import count
from mmphate_widget.recording.lengths import checked_lengths, common_lengths
from mmphate_widget.recording.snapshot import Kept, Snapshot, assemble
from mmphate_widget.trace import Trace
from mmphate_widget.trace.labels import class_labels

if TYPE_CHECKING:
    from mmphate_widget.recording._torch import torch

# A recording should leave room for the model, its training and the embedding after it.
LARGEST_SHARE = 0.25

_BYTES_PER_MIB = 2**20


class Recorder:
    """Record the hidden states of a PyTorch model for a fixed probe, an epoch at a time.

    The probe runs in evaluation mode without gradients. Training flags, gradients, buffers,
    states of random number generators and hooks are left as they were found, also after an
    exception; what a model keeps in plain attributes is its own affair. The Recorder is a
    context manager for the look of it; it holds nothing between snapshots that would have
    to be released.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    probe : Tensor, PackedSequence, tuple, dict or DataLoader
        Input of the model: a tensor or packed sequence, positional arguments, keyword
        arguments, or a loader that does not shuffle. Of a loader's (input, target) batches
        the input is used. Tensors are copied, and moved to the model's device.
    layers : str or sequence of str
        Submodules to record, as ``model.named_modules()`` calls them, with or without the
        prefixes of ``torch.compile`` and ``DataParallel``; the model itself is "". Of a
        stacked nn.RNN, nn.GRU or nn.LSTM all layers are recorded: "rnn" stands for "rnn.l0",
        "rnn.l1", …, each of which can be named alone. A bidirectional one has "rnn_reverse",
        or "rnn.l0_reverse", too. A cell, or any module that returns (sample, unit), is
        recorded at each of its calls in a forward pass; other modules return a tensor
        (sample, step, unit), or a tuple that begins with one. A layer's own ``batch_first``
        is followed, also that of torch's transformer layers.
    sample_labels : array-like of int or str of shape (n_samples,), default=None
        Class of each probe sample.
    steps : sequence of int, slice or mask, default=None
        Steps to keep; None keeps all.
    units : sequence of int, slice or mask, or mapping of str to these, default=None
        Units to keep; for several layers a mapping from names as in ``trace.layers`` to
        positions inside that layer, as ``selection.by_layer()`` gives them.
    lengths : array-like of int of shape (n_samples,), default=None
        Number of valid steps of each probe sample, which goes to the Trace; None takes what
        a PackedSequence tells, else all steps.
    cell_state : bool, default=False
        Whether to record c of nn.LSTM and nn.LSTMCell beside h, as layer "rnn.c".
    n_epochs : int, default=None
        How many snapshots are planned: the first then tells the size of them all.
    dtype : {"float16", "float32", "float64"}, default="float32"
        Type the states are kept in.
    batch_first : bool, default=True
        Whether layers without a ``batch_first`` of their own return (sample, step, unit)
        rather than (step, sample, unit).
    verbose : bool, default=True
        Say the expected size on stderr, once, at the first snapshot.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError
        If `model`, `probe`, `layers`, `lengths` or a flag is of another kind, or the labels are
        neither integers nor strings.
    ValueError
        If a layer does not exist, the probe shuffles, the labels have not one axis, or
        `cell_state` is asked for where there is none.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.GRU(8, 16, batch_first=True))
    >>> with Recorder(model, probe=torch.zeros(5, 10, 8), layers=["0"]) as recorder:
    ...     for epoch in range(3):
    ...         recorder.snapshot(loss=1 / (epoch + 1))
    >>> recorder.trace.shape, recorder.trace.units[3]
    ((3, 10, 16, 5), '0[3]')
    """

    def __init__(
        self,
        model: "torch.nn.Module",
        *,
        probe: Any,
        layers: str | Sequence[str],
        sample_labels: Any = None,
        steps: Kept | None = None,
        units: Kept | Mapping[str, Kept] | None = None,
        lengths: Any = None,
        cell_state: bool = False,
        n_epochs: int | None = None,
        dtype: str = "float32",
        batch_first: bool = True,
        verbose: bool = True,
    ) -> None:
        # Imported here: the class can be named and documented where torch is missing.
        from mmphate_widget.recording import states
        from mmphate_widget.recording.layers import find_layers, listed_names
        from mmphate_widget.recording.probe import own_probe

        check_choice(dtype, name="dtype", choices=("float16", "float32", "float64"))
        if n_epochs is not None:
            check_int(n_epochs, name="n_epochs", minimum=1)
        self._states = states
        self._model = model
        self._probe = own_probe(probe)
        self._find_layers = partial(
            find_layers,
            names=listed_names(layers),
            cell_state=check_bool(cell_state, name="cell_state"),
        )
        self._layers = ", ".join(x.layer for found in self._find_layers(model) for x in found.kept)
        self._lengths = checked_lengths(states.as_array(lengths))
        self._sample_labels = (
            None if sample_labels is None else class_labels(states.as_array(sample_labels))
        )
        self._steps, self._units = steps, units
        self._n_epochs, self._dtype = n_epochs, dtype
        self._batch_first = check_bool(batch_first, name="batch_first")
        self._verbose = check_bool(verbose, name="verbose")
        self._snapshots: list[Snapshot] = []
        self._epochs: list[int] = []
        self._metrics: list[dict[str, float]] = []
        self._trace: Trace | None = None
        self._has_warned = False

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def __repr__(self) -> str:
        size = f", {self._megabytes(1)} each" if self._snapshots else ""
        epochs = count(len(self._snapshots), "epoch")
        return f"<Recorder: {epochs} of layers {self._layers}{size}>"

    def snapshot(self, /, *, epoch: int | None = None, **metrics: Any) -> None:
        """Run the probe and keep the hidden states as one epoch.

        Parameters
        ----------
        epoch : int, default=None
            Number of the epoch, larger than the one before; None counts on.
        **metrics : float or tensor with one element
            Training curves at this epoch, such as ``loss=0.3``. A metric that other
            snapshots have and this one lacks is NaN here.

        Raises
        ------
        TypeError
            If a metric is not a number.
        ValueError
            If `epoch` is not larger than the last, an activation is NaN or infinite, a loader
            yields other samples than at the first snapshot, or the shape differs from that of
            the first. What was recorded stays.
        """
        number = self._next_epoch(epoch)
        numbers = {name: _as_float(value, name=name) for name, value in metrics.items()}
        taken = self._take()
        taken.check_finite(epoch=number)
        self._check_fits(taken)
        self._snapshots.append(taken)
        self._epochs.append(number)
        self._metrics.append(numbers)
        self._trace = None
        self._tell_size()

    @property
    def trace(self) -> Trace:
        """All snapshots so far as a Trace.

        Raises
        ------
        RuntimeError
            If no snapshot was taken.
        """
        first = self._first()
        if self._trace is None:
            values = np.stack([snapshot.values for snapshot in self._snapshots])
            # Fresh memory that only the Trace will hold: read-only spares a copy.
            values.flags.writeable = False
            names = dict.fromkeys(name for numbers in self._metrics for name in numbers)
            self._trace = Trace.from_array(
                values,
                epochs=self._epochs,
                steps=first.steps,
                units=first.units,
                layers=first.layers,
                layer_positions=first.layer_positions,
                sample_labels=self._sample_labels,
                lengths=first.lengths,
                metrics={k: [m.get(k, np.nan) for m in self._metrics] for k in names},
            )
        return self._trace

    def expected_bytes(self, n_epochs: int) -> int:
        """Size of a recording of `n_epochs` epochs in bytes, known from the first snapshot.

        Raises
        ------
        RuntimeError
            If no snapshot was taken.
        """
        return self._first().values.nbytes * check_int(n_epochs, name="n_epochs", minimum=0)

    def _take(self) -> Snapshot:
        taken = self._states.record_states(
            self._model,
            probe=self._probe,
            # Looked up anew: whoever prunes or grows a network puts new modules in its place.
            layers=self._find_layers(self._model),
            batch_first=self._batch_first,
            dtype=self._dtype,
            pads=self._lengths is not None,
        )
        n_samples, n_steps = next(iter(taken.by_part.values())).shape[:2]
        lengths = common_lengths(self._lengths, taken.lengths, n_samples=n_samples, n_steps=n_steps)
        return assemble(taken.by_part, steps=self._steps, units=self._units, lengths=lengths)

    def _first(self) -> Snapshot:
        if not self._snapshots:
            raise RuntimeError("No snapshot was taken. Call recorder.snapshot() once an epoch.")
        return self._snapshots[0]

    def _next_epoch(self, epoch: int | None) -> int:
        last = self._epochs[-1] if self._epochs else None
        if epoch is None:
            return 0 if last is None else last + 1
        number = check_int(epoch, name="epoch", minimum=0)
        if last is not None and number <= last:
            raise ValueError(
                f"`epoch` must be larger than the last one recorded, {last}; got {number}."
            )
        return number

    def _check_fits(self, taken: Snapshot) -> None:
        """Against the first snapshot, or for the first against the sample labels."""
        n_samples = taken.values.shape[2]
        if self._snapshots:
            first = self._snapshots[0]
            if taken.values.shape != first.values.shape or taken.units != first.units:
                raise ValueError(
                    f"A snapshot must have the shape (step, unit, sample) of the first, "
                    f"{first.values.shape}; got {taken.values.shape}. Probe, layers and model "
                    f"must stay the same; record another model with a Recorder of its own."
                )
            if not _same_lengths(taken.lengths, first.lengths):
                raise ValueError(
                    "A snapshot must have the lengths of the first; the probe was packed "
                    "differently. Give the same sequences in the same order at every epoch."
                )
        elif self._sample_labels is not None and len(self._sample_labels) != n_samples:
            raise ValueError(
                f"`sample_labels` must have one entry for each of the {n_samples} probe "
                f"samples; got {len(self._sample_labels)}. If a layer returns (step, sample, unit) "
                f"and does not say so, pass batch_first=False."
            )

    def _tell_size(self) -> None:
        planned = max(self._n_epochs or 0, len(self._snapshots))
        if len(self._snapshots) == 1:
            self._say_size()
        free = free_memory()
        taken = self.expected_bytes(len(self._snapshots))
        if free is None or self._has_warned:
            return
        if self.expected_bytes(planned) > LARGEST_SHARE * (free + taken):
            self._has_warned = True
            warnings.warn(
                f"Recording {planned} epochs takes {self._megabytes(planned)}, more than a "
                f"quarter of the free memory. Keep fewer with `steps`, `units` or a smaller "
                f"probe, or use dtype='float16'.",
                stacklevel=3,
            )

    def _say_size(self) -> None:
        if not self._verbose:
            return
        from tqdm import tqdm

        what = "an epoch" if self._n_epochs is None else f"{self._n_epochs:,} epochs"
        # Past a progress bar of the training loop, not into it.
        tqdm.write(f"Recording {what} takes {self._megabytes(self._n_epochs or 1)}.", sys.stderr)

    def _megabytes(self, n_epochs: int) -> str:
        return f"{self.expected_bytes(n_epochs) / _BYTES_PER_MIB:,.1f} MiB"


def _same_lengths(one: AnyArray | None, other: AnyArray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _as_float(value: Any, *, name: str) -> float:
    try:
        if isinstance(value, str | bytes):
            raise TypeError("text is no number, even where it spells one")
        # A tensor that still has its graph warns when it is converted.
        return float(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(
            f"`{name}` must be a number or a tensor with one element; got {value!r}."
        ) from error
