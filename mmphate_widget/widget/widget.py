"""The instrument: an embedding on screen, played over epochs, with a lasso that answers in numpy.

The widget holds coordinates, traits and the selection's history. The page resolves a lasso and
says which points it took; here it becomes a step of the history, is announced, and goes back to
every page as the authoritative state. Handlers of messages may run on another thread than the
user's cell, so everything that changes is changed under one lock.
"""

import logging
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import traitlets
from jaxtyping import Bool, Float64

from mmphate_widget._types import AnyArray, PathLike
from mmphate_widget.selection import Selection, count
from mmphate_widget.trace import Trace
from mmphate_widget.widget.archive import write_archive
from mmphate_widget.widget.bundle import read_bundle
from mmphate_widget.widget.coloring import ARRAY_CHANNEL, Coloring
from mmphate_widget.widget.commands import (
    check_embedding,
    check_ids,
    check_mask,
    check_parameters,
    check_units,
    one_of,
)
from mmphate_widget.widget.describe import make_meta
from mmphate_widget.widget.groups import Groups
from mmphate_widget.widget.kept import TRAITS, Kept, TraceReference, to_page
from mmphate_widget.widget.labels import Labels
from mmphate_widget.widget.lasso import visible_mask
from mmphate_widget.widget.link import Link
from mmphate_widget.widget.operations import (
    WINDOW_KEYS,
    check_polygon_record,
    encode_ids,
    record_window,
)
from mmphate_widget.widget.projection import View, fit_view, project
from mmphate_widget.widget.protocol import (
    Ack,
    CommandOperation,
    Hello,
    PolygonOperation,
    decode,
    wire_positions,
)
from mmphate_widget.widget.selector import Selector
from mmphate_widget.widget.traits import InstrumentTraits

_logger = logging.getLogger(__name__)

SelectionCallback = Callable[[Selection], object]


