"""The instrument as its user meets it: an embedding on screen, with a lasso that answers in numpy.

What a user types at a widget is checked and described in ``selecting.py``, ``showing.py`` and
``exporting.py``, traits in ``traits.py``. How a change is made and told is in ``instrument.py``,
what pages say in ``hearing.py``.
"""

from collections.abc import Mapping
from typing import Any

from mmphate_widget._types import AnyArray
from mmphate_widget._words import count
from mmphate_widget.trace import Trace
from mmphate_widget.widget.exporting import ExportingInstrument


class MMPHATEWidget(ExportingInstrument):
    """Interactive view of an MM-PHATE embedding over epochs, steps and units.

    Show it by making it the last line of a notebook cell.

    Parameters
    ----------
    Y : ndarray, shape (E, T, H, 2) or (E, T, H, 3)
        Coordinates of every unit at every step of every epoch.
    trace : Trace, optional
        The recorded activations that ``Y`` stems from: names, labels, metrics, channels.
    color_by : str, array, Channel or what has a ``channel()``, optional
        Name of a channel (see ``channels``), values as `add_channel` takes them, a Channel, or the
        result of an analysis. Default: the labels of samples, else layers, else steps.
    show : {"epoch", "all", "steps", "epochs"}
        Current epoch, all epochs, trajectories through steps, trajectories through epochs.
    height : int, CSS pixels
        Height of the picture.
    parameters : mapping of str to object, optional
        How `Y` was made; stays with it in `save`. What JSON cannot hold is kept as its ``repr``.

    Attributes
    ----------
    selection : Selection
        What is selected: points, positions, units.
    selected_units, selected_points : ndarray of int64
        Promoted units and point ids, observable with ``w.observe(handler, "selected_units")``.
    epoch : float
        Epoch on screen, a 0-based position; fractions are interpolated.
    step : int or None
        Step on screen, a 0-based position; None shows all steps.
    epoch_window, step_window : (int, int) or None
        First and last epoch and step shown, 0-based positions, both included; None: all. What
        lies outside is not shown and no lasso takes it; ``epoch`` and ``step`` lie inside.
    playing : bool
        Whether the epochs run, inside the window.
    speed : float
        How many of them run in a second.
    loop : bool
        Whether they start over at the end, or stop there.
    direction : {"forward", "back"}
        Which way they run.
    view : dict
        Camera in embedding coordinates and viewport in CSS pixels. Its "mode" is "3d", or "2d":
        the first two axes from above, without perspective. ``w.view = {"mode": "2d"}`` shows all
        points so, ``w.view = {**w.view, "mode": "2d"}`` what is looked at now. An embedding with
        two components opens in "2d".
    visible : ndarray of bool, shape (E, T, H)
        What a lasso may take now.
    unit_rule : {"any", "majority", "all"}
        Which units a lasso stands for: those with any, more than half (the default) or all of
        their visible points in it.
    depth : {"through", "front"}
        Whether a lasso takes all points inside it, or only those that no nearer one covers.
    hidden_units : list of int
        Positions of units that are neither shown nor taken by a lasso.
    filters : dict of str to dict
        What the legend hides, by channel: ``{"hide": ["3", …]}`` categories by name or code (the
        code after the last stands for points without one), ``{"range": (low, high)}`` what lies
        outside, None being no bound. ``w.filters = {}`` shows all.
    color_limits : dict of str to list of 2 float
        Values at the ends of the colors, by channel, where they were changed; see
        ``limit_colors``.
    curves : dict of str to ndarray of float64, shape (E,)
        The training curves: metrics of the trace, and those of ``add_curve``.
    bands : dict of str to tuple of (int, int, str)
        What ``add_bands`` shades behind the curves: first and last epoch, and a name.
    point_size, line_width : float or None, CSS pixels
        Diameter of points of the current epoch, width of lines where they are newest. None: by
        how many are shown and how near they are.
    opacity : float or None
        Of points that are neither selected nor, among all epochs, of the current one; at most
        0.2 while something is selected. None: so that as many as there are can be read.
    fade : float
        How fast lines and trails fade with age: 0 not at all, 0.5 (the default) to 1/e in a
        quarter of the epochs, and through steps in all of them, 1 at once.
    groups : Groups
        Selections by name: ``w.groups.add("early movers")``, ``w.groups["early movers"].units``,
        ``w.groups.select("early movers")``.
    parameters : dict or None
        How the coordinates were made, if that was said.

    Raises
    ------
    TypeError, ValueError
        If `Y` is not finite and real, has another number of axes or components, or does not
        match the trace; if another argument is not as stated.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv:2406.01969.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> Y = np.random.default_rng(0).normal(size=(5, 4, 6, 3))
    >>> w = mm.MMPHATEWidget(Y)
    >>> w.select(units=[3, 5])
    Selection(2 units, 40 points of 120; 5 epochs, 4 steps)
    >>> w.selected_units
    array([3, 5])
    """

    def __init__(
        self,
        Y: AnyArray,
        *,
        trace: Trace | None = None,
        color_by: Any = None,
        show: str = "epoch",
        height: int = 480,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            Y, trace=trace, color_by=color_by, show=show, height=height, parameters=parameters
        )

    def __repr__(self) -> str:
        n_epochs, n_steps, n_units = self.shape
        return (
            f"<MMPHATEWidget: {count(n_epochs, 'epoch')} × {count(n_steps, 'step')} × "
            f"{count(n_units, 'unit')}; {count(len(self.selection), 'point')} selected>"
        )
