"""Communities of units that respond alike, epoch by epoch, and how sure they are.

Leiden's algorithm looks for the partition of the unit graph of an epoch (see ``unit_graph``) with
the largest modularity, at several resolutions, of which the likeliest is taken
(``community_choice``); numbers last from epoch to epoch (``community_matching``). It finds a
partition of pure noise, too, so each epoch says how often noise alone does as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64
from sklearn.metrics import adjusted_rand_score

from mmphate_widget._dataframe import make_table
from mmphate_widget._parallel import map_items
from mmphate_widget._settings import count_threads
from mmphate_widget._types import AnyArray, Generator
from mmphate_widget._validation import check_choice, check_int, check_random_state, check_real
from mmphate_widget._words import count
from mmphate_widget.analysis._leiden import leiden
from mmphate_widget.analysis.community_choice import (
    correlations,
    effective_count,
    likeliest,
)
from mmphate_widget.analysis.community_joining import join_communities
from mmphate_widget.analysis.community_matching import (
    NONE,
    CommunityEvent,
    find_events,
    match_communities,
)
from mmphate_widget.analysis.patterns import check_patterns
from mmphate_widget.analysis.result import AxisLabels
from mmphate_widget.analysis.unit_graph import EpochPatterns, modularity
from mmphate_widget.channels import Channel, Curve
from mmphate_widget.trace import as_trace

# What an epoch chooses from: modularity as it was defined, and what finds many groups. A larger one
# breaks up groups whose units read one signal in more than one way: the likelihood likes that.
RESOLUTIONS = (1.0, 1.25)
# At which modularity is told where each epoch has its own: as it was defined.
REFERENCE = 1.0
AUTO = "auto"
# What a seed of Leiden is below.
SEEDS = 2**32


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Communities:
    """The community of each unit at each epoch, with measures of each epoch.

    Attributes
    ----------
    values : int64 ndarray, shape (E, H)
        Number of the unit's community, the same from epoch to epoch; -1 for a unit that is
        constant at all steps of the epoch and so responds like no other.
    modularity : float64 ndarray, shape (E,)
        Modularity of the partition, at the resolution that was asked for; at 1 with "auto".
    chance : float64 ndarray, shape (E,)
        Mean modularity of partitions that are found where units have nothing in common.
    pvalues : float64 ndarray, shape (E,)
        How often one of those is as large, itself counted in: small where there is structure. Not
        corrected for the number of epochs. NaN without permutations.
    stability : float64 ndarray, shape (E,)
        Mean adjusted Rand index between partitions that other seeds find; NaN for one seed.
    persistence : float64 ndarray, shape (E,)
        Adjusted Rand index with the partition of the epoch before; NaN in the first.
    events : tuple of CommunityEvent
        Merges and splits, by epoch. In epochs without structure there are many; they mean nothing.
    resolution : float or "auto"
        As it was asked for.
    resolutions : float64 ndarray, shape (E,)
        At which each epoch's partition was found.
    labels : AxisLabels
        What epochs and units are called.
    """

    values: Int64[np.ndarray, "epoch unit"]
    modularity: Float64[np.ndarray, " epoch"]
    chance: Float64[np.ndarray, " epoch"]
    pvalues: Float64[np.ndarray, " epoch"]
    stability: Float64[np.ndarray, " epoch"]
    persistence: Float64[np.ndarray, " epoch"]
    events: tuple[CommunityEvent, ...]
    resolution: float | str
    resolutions: Float64[np.ndarray, " epoch"]
    labels: AxisLabels

    def __post_init__(self) -> None:
        measures = ("modularity", "chance", "pvalues", "stability", "persistence", "resolutions")
        for name in ("values", *measures):
            getattr(self, name).flags.writeable = False

    def __repr__(self) -> str:
        n_epochs, n_units = self.values.shape
        fewest, most = self.n_communities.min(), self.n_communities.max()
        found = f"{most}" if fewest == most else f"{fewest} to {most}"
        return (
            f"<Communities: {count(n_epochs, 'epoch')} × {count(n_units, 'unit')}, "
            f"{found} at an epoch>"
        )

    @property
    def n_communities(self) -> Int64[np.ndarray, " epoch"]:
        """How many communities there are at each epoch."""
        return np.array([len(set(row[row != NONE].tolist())) for row in self.values], np.int64)

    def to_dataframe(self) -> Any:
        """A row for each epoch and unit.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch`, `unit`, `community` (int64), then `epoch_label`, `unit_name` and,
            where units have one, `layer`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        epoch, unit = np.indices(self.values.shape).reshape(2, -1)
        columns: dict[str, AnyArray] = {
            "epoch": epoch.astype(np.int64),
            "unit": unit.astype(np.int64),
            "community": self.values.ravel(),
            "epoch_label": self.labels.epochs[epoch],
            "unit_name": np.array(self.labels.units, dtype=object)[unit],
        }
        if any(layer is not None for layer in self.labels.layers):
            columns["layer"] = np.array(self.labels.layers, dtype=object)[unit]
        return make_table(columns)

    def epochs_table(self) -> Any:
        """A row for each epoch: its number of communities and the measures.

        Returns
        -------
        pandas.DataFrame
            Columns `epoch`, `epoch_label`, `communities`, `modularity`, `chance`, `pvalue`,
            `stability`, `persistence`.
        """
        return make_table(
            {
                "epoch": np.arange(len(self.values)),
                "epoch_label": self.labels.epochs,
                "communities": self.n_communities,
                "modularity": self.modularity,
                "chance": self.chance,
                "pvalue": self.pvalues,
                "stability": self.stability,
                "persistence": self.persistence,
            }
        )

    def lifetimes_table(self) -> Any:
        """A row for each community: when it was there and how large.

        Returns
        -------
        pandas.DataFrame
            Columns `community`, `first_epoch`, `last_epoch` (positions), `n_epochs` (at how many
            it was there, which are fewer where it was gone in between) and `mean_units`.
        """
        numbers = np.unique(self.values[self.values != NONE])
        sizes = (self.values[:, :, None] == numbers).sum(axis=1)
        present = sizes > 0
        return make_table(
            {
                "community": numbers,
                "first_epoch": present.argmax(axis=0),
                "last_epoch": len(present) - 1 - present[::-1].argmax(axis=0),
                "n_epochs": present.sum(axis=0),
                "mean_units": sizes.sum(axis=0) / np.maximum(present.sum(axis=0), 1),
            }
        )

    def events_table(self) -> Any:
        """A row for each merge or split: columns `epoch`, `kind`, `before`, `after`."""
        columns = ("epoch", "kind", "before", "after")
        return make_table(
            {name: [getattr(event, name) for event in self.events] for name in columns}
        )

    def channel(self) -> Channel:
        """The channel "community" to color points by: ``w.color_by = result.channel()``."""
        codes = np.where(self.values == NONE, np.nan, self.values).astype(np.float32)
        count = max(int(self.values.max()) + 1, 1)
        names = tuple(map(str, range(count)))
        limits = (0.0, float(count - 1))
        return Channel("community", codes, ("epoch", "unit"), "categorical", names, limits)

    def curve(self, measure: str = "communities") -> Curve:
        """A measure of each epoch: ``w.add_curve(result.curve("modularity"))``.

        Parameters
        ----------
        measure : {"communities", "modularity", "chance", "pvalue", "stability", "persistence"}
            The number of communities, or an attribute.
        """
        measures = {
            "communities": self.n_communities.astype(np.float64),
            "modularity": self.modularity,
            "chance": self.chance,
            "pvalue": self.pvalues,
            "stability": self.stability,
            "persistence": self.persistence,
        }
        check_choice(measure, name="measure", choices=measures)
        name = measure if measure == "communities" else f"{measure} of communities"
        return Curve(name, measures[measure])

    def plot(self, ax: Any = None) -> Any:
        """Draw the community of each unit (rows) over the epochs.

        Units stand in the order of their community at the last epoch.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed (extra "plot").
        """
        from mmphate_widget.analysis.communities_drawing import draw_communities

        return draw_communities(self, ax)


def communities(
    trace: Any,
    *,
    resolution: float | str = AUTO,
    n_seeds: int = 5,
    n_permutations: int = 19,
    random_state: int | Generator | None = None,
    n_jobs: int | None = None,
) -> Communities:
    """Groups of units that respond alike to the probe, at each epoch.

    Parameters
    ----------
    trace : Trace, or array-like of shape (n_epochs, n_steps, n_units, n_samples)
        Activations; at least 2 samples. At a step only the samples that reach it take part.
    resolution : float or "auto", default="auto"
        Larger values give more and smaller communities; must be above 0. No value fits all: where
        there are many groups 1, as modularity was defined, joins some of them, and where there are
        few, 1.25 breaks them up. "auto": each epoch has the one of the two whose partition explains
        its activations best (see Notes), which takes about twice the time.
    n_seeds : int, default=5
        Attempts of Leiden from different seeds. The most modular partition is taken; with "auto"
        only where none that was offered is likelier.
    n_permutations : int, default=19
        Graphs without structure that each epoch is compared with; the smallest p-value is
        1 / (n_permutations + 1). 0 leaves the comparison out, and nearly all of the time it takes.
    random_state : int, numpy Generator or None, default=None
        Equal integers give equal results.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it. None: up to 8; -1: one a core.

    Returns
    -------
    Communities

    Raises
    ------
    ModuleNotFoundError
        If graspologic-native is not installed (extra "analysis").
    TypeError, ValueError
        If an argument is not as stated, or a slice has fewer than 2 samples.

    Notes
    -----
    The unit graph of an epoch is the kernel between the units of a slice, averaged over the steps.
    With "auto" the graph of positive correlations over all steps, which sees large groups better,
    offers partitions, too. In each, communities are joined while the whole explains decisively more
    than its parts, which undoes that modularity cuts up a community of most of the units; two are
    never joined into one. Of all the one is taken with the largest likelihood under a model of one
    signal for each community, less what its labels cost (*ours*, made of Giada and Marsili's
    likelihood and the integrated one of Biernacki, Celeux and Govaert).

    Groups are found up to moderate noise: as large, within a slice, as the signal that their
    members share (standard deviations over samples). There the adjusted Rand index with planted
    groups is 0.98 to 1.00, also where one of them holds most units (100 beside 5, or 25 beside two
    of 5); for 3, 5 and 6 groups on both sides of a bifurcation, with a signal of 0.3 to 1.2 times
    the noise, it is 0.94, 0.95 and 0.95 on average over all epochs (26 runs each). What is lost is
    lost before the bifurcation, where the signal is below 0.6 of the noise: 0.86, 0.90 and 0.89 are
    found there, and by k-means of the leading eigenvectors, told how many groups there are, 0.89,
    0.94 and 0.95.

    References
    ----------
    V. Traag, L. Waltman, N. J. van Eck. From Louvain to Leiden: guaranteeing well-connected
    communities. https://doi.org/10.1038/s41598-019-41695-z
    L. Giada, M. Marsili. Data clustering and noise undressing of correlation matrices.
    https://doi.org/10.1103/PhysRevE.63.061101
    C. Biernacki, G. Celeux, G. Govaert. Assessing a mixture model for clustering with the
    integrated completed likelihood. https://doi.org/10.1109/34.865189

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> rng = np.random.default_rng(0)
    >>> groups = np.repeat([0, 1, 2], 5)
    >>> values = rng.normal(size=(2, 6, 3, 20))[:, :, groups]
    >>> values += 0.5 * rng.normal(size=(2, 6, 15, 20))
    >>> found = mm.analysis.communities(values, random_state=0)
    >>> found.values[1].tolist()
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    >>> found.pvalues
    array([0.05, 0.05])
    """
    trace = as_trace(trace)
    gamma = _check_resolution(resolution)
    check_int(n_seeds, name="n_seeds", minimum=1)
    check_int(n_permutations, name="n_permutations", minimum=0)
    check_patterns(trace)
    generators = check_random_state(random_state).spawn(trace.n_epochs)
    measured = map_items(
        lambda epoch: _measure(
            EpochPatterns.of(trace.values[epoch], trace.lengths),
            resolution=gamma,
            n_seeds=n_seeds,
            n_permutations=n_permutations,
            rng=generators[epoch],
        ),
        range(trace.n_epochs),
        n_jobs=count_threads(n_jobs),
    )
    numbers = match_communities(np.stack([epoch.codes for epoch in measured]))
    return Communities(
        values=numbers,
        modularity=np.array([epoch.modularity for epoch in measured]),
        chance=np.array([epoch.chance for epoch in measured]),
        pvalues=np.array([epoch.pvalue for epoch in measured]),
        stability=np.array([epoch.stability for epoch in measured]),
        persistence=_persistence(numbers),
        events=find_events(numbers),
        resolution=AUTO if gamma is None else gamma,
        resolutions=np.array([epoch.resolution for epoch in measured]),
        labels=AxisLabels.of(trace),
    )


@dataclass(frozen=True, slots=True)
class _Epoch:
    codes: Int64[np.ndarray, " unit"]
    modularity: float
    chance: float
    pvalue: float
    stability: float
    resolution: float


@dataclass(frozen=True, slots=True)
class _Found:
    """A partition, the graph and resolution that it was found in, and what was done to it then."""

    codes: Int64[np.ndarray, " unit"]
    graph: AnyArray
    resolution: float
    joined: Callable[[AnyArray], AnyArray]


def _measure(
    patterns: EpochPatterns,
    *,
    resolution: float | None,
    n_seeds: int,
    n_permutations: int,
    rng: Generator,
) -> _Epoch:
    """The partition of one epoch; the null goes through all that it went through."""

    def partition(graph: AnyArray, gamma: float, trials: int) -> AnyArray:
        seed = int(rng.integers(SEEDS))
        return leiden(graph, resolution=gamma, seed=seed, trials=trials)

    def choose(patterns: EpochPatterns, graph: AnyArray) -> _Found:
        correlation = correlations(patterns)
        graphs = (graph, np.maximum(correlation, 0) * (1 - np.eye(len(graph))))
        offers = [(each, at) for each in graphs for at in RESOLUTIONS]
        partitions = [partition(each, at, 1) for each, at in offers]
        count = effective_count(patterns, partitions[len(RESOLUTIONS) - 1])
        active = np.asarray(patterns.active.any(axis=0))

        def joined(codes: AnyArray) -> AnyArray:
            return join_communities(correlation, codes, active, count=count)

        def best() -> int:
            return likeliest(correlation, partitions, active, count=count)

        partitions = [joined(codes) for codes in partitions]
        offers.append(offers[best()])
        # The most modular of more attempts may be less likely than what they began with.
        partitions.append(joined(partition(*offers[-1], n_seeds)))
        return _Found(partitions[best()], *offers[best()], joined)

    def find(patterns: EpochPatterns) -> tuple[_Found, float]:
        graph = patterns.graph()
        if resolution is None:
            found, told = choose(patterns, graph), REFERENCE
        else:
            codes, told = partition(graph, resolution, n_seeds), resolution
            found = _Found(codes, graph, resolution, lambda codes: codes)
        return found, modularity(graph, found.codes, resolution=told)

    best, found = find(patterns)
    others = [
        best.joined(partition(best.graph, best.resolution, 1))
        for _ in range(n_seeds if n_seeds > 1 else 0)
    ]
    null = np.array([find(patterns.shuffled(rng))[1] for _ in range(n_permutations)])
    # Two sums of the same numbers in another order differ by rounding.
    as_large = int((null >= found - 1e-12).sum())
    active = patterns.active.any(axis=0)
    return _Epoch(
        codes=np.where(active, best.codes, NONE),
        modularity=found,
        chance=float(null.mean()) if n_permutations else np.nan,
        pvalue=(1 + as_large) / (1 + n_permutations) if n_permutations else np.nan,
        stability=_agreement([other[active] for other in others]),
        resolution=best.resolution,
    )


def _check_resolution(resolution: Any) -> float | None:
    """``resolution`` as float, None for "auto"."""
    if isinstance(resolution, str):
        if resolution != AUTO:
            raise ValueError(f"`resolution` must be 'auto' or a number; got {resolution!r}.")
        return None
    return check_real(resolution, name="resolution", minimum=np.finfo(float).tiny)


def _agreement(partitions: list[AnyArray]) -> float:
    if len(partitions) < 2:
        return float("nan")
    return float(np.mean([adjusted_rand_score(*pair) for pair in combinations(partitions, 2)]))


def _persistence(numbers: Int64[np.ndarray, "epoch unit"]) -> Float64[np.ndarray, " epoch"]:
    """Of the units that have a community at both epochs."""
    persistence = np.full(len(numbers), np.nan)
    for epoch in range(1, len(numbers)):
        both = (numbers[epoch - 1] != NONE) & (numbers[epoch] != NONE)
        if both.any():
            persistence[epoch] = adjusted_rand_score(*numbers[epoch - 1 : epoch + 1, both])
    return persistence
