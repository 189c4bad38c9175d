"""The MM-PHATE estimator: a thin shell, in scikit-learn's manners, around the stages.

Parameters are stored as given, checked in ``fit``, and everything found is set in one step at the
very end, so that an interrupted fit leaves the estimator as it was.
"""

import warnings
from collections.abc import Callable
from numbers import Integral
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._background import run_in_background, wait_for_left
from mmphate_widget._blocks import Activations
from mmphate_widget._estimator import Estimator
from mmphate_widget._forecast import stage_seconds
from mmphate_widget._hashing import array_hash
from mmphate_widget._pipeline import Fit, run
from mmphate_widget._placing import Placement, place_trace
from mmphate_widget._progress import progress_bar
from mmphate_widget._reference import run_reference
from mmphate_widget._refusal import check_memory
from mmphate_widget._settings import (
    Settings,
    check_availability,
    check_time,
    count_threads,
    draw_seeds,
)
from mmphate_widget._stages import StageCache, spectrum_key
from mmphate_widget._torch_operations import has_cuda, torch_operations
from mmphate_widget._types import AnyArray, Generator
from mmphate_widget._validation import check_bool, check_choice, check_int, check_real
from mmphate_widget.embedding import MDS_SOLVERS
from mmphate_widget.kernel.inter import REACH
from mmphate_widget.kernel.multiway import check_values, clamp_neighbors

# Sizes of components named in the warning about a disconnected graph.
SIZES_SHOWN = 5


