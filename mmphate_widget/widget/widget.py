"""The instrument as its user meets it: an embedding on screen, with a lasso that answers in numpy.

Every name that a user types at a widget stands here, checked and described. How a change is made
and told is in ``instrument.py``, what pages say in ``hearing.py``.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float32, Float64

from mmphate_widget._dataframe import make_dataframe
from mmphate_widget._types import AnyArray, PathLike
from mmphate_widget._validation import (
    check_bool,
    check_choice,
    check_int,
    check_name,
    check_path,
    check_units,
)
from mmphate_widget.channels import Channel, choose_limits
from mmphate_widget.selection import Selection, count
from mmphate_widget.trace import Trace
from mmphate_widget.widget.archive import write_archive
from mmphate_widget.widget.coloring import ARRAY_CHANNEL
from mmphate_widget.widget.commands import check_ids, check_mask, one_of
from mmphate_widget.widget.curves import check_curve
from mmphate_widget.widget.groups import Groups
from mmphate_widget.widget.instrument import SelectionCallback
from mmphate_widget.widget.keeping import KeepingInstrument
from mmphate_widget.widget.kept import to_page
from mmphate_widget.widget.labels import Labels
from mmphate_widget.widget.lasso import visible_mask
from mmphate_widget.widget.operations import encode_ids
from mmphate_widget.widget.projection import View, project
from mmphate_widget.widget.table import TOLD, make_columns

if TYPE_CHECKING:
    from mmphate_widget.widget.three_scene import PythreejsView

# What `save_image` and `save_html` write.
IMAGE_SUFFIX = ".png"
HTML_SUFFIX = ".html"


class MMPHATEWidget(KeepingInstrument):
    """Interactive view of an MM-PHATE embedding over epochs, steps and units.

    Show it by making it the last line of a notebook cell.

    Parameters
    ----------
    Y : ndarray, shape (E, T, H, 2) or (E, T, H, 3)
        Coordinates of every unit at every step of every epoch.
    trace : Trace, optional
        The recorded activations that ``Y`` stems from: names, labels, metrics, channels.
    color_by : str or array, optional
        Channel to color by (see ``channels``), or values shaped (E, T, H), (E, H), (H,), (E,)
        or (T,). Default: the labels of samples, else layers, else steps.
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
        Whether the epochs run, ``speed`` of them a second, inside the window.
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
    filters : dict of str to dict
        What the legend hides, by channel: ``{"hide": ["3", …]}`` categories by name or code (the
        code after the last stands for points without one), ``{"range": (low, high)}`` what lies
        outside, None being no bound. ``w.filters = {}`` shows all.
    color_limits : dict of str to list of 2 float
        Values at the ends of the colors, by channel, where they were changed; see
        ``limit_colors``.
    curves : dict of str to ndarray of float64, shape (E,)
        The training curves: metrics of the trace, and those of ``add_curve``.
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

    # -- what is selected --------------------------------------------------------------------

    @property
    def selection(self) -> Selection:
        """The current selection; empty arrays when nothing is selected."""
        return self._current()

    @property
    def groups(self) -> Groups:
        """Named selections: ``add(name)``, ``[name]``, ``list``, ``del``, ``select(name)``.

        ``rename``, ``recolor``, ``compare``, ``to_dataframe`` and ``to_json`` are theirs, too; as
        the channel "group" they are shown in the picture.
        """
        return self._groups

    @property
    def visible(self) -> Bool[np.ndarray, "epoch step unit"]:
        """What a lasso may take now: shown, not hidden, in front of the camera."""
        return visible_mask(self._positions, self.window, View.from_dict(self.view))

    def project(self, points: Any = None) -> Float64[np.ndarray, "n 2"]:
        """CSS pixels from the canvas's top left of the given point ids (default: of all points).

        Each point is placed at its own epoch, wherever the epoch slider stands. Points behind
        the camera have coordinates, too, but no lasso takes them: see ``visible``.
        """
        flat = self._positions.reshape(-1, 3)
        chosen = flat if points is None else flat[check_ids(points, size=len(flat))]
        pixels, _ = project(chosen, View.from_dict(self.view))
        return pixels

    def select(
        self,
        *,
        units: Any = None,
        points: Any = None,
        mask: Any = None,
        combine: str = "replace",
    ) -> Selection:
        """Select units (all their points), point ids, or a mask; exactly one of the three.

        Parameters
        ----------
        units : sequence of int or str
            0-based positions or names of units.
        points : sequence of int
            Point ids, (epoch * T + step) * H + unit.
        mask : ndarray of bool, shape (E, T, H)
            True at the points to select.
        combine : {"replace", "add", "subtract", "intersect"}
            How this combines with what is selected already.

        Returns
        -------
        Selection
            The selection after this operation, the same as ``w.selection``.

        Raises
        ------
        TypeError, ValueError
            If not exactly one is given, or one does not exist in the data.
        """
        given = one_of(units=units, points=points, mask=mask)
        if given == "units":
            chosen = check_units(units, names=self._meta["units"])
            operation = {"op": "units", "units": chosen.tolist()}
        else:
            size = self._positions[..., 0].size
            ids = (
                check_ids(points, size=size)
                if given == "points"
                else np.flatnonzero(check_mask(mask, shape=self.shape))
            )
            operation = {"op": "points", "ids": encode_ids(ids, size=size)}
        return self._operate({**operation, "combine": combine})

    def select_category(
        self, channel: str, category: str | int, *, combine: str = "replace"
    ) -> Selection:
        """Select what is visible now and has this category of a channel, as the legend does.

        Parameters
        ----------
        channel : str
            One of ``channels``, with categories.
        category : str or int
            Its name or code; the code after the last stands for points without one.
        combine : {"replace", "add", "subtract", "intersect"}
            How this combines with what is selected already.

        Returns
        -------
        Selection
            The selection after this operation.

        Raises
        ------
        TypeError, ValueError
            If there is no such channel or category.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.add_channel("half", np.array(["left", "right"])[np.arange(6) // 3])
        >>> w.select_category("half", "right").units
        array([3, 4, 5])
        """
        return self._select_where(channel, {"codes": [category]}, combine)

    def select_range(
        self, channel: str, limits: tuple[float | None, float | None], *, combine: str = "replace"
    ) -> Selection:
        """Select what is visible now and lies in a range of a channel, as the legend does.

        Parameters
        ----------
        channel : str
            One of ``channels``, with numbers.
        limits : (float or None, float or None)
            The ends, which are part of the range; None is no bound.
        combine : {"replace", "add", "subtract", "intersect"}
            How this combines with what is selected already.

        Returns
        -------
        Selection
            The selection after this operation.

        Raises
        ------
        TypeError, ValueError
            If there is no such channel, it has categories, or the ends are not in order.
        """
        return self._select_where(channel, {"range": limits}, combine)

    def grow(self, *, k: int = 5) -> Selection:
        """Add to the selection the nearest neighbors of its points. Returns the selection.

        Neighbors are looked for in what is visible now, for each selected point that is visible
        at its own epoch and step: the `k` points nearest to it in the embedding, and those as
        near as the k-th. Units are promoted by ``unit_rule`` as after a lasso. Again, it grows
        from what it has become.

        Parameters
        ----------
        k : int, default=5
            How many neighbors each point has; those that are selected count, too.

        Raises
        ------
        TypeError, ValueError
            If `k` is not an integer of at least 1.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> Y = np.zeros((1, 2, 6, 2))
        >>> Y[..., 0] = [0, 1, 2, 10, 11, 12]
        >>> w = mm.MMPHATEWidget(Y)
        >>> _ = w.select(units=[0])
        >>> w.grow(k=2).units
        array([0, 1, 2])
        """
        check_int(k, name="k", minimum=1)
        return self._operate({"op": "grow", "k": int(k), "combine": "add", **self._window_record()})

    def _select_where(self, channel: str, where: Any, combine: str) -> Selection:
        window = self._window_record()
        return self._operate(self._where(channel, where, window=window, combine=combine))

    def clear_selection(self) -> Selection:
        """Select nothing. Returns the (empty) selection."""
        return self._change(self._selector.clear)

    def invert_selection(self) -> Selection:
        """Select what is visible now and not selected. Returns the selection."""
        return self._operate({"op": "invert", **self._window_record()})

    def undo(self) -> Selection:
        """Step back in the selection's history; nothing happens at its beginning."""
        return self._change(lambda: self._selector.move(-1))

    def redo(self) -> Selection:
        """Take back an undo; nothing happens where there is none."""
        return self._change(lambda: self._selector.move(1))

    def reselect(self, record: Sequence[dict[str, Any]]) -> Selection:
        """Repeat a recorded selection (``Selection.record``), without a browser.

        Raises
        ------
        TypeError, ValueError
            If the record was made on other coordinates, or is not one.
        """
        return self._change(lambda: self._selector.repeat(record))

    def on_selection(self, callback: SelectionCallback) -> Callable[[], None]:
        """Call ``callback(selection)`` once after each change; returns a function that ends it."""
        if not callable(callback):
            raise TypeError(f"`callback` must be callable; got {type(callback).__name__}.")
        # Its own object, so that the same callback may be registered twice.
        registration = (callback,)
        self._callbacks.append(registration)

        def remove() -> None:
            self._callbacks[:] = [other for other in self._callbacks if other is not registration]

        return remove

    # -- what it shows, as arrays and tables -------------------------------------------------

    @property
    def coordinates(self) -> Float32[np.ndarray, "epoch step unit 3"]:
        """What is on screen, read-only: `Y` in float32, with z = 0 where it has two components."""
        return self._positions

    @property
    def labels(self) -> Labels | None:
        """Numbers and names of epochs, steps and units, and the curves; kept with a run.

        None where the widget was made without a trace.
        """
        return self._labels

    def to_dataframe(self, points: Any = None) -> Any:
        """Points as a table, a row each: where they are, what they are called, what they carry.

        Parameters
        ----------
        points : sequence of int, optional
            Point ids, such as ``w.selected_points``, in any order. Default: all points.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch`, `step`, `unit` (int64 positions), `epoch_label`, `step_label`,
            `unit_name`, `layer` where units have one, `x`, `y`, `z`, `selected`; then the
            current channel under its name, categories by theirs, and each group under its name,
            True at its points. The index, "point", holds the ids. Where the user's name for a
            channel or group is that of another column, " (channel)" or " (group)" is added.

        Raises
        ------
        TypeError, ValueError
            If `points` are not ids of points.
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> _ = w.select(units=[3])
        >>> w.to_dataframe(w.selected_points).groupby("epoch")[["x", "y", "z"]].mean().shape
        (5, 3)
        """
        size = self._positions[..., 0].size
        ids = np.arange(size) if points is None else check_ids(points, size=size)
        with self._lock:
            channel = self.channel()
            is_told = channel.name in TOLD and not self._coloring.is_own(channel.name)
            columns = make_columns(
                self._positions,
                self._labels,
                ids=ids,
                selected=self.selection.mask,
                channel=None if is_told else channel,
                groups={name: group.mask for name, group in self._groups.items()},
            )
        return make_dataframe(columns, ids=ids)

    # -- what it is colored by ---------------------------------------------------------------

    @property
    def channels(self) -> tuple[str, ...]:
        """Names that ``color_by`` takes."""
        return self._coloring.names

    def channel(self, name: str | None = None) -> Channel:
        """The values of a channel, by default of the one that the picture is colored by.

        Its ``limits`` are those that it is colored between (``color_limits``).

        Raises
        ------
        ValueError
            If there is no such channel.
        """
        chosen = self._coloring.check(self.color_by if name is None else name)
        return self._coloring.limited(chosen, self.color_limits)

    def add_channel(
        self,
        name: str,
        values: Any = None,
        *,
        sample: int | None = None,
        kind: str | None = None,
        limits: tuple[float, float] | None = None,
        quantiles: tuple[float, float] | None = None,
        scale: str = "linear",
    ) -> None:
        """Add values to color by, shaped (E, T, H), (E, H), (H,), (E,), (T,) or (N,).

        Parameters
        ----------
        name : str
            Name in the list "Color by"; an existing one is replaced.
        values : array
            Numbers, or strings for categories.
        sample : int
            In place of `values`: the activation of this sample (a 0-based position) in standard
            deviations from the mean over samples, NaN past its end and where all samples are
            equal. The activations themselves are ``w.trace.values[..., sample]``.
        kind : {"continuous", "categorical", "cyclic", "diverging"}, optional
            Default: categorical for strings, else continuous. Always diverging for a sample.
        limits : (float, float), optional
            Values at the ends of the colors; what lies beyond has the color of the end. Default:
            the smallest and largest; ±π for cyclic; symmetric about 0 for diverging values.
        quantiles : (float, float), optional
            In place of `limits`: the shares of the values, between 0 and 1, that lie below them,
            for example ``(0.02, 0.98)``.
        scale : {"linear", "log"}, default="linear"
            "log" for continuous values that are all positive.

        Raises
        ------
        TypeError
            If `name` is not a string, `values` hold neither numbers nor strings, or not exactly
            one of `values` and `sample` is given.
        ValueError
            If `name` is empty, `values` fit no axes or are infinite, there is no such sample, or
            another argument is not as stated.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.add_channel("gradient", np.geomspace(1e-6, 1, 6), scale="log")
        >>> w.channels
        ('epoch', 'step', 'unit', 'displacement', 'speed', 'gradient')
        """
        check_name(name, name="name")
        if one_of(values=values, sample=sample) == "values":
            channel = self._coloring.make(
                name, values, kind=kind, limits=limits, quantiles=quantiles, scale=scale
            )
        else:
            check_choice(kind, name="kind", choices=(None, "diverging"))
            check_choice(scale, name="scale", choices=("linear",))
            channel = self._coloring.make_activation(
                name, sample=sample, limits=limits, quantiles=quantiles
            )
        self._put_channel(channel)

    def limit_colors(
        self,
        limits: tuple[float, float] | None = None,
        *,
        quantiles: tuple[float, float] | None = None,
        channel: str | None = None,
    ) -> None:
        """Set the values at the ends of a channel's colors; without any, its own limits again.

        Parameters
        ----------
        limits : (float, float), optional
            The two values.
        quantiles : (float, float), optional
            In place of `limits`: the shares of the channel's values that lie below them.
        channel : str, optional
            One of ``channels``. Default: the one colored by.

        Raises
        ------
        TypeError, ValueError
            If there is no such channel, it has categories, or the limits are not as stated.
        """
        name = self.color_by if channel is None else channel
        check_choice(name, name="channel", choices=self.channels)
        others = {other: pair for other, pair in self.color_limits.items() if other != name}
        if limits is None and quantiles is None:
            self.color_limits = others
            return
        colored, _ = self._coloring[name]
        ends = choose_limits(
            colored.values,
            kind=colored.kind,
            scale=colored.scale,
            limits=limits,
            quantiles=quantiles,
        )
        self.color_limits = {**others, name: ends}

    # -- curves over the epochs --------------------------------------------------------------

    @property
    def curves(self) -> dict[str, Float64[np.ndarray, " epoch"]]:
        """The training curves by name, read-only arrays; NaN where there is no value."""
        with self._lock:
            return self._all_curves()

    def add_curve(self, name: str, values: Any, *, epochs: Any = None) -> None:
        """Draw a number for each epoch with the training curves; kept with the run.

        Parameters
        ----------
        name : str
            Name beside the curve; an existing one is replaced.
        values : array, shape (E,) or that of `epochs`
            Real numbers; NaN leaves a gap.
        epochs : sequence of int, optional
            0-based positions of the epochs that `values` belong to. Default: all.

        Raises
        ------
        TypeError
            If `name` is not a string, or `values` or `epochs` do not hold numbers.
        ValueError
            If `name` is empty, `values` are not one for each epoch, or `epochs` do not exist.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.add_curve("entropy", [0.4, 0.8], epochs=[0, 4])
        >>> w.curves["entropy"]
        array([0.4, nan, nan, nan, 0.8])
        """
        check_name(name, name="name")
        self._put_curve(name, check_curve(values, n_epochs=self.shape[0], epochs=epochs))

    def channel_to_color_by(self, value: Any) -> str:
        """Name of the channel for ``color_by``: an existing name, or "values" for an array."""
        if isinstance(value, str):
            return self._coloring.check(value)
        if value is None:
            raise TypeError("`color_by` must be a name or an array; got None.")
        self.add_channel(ARRAY_CHANNEL, value)
        return ARRAY_CHANNEL

    # -- pictures ----------------------------------------------------------------------------

    def save_image(
        self,
        path: PathLike,
        *,
        scale: float = 1.0,
        dark: bool = False,
        transparent: bool = False,
    ) -> Path:
        """Write the current view as a PNG, drawn without a browser; returns its path.

        Parameters
        ----------
        path : str or Path
            Where to write; ends in ``.png``.
        scale : float
            Pixels of the file a CSS pixel.
        dark : bool
            A dark ground.
        transparent : bool
            No ground: the points alone, with their opacity, to lay over anything.

        Raises
        ------
        TypeError, ValueError
            If `path` does not end in ``.png``, `scale` is not between 0.1 and 8, or both `dark`
            and `transparent` are asked for.
        """
        from mmphate_widget.widget.picture import draw_picture, draw_points

        path = check_path(path)
        if path.suffix.lower() != IMAGE_SUFFIX:
            raise ValueError(
                f"`path` must end in {IMAGE_SUFFIX}, the one format there is; got {str(path)!r}."
            )
        check_bool(dark, name="dark")
        if check_bool(transparent, name="transparent"):
            if dark:
                raise ValueError("At most one of `dark` and `transparent` may be True; got both.")
            picture = draw_points(self._drawing(), scale=scale)
        else:
            picture = draw_picture(self._drawing(), scale=scale, dark=dark)
        picture.save(path, format="PNG")
        return path

    def save_animation(
        self,
        path: PathLike,
        *,
        fps: float = 30,
        size: tuple[int, int] | None = None,
        seconds: float | None = None,
        speed: float | None = None,
        epochs: Any = None,
        turn: float = 0,
        scale: float = 1.0,
        dark: bool = False,
        loop: bool | None = None,
        progress: bool = True,
    ) -> Path:
        """Write training as a movie, drawn without a browser as `save_image`; returns its path.

        It starts from what is on screen: view, coloring, filters, hidden units, step, selection.
        The epochs run as they do on the page, points moving between recorded ones. The file
        appears when it is complete; an error or Ctrl-C leaves nothing, and an older file alone.

        Parameters
        ----------
        path : str or Path
            Where to write. ``.mp4`` (H.264, plays in browsers and slides; needs the extra
            "video") or ``.gif``.
        fps : float, default=30
            Frames a second: at least 1, at most 120 in an MP4, 50 in a GIF.
        size : (int, int), default=None
            Width and height in CSS pixels, between 16 and 4096. None: those of the view. What
            the view shows stays in the picture, whatever its shape. An MP4's pixels are rounded
            up to even numbers.
        seconds : float, default=None
            How long the animation is, between 0.04 and 3600. None: by `speed`.
        speed : float, default=None
            In place of `seconds`: epochs a second. None: ``w.speed``.
        epochs : sequence of float, default=None
            0-based positions that the epoch passes, in this order: ``(10, 40)`` plays part of
            training, ``(59, 0)`` plays it backwards, ``[59]`` stands still. None: from the first
            to the last.
        turn : float, default=0
            Degrees that the camera turns over the whole, counterclockwise seen from above.
        scale : float, default=1
            Pixels of the file a CSS pixel, between 0.1 and 8; points grow with it.
        dark : bool, default=False
            A dark ground.
        loop : bool, default=None
            Whether a GIF starts over for ever. None: yes. Players of an MP4 decide themselves.
        progress : bool, default=True
            Show a progress bar on stderr.

        Raises
        ------
        ModuleNotFoundError
            If imageio-ffmpeg is not installed (extra "video") and `path` ends in ``.mp4``.
        FileNotFoundError, IsADirectoryError
            If the folder of `path` does not exist, or `path` is a folder.
        TypeError, ValueError
            If `path` ends otherwise, `seconds` and `speed` are both given, `seconds` is missing
            where a single epoch is shown, there would be more than 54,000 frames, or another
            argument is not as stated.

        Examples
        --------
        >>> import tempfile
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> Y = np.random.default_rng(0).normal(size=(5, 4, 6, 3)).cumsum(axis=0)
        >>> w = mm.MMPHATEWidget(Y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = w.save_animation(f"{folder}/run.gif", size=(160, 120), progress=False)
        ...     path.name
        'run.gif'
        """
        from mmphate_widget.widget.animation import save_animation

        return save_animation(
            check_path(path),
            drawing=self._drawing(),
            own_speed=self.speed,
            fps=fps,
            size=size,
            seconds=seconds,
            speed=speed,
            epochs=epochs,
            turn=turn,
            scale=scale,
            dark=dark,
            loop=loop,
            progress=progress,
        )

    def to_pythreejs(self, *, dark: bool = False) -> "PythreejsView":
        """The current view as pythreejs objects, to be put together with others.

        Colors, sizes, filters, hidden units, step and selection are those on screen, as they are
        now: later changes of the widget do not reach the objects. An animation plays the epochs,
        points moving between recorded ones, at ``w.speed`` a second; it needs no kernel.

        Parameters
        ----------
        dark : bool, default=False
            A dark ground.

        Returns
        -------
        PythreejsView
            ``.renderer``, ``.scene``, ``.camera``, ``.controls``; ``.group`` with ``.points``,
            ``.faint``, ``.lines`` and ``.trail``; ``.clip`` and ``.action``. It is shown, with
            buttons to play, by being a cell's last line.

        Raises
        ------
        ModuleNotFoundError
            If pythreejs is not installed (extra "pythreejs").
        ValueError
            If more than 2,000,000 points of all epochs would have to be sent, or none.

        Examples
        --------
        A sphere among the points, where pythreejs is installed:

        .. code-block:: python

            import pythreejs as three
            view = w.to_pythreejs()
            ball = three.Mesh(three.SphereGeometry(0.1), three.MeshBasicMaterial(color="red"))
            view.group.add(ball)
            view.action.play()
        """
        from mmphate_widget.widget.three_scene import make_pythreejs

        dark = check_bool(dark, name="dark")
        return make_pythreejs(self._drawing(), speed=self.speed, dark=dark)

    def save_html(self, path: PathLike, *, title: str | None = None) -> Path:
        """Write the picture as one HTML file that needs neither Python nor a network.

        Opened from disk it plays, seeks, turns, colors by every channel, filters, looks units up,
        lassoes with undo and redo, selects the groups and makes new ones, and gives the selection
        as JSON, copied or saved. It holds the coordinates as they are, in float32, so that a
        lasso takes the same ids as here; every channel; names, curves, view, coloring, filters,
        selection and groups as they stand; and the activity of units, where that needs at most
        3 MB: else without classes, or not at all. The history of the selection begins anew.
        The activations themselves are not in it. A file at `path` is replaced.

        Parameters
        ----------
        path : str or Path
            Where to write; ends in ``.html``.
        title : str, optional
            Heading of the page. Default: what the picture holds.

        Returns
        -------
        Path
            The file's path.

        Raises
        ------
        TypeError, ValueError
            If `path` does not end in ``.html``, or `title` is not a string or empty.

        Examples
        --------
        What a reader has saved in the page comes back to Python by its ids:

        >>> import json
        >>> from pathlib import Path
        >>> def take_back(w, path):
        ...     return w.select(points=json.loads(Path(path).read_text())["points"])
        """
        path = check_path(path)
        if path.suffix.lower() != HTML_SUFFIX:
            raise ValueError(
                f"`path` must end in {HTML_SUFFIX}, the one format there is; got {str(path)!r}."
            )
        if title is not None:
            check_name(title, name="title")
        # What UTF-8 cannot hold stands as a number.
        path.write_text(self._write_document(title), "utf-8", "xmlcharrefreplace", newline="\n")
        return path

    # -- tomorrow ----------------------------------------------------------------------------

    def save(self, path: PathLike) -> Path:
        """Keep the run in one file that `mm.load` opens after a restart; returns its path.

        Coordinates, parameters, view, coloring, selection with its undo history, groups, names
        and curves are in the file; the trace is referred to by its place and a hash of its
        data. A run kept at `path` is replaced once the new file is complete.

        Parameters
        ----------
        path : str or Path
            Where to write, by custom ending in ".mm".

        Raises
        ------
        FileExistsError
            If there is something at `path` other than a kept run.

        Warns
        -----
        UserWarning
            If the trace lies in no file, or another in its place: a restart would lose it.
        """
        path = check_path(path)
        kept = self._kept()
        write_archive(path, *to_page(kept, path.absolute().parent))
        if self.trace is not None and kept.trace is not None and not kept.trace.is_there():
            source = kept.trace.path
            is_replaced = source is not None and source.exists()
            where = f": {source} holds something else now" if is_replaced else ""
            warnings.warn(
                f"The trace is not in the file, and not saved elsewhere{where}. Keep it with "
                "w.trace.save(...), then save again.",
                UserWarning,
                stacklevel=2,
            )
        return path

    def embed(self, on: bool = True) -> None:
        """Keep the numbers in the notebook, too, so that it shows a live picture without a kernel.

        A notebook keeps outputs, and by itself only a small PNG of the widget. After
        ``w.embed()``:

        - The output that holds the PNG holds the picture of `save_html`, too, in a frame that is
          cut off from the page around it. It shows where the live view is gone: in a notebook
          that is exported to HTML (``jupyter nbconvert --to html``), opened from disk without a
          network, and in JupyterLab, where the notebook is trusted. A host that shows no frames
          shows the PNG.
        - The widget's state holds the same. Where a notebook is saved with the state of its
          widgets (an option of JupyterLab, off by default; nbclient's default), the view itself
          is live again without a kernel. A widget inside another has this alone.

        Both hold what `save_html` says, with about its size each, and follow what comes to rest
        on screen as the PNG does, some seconds later: call it again to have what is there now.
        ``w.embed(False)`` takes the numbers out of both; without `embed` they are in neither.

        Parameters
        ----------
        on : bool
            Whether to keep them.

        Raises
        ------
        TypeError
            If `on` is not True or False.
        """
        self._embed(check_bool(on, name="on"))
