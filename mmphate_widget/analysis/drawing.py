"""Results as matplotlib figures, small and plain; imported when something is drawn."""

from typing import TYPE_CHECKING, Any

from mmphate_widget._types import AnyArray
from mmphate_widget.plot._matplotlib import NotebookFigure

if TYPE_CHECKING:
    from mmphate_widget.analysis.flow import Flow
    from mmphate_widget.analysis.pairs import EpochPairs
    from mmphate_widget.analysis.result import Result


def open_axes(ax: Any) -> Any:
    """``ax``, or the axes of a new figure that a notebook shows."""
    if ax is not None:
        return ax
    return NotebookFigure(layout="constrained").add_subplot()


def draw_result(result: "Result", ax: Any) -> Any:
    """A line for one axis, an image for two; of three the mean over the middle one."""
    from mmphate_widget.analysis.result import mean_over

    axes = open_axes(ax)
    measured = _measured(result)
    values, names = result.values, result.axes
    if values.ndim == 3:
        values, names = mean_over(values, (1,)), (names[0], names[2])
    if values.ndim == 1:
        axes.plot(_ticks(result, names[0]), values)
        axes.set_ylabel(measured)
    else:
        image = axes.pcolormesh(
            _ticks(result, names[0]), _ticks(result, names[1]), values.T, shading="nearest"
        )
        axes.figure.colorbar(image, ax=axes, label=measured)
        axes.set_ylabel(names[1])
    axes.set_xlabel(names[0])
    return axes.figure


def draw_pairs(pairs: "EpochPairs", ax: Any) -> Any:
    """An image, epochs against epochs; of what has a sign, zero is white."""
    limit = 1.0 if pairs.unit_of_measure == "cosine" else None
    colors = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit} if limit else {}
    return draw_square(
        pairs.values, pairs.labels.epochs, ax, axis="epoch", label=_measured(pairs), **colors
    )


def draw_square(
    values: AnyArray, numbers: AnyArray, ax: Any, *, axis: str, label: str, **colors: Any
) -> Any:
    """An image of symmetric values, the same epochs or steps (``axis``) along both sides."""
    axes = open_axes(ax)
    image = axes.pcolormesh(numbers, numbers, values, shading="nearest", **colors)
    axes.figure.colorbar(image, ax=axes, label=label)
    axes.set(xlabel=axis, ylabel=axis, aspect="equal")
    return axes.figure


def draw_flow(flow: "Flow", ax: Any) -> Any:
    """Mean speed and displacement at each epoch."""
    axes = open_axes(ax)
    for part in (flow.speed, flow.displacement):
        axes.plot(part.labels.epochs, part.curve().values, label=_measured(part))
    axes.set(xlabel="epoch", ylabel=f"mean distance, {flow.space}")
    axes.legend()
    return axes.figure


def _measured(result: "Result | EpochPairs") -> str:
    unit = result.unit_of_measure
    return f"{result.name} ({unit})" if unit else result.name


def _ticks(result: "Result", axis: str) -> Any:
    """Where the entries of an axis stand: their numbers, of units their positions."""
    labels = result.labels
    return {"epoch": labels.epochs, "step": labels.steps, "unit": range(len(labels.units))}[axis]
