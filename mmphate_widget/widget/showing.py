"""What is shown: coordinates and their table, channels to color by, curves and bands of epochs."""

from typing import Any

import numpy as np
from jaxtyping import Float32, Float64

from mmphate_widget._dataframe import make_dataframe
from mmphate_widget._validation import (
    check_choice,
    check_name,
)
from mmphate_widget.channels import (
    Bands,
    Channel,
    Curve,
    check_bands,
    choose_limits,
    of_result,
)
from mmphate_widget.channels.bands import Band
from mmphate_widget.widget.coloring import ARRAY_CHANNEL
from mmphate_widget.widget.commands import check_alone, check_ids, one_of
from mmphate_widget.widget.curves import check_curve
from mmphate_widget.widget.labels import Labels
from mmphate_widget.widget.selecting import SelectingInstrument
from mmphate_widget.widget.table import TOLD, make_columns


class ShowingInstrument(SelectingInstrument):
    """An instrument whose numbers can be read and added to."""

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
        name: Any,
        values: Any = None,
        *,
        sample: int | None = None,
        kind: str | None = None,
        limits: tuple[float, float] | None = None,
        quantiles: tuple[float, float] | None = None,
        scale: str = "linear",
    ) -> None:
        """Add values to color by: an array of any shape below, or the activation of a sample.

        (E, T, H), (E, H), (E, T), (T, H), (H,), (E,), (T,), or (N,) by point id; the first that
        fits.

        Parameters
        ----------
        name : str, Channel or what has a ``channel()``
            Name in the list "Color by"; an existing one is replaced. A Channel, or the result of
            an analysis that has one, is all that is needed.
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
            If `name` is not as stated, `values` hold neither numbers nor strings, or not exactly
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
        name = of_result(name, "channel", name="name", trace=self.trace)
        if isinstance(name, Channel):
            given = {"values": values, "sample": sample, "kind": kind, "limits": limits}
            check_alone(given | {"quantiles": quantiles}, beside="a Channel")
            self._put_channel(self._coloring.check_fits(name))
            return
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
        if self._coloring[name][0].kind == "categorical":
            raise ValueError(
                f"`channel` must be one with numbers; got {name!r}, which has categories."
            )
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

    def add_curve(self, name: Any, values: Any = None, *, epochs: Any = None) -> None:
        """Draw a number for each epoch with the training curves; kept with the run.

        Parameters
        ----------
        name : str, Curve or what has a ``curve()``
            Name beside the curve; an existing one is replaced. A Curve, or the result of an
            analysis that has one, is all that is needed.
        values : array, shape (E,) or that of `epochs`
            Real numbers; NaN leaves a gap.
        epochs : sequence of int, optional
            0-based positions of the epochs that `values` belong to. Default: all.

        Raises
        ------
        TypeError
            If `name` is not as stated, or `values` or `epochs` do not hold numbers.
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
        name = of_result(name, "curve", name="name")
        if isinstance(name, Curve):
            check_alone({"values": values, "epochs": epochs}, beside="a Curve")
            values, name = name.values, name.name
        check_name(name, name="name")
        self._put_curve(name, check_curve(values, n_epochs=self.shape[0], epochs=epochs))

    @property
    def bands(self) -> dict[str, tuple[Band, ...]]:
        """What is shaded behind the training curves, by name: (first, last, name) triples."""
        with self._lock:
            return dict(self._bands)

    def add_bands(self, name: Any, bands: Any = None) -> None:
        """Shade stretches of epochs behind the training curves; kept with the run.

        Bands of several names lie in rows, one below the other.

        Parameters
        ----------
        name : str, Bands or what has ``bands()``
            What they are called together; existing ones are replaced. A Bands, or the result of
            an analysis that has one, is all that is needed.
        bands : sequence of (int, int, str)
            First and last epoch of each (0-based positions, both included) and its name,
            ascending and apart from each other. None of them takes the name away.

        Raises
        ------
        TypeError
            If `name` or `bands` are not as stated.
        ValueError
            If a name is empty, or bands overlap or lie outside the epochs.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.add_bands("phases", [(0, 1, "learning"), (2, 4, "compression")])
        >>> w.bands["phases"][1]
        (2, 4, 'compression')
        """
        name = of_result(name, "bands", name="name")
        if isinstance(name, Bands):
            check_alone({"bands": bands}, beside="a Bands")
            bands, name = name.bands, name.name
        check_name(name, name="name")
        self._put_bands(name, check_bands(bands, n_epochs=self.shape[0]))

    def channel_to_color_by(self, value: Any) -> str:
        """Name of the channel for ``color_by``: an existing name, or "values" for an array."""
        value = of_result(value, "channel", name="color_by", trace=self.trace)
        if isinstance(value, str):
            return self._coloring.check(value)
        if isinstance(value, Channel):
            self.add_channel(value)
            return value.name
        if value is None:
            raise TypeError("`color_by` must be a name or an array; got None.")
        self.add_channel(ARRAY_CHANNEL, value)
        return ARRAY_CHANNEL
