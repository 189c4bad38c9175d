"""`Trace`: X[e, t, i, k], the activity of unit i at epoch e and step t for probe sample k.

A slice is one (epoch, step); a point is one (epoch, step, unit) and carries a vector over
the samples. Everything downstream speaks of points by their position in this array, so a
Trace never changes once made: its arrays are read-only and its fields are frozen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from jaxtyping import Float, Int, Shaped

from mmphate_widget._hashing import array_hash
from mmphate_widget._types import AnyArray, PathLike
from mmphate_widget._validation import check_finite
from mmphate_widget.trace import labels
from mmphate_widget.trace.indexing import Index, sliced_fields
from mmphate_widget.trace.repr import describe, describe_html
from mmphate_widget.trace.source import joint_hash, remember_source, source_of
from mmphate_widget.trace.store import read_fields, write_fields
from mmphate_widget.trace.values import DIMS, to_axes, to_values, without_padding


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Trace:
    """Hidden activity of a network while it learned, with the labels of every axis.

    Make one with `Trace.from_array`, `Trace.from_checkpoints`, `Trace.load` or a `Recorder`.

    Attributes
    ----------
    values : ndarray of shape (n_epochs, n_steps, n_units, n_samples)
        Activations, read-only, float16, float32 or float64.
    epochs, steps : int64 ndarray of shape (n_epochs,), (n_steps,)
        Number of each recorded epoch and step; they may be uneven.
    units : tuple of str
        Name of each unit, "rnn[3]" or "3".
    layers : tuple of (str or None), of length n_units
        Layer of each unit; None where it has none.
    layer_positions : int64 ndarray of shape (n_units,)
        Position of each unit inside its layer, among all units that the layer has in the
        network; it stays with the unit where others are left out.
    sample_labels : int64 or str ndarray of shape (n_samples,), or None
        Class of each probe sample.
    lengths : int64 ndarray of shape (n_samples,), or None
        Number of valid steps of each sample; values past them are 0.
    metrics : mapping of str to float64 ndarray of shape (n_epochs,)
        Training curves such as the loss; NaN where an epoch has no value.

    Examples
    --------
    >>> import numpy as np
    >>> trace = Trace.from_array(np.zeros((3, 4, 2, 5)), metrics={"loss": [3, 2, 1]})
    >>> trace
    <Trace: 3 epochs × 4 steps × 2 units × 5 samples, float64, 960 B; metrics loss>
    >>> trace[1:].metrics["loss"]
    array([2., 1.])
    """

    values: Float[np.ndarray, "epoch step unit sample"]
    epochs: Int[np.ndarray, " epoch"]
    steps: Int[np.ndarray, " step"]
    units: tuple[str, ...]
    layers: tuple[str | None, ...]
    layer_positions: Int[np.ndarray, " unit"]
    sample_labels: Shaped[np.ndarray, " sample"] | None
    lengths: Int[np.ndarray, " sample"] | None
    metrics: Mapping[str, Float[np.ndarray, " epoch"]]

    def __post_init__(self) -> None:
        values = to_values(self.values)
        n_epochs, n_steps, n_units, n_samples = values.shape
        lengths = labels.sequence_lengths(self.lengths, size=n_samples, n_steps=n_steps)
        if lengths is not None:
            values = without_padding(values, lengths=lengths)
        check_finite(values, name="values", axes=DIMS)
        layers = labels.layer_names(self.layers, size=n_units)
        checked = {
            "values": values,
            "epochs": labels.numbers(self.epochs, name="epochs", size=n_epochs),
            "steps": labels.numbers(self.steps, name="steps", size=n_steps),
            "units": labels.unit_names(self.units, layers=layers, size=n_units),
            "layers": layers,
            "layer_positions": labels.layer_positions(self.layer_positions, layers=layers),
            "sample_labels": labels.sample_labels(self.sample_labels, size=n_samples),
            "lengths": lengths,
            "metrics": MappingProxyType(labels.metric_curves(self.metrics, size=n_epochs)),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_array(
        cls,
        values: npt.ArrayLike,
        *,
        dims: Sequence[str] = DIMS,
        epochs: npt.ArrayLike | None = None,
        steps: npt.ArrayLike | None = None,
        units: Iterable[str] | None = None,
        sample_labels: npt.ArrayLike | None = None,
        layers: Iterable[str | None] | Mapping[str, int] | None = None,
        layer_positions: npt.ArrayLike | None = None,
        lengths: npt.ArrayLike | None = None,
        metrics: Mapping[str, Any] | None = None,
    ) -> "Trace":
        """Make a Trace from an array with its axes in any order.

        The array is copied unless its memory is already read-only (a memory map opened
        with mode "r", or an array after ``array.flags.writeable = False``) and in order. A Zarr
        array, or a memory map that has to be copied, is read in slices and kept in a temporary
        file: it may be larger than memory.

        Parameters
        ----------
        values : array-like or Zarr array with 4 axes
            Activations. float16, float32 and float64 are kept; integers and bool become
            float32 where that holds them exactly, else float64.
        dims : sequence of str, default=("epoch", "step", "unit", "sample")
            Which axis of `values` is which.
        epochs, steps : array-like of int of shape (n_epochs,), (n_steps,), default=None
            Numbers of the epochs and steps, distinct; None counts from 0.
        units : sequence of str of length n_units, default=None
            Names; None gives "3", or "rnn[3]" where `layers` says "rnn".
        sample_labels : array-like of int or str of shape (n_samples,), default=None
            Class of each sample.
        layers : sequence of str of length n_units, or mapping of str to int, default=None
            Layer of each unit, or the number of units of each layer in order.
        layer_positions : array-like of int of shape (n_units,), default=None
            Position of each unit inside its layer; None counts the units of each layer.
        lengths : array-like of int of shape (n_samples,), default=None
            Number of valid steps of each sample; values past them are set to 0.
        metrics : mapping of str to array-like of shape (n_epochs,), default=None
            Training curves.

        Raises
        ------
        TypeError
            If values or labels are of a type that does not fit.
        ValueError
            If there are not 4 axes, an axis is empty, `dims` does not name each axis once,
            labels do not fit their axis, or a value is NaN or infinite.

        Examples
        --------
        >>> import numpy as np
        >>> states = np.zeros((8, 5, 20, 3))
        >>> Trace.from_array(states, dims=("step", "sample", "epoch", "unit")).shape
        (20, 8, 3, 5)
        """
        array = to_values(to_axes(values, dims=dims))
        n_epochs, n_steps, n_units, n_samples = array.shape
        named_layers = labels.layer_names(layers, size=n_units)
        return cls(
            values=array,
            epochs=labels.numbers(epochs, name="epochs", size=n_epochs),
            steps=labels.numbers(steps, name="steps", size=n_steps),
            units=labels.unit_names(units, layers=named_layers, size=n_units),
            layers=named_layers,
            layer_positions=labels.layer_positions(layer_positions, layers=named_layers),
            sample_labels=labels.sample_labels(sample_labels, size=n_samples),
            lengths=labels.sequence_lengths(lengths, size=n_samples, n_steps=n_steps),
            metrics=labels.metric_curves(metrics, size=n_epochs),
        )

    @classmethod
    def from_checkpoints(
        cls,
        model: Any,
        checkpoints: Any,
        *,
        probe: Any,
        layers: str | Sequence[str],
        epochs: npt.ArrayLike | None = None,
        metrics: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> "Trace":
        """Make a Trace of a finished PyTorch run from the weights saved along it.

        Each checkpoint is loaded into the model, the probe runs, and in the end the model
        has its own weights back, also after an error.

        Parameters
        ----------
        model : torch.nn.Module
            The network; weights saved with and without the wrappers of ``torch.compile``
            and ``DataParallel``, around the whole or a part, fit it.
        checkpoints : iterable of (str, Path or mapping of str to Tensor)
            Files written by ``torch.save`` (read with ``weights_only=True``) or state dicts,
            in the order of training. One that holds more than weights has them under
            "state_dict", "model_state_dict" or "model".
        probe : Tensor, PackedSequence, tuple, dict or DataLoader
            As for a `Recorder`.
        layers : str or sequence of str
            As for a `Recorder`.
        epochs : array-like of int of shape (n_epochs,), default=None
            Ascending number of each checkpoint's epoch; None counts from 0.
        metrics : mapping of str to array-like of shape (n_epochs,), default=None
            Training curves.
        **options
            `sample_labels`, `steps`, `units`, `lengths`, `cell_state`, `dtype`,
            `batch_first` and `verbose` of a `Recorder`.

        Raises
        ------
        FileNotFoundError
            If a file is missing; nothing was run then.
        TypeError
            If a checkpoint holds something other than a state dict.
        ValueError
            If a file cannot be read, or weights do not fit the model.

        Examples
        --------
        >>> import torch
        >>> model = torch.nn.Sequential(torch.nn.GRU(8, 16, batch_first=True))
        >>> saved = [{k: v * scale for k, v in model.state_dict().items()} for scale in (1, 2)]
        >>> probe = torch.ones(5, 10, 8)
        >>> Trace.from_checkpoints(model, saved, probe=probe, layers="0", verbose=False)
        <Trace: 2 epochs × 10 steps × 16 units × 5 samples, float32, 6.2 KiB; layer 0>
        """
        # The one import against the order of the layers, which the contracts list by name:
        # users look for constructors here, and the work is a recorder's.
        from mmphate_widget.recording import record_checkpoints

        return record_checkpoints(
            model,
            checkpoints,
            probe=probe,
            layers=layers,
            epochs=epochs,
            metrics=metrics,
            **options,
        )

    @classmethod
    def load(cls, path: PathLike) -> "Trace":
        """Read a Trace that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The Zarr group.

        Raises
        ------
        FileNotFoundError
            If there is nothing at `path`.
        ValueError
            If what is there is not a saved Trace, of a newer format, or incomplete.
        """
        trace = cls.from_array(**read_fields(path))
        remember_source(trace, path)
        return trace

    def save(self, path: PathLike) -> None:
        """Write everything as a Zarr v3 group, without pickle.

        A Trace already saved at `path` is replaced once the new one is complete.

        Parameters
        ----------
        path : str or Path
            Where to write, by custom ending in ".zarr".

        Raises
        ------
        FileExistsError
            If there is something at `path` other than a saved Trace or an empty folder.
        """
        write_fields(self._fields(), path)
        remember_source(self, path)

    @property
    def source(self) -> Path | None:
        """Where this Trace was last saved to or loaded from; None where it was neither."""
        return source_of(self)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n_epochs, n_steps, n_units, n_samples)."""
        return self.values.shape

    @property
    def n_epochs(self) -> int:
        """Number of recorded epochs, E."""
        return self.shape[0]

    @property
    def n_steps(self) -> int:
        """Number of time steps, T."""
        return self.shape[1]

    @property
    def n_units(self) -> int:
        """Number of hidden units, H."""
        return self.shape[2]

    @property
    def n_samples(self) -> int:
        """Number of probe samples, S."""
        return self.shape[3]

    @property
    def nbytes(self) -> int:
        """Size of the values in bytes."""
        return self.values.nbytes

    def __getitem__(self, index: Index) -> "Trace":
        """A part of the Trace, indexed as numpy would, with the labels that belong to it.

        Integers keep their axis, and lists or masks on several axes select independently
        (as ``np.ix_`` does), so that the result always is a Trace.

        Examples
        --------
        >>> import numpy as np
        >>> trace = Trace.from_array(np.zeros((9, 4, 8, 5)))
        >>> part = trace[-3:, :, [3, 7]]
        >>> part.shape, part.units, part.epochs.tolist()
        ((3, 4, 2, 5), ('3', '7'), [6, 7, 8])
        """
        return Trace(**sliced_fields(self._fields(), index))

    def data_hash(self) -> str:
        """SHA-256 (hexadecimal) of what an embedding depends on; labels do not count.

        That is shape, type and bytes of the values, and the lengths where they are unequal.
        """
        return joint_hash(array_hash(self.values), self.lengths, n_steps=self.n_steps)

    def equals(self, other: object) -> bool:
        """Whether `other` is a Trace with the same values and labels."""
        if not isinstance(other, Trace) or self.values.dtype != other.values.dtype:
            return False
        mine, theirs = self._fields(), other._fields()
        curves, others = mine.pop("metrics"), theirs.pop("metrics")
        return (
            curves.keys() == others.keys()
            and all(np.array_equal(curves[k], others[k], equal_nan=True) for k in curves)
            and all(_same(mine[name], theirs[name]) for name in mine)
        )

    def _fields(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> AnyArray:
        return np.array(self.values, dtype=dtype, copy=copy)

    def __reduce__(self) -> tuple[Any, ...]:
        # A mappingproxy does not pickle, and unpickled arrays would be writable.
        return _from_fields, (self._fields() | {"metrics": dict(self.metrics)},)

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return describe_html(self)


def as_trace(X: Any) -> Trace:
    """`X` itself if it is a Trace, else a Trace of the 4-way array `X`.

    Parameters
    ----------
    X : Trace, or array-like of shape (n_epochs, n_steps, n_units, n_samples)
        Activations.

    Examples
    --------
    >>> import numpy as np
    >>> as_trace(np.zeros((2, 3, 4, 5))).n_units
    4
    """
    return X if isinstance(X, Trace) else Trace.from_array(X)


def _from_fields(given: dict[str, Any]) -> Trace:
    return Trace.from_array(**given)


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        return mine.dtype.kind == theirs.dtype.kind and np.array_equal(mine, theirs)
    return bool(type(mine) is type(theirs) and mine == theirs)
