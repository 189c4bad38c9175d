"""The one module that imports matplotlib; the others here take it from this one, when they draw.

pyplot is not used: its registry keeps every figure that it makes alive.
"""

import io
from typing import Any, TypeAlias

try:
    from matplotlib import rcParams
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import LineCollection
    from matplotlib.colors import ListedColormap, LogNorm, Normalize
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator
    from mpl_toolkits.mplot3d.art3d import Line3DCollection
except ImportError as error:
    raise ModuleNotFoundError(
        "`mmphate_widget.plot` needs matplotlib, which is not installed: "
        'pip install "mmphate-widget[plot]".',
        name="matplotlib",
    ) from error

# Flat axes or those of three dimensions, which lack each other's methods.
AnyAxes: TypeAlias = Any

__all__ = [
    "AnyAxes",
    "Axes",
    "FontProperties",
    "Line2D",
    "Line3DCollection",
    "LineCollection",
    "ListedColormap",
    "LogNorm",
    "MaxNLocator",
    "Normalize",
    "NotebookFigure",
    "ScalarMappable",
    "rcParams",
]


class NotebookFigure(Figure):
    """A Figure that a notebook shows as a cell's last line, also before pyplot was imported."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()
