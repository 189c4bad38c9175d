"""The reference path: our kernel through graphtools and phate, with our conventions."""

import logging
import sys
import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial import procrustes

import mmphate_widget as mm
from mmphate_widget import diffusion, embedding

SHAPE = (10, 6, 8, 10)


@pytest.fixture(scope="module")
def values():
    return np.random.default_rng(0).normal(size=SHAPE).cumsum(axis=0).cumsum(axis=1)


@pytest.fixture(scope="module")
def fitted(values):
    return mm.MMPHATE(engine="phate", n_landmark=100, random_state=0, n_jobs=1).fit(values)


def test_equal_seeds_give_equal_bits(values, fitted):
    again = mm.MMPHATE(engine="phate", n_landmark=100, random_state=0, n_jobs=1).fit(values)
    assert np.array_equal(again.embedding_, fitted.embedding_)
    other = mm.MMPHATE(engine="phate", n_landmark=100, random_state=1, n_jobs=1).fit(values)
    assert not np.array_equal(other.embedding_, fitted.embedding_)


def test_operator_is_that_of_kernel_and_labels(values, fitted):
    kernel = mm.multiway_kernel(values)
    labels = fitted.landmark_labels_
    assert np.array_equal(np.unique(labels), np.arange(len(fitted.landmark_operator_)))
    indicator = sparse.csr_array((np.ones(len(labels)), (np.arange(len(labels)), labels)))
    to_landmarks = (kernel @ indicator).toarray()
    expected = (to_landmarks / to_landmarks.sum(axis=0)).T @ (
        to_landmarks / to_landmarks.sum(axis=1, keepdims=True)
    )
    np.testing.assert_allclose(fitted.landmark_operator_, expected, atol=1e-12)
    eigenvalues = np.sort(np.abs(np.linalg.eigvals(expected)))[::-1]
    np.testing.assert_allclose(fitted.eigenvalues_, eigenvalues, atol=1e-8)
    steps = to_landmarks / to_landmarks.sum(axis=1, keepdims=True)
    center = (steps @ fitted.landmark_embedding_).reshape(fitted.embedding_.shape)
    np.testing.assert_allclose(center, fitted.embedding_, atol=1e-9)


@pytest.mark.parametrize("gamma", [0, 0.5, 1])
def test_stress_is_at_the_scale_of_the_potential(values, gamma):
    fitted = mm.MMPHATE(engine="phate", gamma=gamma, n_landmark=100, random_state=0).fit(values)
    powered = np.linalg.matrix_power(fitted.landmark_operator_, fitted.t_)
    distances = embedding.pairwise_distances(diffusion.potential(powered, gamma=gamma))
    stress = embedding.normalized_stress(distances, fitted.landmark_embedding_)
    assert fitted.stress_ == pytest.approx(stress, rel=1e-6)
    for factor in (0.99, 1.01):
        moved = factor * fitted.landmark_embedding_
        assert embedding.normalized_stress(distances, moved) > fitted.stress_


def test_time_is_the_knee_of_the_singular_values(fitted):
    """Two lines left and right of the knee; phate's right line starts one position earlier."""
    y = diffusion.entropy_curve(np.linalg.svd(fitted.landmark_operator_, compute_uv=False))
    x = np.arange(len(y))

    def residual(at):
        left = np.polyval(np.polyfit(x[: at + 1], y[: at + 1], 1), x[: at + 1])
        right = np.polyval(np.polyfit(x[at - 1 :], y[at - 1 :], 1), x[at:])
        return np.abs(left - y[: at + 1]).sum() + np.abs(right - y[at:]).sum()

    assert fitted.t_ == 1 + np.argmin([residual(at) for at in range(1, len(y) - 1)])


def test_axes_are_fixed(fitted):
    points = fitted.embedding_.reshape(-1, 3)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-9)
    spread = points.T @ points
    np.testing.assert_allclose(spread, np.diag(np.diag(spread)), atol=1e-6 * spread.max())
    assert np.all(np.diff(np.diag(spread)) <= 0)
    largest = points[np.abs(points).argmax(axis=0), range(3)]
    assert np.all(largest > 0)


