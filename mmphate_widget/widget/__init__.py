"""The instrument in the notebook: traits, wire, selection history, stream."""

from mmphate_widget.widget.loading import load
from mmphate_widget.widget.widget import MMPHATEWidget

__all__ = ["MMPHATEWidget", "load"]