class MMPHATEWidget(InstrumentTraits):
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

    selected_units = traitlets.Instance(np.ndarray, (0,), {"dtype": np.int64}, read_only=True)
    selected_points = traitlets.Instance(np.ndarray, (0,), {"dtype": np.int64}, read_only=True)

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
        self._positions = wire_positions(check_embedding(Y, trace))
        self.trace = trace
        self.parameters = check_parameters(parameters)
        self._labels = None if trace is None else Labels.of(trace)
        self._reference: TraceReference | None = None
        self._lock = threading.RLock()
        self._callbacks: list[SelectionCallback] = []
        self._selector = Selector(self._positions, self._labels)
        self._groups = Groups(
            self._selector,
            current=lambda: self.selection,
            recall=lambda state: self._change(lambda: self._selector.recall(state)),
        )
        self._coloring = Coloring(trace, shape=self.shape)
        if color_by is None:
            color_by = self._coloring.default
        elif not isinstance(color_by, str):
            self._coloring.add(ARRAY_CHANNEL, color_by)
            color_by = ARRAY_CHANNEL
        self._generation = uuid.uuid4().hex
        meta = make_meta(self._positions, self._labels, generation=self._generation)
        super().__init__(
            _esm=read_bundle(),
            _meta={**meta, "channels": self._coloring.describe()},
            view=fit_view(meta["center"], meta["radius"]).to_dict(),
            show=show,
            height=height,
            color_by=color_by,
        )
        self._selection = self._selector.resolve(self.unit_rule)
        self._link = Link(self.send, self._positions, generation=self._generation)
        self.on_msg(self._on_message)
        self.observe(self._on_color_by, "color_by")
        self.observe(self._on_unit_rule, "unit_rule")
        self._link.offer_frames(range(self.shape[0]))
        self._offer_channel()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H) of the picture."""
        n_epochs, n_steps, n_units, _ = self._positions.shape
        return n_epochs, n_steps, n_units

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
        return self._selection

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
        self._callbacks.append(callback)

        def remove() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return remove

    # -- what it is colored by ---------------------------------------------------------------

    @property
    def channels(self) -> tuple[str, ...]:
        """Names that ``color_by`` takes."""
        return self._coloring.names

    def add_channel(self, name: str, values: Any, *, kind: str | None = None) -> None:
        """Add values to color by, shaped (E, T, H), (E, H), (H,), (E,), (T,) or (N,).

        Parameters
        ----------
        name : str
            Name in the list "Color by"; an existing one is replaced.
        values : array
            Numbers, or strings for categories.
        kind : {"continuous", "categorical", "cyclic", "diverging"}, optional
            Default: categorical for strings, else continuous.
        """
        with self._lock:
            self._coloring.add(name, values, kind=kind)
            self._meta = {**self._meta, "channels": self._coloring.describe()}
            if self.color_by == name:
                self._offer_channel()

    def channel_to_color_by(self, value: Any) -> str:
        """Name of the channel for ``color_by``: an existing name, or "values" for an array."""
        if isinstance(value, str):
            return self._coloring.check(value)
        if value is None:
            raise TypeError("`color_by` must be a name or an array; got None.")
        self.add_channel(ARRAY_CHANNEL, value)
        return ARRAY_CHANNEL

    # -- pictures ----------------------------------------------------------------------------

    def save_image(self, path: PathLike, *, scale: float = 1.0, dark: bool = False) -> Path:
        """Write the current view as a PNG, drawn without a browser; returns its path.

        Parameters
        ----------
        path : str or Path
            Where to write; ends in ``.png``.
        scale : float
            Pixels of the file a CSS pixel.
        dark : bool
            Light points on a dark ground.
        """
        from mmphate_widget.widget.picture import draw_picture

        picture = draw_picture(
            self._positions,
            window=self.window,
            view=View.from_dict(self.view),
            channel=self._coloring[self.color_by][0],
            selected=self.selection.mask,
            scale=scale,
            dark=dark,
        )
        path = Path(path)
        picture.save(path, format="PNG")
        return path

    # -- tomorrow ----------------------------------------------------------------------------

    def save(self, path: PathLike) -> Path:
        """Keep the run in one file that `mm.load` opens after a restart; returns its path.

        Coordinates, parameters, view, coloring, selection with its undo history, groups, names
        and curves are in the file; the trace is referred to by its place and a hash of its
        values. A run kept at `path` is replaced once the new file is complete.

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
            If the trace lies in no file yet, so that a restart would lose it.
        """
        path = Path(path)
        kept = self._kept()
        write_archive(path, *to_page(kept, path.absolute().parent))
        source = None if self.trace is None else self.trace.source
        if self.trace is not None and (source is None or not source.exists()):
            warnings.warn(
                "The trace is not in the file, and not saved elsewhere: keep it with "
                "w.trace.save(...), then save again.",
                UserWarning,
                stacklevel=2,
            )
        return path

    def _kept(self) -> Kept:
        # Before the lock is taken: the hash of a large trace takes a while.
        reference = self._reference if self.trace is None else TraceReference.of(self.trace)
        with self._lock:
            history = self._selector.history
            return Kept(
                positions=self._positions,
                traits={name: getattr(self, name) for name in TRAITS},
                labels=self._labels,
                channels=self._coloring.listed(),
                states=history.states,
                cursor=history.cursor,
                groups=self._groups.kept(),
                parameters=self.parameters,
                trace=reference,
            )

    def _restore(self, kept: Kept) -> None:
        """Go on from what was kept; coordinates and trace are here already."""
        with self._lock:
            self._reference = kept.trace
            if self.trace is None:
                self._labels = kept.labels
                self._selector.labels = kept.labels
            self._coloring.restore(kept.channels, all_of_them=self.trace is None)
            meta = make_meta(self._positions, self._labels, generation=self._generation)
            self._meta = {**meta, "channels": self._coloring.describe()}
            for name, value in kept.traits.items():
                setattr(self, name, value)
            self._offer_channel()
            self._groups.restore(kept.groups)
            self._selector.history.restore(kept.states, kept.cursor)
            self._refresh()
        self._announce()

    def close(self) -> None:
        """End the stream and close the widget's comm; what Python holds stays."""
        # A widget whose arguments were refused is closed, too, when it is collected.
        if hasattr(self, "_link"):
            self._link.stream.close()
        super().close()

    # -- changes of the selection ------------------------------------------------------------

    def _operate(self, operation: dict[str, Any], *, done: str | None = None) -> Selection:
        return self._change(lambda: self._selector.operate(operation), done=done)

    def _change(self, step: Callable[[], None], *, done: str | None = None) -> Selection:
        """Let the selector take a step, tell the pages, then tell who listens."""
        with self._lock:
            step()
            selection = self._refresh(done)
        self._announce()
        return selection

    def _refresh(self, done: str | None = None) -> Selection:
        selection = self._selection = self._selector.resolve(self.unit_rule)
        units = selection.promoted_units.tolist()
        self._link.offer_selection(self._selector.history, units, done)
        return selection

    def _announce(self) -> None:
        """Tell observers and callbacks, outside the lock: they may take long, or wait for it."""
        with self._lock:
            selection = self._selection
            now = {
                "selected_points": selection.points,
                "selected_units": selection.promoted_units,
            }
            changed = [name for name in now if not np.array_equal(getattr(self, name), now[name])]
        # Held, so that an observer of the one finds the other up to date.
        with self._reported("an observer of the selection"), self.hold_trait_notifications():
            for name in changed:
                now[name].flags.writeable = False
                self.set_trait(name, now[name])
        if changed:
            for callback in tuple(self._callbacks):
                with self._reported(f"the callback {callback!r}"):
                    callback(selection)

    def _window_record(self) -> dict[str, Any]:
        return record_window(self.window, View.from_dict(self.view))

    # -- the page speaks ---------------------------------------------------------------------

    def _on_message(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        with self._reported("a message from the page"):
            message = decode(content, buffers, shape=self.shape)
            match message:
                case Ack():
                    self._link.stream.acknowledge(message.seq)
                case Hello():
                    self._welcome(message)
                case PolygonOperation() | CommandOperation():
                    with self._answered(message.id):
                        self._take(message)

    def _welcome(self, hello: Hello) -> None:
        with self._lock:
            for epochs in self._link.missing_epochs(hello):
                self._link.offer_frames(epochs, current=self.window.whole_epoch)
            channel, revision = self._coloring[self.color_by]
            if self._link.lacks_channel(hello, channel.name, revision):
                self._link.offer_channel(channel, revision)
            if hello.selection != self._selector.history.revision:
                self._refresh()

    def _take(self, message: PolygonOperation | CommandOperation) -> None:
        if isinstance(message, PolygonOperation):
            self._take_polygon(message)
        elif message.name == "invert":
            self.set_state({"_page": {"seen": message.seen, **message.window}})
            self._operate({"op": "invert", **message.window}, done=message.id)
        elif message.name == "clear":
            self._change(self._selector.clear, done=message.id)
        else:
            steps: Literal[-1, 1] = -1 if message.name == "undo" else 1
            self._change(lambda: self._selector.move(steps), done=message.id)

    def _take_polygon(self, message: PolygonOperation) -> None:
        record = message.record
        check_polygon_record(record, self.shape)
        # The page's traits may arrive after its message: what it was drawn on comes with it.
        window = {key: record[key] for key in WINDOW_KEYS}
        self.set_state({"_page": {"seen": message.seen, **window, "playing": False}})
        if message.complete:
            hits = message.hits
            self._change(lambda: self._selector.take_hits(record, hits), done=message.id)
        else:
            self._operate(record, done=message.id)

    @contextmanager
    def _answered(self, operation_id: str) -> Iterator[None]:
        """Answer an operation that failed, too: the page takes back what it has shown."""
        try:
            yield
        except Exception:
            with self._lock:
                self._refresh(operation_id)
            raise

    # -- the page hears ----------------------------------------------------------------------

    def _on_color_by(self, _: Any) -> None:
        with self._lock:
            self._offer_channel()

    def _on_unit_rule(self, _: Any) -> None:
        self._change(lambda: None)

    def _offer_channel(self) -> None:
        channel, revision = self._coloring[self.color_by]
        self._link.offer_channel(channel, revision)

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        """Log an exception and show it in the widget: in a notebook it would vanish unseen."""
        try:
            yield
        except Exception as error:
            _logger.exception("%s failed", what)
            self._link.offer_error(f"{type(error).__name__}: {error}")
