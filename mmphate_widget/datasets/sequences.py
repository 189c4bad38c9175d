"""What a task to train on is made of: sequences with a class each, or with a target at each step.

Both hold a training and a test set as read-only arrays. `mm.train.fit` takes either, and anything
else with the same attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from mmphate_widget._types import AnyArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LabeledSequences:
    """Sequences with a class each, split into training and test set; arrays are read-only.

    Attributes
    ----------
    x_train, x_test : float32 ndarray of shape (n, n_steps, n_channels)
        What the network sees: (sample, step, channel).
    y_train, y_test : int64 ndarray of shape (n,)
        Class of each sequence, 0 … len(class_names) − 1.
    class_names : tuple of str
        What the classes are called.
    channels : tuple of str
        What the channels are called.
    """

    x_train: Float32[np.ndarray, "train step channel"]
    y_train: Int64[np.ndarray, " train"]
    x_test: Float32[np.ndarray, "test step channel"]
    y_test: Int64[np.ndarray, " test"]
    class_names: tuple[str, ...]
    channels: tuple[str, ...]

    def __post_init__(self) -> None:
        _seal(self)

    def __repr__(self) -> str:
        return _described(self, f"{len(self.class_names)} classes")

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), _plain_fields(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StepTargets:
    """Sequences with targets of ±1 at each step, split into training and test set; read-only.

    Attributes
    ----------
    x_train, x_test : float32 ndarray of shape (n, n_steps, n_channels)
        What the network sees: (sample, step, channel).
    y_train, y_test : float32 ndarray of shape (n, n_steps, n_outputs)
        What it should say, −1 or 1; 0 where the mask is False.
    mask_train, mask_test : bool ndarray of shape (n, n_steps)
        Steps at which the answer counts.
    labels_train, labels_test : int64 ndarray of shape (n,)
        The answer at the end as one class, to color by and to decode.
    conditions_train, conditions_test : mapping of str to int64 ndarray of shape (n,)
        What was drawn for each sequence, by name.
    class_names : tuple of str
        What the labels are called.
    channels, outputs : tuple of str
        What the channels of ``x`` and ``y`` are called.
    """

    x_train: Float32[np.ndarray, "train step channel"]
    y_train: Float32[np.ndarray, "train step output"]
    mask_train: Bool[np.ndarray, "train step"]
    labels_train: Int64[np.ndarray, " train"]
    conditions_train: Mapping[str, Int64[np.ndarray, " train"]]
    x_test: Float32[np.ndarray, "test step channel"]
    y_test: Float32[np.ndarray, "test step output"]
    mask_test: Bool[np.ndarray, "test step"]
    labels_test: Int64[np.ndarray, " test"]
    conditions_test: Mapping[str, Int64[np.ndarray, " test"]]
    class_names: tuple[str, ...]
    channels: tuple[str, ...]
    outputs: tuple[str, ...]

    def __post_init__(self) -> None:
        _seal(self)

    def __repr__(self) -> str:
        return _described(self, f"{len(self.outputs)} outputs")

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), _plain_fields(self)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """All sequences of a generated task, before they are split."""

    x: AnyArray
    y: AnyArray
    mask: AnyArray
    labels: AnyArray
    conditions: Mapping[str, AnyArray]

    def split(
        self,
        n_train: int,
        *,
        class_names: tuple[str, ...],
        channels: tuple[str, ...],
        outputs: tuple[str, ...],
    ) -> StepTargets:
        """The first ``n_train`` sequences to train on, the others to test."""

        def part(rows: slice) -> tuple[AnyArray, AnyArray, AnyArray, AnyArray, dict[str, AnyArray]]:
            return (
                self.x[rows].astype(np.float32),
                self.y[rows].astype(np.float32),
                self.mask[rows].copy(),
                self.labels[rows].astype(np.int64),
                {name: values[rows].astype(np.int64) for name, values in self.conditions.items()},
            )

        return StepTargets(
            *part(slice(None, n_train)),
            *part(slice(n_train, None)),
            class_names=class_names,
            channels=channels,
            outputs=outputs,
        )


def _seal(data: LabeledSequences | StepTargets) -> None:
    for field in fields(data):
        value = getattr(data, field.name)
        if isinstance(value, Mapping):
            object.__setattr__(data, field.name, MappingProxyType(dict(value)))
        arrays = value.values() if isinstance(value, Mapping) else (value,)
        for array in arrays:
            if isinstance(array, np.ndarray):
                array.flags.writeable = False


def _plain_fields(data: LabeledSequences | StepTargets) -> tuple[Any, ...]:
    """What makes the same object again: other processes get tasks, too, and read-only ones."""
    values = (getattr(data, field.name) for field in fields(data))
    return tuple(dict(value) if isinstance(value, Mapping) else value for value in values)


def _described(data: LabeledSequences | StepTargets, answers: str) -> str:
    n_train, n_steps, n_channels = data.x_train.shape
    return (
        f"<{type(data).__name__}: {n_train} + {len(data.x_test)} sequences × {n_steps} steps × "
        f"{n_channels} channels, {answers}>"
    )
