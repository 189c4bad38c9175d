"""Communities as a matplotlib figure; imported when something is drawn."""

from typing import TYPE_CHECKING, Any

import numpy as np

from mmphate_widget.analysis.drawing import open_axes
from mmphate_widget.channels import color_rows, color_table

if TYPE_CHECKING:
    from mmphate_widget.analysis.communities import Communities


def draw_communities(found: "Communities", ax: Any) -> Any:
    """Units by rows, in the order of their last community, each epoch a column."""
    axes = open_axes(ax)
    channel = found.channel()
    order = np.argsort(found.values[-1], kind="stable")
    colors = color_table(channel)[color_rows(channel, channel.values[:, order])] / 255
    # A column for each recorded epoch, however they are spaced.
    axes.imshow(
        np.swapaxes(colors, 0, 1),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
    )
    epochs = found.labels.epochs
    at = np.unique(np.linspace(0, len(epochs) - 1, min(len(epochs), 6)).astype(int))
    axes.set_xticks(at, [str(epochs[position]) for position in at])
    axes.set_xlabel("epoch")
    axes.set_ylabel("unit, by last community")
    axes.set_yticks([])
    return axes.figure
