"""Watch a recurrent network learn: record hidden states, embed them with MM-PHATE, lasso units.

Everything public is reachable as ``import mmphate_widget as mm; mm.NAME``. Names are
imported on first use, so that importing the package stays fast and pulls in neither
torch nor plotting packages.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmphate_widget import analysis as analysis
    from mmphate_widget import datasets as datasets
    from mmphate_widget import metrics as metrics
    from mmphate_widget import plot as plot
    from mmphate_widget import train as train
    from mmphate_widget.comparison import compare as compare
    from mmphate_widget.exploration import explore as explore
    from mmphate_widget.kernel import multiway_kernel as multiway_kernel
    from mmphate_widget.memory import estimate_memory as estimate_memory
    from mmphate_widget.mmphate import MMPHATE as MMPHATE
    from mmphate_widget.recording import Recorder as Recorder
    from mmphate_widget.selection import Selection as Selection
    from mmphate_widget.trace import Trace as Trace
    from mmphate_widget.widget import MMPHATEWidget as MMPHATEWidget
    from mmphate_widget.widget import load as load
    from mmphate_widget.widget.linking import link as link

__version__ = "0.1.0"

# NAME -> module that defines it. A module maps to itself.
_PUBLIC = {
    "Trace": "mmphate_widget.trace",
    "Recorder": "mmphate_widget.recording",
    "MMPHATE": "mmphate_widget.mmphate",
    "estimate_memory": "mmphate_widget.memory",
    "multiway_kernel": "mmphate_widget.kernel",
    "explore": "mmphate_widget.exploration",
    "MMPHATEWidget": "mmphate_widget.widget",
    "load": "mmphate_widget.widget",
    "compare": "mmphate_widget.comparison",
    "link": "mmphate_widget.widget.linking",
    "Selection": "mmphate_widget.selection",
    "analysis": "mmphate_widget.analysis",
    "metrics": "mmphate_widget.metrics",
    "plot": "mmphate_widget.plot",
    "datasets": "mmphate_widget.datasets",
    "train": "mmphate_widget.train",
}

_MODULES = ("analysis", "metrics", "plot", "datasets", "train")

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mmphate_widget' has no attribute {name!r}")
    module = import_module(_PUBLIC[name])
    value = module if name in _MODULES else getattr(module, name)
    # Stored, so that the next look is a plain one.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
