"""The instrument: an embedding on screen, played over epochs, with a lasso that answers in numpy.

The widget holds coordinates, traits and the selection's history. The page resolves a lasso and
says which points it took; here it becomes a step of the history, is announced, and goes back to
every page as the authoritative state. Handlers of messages may run on another thread than the
user's cell, so everything that changes is changed under one lock.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import traitlets
from jaxtyping import Bool, Float, Float64

from mmphate_widget._types import PathLike
from mmphate_widget._validation import check_finite, check_real_array
from mmphate_widget.channels import Channel, available_channels, build_channel, user_channel
from mmphate_widget.selection import Selection, count
from mmphate_widget.trace import Trace
from mmphate_widget.widget.bundle import read_bundle
from mmphate_widget.widget.commands import check_ids, check_mask, check_units, one_of
from mmphate_widget.widget.describe import data_hash, describe_channel, make_meta
from mmphate_widget.widget.history import History, State
from mmphate_widget.widget.lasso import visible_mask
from mmphate_widget.widget.link import Link
from mmphate_widget.widget.operations import apply_hits, record_window, replay, stamp
from mmphate_widget.widget.projection import View, fit_view, project
from mmphate_widget.widget.protocol import (
    Ack,
    CommandOperation,
    Hello,
    PolygonOperation,
    decode,
    wire_positions,
)
from mmphate_widget.widget.traits import InstrumentTraits

_logger = logging.getLogger(__name__)

SelectionCallback = Callable[[Selection], object]
# Without labels or layers to tell apart, points are colored along the sequence.
DEFAULT_CHANNELS = ("label", "layer", "step")


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
        Y: Float[np.ndarray, "epoch step unit component"],
        *,
        trace: Trace | None = None,
        color_by: Any = None,
        show: str = "epoch",
        height: int = 480,
    ) -> None:
        self._positions = wire_positions(_check_embedding(Y, trace))
        self._positions_hash = data_hash(self._positions)
        self.trace = trace
        self._lock = threading.RLock()
        self._callbacks: list[SelectionCallback] = []
        self._channels: dict[str, tuple[Channel, int]] = {}
        shape = self._positions.shape[:3]
        self._history = History(shape)
        self._generation = uuid.uuid4().hex
        meta = make_meta(self._positions, trace, generation=self._generation)
        for name in available_channels(trace, shape=shape):
            channel = build_channel(name, trace=trace, shape=shape)
            self._channels[name] = (channel, 0)
        meta["channels"] = self._describe_channels()
        super().__init__(
            _esm=read_bundle(),
            _meta=meta,
            view=fit_view(meta["center"], meta["radius"]).to_dict(),
            show=show,
            height=height,
            color_by=_first_of(DEFAULT_CHANNELS, self._channels) if color_by is None else color_by,
        )
        self._announce_selection()
        self._link = Link(self.send, self._positions, generation=self._generation)
        self.on_msg(self._on_message)
        self.observe(self._on_color_by, "color_by")
        self.observe(self._on_unit_rule, "unit_rule")
        self._link.offer_frames(range(shape[0]))
        self._offer_channel()

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
            operation = {"op": "points", "ids": np.unique(ids).tolist()}
        return self._operate({**operation, "combine": combine})

    def clear_selection(self) -> Selection:
        """Select nothing. Returns the (empty) selection."""
        return self._push(State.empty(self.shape))

    def invert_selection(self) -> Selection:
        """Select what is visible now and not selected. Returns the selection."""
        window = record_window(self.window, View.from_dict(self.view))
        return self._operate({"op": "invert", **window})

    def undo(self) -> Selection:
        """Step back in the selection's history; nothing happens at its beginning."""
        return self._move(-1)

    def redo(self) -> Selection:
        """Take back an undo; nothing happens where there is none."""
        return self._move(1)

    def reselect(self, record: Sequence[dict[str, Any]]) -> Selection:
        """Repeat a recorded selection (``Selection.record``), without a browser.

        Raises
        ------
        TypeError, ValueError
            If the record was made on other coordinates, or is not one.
        """
        return self._push(replay(record, self._positions, data_hash=self._positions_hash))

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
        return tuple(self._channels)

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
        channel = user_channel(name, values, shape=self.shape, kind=kind)
        with self._lock:
            revision = self._channels[name][1] + 1 if name in self._channels else 0
            self._channels[name] = (channel, revision)
            self._meta = {**self._meta, "channels": self._describe_channels()}
            if self.color_by == name:
                self._offer_channel()

    @traitlets.validate("color_by")
    def _check_color_by(self, proposal: Any) -> str:
        value = proposal["value"]
        if not isinstance(value, str):
            self.add_channel("values", value)
            return "values"
        if value not in self._channels:
            raise ValueError(
                f"`color_by` must be an array or one of {', '.join(map(repr, self._channels))}; "
                f"got {value!r}."
            )
        return value

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
            channel=self._channels[self.color_by][0],
            selected=self.selection.mask,
            scale=scale,
            dark=dark,
        )
        path = Path(path)
        picture.save(path, format="PNG")
        return path

    def close(self) -> None:
        """End the stream and close the widget's comm; what Python holds stays."""
        # A widget whose arguments were refused is closed, too, when it is collected.
        if hasattr(self, "_link"):
            self._link.stream.close()
        super().close()

    # -- changes of the selection ------------------------------------------------------------

    def _operate(self, operation: dict[str, Any]) -> Selection:
        """Apply one operation to the current state, as repeating its record would."""
        operation = stamp(operation, data_hash=self._positions_hash)
        with self._lock:
            state = replay(
                [operation],
                self._positions,
                data_hash=self._positions_hash,
                start=self._history.state,
            )
            return self._push(state)

    def _push(self, state: State, *, done: str | None = None) -> Selection:
        with self._lock:
            self._history.push(state)
            return self._selection_changed(done)

    def _move(self, steps: Literal[-1, 1], *, done: str | None = None) -> Selection:
        with self._lock:
            self._history.move(steps)
            return self._selection_changed(done)

    def _selection_changed(self, done: str | None = None) -> Selection:
        changed = self._announce_selection()
        self._link.offer_selection(self._history, self.selected_units.tolist(), done)
        selection = self._selection
        if changed:
            for callback in tuple(self._callbacks):
                with self._reported(f"the callback {callback!r}"):
                    callback(selection)
        return selection

    def _announce_selection(self) -> bool:
        """Refresh selection and traits from the history; whether points or units changed."""
        state = self._history.state
        self._selection = Selection(
            mask=state.mask,
            offered=state.offered,
            unit_rule=self.unit_rule,
            layer_names=tuple(self.trace.layers) if self.trace is not None else (),
            record=list(state.record),
        )
        changed = False
        for name, values in (
            ("selected_points", self._selection.points),
            ("selected_units", self._selection.promoted_units),
        ):
            if not np.array_equal(getattr(self, name), values):
                changed = True
                self.set_trait(name, values)
        return changed

    # -- the page speaks ---------------------------------------------------------------------

    def _on_message(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        with self._reported("a message from the page"), self._lock:
            message = decode(content, buffers, shape=self.shape)
            match message:
                case Ack():
                    self._link.stream.acknowledge(message.seq)
                case Hello():
                    self._welcome(message)
                case PolygonOperation():
                    self._take_polygon(message)
                case CommandOperation():
                    self._take_command(message)

    def _welcome(self, hello: Hello) -> None:
        for epochs in self._link.missing_epochs(hello):
            self._link.offer_frames(epochs, current=self.window.whole_epoch)
        channel, revision = self._channels[self.color_by]
        if self._link.lacks_channel(hello, channel.name, revision):
            self._link.offer_channel(channel, revision)
        if hello.selection != self._history.revision:
            self._link.offer_selection(self._history, self.selected_units.tolist())

    def _take_polygon(self, message: PolygonOperation) -> None:
        operation = stamp(message.record, data_hash=self._positions_hash)
        state = apply_hits(self._history.state, operation, message.hits, self._positions)
        self._push(state, done=message.id)

    def _take_command(self, message: CommandOperation) -> None:
        match message.name:
            case "undo":
                self._move(-1, done=message.id)
            case "redo":
                self._move(1, done=message.id)
            case "clear":
                self._push(State.empty(self.shape), done=message.id)
            case "invert":
                window = record_window(self.window, View.from_dict(self.view))
                operation = stamp({"op": "invert", **window}, data_hash=self._positions_hash)
                visible = self.visible
                self._push(self._history.state.inverted(visible, operation), done=message.id)

    # -- the page hears ----------------------------------------------------------------------

    def _on_color_by(self, _: Any) -> None:
        with self._lock:
            self._offer_channel()

    def _on_unit_rule(self, _: Any) -> None:
        with self._lock:
            self._selection_changed()

    def _offer_channel(self) -> None:
        channel, revision = self._channels[self.color_by]
        self._link.offer_channel(channel, revision)

    def _describe_channels(self) -> list[dict[str, Any]]:
        return [
            describe_channel(channel, revision=revision)
            for channel, revision in self._channels.values()
        ]

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        """Log an exception and show it in the widget: in a notebook it would vanish unseen."""
        try:
            yield
        except Exception as error:
            _logger.exception("%s failed", what)
            self._link.offer_error(f"{type(error).__name__}: {error}")


def _check_embedding(Y: Any, trace: Trace | None) -> np.ndarray:
    array = check_real_array(Y, name="Y")
    if array.ndim != 4 or array.shape[3] not in (2, 3):
        raise ValueError(
            f"`Y` must have shape (epochs, steps, units, 2 or 3); got shape {array.shape}."
        )
    if trace is not None and array.shape[:3] != trace.shape[:3]:
        raise ValueError(
            f"`Y` must match the trace's (epochs, steps, units) {trace.shape[:3]}; "
            f"got {array.shape[:3]}."
        )
    check_finite(array, name="Y", axes=("epoch", "step", "unit", "component"))
    return array


def _first_of(wanted: Iterable[str], available: Iterable[str]) -> str:
    names = set(available)
    return next(name for name in wanted if name in names)
