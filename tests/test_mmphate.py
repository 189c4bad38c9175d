import tracemalloc
import warnings
from copy import deepcopy

import numpy as np
import pytest
from kernel.oracle import dense_operator
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from sklearn.base import clone

import mmphate_widget as mm
from mmphate_widget import _pipeline

PARAMETERS = """
n_components intraslice_knn interslice_knn decay t gamma n_landmark n_pca normalize mds_solver
refine random_state engine n_jobs verbose
"""


def walk(shape=(8, 10, 6, 5), seed=0):
    """Units that drift from epoch to epoch."""
    return np.cumsum(np.random.default_rng(seed).normal(size=shape), axis=0)


def islands():
    """Two halves of training, each around its own place, far apart: the graph falls apart."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1, 1, 5, 6)) + 1e-3 * rng.normal(size=(8, 6, 5, 6))
    values[4:] += 50 * rng.normal(size=(1, 1, 5, 6))
    return values


def fit(values, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return mm.MMPHATE(**{"random_state": 0, **options}).fit(values)


SHAPES = {
    "paper-like": (walk(), 60),
    "many units, few slices": (walk((2, 2, 90, 6)), 40),
    "more units than landmarks": (walk((1, 3, 70, 6)), 20),
    "one unit": (walk((12, 10, 1, 5)), 30),
    "one step": (walk((70, 1, 4, 5)), 40),
    "one epoch": (np.cumsum(walk((1, 70, 4, 5)), axis=1), 40),
    "dead and duplicate units": (walk((10, 8, 6, 5)) * [[[0]], [[1]]][1], 50),
    "dead half of training": (walk((10, 8, 6, 5)), 50),
    "far scale": (1e30 * walk((10, 8, 4, 5)), 50),
    "islands": (islands(), 60),
}
SHAPES["dead and duplicate units"][0][:, :, 2] = 0.1
SHAPES["dead and duplicate units"][0][:, :, 3] = SHAPES["dead and duplicate units"][0][:, :, 4]
SHAPES["dead half of training"][0][:5, :, 1] = 0.1


@pytest.mark.parametrize("case", SHAPES)
def test_operator_in_use_equals_the_dense_one(case):
    values, n_landmark = SHAPES[case]
    estimator = fit(values, n_landmark=n_landmark)
    labels = estimator.landmark_labels_
    assert labels.dtype == np.int64
    assert labels.shape == (values[..., 0].size,)
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    assert labels.max() < n_landmark
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        K = mm.multiway_kernel(values).toarray()
    expected = dense_operator(K, labels)
    np.testing.assert_allclose(
        estimator.landmark_operator_, expected, rtol=0, atol=1e-9 * expected.max()
    )


@pytest.mark.parametrize("n_pca", [150, 1000])
def test_operator_in_use_has_all_samples_where_n_pca_lets_it(n_pca):
    values = walk((8, 6, 5, 150))
    estimator = fit(values, n_landmark=50, n_pca=n_pca)
    expected = dense_operator(mm.multiway_kernel(values).toarray(), estimator.landmark_labels_)
    np.testing.assert_allclose(
        estimator.landmark_operator_, expected, rtol=0, atol=1e-9 * expected.max()
    )
    reduced = fit(values, n_landmark=50)
    expected = dense_operator(mm.multiway_kernel(values).toarray(), reduced.landmark_labels_)
    off = np.abs(reduced.landmark_operator_ - expected).max() / expected.max()
    assert 1e-9 < off < 0.01


@pytest.mark.parametrize("n_landmark", [60, 2000])
def test_embedding_follows_from_kernel_and_labels(n_landmark):
    """The whole method done densely, up to the MDS, gives the distances that were embedded."""
    values = walk((8, 10, 6, 5))
    estimator = fit(values, n_landmark=n_landmark, t=7, n_components=3)
    K = mm.multiway_kernel(values).toarray()
    labels = estimator.landmark_labels_
    if labels is None:
        P, to_points = K / K.sum(axis=1, keepdims=True), np.eye(len(K))
    else:
        P = dense_operator(K, labels)
        # A point's own landmark counts five more.
        B = (K + 5 * np.eye(len(K))) @ np.eye(labels.max() + 1)[labels]
        to_points = B / B.sum(axis=1, keepdims=True)
    rows = 2 * np.sqrt(np.linalg.matrix_power(P, 7))
    wanted, layout = cdist(rows, rows), estimator.landmark_embedding_
    misfit = wanted - cdist(layout, layout)
    stress = np.sqrt(np.sum(misfit**2) / np.sum(wanted**2))
    assert estimator.stress_ == pytest.approx(stress, abs=1e-6)
    assert stress < 0.3
    points = estimator.embedding_.reshape(-1, 3)
    np.testing.assert_allclose(points, to_points @ layout, atol=1e-9)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-9)


def test_few_points_need_no_landmarks():
    estimator = fit(walk((3, 4, 5, 6)))
    assert estimator.landmark_labels_ is None
    assert estimator.landmark_operator_ is None
    assert estimator.embedding_.shape == (3, 4, 5, 3)
    assert estimator.embedding_.dtype == np.float64


def test_a_point_lies_at_its_own_place():
    """Units and epochs keep their order on the way through point ids."""
    values = np.random.default_rng(0).normal(size=(30, 4, 5, 6)) * 0.01
    base = np.random.default_rng(1).normal(size=(2, 5, 6))
    values += np.linspace(0, 1, 30)[:, None, None, None] * base[0] + base[1]
    for n_landmark in (80, 2000):
        Y = fit(values, n_landmark=n_landmark).embedding_
        for i in range(5):
            centers = Y[:, :, i].mean(axis=1)
            steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
            assert np.linalg.norm(centers[-1] - centers[0]) > 3 * np.median(steps)


def test_same_seed_same_bits_other_seed_other_landmarks():
    one, two = (fit(walk(), n_landmark=60, random_state=5) for _ in range(2))
    assert np.array_equal(one.embedding_, two.embedding_)
    assert np.array_equal(one.landmark_operator_, two.landmark_operator_)
    other = fit(walk(), n_landmark=60, random_state=6)
    assert not np.array_equal(one.landmark_labels_, other.landmark_labels_)


def test_threads_change_nothing():
    one, two = (fit(walk(), n_landmark=60, n_jobs=jobs) for jobs in (1, 2))
    flat = [estimator.embedding_.reshape(-1, 3) for estimator in (one, two)]
    assert procrustes(*flat)[2] < 1e-10
    assert np.array_equal(one.landmark_labels_, two.landmark_labels_)


@pytest.mark.parametrize(
    "random_state", [None, 3, np.random.default_rng(3), np.random.RandomState(3)]
)
def test_random_state_of_every_kind(random_state):
    # A generator moves on: each fit is given its own copy.
    one, two = (fit(walk(), n_landmark=60, random_state=deepcopy(random_state)) for _ in "ab")
    same = np.array_equal(one.landmark_labels_, two.landmark_labels_)
    assert same == (random_state is not None)
    assert np.array_equal(one.embedding_, two.embedding_) == same


def test_generators_move_on_and_numbers_do_not():
    for random_state in (np.random.default_rng(3), np.random.RandomState(3)):
        one, two = (fit(walk(), n_landmark=60, random_state=random_state) for _ in "ab")
        assert not np.array_equal(one.landmark_labels_, two.landmark_labels_)
    seeded = fit(walk(), n_landmark=60, random_state=3)
    drawn = fit(walk(), n_landmark=60, random_state=np.random.default_rng(3))
    assert np.array_equal(seeded.embedding_, drawn.embedding_)


def test_a_trace_gives_what_its_values_give():
    values = walk()
    trace = mm.Trace.from_array(values, dims=("epoch", "step", "unit", "sample"))
    estimator = mm.MMPHATE(random_state=0)
    assert np.array_equal(estimator.fit_transform(trace), estimator.fit_transform(values))


def test_more_samples_than_components_kept():
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(size=(8, 6, 5, 3)), axis=0) @ rng.normal(size=(3, 150))
    full, reduced = fit(values, n_pca=150, t=5), fit(values, n_pca=10, t=5)
    assert reduced.bandwidth_ == pytest.approx(full.bandwidth_, rel=1e-6)
    assert procrustes(full.embedding_.reshape(-1, 3), reduced.embedding_.reshape(-1, 3))[2] < 1e-3


@pytest.mark.parametrize("n_landmark", [60, 2000])
def test_disconnected_graph_is_told_with_sizes(n_landmark):
    estimator = mm.MMPHATE(n_landmark=n_landmark, random_state=0, interslice_knn=5)
    with pytest.warns(UserWarning, match="has 2 connected components, of 120, 120 points"):
        Y = estimator.fit_transform(islands())
    assert estimator.n_connected_components_ == 2
    assert np.isfinite(Y).all()
    first, second = Y[:4].reshape(-1, 3), Y[4:].reshape(-1, 3)
    assert cdist(first, second).min() > 1


@pytest.mark.parametrize("n_landmark", [10, 2000])
@pytest.mark.parametrize(
    "values",
    [
        np.zeros((5, 6, 4, 3)),
        np.random.default_rng(0).normal(size=(1, 1, 1, 2)),
        np.random.default_rng(0).normal(size=(1, 2, 1, 2)),
        np.random.default_rng(0).normal(size=(1, 1, 30, 4)),
        np.repeat(np.random.default_rng(0).normal(size=(1, 1, 5, 3)), 30, axis=0),
        np.random.default_rng(0).normal(size=(9, 9, 3, 2)),
    ],
)
def test_degenerate_input_stays_finite(values, n_landmark):
    estimator = fit(values, n_landmark=n_landmark)
    assert estimator.embedding_.shape == (*values.shape[:3], 3)
    assert np.isfinite(estimator.embedding_).all()
    assert 0 <= estimator.stress_ <= 1


def test_parameters_are_stored_and_cloned():
    options = {"n_components": 2, "t": 5, "gamma": 0.5, "n_landmark": 50, "random_state": 7}
    estimator = mm.MMPHATE(**options)
    assert options.items() <= estimator.get_params().items()
    copy = clone(estimator.fit(walk((4, 7, 4, 5))))
    assert copy.get_params() == estimator.get_params()
    assert not hasattr(copy, "embedding_")
    assert copy.set_params(t="auto").t == "auto"
    assert set(copy.get_params()) == set(PARAMETERS.split())


def test_fit_is_fit_transform():
    values = walk((4, 7, 4, 5))
    estimator = mm.MMPHATE(random_state=0, n_components=2, t=6)
    assert estimator.fit(values) is estimator
    assert np.array_equal(estimator.embedding_, clone(estimator).fit_transform(values))
    assert estimator.embedding_.shape == (4, 7, 4, 2)
    assert estimator.t_ == 6


def test_what_fit_transform_returns_is_the_callers_own():
    estimator = mm.MMPHATE(random_state=0)
    Y = estimator.fit_transform(walk((4, 7, 4, 5)))
    before = Y.copy()
    Y[:] = 0
    assert np.array_equal(estimator.embedding_, before)


@pytest.mark.parametrize(
    "stage", ["standardize", "bandwidth", "kernel", "diffusion", "potential", "embedding"]
)
def test_interrupt_leaves_no_half_fitted_state(monkeypatch, stage):
    from contextlib import contextmanager

    import mmphate_widget.mmphate as module

    @contextmanager
    def interrupting(*_):
        def show(name, fraction):
            if name == stage:
                raise KeyboardInterrupt

        yield show

    estimator = mm.MMPHATE(n_landmark=60, random_state=0)
    before = vars(estimator).copy()
    with monkeypatch.context() as patched:
        patched.setattr(module, "progress_bar", interrupting)
        with pytest.raises(KeyboardInterrupt):
            estimator.fit(walk())
    assert vars(estimator) == before
    fitted = estimator.fit(walk()).embedding_
    with monkeypatch.context() as patched:
        patched.setattr(module, "progress_bar", interrupting)
        with pytest.raises(KeyboardInterrupt):
            estimator.fit(walk(seed=1))
    assert estimator.embedding_ is fitted


def test_progress_names_every_stage_once_in_order():
    seen = []
    settings = mm.MMPHATE(n_landmark=60, random_state=0)._settings(walk())
    found = _pipeline.run(walk(), settings, lambda stage, fraction: seen.append((stage, fraction)))
    stages = list(dict.fromkeys(stage for stage, _ in seen))
    assert stages == [
        "standardize",
        "bandwidth",
        "kernel",
        "diffusion",
        "potential",
        "embedding",
    ]
    assert list(found.timings) == stages
    for stage in stages:
        fractions = [fraction for name, fraction in seen if name == stage]
        assert fractions[0] == 0
        assert fractions[-1] == 1
        assert fractions == sorted(fractions)


def test_verbose_draws_on_stderr_and_quiet_nothing(capsys):
    fit(walk((4, 7, 4, 5)), verbose=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "embedding" in err
    fit(walk((4, 7, 4, 5)))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_components": 4}, ValueError, "`n_components` must be one of 2, 3; got 4"),
        ({"intraslice_knn": 0}, ValueError, "`intraslice_knn` must be an integer at least 1"),
        ({"interslice_knn": 2.5}, TypeError, "`interslice_knn` must be an integer"),
        ({"decay": -1}, ValueError, "`decay` must be a finite number"),
        ({"t": "knee"}, ValueError, "`t` must be 'auto' or an integer at least 1; got 'knee'"),
        ({"t": 0}, ValueError, "`t` must be an integer at least 1"),
        ({"gamma": 2}, ValueError, "`gamma` must be a finite number between -1 and 1"),
        ({"n_landmark": 1}, ValueError, "`n_landmark` must be an integer at least 2"),
        ({"n_pca": 0}, ValueError, "`n_pca` must be an integer at least 1"),
        ({"mds_solver": "nonmetric"}, ValueError, "`mds_solver` must be one of 'auto', 'sgd'"),
        ({"engine": "cuda"}, ValueError, "`engine` must be one of 'auto', 'numpy', 'torch'"),
        ({"refine": 1}, TypeError, "`refine` must be True or False; got 1"),
        ({"refine": True, "engine": "phate"}, ValueError, "`refine` must be False with engine="),
        ({"random_state": "seed"}, TypeError, "`random_state` must be None, an integer"),
        ({"random_state": -1}, ValueError, "`random_state` must be None, an integer"),
        ({"verbose": "x"}, TypeError, "`verbose` must be True or False; got 'x'"),
        ({"normalize": "no"}, TypeError, "`normalize` must be True or False; got 'no'"),
        ({"n_jobs": 0}, ValueError, "`n_jobs` must be None, -1 or an integer at least 1"),
    ],
)
def test_bad_parameters_are_named_by_fit_and_not_before(options, error, message):
    estimator = mm.MMPHATE(**options)
    with pytest.raises(error, match=message):
        estimator.fit(walk((3, 9, 4, 3)))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (np.zeros((2, 3)), ValueError, r"`X` must have 4 axes .* got shape \(2, 3\)"),
        (np.zeros((2, 3, 4, 1)), ValueError, "`X` must have at least 2 samples"),
        (np.zeros((2, 3, 0, 4)), ValueError, "`X` must not have an empty axis"),
        (np.full((2, 3, 4, 5), np.inf), ValueError, "`X` must be finite; got inf at epoch 0"),
        (np.full((2, 3, 4, 5), "x"), TypeError, "`X` must hold real numbers"),
    ],
)
def test_bad_input_is_named(values, error, message):
    with pytest.raises(error, match=message):
        mm.MMPHATE().fit(values)


def test_raw_values_too_large_to_square_are_named():
    with pytest.raises(ValueError, match=r"`X` must lie within ±1e\+100 with normalize=False"):
        mm.MMPHATE(normalize=False).fit(1e200 * walk((3, 9, 4, 3)))


def test_bandwidth_is_sampled_only_where_all_would_be_too_many(monkeypatch):
    values = np.cumsum(walk((50, 40, 2, 4)), axis=1)
    exact = fit(values, n_landmark=100, t=1, mds_solver="classical")
    assert exact.bandwidth_error_ == 0
    monkeypatch.setattr(_pipeline, "BANDWIDTH_POINTS", 0)
    sampled = fit(values, n_landmark=100, t=1, mds_solver="classical")
    assert 0 < sampled.bandwidth_error_ < 0.1
    off = abs(sampled.bandwidth_ / exact.bandwidth_ - 1)
    assert 0 < off < 4 * sampled.bandwidth_error_


def test_memory_stays_far_below_the_dense_arrays():
    values = np.cumsum(walk((60, 50, 8, 4)), axis=1)
    n_slices, n_points = 60 * 50, 60 * 50 * 8
    tracemalloc.start()
    fit(values, n_landmark=200, t=1, n_jobs=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n_slices**2 * 8 * 8 / 4 < n_points**2 * 8 / 4


def test_neighborhoods_of_the_paper_are_kept_at_least_as_well():
    """Hopf x pitchfork, no warp: the published 0.1395 (k = 10) and 0.2516 (k = 40)."""
    trace = mm.datasets.bifurcations("hopf", "pitchfork", warp=False, random_state=24)
    estimator = fit(trace)
    for k, published in ((10, 0.1395), (40, 0.2516)):
        with pytest.warns(UserWarning, match="more than the 5 other units"):
            kept = mm.metrics.neighborhood_preservation(trace, estimator.embedding_, k=k)
        assert kept.inter >= published
        assert kept.intra == kept.intra_chance == 1


def test_refinement_keeps_more_neighbors_and_the_order_of_the_whole():
    """Hopf x pitchfork, no warp. The reference keeps 0.139 and 0.251; refined, it is nearly twice
    what the best peer keeps, 0.246 and 0.252."""
    trace = mm.datasets.bifurcations("hopf", "pitchfork", random_state=24)
    plain, refined = (fit(trace, refine=refine) for refine in (False, True))
    assert np.array_equal(refined._placement.places, plain.embedding_.reshape(-1, 3))
    assert np.array_equal(refined.landmark_embedding_, plain.landmark_embedding_)
    assert "refinement" in refined.timings_
    assert "refinement" not in plain.timings_
    layouts = [estimator.embedding_ for estimator in (plain, refined)]
    assert procrustes(*(Y.reshape(-1, 3) for Y in layouts))[2] < 0.05
    for k, *least in ((10, 0.20, 0.40), (40, 0.33, 0.45)):
        for Y, wanted in zip(layouts, least, strict=True):
            with pytest.warns(UserWarning, match="more than the 5 other units"):
                kept = mm.metrics.neighborhood_preservation(trace, Y, k=k)
            assert kept.inter >= wanted
    before, after = (mm.metrics.neighborhood_preservation(trace, Y, k=3).intra for Y in layouts)
    assert after >= before
    # Of landmarks, as whose potential distances the embedding was made, at the mean of their own.
    labels = plain.landmark_labels_
    P = plain.landmark_operator_
    rows = 2 * np.sqrt(np.linalg.matrix_power(P, plain.t_))
    potential = cdist(rows, rows)[np.triu_indices(len(rows), 1)]
    ranks = []
    for Y in layouts:
        means = np.stack([np.bincount(labels, weights=axis) for axis in Y.reshape(-1, 3).T], axis=1)
        means /= np.bincount(labels)[:, None]
        embedded = cdist(means, means)[np.triu_indices(len(rows), 1)]
        ranks.append(spearmanr(potential, embedded).statistic)
    assert ranks[1] > ranks[0] - 0.02


@pytest.mark.parametrize("case", SHAPES)
def test_refines_every_shape_alike_on_any_number_of_threads(case):
    values, n_landmark = SHAPES[case]
    options = {"n_landmark": n_landmark, "n_components": 2, "refine": True}
    one, two = (fit(values, n_jobs=jobs, **options).embedding_ for jobs in (1, 2))
    assert np.array_equal(one, two)
    assert one.shape == (*values.shape[:3], 2)
    assert np.isfinite(one).all()


def test_refines_sequences_of_unequal_length():
    values = np.cumsum(walk((6, 8, 5, 9)), axis=1)
    trace = mm.Trace.from_array(values, lengths=[8, 8, 8, 8, 8, 4, 4, 3, 3])
    found = fit(trace, refine=True)
    assert np.isfinite(found.embedding_).all()
    assert not np.allclose(found.embedding_, found._placement.places.reshape(6, 8, 5, 3))


def test_turning_refinement_on_is_another_fit_that_begins_at_the_embedding():
    values = walk((3, 9, 4, 3))
    estimator = fit(values)
    assert estimator.is_fitted_to(values)
    assert not estimator.set_params(refine=True).is_fitted_to(values)
    found = estimator.fit_transform(values)
    assert list(estimator.timings_) == ["embedding", "refinement"]
    assert np.array_equal(found, fit(values, refine=True).embedding_)