class MMPHATE(Estimator):
    """Multiway Multislice PHATE: embed every hidden unit at every epoch and time step.

    Each (epoch, step, unit) is a point, described by its activations over the probe samples.
    Units of the same slice (epoch, step) are connected where they respond alike, and each
    unit is connected to itself at other epochs and steps where it acts alike. Diffusion on
    that graph gives distances, which metric MDS lays out in 2 or 3 dimensions.

    Parameters
    ----------
    n_components : {2, 3}, default 3
        Dimensions of the embedding.
    intraslice_knn : int, default 2
        Nearest other unit whose distance is a unit's bandwidth inside a slice.
    interslice_knn : int, default 25
        Nearest other slice whose median distance makes the bandwidth between slices.
    decay : float, default 5
        Exponent of the intra-step kernel.
    t : int or "auto", default "auto"
        Power of the diffusion operator; "auto" is the knee of the von Neumann entropy.
    gamma : float, default 0
        Informational distance, -1 … 1: 0 is the square-root, 1 the log potential.
    n_landmark : int, default 2000
        Upper bound on landmarks; with no more points than this, all points diffuse.
    n_pca : int, default 100
        Principal components kept where there are more samples than this. The kernel in use then
        differs a little from ``multiway_kernel``, which has no such step; with ``n_pca`` at
        least the number of samples they are the same.
    normalize : bool, default True
        Z-score each point over its samples. Without it values must lie within ±1e100, and
        points less than ``1e-7 * sqrt(samples)`` apart count as equal: scale small values up.
    mds_solver : {"auto", "sgd", "smacof", "classical"}, default "auto"
        "sgd" is stochastic descent settled by SMACOF, which finds lower stress sooner than
        "smacof" alone; "classical" is the linear solution. "auto" is "sgd" up to 10,000
        landmarks, else "classical".
    refine : bool, default False
        Move every point a little to where its nearest other slices, and the nearest other units
        of its slice, are. On the paper's suite that keeps about twice as many of the 10 nearest
        slices; points that the faithful embedding folds on one another are spread, and the course
        of training stays (no point moves further than a fifth of the layout's root mean square
        radius).
        Leave it off where coordinates themselves are data: small distances and densities no
        longer are those of the diffusion, ``stress_`` and ``landmark_embedding_`` stay those
        of the faithful embedding, where ``transform`` places new slices, and where points
        differ by noise alone the nearest that are kept are noise. Not with ``engine="phate"``.
    random_state : int, numpy Generator or RandomState, or None, default None
        Seed of clustering, sampling and PCA. The same seed and ``n_jobs`` give the same bits.
    engine : {"auto", "numpy", "torch", "phate"}, default "auto"
        Compute engine. "torch" does the same on a CUDA device (on torch's CPU without one), equal
        up to rounding; it needs the extra "torch". "auto" is
        "torch" where there is a CUDA device, else "numpy". "phate" is the reference path: the whole
        kernel through graphtools' landmarks and phate 2.0, for comparison; it needs the extra
        "phate" and memory for every entry of the kernel. There "auto" for ``t`` is the reference's
        own choice (singular values), "auto" for ``mds_solver`` is phate's "sgd", and the scale that
        phate loses is given back by least squares.
    n_jobs : int or None, default None
        Threads; None is as many as help, at most 4 and at most the cores; -1 is all cores.
    verbose : bool, default False
        Show a progress bar on stderr: the stage, and an estimate of the seconds still to go.

    Attributes
    ----------
    embedding_ : ndarray of float64, shape (epoch, step, unit, n_components)
        Coordinates in units of potential distance, centered, on principal axes.
    t_ : int
        Power used.
    stress_ : float
        Normalized stress of the MDS, 0 (perfect) … 1.
    bandwidth_, bandwidth_error_ : float
        Inter-step bandwidth, and its relative standard error (0.0 where it is exact, up to
        20,000 points).
    n_connected_components_ : int
        Connected components of the kernel's graph over points (exact).
    landmark_labels_ : ndarray of int64, shape (point,), or None
        Landmark of each point; None without landmarks.
    landmark_operator_ : ndarray of float64, shape (landmark, landmark), or None
        Row-stochastic diffusion operator between landmarks.
    landmark_embedding_ : ndarray of float64, shape (landmark, n_components)
        Coordinates of landmarks, or of all points where there are none.
    eigenvalues_ : ndarray of float64, shape (landmark,)
        Spectrum of the diffusion operator, descending by size.
    timings_ : dict of str to float
        Seconds of each stage that ran, in their order; see Notes for those that need not.

    Notes
    -----
    With an integer ``random_state`` a fit keeps what its stages found, and the next fit of the
    same values begins where its parameters differ, to the same bits as from the start: another
    ``t`` or ``gamma`` at the stage "potential", another ``n_components``, ``mds_solver`` or
    ``refine`` at "embedding". With None or a generator every fit draws anew, from the first stage
    on, and nothing is kept; nor with engine "phate". Five matrices between landmarks and the
    transitions of all points are held for it. They are neither pickled nor copied, and given up
    before other values are fitted.

    A point lies at the mean of the landmarks, weighted by its kernel entries to their points and
    by five more, the diagonal of the kernel being 1, for its own landmark (ours; without it, points
    that hardly any slice of their unit is near lie halfway to those of the slice's other units).

    For ``transform`` the standardized points are kept, in single precision where that suffices:
    4 bytes for each point and sample (or principal component).

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv 2406.01969; Gigante et al., Visualizing the
    PHATE of neural networks, arXiv 1908.02831; Moon et al., doi 10.1038/s41587-019-0336-3.

    Examples
    --------
    >>> import numpy as np
    >>> walk = np.random.default_rng(0).normal(size=(6, 5, 4, 8)).cumsum(axis=0)
    >>> MMPHATE(random_state=0).fit_transform(walk).shape
    (6, 5, 4, 3)
    """

    embedding_: Float[np.ndarray, "epoch step unit component"]
    t_: int
    stress_: float
    bandwidth_: float
    bandwidth_error_: float
    n_connected_components_: int
    landmark_labels_: Int[np.ndarray, " point"] | None
    landmark_operator_: Float[np.ndarray, "landmark landmark"] | None
    landmark_embedding_: Float[np.ndarray, "landmark component"]
    eigenvalues_: Float[np.ndarray, " landmark"]
    timings_: dict[str, float]

    _fitted_to: tuple[str, str, str]
    _placement: Placement
    # Only where a fit kept its stages; neither pickled nor copied.
    _stages: StageCache

    def __init__(
        self,
        n_components: int = 3,
        *,
        intraslice_knn: int = 2,
        interslice_knn: int = 25,
        decay: float = 5,
        t: int | Literal["auto"] = "auto",
        gamma: float = 0,
        n_landmark: int = 2000,
        n_pca: int = 100,
        normalize: bool = True,
        mds_solver: str = "auto",
        refine: bool = False,
        random_state: int | Generator | np.random.RandomState | None = None,
        engine: str = "auto",
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.n_components = n_components
        self.intraslice_knn = intraslice_knn
        self.interslice_knn = interslice_knn
        self.decay = decay
        self.t = t
        self.gamma = gamma
        self.n_landmark = n_landmark
        self.n_pca = n_pca
        self.normalize = normalize
        self.mds_solver = mds_solver
        self.refine = refine
        self.random_state = random_state
        self.engine = engine
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: Any, y: None = None) -> "MMPHATE":
        """Embed ``X``.

        Parameters
        ----------
        X : Trace, array_like or Zarr array, shape (epoch, step, unit, sample)
            Finite activations, at least 2 samples. A Zarr array or a memory map is read in
            slices and never copied as a whole. A Trace may hold sequences of unequal length:
            slices are compared over the samples that are valid in both, without PCA.
        y : None
            Ignored; there for scikit-learn's pipelines.

        Returns
        -------
        MMPHATE
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If ``X`` or a parameter is not as described; the message names it.
        NotImplementedError
            If an option is asked for that this version does not have.
        MemoryError
            If the estimated peak is more than the memory that is free (which is known on Linux);
            the message says what would fit.
        ModuleNotFoundError
            With ``engine="phate"``: if phate is not installed.

        Warns
        -----
        UserWarning
            If the graph is disconnected, or a neighbor count is clamped.

        Notes
        -----
        KeyboardInterrupt (Ctrl-C, or the stop button of a notebook) is raised within a second and
        leaves the estimator as it was; with ``engine="phate"`` it may have to wait for a step.
        """
        self._fit(X)
        return self

    def fit_transform(
        self, X: Any, y: None = None
    ) -> Float[np.ndarray, "epoch step unit component"]:
        """Embed ``X`` and return a copy of ``embedding_``; see ``fit``."""
        self._fit(X)
        return np.array(self.embedding_)

    def transform(self, X: Any) -> Float[np.ndarray, "epoch step unit component"]:
        """Place new slices of the fitted units on the fitted embedding.

        A new point goes to the mean of the fitted points of its own unit (of their landmarks,
        where there are landmarks), weighted by the inter-step kernel ``exp(-(d / bandwidth_)²)``
        without what is below 1e-4. Nothing is fitted again, and the slices placed together do
        not influence one another.

        Parameters
        ----------
        X : Trace or array_like, shape (epoch, step, unit, sample)
            Finite activations of the units and probe samples of the fit, in its order, at any
            epochs and steps.

        Returns
        -------
        ndarray of float64, shape (epoch, step, unit, n_components)
            Coordinates on the axes of ``embedding_``. The same bits for any ``n_jobs``.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        ValueError, TypeError
            If ``X`` is not as described, or has sequences of unequal length.
        NotImplementedError
            If the fit was to sequences of unequal length.

        Warns
        -----
        UserWarning
            If points are out of reach: further than 3.035 bandwidths from every fitted point of
            their unit. Each is put where the nearest fitted point of its unit lies.

        Notes
        -----
        The units of a new slice are not connected with each other, as they are in a fit, and a
        new point has no landmark of its own. So the fitted values themselves are not placed quite
        on ``embedding_``.

        Of two fits, one to every other epoch, the placed epochs differ by no more than the fitted
        ones do: there by 4.5 % of the diameter at the median with ``mds_solver="classical"``.
        Where the graph is in pieces, the other solvers find many layouts of equal stress, and
        3-D fits that differ in nothing but the seed differ by 7 to 28 %.
        """
        self._check_fitted("embedding_")
        values, lengths = check_values(X, name="X")
        wait_for_left()
        with progress_bar(self.verbose, {"placement": 1.0}) as progress:
            coordinates, n_lost = place_trace(
                np.asarray(values),
                lengths,
                self._placement,
                n_jobs=count_threads(self.n_jobs),
                progress=lambda fraction: progress("placement", fraction),
            )
        if n_lost:
            n_points = coordinates[..., 0].size
            warnings.warn(
                f"{n_lost} of the {n_points} points of `X` are out of reach of every fitted point "
                f"of their unit, further than {REACH:.3f} bandwidths: each is put where the "
                f"nearest of those lies. Fit slices that are more alike to them, or a larger "
                f"`interslice_knn`.",
                UserWarning,
                stacklevel=2,
            )
        return coordinates

    def __getstate__(self) -> dict[str, Any]:
        """All but the results of stages: what a file or a copy needs is far smaller."""
        state = dict(self.__dict__)
        state.pop("_stages", None)
        return state

    def is_fitted_to(self, X: Any) -> bool:
        """Whether ``embedding_`` is that of ``X`` with the parameters as they are now."""
        fitted_to = getattr(self, "_fitted_to", None)
        return fitted_to is not None and bool(
            fitted_to == self._fingerprint(*check_values(X, name="X"))
        )

    def _fingerprint(self, values: Activations, lengths: AnyArray | None) -> tuple[str, str, str]:
        """What an embedding depends on: the data, and all parameters but those of its making."""
        kept = {k: v for k, v in self.get_params().items() if k not in ("n_jobs", "verbose")}
        if kept["random_state"] is not None and not isinstance(kept["random_state"], Integral):
            # A generator prints its place in memory, which a copy does not share.
            kept["random_state"] = type(kept["random_state"]).__name__
        return array_hash(values), "" if lengths is None else array_hash(lengths), repr(kept)

    def _fit(self, X: Any) -> None:
        """Check, run, and only then store."""
        values, lengths = check_values(X, name="X")
        settings = self._settings(values)
        fingerprint = self._fingerprint(values, lengths)
        # Every fit with None or a generator draws anew, so that what was drawn is not for the next.
        is_kept = isinstance(self.random_state, int | np.integer) and settings.engine != "phate"
        if not is_kept:
            self.__dict__.pop("_stages", None)
        stages = getattr(self, "_stages", StageCache())
        kept = {"cache": stages, "data": fingerprint[:2]} if is_kept else {}
        # What will be let go of does not stand in the way of this fit.
        wait_for_left()
        stages.keep_only(spectrum_key(settings, fingerprint[:2]))
        check_memory(values, settings, lengths=lengths)
        with progress_bar(self.verbose, stage_seconds(values.shape, settings)) as progress:
            engine = ENGINES[settings.engine]
            if engine is run_reference:
                # Not in the background: it changes warning filters, which all threads share.
                found = engine(values, settings, progress, lengths=lengths)
            else:
                found = run_in_background(
                    lambda report: engine(values, settings, report, lengths=lengths, **kept),
                    progress,
                )
        self._store(found, fingerprint, stages)

    def _settings(self, values: Activations) -> Settings:
        """Parameters checked against ``values`` and resolved."""
        check_availability(self.engine, self.refine)
        check_bool(self.verbose, name="verbose")
        check_choice(self.n_components, name="n_components", choices=(2, 3))
        check_choice(self.mds_solver, name="mds_solver", choices=("auto", *MDS_SOLVERS))
        n_epochs, n_steps, n_units, _ = values.shape
        intraslice_knn, interslice_knn = clamp_neighbors(
            check_int(self.intraslice_knn, name="intraslice_knn", minimum=1),
            check_int(self.interslice_knn, name="interslice_knn", minimum=1),
            n_units=n_units,
            n_slices=n_epochs * n_steps,
            stacklevel=5,
        )
        return Settings(
            n_components=int(self.n_components),
            intraslice_knn=intraslice_knn,
            interslice_knn=interslice_knn,
            decay=check_real(self.decay, name="decay", minimum=np.finfo(float).tiny),
            t=check_time(self.t),
            gamma=check_real(self.gamma, name="gamma", minimum=-1, maximum=1),
            n_landmark=check_int(self.n_landmark, name="n_landmark", minimum=2),
            n_pca=check_int(self.n_pca, name="n_pca", minimum=1),
            normalize=check_bool(self.normalize, name="normalize"),
            mds_solver=self.mds_solver,
            refine=check_bool(self.refine, name="refine"),
            seeds=draw_seeds(self.random_state),
            n_jobs=count_threads(self.n_jobs),
            engine=self.engine,
        )

    def _store(self, found: Fit, fingerprint: tuple[str, str, str], stages: StageCache) -> None:
        """Set the fitted attributes, and warn about what the user must know."""
        components = found.diffused.components
        placement = Placement(found.points, found.diffused.labels, found.landmarks, found.faithful)
        fitted = {
            "embedding_": found.embedding,
            "t_": found.t,
            "stress_": found.stress,
            "bandwidth_": found.bandwidth,
            "bandwidth_error_": found.bandwidth_error,
            "n_connected_components_": components.count,
            "landmark_labels_": found.diffused.labels,
            "landmark_operator_": found.diffused.operator,
            "landmark_embedding_": found.landmarks,
            "eigenvalues_": found.diffused.spectrum.values,
            "timings_": found.timings,
            "_fitted_to": fingerprint,
            "_placement": placement,
        }
        if stages.kept:
            fitted["_stages"] = stages
        # In one step: an interrupt comes before it or after.
        self.__dict__.update(fitted)
        if components.count > 1:
            shown = ", ".join(str(size) for size in components.sizes[:SIZES_SHOWN])
            more = ", …" if components.count > SIZES_SHOWN else ""
            warnings.warn(
                f"The graph has {components.count} connected components, of {shown}{more} points: "
                f"distances between them mean nothing but apart. Larger `interslice_knn` or "
                f"`intraslice_knn` may join them.",
                UserWarning,
                stacklevel=4,
            )


def run_torch(*data: Any, **options: Any) -> Fit:
    """The stages with torch's operations."""
    return run(*data, operations=torch_operations(), **options)


def run_best(*data: Any, **options: Any) -> Fit:
    """On a CUDA device where there is one, else with NumPy."""
    return (run_torch if has_cuda() else run)(*data, **options)


# `engine` -> what takes (values, settings, progress, lengths=...) and returns a Fit. All but
# "phate" take a cache of stages, too, and what identifies the values.
ENGINES: dict[str, Callable[..., Fit]] = {
    "auto": run_best,
    "numpy": run,
    "torch": run_torch,
    "phate": run_reference,
}