@pytest.mark.parametrize("gamma", [-1, 0, 1])
def test_without_landmarks_it_agrees_with_the_default_engine(values, gamma):
    parameters = {"t": 20, "gamma": gamma, "mds_solver": "smacof", "random_state": 0}
    ours = mm.MMPHATE(**parameters).fit(values)
    theirs = mm.MMPHATE(engine="phate", **parameters).fit(values)
    assert theirs.landmark_labels_ is None
    assert theirs.landmark_operator_ is None
    assert theirs.bandwidth_ == pytest.approx(ours.bandwidth_, rel=1e-12)
    assert theirs.stress_ == pytest.approx(ours.stress_, rel=0.01)
    ours, theirs = (found.embedding_.reshape(-1, 3) for found in (ours, theirs))
    assert procrustes(theirs, ours)[2] < 1e-3
    # No factor between them: the scale is that of the potential.
    assert np.linalg.norm(theirs) == pytest.approx(np.linalg.norm(ours), rel=0.01)


@pytest.mark.parametrize("solver", ["auto", "sgd", "smacof", "classical"])
@pytest.mark.parametrize("n_components", [2, 3])
def test_solvers_and_components_are_honored(values, solver, n_components):
    found = mm.MMPHATE(
        n_components, engine="phate", mds_solver=solver, t=5, n_landmark=60, random_state=0
    ).fit(values)
    assert found.embedding_.shape == (*SHAPE[:3], n_components)
    assert found.t_ == 5
    assert len(found.landmark_operator_) <= 60
    assert 0 < found.stress_ < 0.5


def test_unequal_lengths_change_the_kernel_as_they_do_in_the_default_engine(values):
    lengths = [6] * 5 + [4, 4, 3, 3, 2]
    trace = mm.Trace.from_array(values, lengths=lengths)
    parameters = {"t": 10, "mds_solver": "smacof", "random_state": 0}
    ours = mm.MMPHATE(**parameters).fit_transform(trace).reshape(-1, 3)
    theirs = mm.MMPHATE(engine="phate", **parameters).fit_transform(trace).reshape(-1, 3)
    whole = mm.MMPHATE(engine="phate", **parameters).fit_transform(values).reshape(-1, 3)
    assert procrustes(theirs, ours)[2] < 1e-3 < procrustes(whole, ours)[2]


def random_words():
    return np.random.get_state()[1].copy()  # noqa: NPY002


def test_leaves_no_trace_in_the_process(values, capsys):
    filters, state = list(warnings.filters), random_words()
    logger = logging.getLogger("graphtools")
    level = logger.level
    mm.MMPHATE(engine="phate", n_landmark=100, t=3).fit(values)
    assert warnings.filters == filters
    assert np.array_equal(random_words(), state)
    assert logger.level == level
    assert capsys.readouterr() == ("", "")


def test_disconnected_graphs_are_said_once():
    far = np.repeat(np.random.default_rng(0).normal(size=(1, 1, 2, 30)), 4, axis=2)
    far = np.tile(far, (2, 3, 1, 1))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = mm.MMPHATE(engine="phate", interslice_knn=1, random_state=0).fit(far)
    assert found.n_connected_components_ > 1
    assert [str(w.message)[:9] for w in caught] == ["The graph"]
    assert np.isfinite(found.embedding_).all()


@pytest.mark.parametrize(
    ("shape", "n_landmark", "message"),
    [((1, 1, 9, 4), 2000, "at least 10 points .* got 9"), ((6, 5, 4, 4), 9, "`n_landmark` .* 9")],
)
def test_too_few_points_or_landmarks_for_phate(shape, n_landmark, message):
    few = np.random.default_rng(0).normal(size=shape)
    estimator = mm.MMPHATE(
        engine="phate", n_landmark=n_landmark, intraslice_knn=1, interslice_knn=1
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=message):
            estimator.fit(few)


def test_missing_extra_is_named(values, monkeypatch):
    monkeypatch.setitem(sys.modules, "phate", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "mmphate-widget\[phate\]"'):
        mm.MMPHATE(engine="phate").fit(values)


def test_the_default_engine_loads_neither():
    import subprocess

    code = (
        "import sys, numpy, mmphate_widget as mm; "
        "mm.MMPHATE(interslice_knn=2, random_state=0).fit(numpy.eye(36).reshape(3, 3, 4, 36)); "
        "sys.exit('phate' in sys.modules or 'graphtools' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
