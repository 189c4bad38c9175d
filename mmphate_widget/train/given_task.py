"""What a task must be to be trained on: sequences with a class each, or targets at each step."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_finite, check_real_array


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The training set or the test set of a task, checked.

    ``y`` holds classes (sample,) or targets (sample, step, output), ``mask`` the steps at which
    targets count (all where there is none to ask), ``labels`` a class for each sequence or None.
    """

    x: Float32[np.ndarray, "sample step channel"]
    y: Int64[np.ndarray, " sample"] | Float32[np.ndarray, "sample step output"]
    mask: Bool[np.ndarray, "sample step"]
    labels: Int64[np.ndarray, " sample"] | None

    @property
    def has_classes(self) -> bool:
        """Whether each sequence has a class, rather than targets at each step."""
        return self.y.ndim == 1


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Both sets, how many numbers the network must give, and what labels are called."""

    train: Part
    test: Part
    n_outputs: int
    class_names: tuple[str, ...] | None


def check_task(task: Any) -> Given:
    """The sets of ``task``, or an error that says which array is not as it must be.

    Raises
    ------
    TypeError
        If an array is missing or of another kind.
    ValueError
        If arrays do not fit each other.
    """
    train, test = _check_part(task, "train"), _check_part(task, "test")
    if train.has_classes != test.has_classes:
        raise ValueError("`task` must have classes, or targets, in both sets; got one of each.")
    if train.x.shape[2] != test.x.shape[2] or train.y.shape[2:] != test.y.shape[2:]:
        raise ValueError(
            f"`task` must have equally many channels and outputs in both sets; got x of "
            f"{train.x.shape} and {test.x.shape}, y of {train.y.shape} and {test.y.shape}."
        )
    names = getattr(task, "class_names", None)
    class_names = None if names is None else tuple(str(name) for name in names)
    if not train.has_classes:
        return Given(train, test, train.y.shape[2], class_names)
    n_seen = int(max(train.y.max(), test.y.max())) + 1
    n_classes = n_seen if class_names is None else max(len(class_names), n_seen)
    return Given(train, test, n_classes, class_names)


def _check_part(task: Any, part: str) -> Part:
    x = _array(task, f"x_{part}")
    y = _array(task, f"y_{part}")
    if x.ndim != 3:
        raise ValueError(f"`task.x_{part}` must be (sample, step, channel); got shape {x.shape}.")
    if y.shape not in {x.shape[:1], (*x.shape[:2], y.shape[-1] if y.ndim == 3 else 0)}:
        raise ValueError(
            f"`task.y_{part}` must be classes of shape ({len(x)},) or targets of shape "
            f"({x.shape[0]}, {x.shape[1]}, outputs); got shape {y.shape}."
        )
    mask = getattr(task, f"mask_{part}", None)
    mask = np.ones(x.shape[:2], dtype=bool) if mask is None else np.asarray(mask)
    if mask.dtype != bool or mask.shape != x.shape[:2] or not mask.any():
        raise ValueError(
            f"`task.mask_{part}` must be bool of shape {x.shape[:2]} with a True; "
            f"got {mask.dtype} of shape {mask.shape}."
        )
    if y.ndim == 1:
        classes = _classes(y, name=f"task.y_{part}")
        return Part(_as_float32(x, name=f"task.x_{part}"), classes, mask, classes)
    labels = getattr(task, f"labels_{part}", None)
    if labels is not None:
        labels = _classes(np.asarray(labels), name=f"task.labels_{part}")
        if labels.shape != x.shape[:1]:
            raise ValueError(
                f"`task.labels_{part}` must be of shape ({len(x)},); got {labels.shape}."
            )
    x, y = (_as_float32(array, name=f"task.{name}_{part}") for name, array in (("x", x), ("y", y)))
    return Part(x, y, mask, labels)


def _array(task: Any, name: str) -> AnyArray:
    if not hasattr(task, name):
        raise TypeError(
            "`task` must have x_train, y_train, x_test and y_test, as those of mm.datasets have; "
            f"got a {type(task).__name__} without {name}."
        )
    array = check_real_array(getattr(task, name), name=f"task.{name}")
    check_finite(array, name=f"task.{name}", axes=("sample", "step", "channel")[: array.ndim])
    return array


def _as_float32(array: AnyArray, *, name: str) -> AnyArray:
    largest = np.finfo(np.float32).max
    bad = array[np.abs(array) > largest]
    if bad.size:
        raise ValueError(f"`{name}` must not be beyond float32 (± {largest:.1e}); got {bad[0]}.")
    return array.astype(np.float32)


def _classes(values: AnyArray, *, name: str) -> AnyArray:
    if values.dtype.kind not in "iu" or (values.size and values.min() < 0):
        raise TypeError(
            f"`{name}` must hold classes, integers from 0; got dtype {values.dtype}, "
            f"least {values.min()}."
        )
    return values.astype(np.int64)
