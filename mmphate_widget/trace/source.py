"""Where a Trace lies on disk, where that is known: beside the Trace, which never changes.

A run that is kept (see the widget) refers to its Trace by this place and a hash of its data.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from mmphate_widget._hashing import array_hash
from mmphate_widget._types import AnyArray, PathLike

# Weak, so that a place never keeps the values of a Trace in memory.
_SOURCES: WeakKeyDictionary[Any, Path] = WeakKeyDictionary()


def remember_source(trace: Any, path: PathLike) -> None:
    """Note that ``trace`` lies at ``path``."""
    _SOURCES[trace] = Path(path).absolute()


def source_of(trace: Any) -> Path | None:
    """Where ``trace`` was saved to or loaded from last; None where it was neither."""
    return _SOURCES.get(trace)


def joint_hash(values_hash: str, lengths: AnyArray | None, *, n_steps: int) -> str:
    """One hash of values and lengths; that of the values alone where all samples have all steps.

    An embedding compares slices over the samples that are valid in both, so it depends on the
    lengths as on the values.
    """
    if lengths is None or lengths.min() == n_steps:
        return values_hash
    return sha256(f"{values_hash} {array_hash(lengths)}".encode()).hexdigest()
