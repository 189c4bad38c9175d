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
from mmphate_widget.widget.groups import Groups
from mmphate_widget.widget.hearing import HearingInstrument
from mmphate_widget.widget.instrument import SelectionCallback
from mmphate_widget.widget.kept import to_page
from mmphate_widget.widget.labels import Labels
from mmphate_widget.widget.lasso import visible_mask
from mmphate_widget.widget.operations import encode_ids
from mmphate_widget.widget.projection import View, project
from mmphate_widget.widget.table import TOLD, make_columns

if TYPE_CHECKING:
    from mmphate_widget.widget.three_scene import PythreejsView

# What `save_image` writes.
IMAGE_SUFFIX = ".png"


class MMPHATEWidget(HearingInstrument):
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
    playing : bool
        Whether the epochs run, ``speed`` of them a second.
    view : dict
        Camera in embedding coordinates and viewport in CSS pixels.
    visible : ndarray of bool, shape (E, T, H)
        What a lasso may take now.
    filters : dict of str to dict
        What the legend hides, by channel: ``{"hide": ["3", …]}`` categories by name or code (the
        code after the last stands for points without one), ``{"range": (low, high)}`` what lies
        outside, None being no bound. ``w.filters = {}`` shows all.
    color_limits : dict of str to list of 2 float
        Values at the ends of the colors, by channel, where they were changed; see
        ``limit_colors``.
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
        """Named selections: ``add(name)``, ``[name]``, ``list``, ``del``, ``select(name)``."""
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
            picture = draw_points(**self._drawn(), scale=scale)
        else:
            picture = draw_picture(**self._drawn(), scale=scale, dark=dark)
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

        given = self._drawn()
        return save_animation(
            check_path(path),
            **given,
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
        return make_pythreejs(**self._drawn(), speed=self.speed, dark=dark)

    def _drawn(self) -> dict[str, Any]:
        """What is on screen, as what draws pictures takes it."""
        with self._lock:
            return {
                "positions": self._positions,
                "window": self.window,
                "view": View.from_dict(self.view),
                "channel": self._colored_by(),
                "selected": self.selection.mask,
            }

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
