"""Where a Trace lies on disk, where that is known: beside the Trace, which never changes.

A run that is kept (see the widget) refers to its Trace by this place and a hash of its values.
"""

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from mmphate_widget._types import PathLike

# Weak, so that a place never keeps the values of a Trace in memory.
_SOURCES: WeakKeyDictionary[Any, Path] = WeakKeyDictionary()


def remember_source(trace: Any, path: PathLike) -> None:
    """Note that ``trace`` lies at ``path``."""
    _SOURCES[trace] = Path(path).absolute()


def source_of(trace: Any) -> Path | None:
    """Where ``trace`` was saved to or loaded from last; None where it was neither."""
    return _SOURCES.get(trace)
