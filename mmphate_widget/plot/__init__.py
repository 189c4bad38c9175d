"""Figures for papers, drawn by matplotlib alone: no browser, no pyplot, no global state.

`frames` shows the points at a few epochs side by side, `trajectories` the paths of units,
`curves` the metrics of training. The first two take coordinates or a widget, colors are the
widget's. Each draws into axes that it is given, or makes a `matplotlib.figure.Figure` as wide as
the user's style says, and returns the figure: ``figure.savefig("frames.pdf")``.

matplotlib is imported when something is drawn (extra "plot").
"""

from mmphate_widget.plot.curves import curves
from mmphate_widget.plot.frames import frames
from mmphate_widget.plot.trajectories import trajectories

__all__ = ["curves", "frames", "trajectories"]
