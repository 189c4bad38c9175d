"""A fit begins where its parameters differ from the last one's, to the same bits."""

import copy
import pickle
import tracemalloc
import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import clone

import mmphate_widget as mm
from mmphate_widget import _pipeline

STAGES = ["standardize", "bandwidth", "kernel", "diffusion", "potential", "embedding"]
FITTED = (
    "embedding_",
    "t_",
    "stress_",
    "bandwidth_",
    "bandwidth_error_",
    "n_connected_components_",
    "landmark_labels_",
    "landmark_operator_",
    "landmark_embedding_",
    "eigenvalues_",
)


def walk(shape=(8, 10, 6, 5), seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=shape), axis=0)


def make(**options):
    return mm.MMPHATE(**{"n_landmark": 60, "random_state": 0, "n_jobs": 1, **options})


def fit(estimator, values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return estimator.fit(values)


def stages_of_a_refit(first, then, values=None, other=None):
    """Stages that ran when a fitted estimator was changed and fitted again; bits are checked."""
    values = walk() if values is None else values
    estimator = fit(make(**first), values)
    assert list(estimator.timings_) == STAGES
    values = values if other is None else other
    fit(estimator.set_params(**then), values)
    fresh = fit(clone(estimator), values)
    for name in FITTED:
        assert np.array_equal(getattr(estimator, name), getattr(fresh, name)), name
    assert np.array_equal(estimator.transform(values[:2]), fresh.transform(values[:2]))
    return list(estimator.timings_)


@pytest.mark.parametrize("n_landmark", [60, 2000])
@pytest.mark.parametrize(
    ("then", "first_stage"),
    [
        ({"t": 7}, "potential"),
        ({"gamma": 1}, "potential"),
        ({"t": 3, "gamma": -0.5, "n_components": 2}, "potential"),
        ({"n_components": 2}, "embedding"),
        ({"mds_solver": "smacof"}, "embedding"),
        ({"mds_solver": "classical", "n_components": 2}, "embedding"),
        ({"n_jobs": 2, "verbose": False}, "embedding"),
        ({}, "embedding"),
    ],
)
def test_only_what_follows_is_done_again(n_landmark, then, first_stage):
    ran = stages_of_a_refit({"n_landmark": n_landmark}, then)
    assert ran == STAGES[STAGES.index(first_stage) :]


@pytest.mark.parametrize(
    "then",
    [
        {"interslice_knn": 12},
        {"intraslice_knn": 1},
        {"decay": 3},
        {"n_landmark": 50},
        {"n_pca": 3},
        {"normalize": False},
        {"random_state": 1},
        {"random_state": None},
        {"random_state": np.random.default_rng(0)},
    ],
)
def test_what_the_graph_depends_on_is_never_taken_from_another(then):
    estimator = fit(make(), walk())
    assert list(fit(estimator.set_params(**then), walk()).timings_) == STAGES
    if "random_state" not in then:
        assert stages_of_a_refit({}, then) == STAGES


def test_engines_do_not_take_from_one_another():
    pytest.importorskip("torch")
    assert stages_of_a_refit({"engine": "torch"}, {"t": 4}) == STAGES[-2:]
    assert stages_of_a_refit({"engine": "torch"}, {"engine": "numpy"}) == STAGES


def test_the_reference_engine_keeps_nothing():
    estimator = fit(make(), walk())
    fit(estimator.set_params(engine="phate", t=5), walk())
    assert not hasattr(estimator, "_stages")


def test_other_values_are_never_taken_for_the_same():
    values = walk()
    assert stages_of_a_refit({}, {}, values, walk(seed=1)) == STAGES
    nudged = values.copy()
    nudged[3, 4, 2, 1] = np.nextafter(nudged[3, 4, 2, 1], np.inf)
    assert stages_of_a_refit({}, {}, values, nudged) == STAGES
    # The same bytes as another shape, and other lengths of the same values.
    assert stages_of_a_refit({}, {}, values, values.reshape(10, 8, 6, 5)) == STAGES
    estimator = fit(make(), values)
    values[0] += 1
    assert list(fit(estimator, values).timings_) == STAGES
    cut = mm.Trace.from_array(values, lengths=[10, 10, 9, 8, 7])
    zeros = cut.values.copy()
    assert list(fit(fit(make(), zeros), cut).timings_) == STAGES


def test_equal_values_of_another_array_are_the_same():
    estimator = fit(make(), walk())
    assert list(fit(estimator, mm.Trace.from_array(walk())).timings_) == STAGES[-1:]


@pytest.mark.parametrize("fixed", [True, False])
def test_functions_of_a_skipped_stage_are_not_called(monkeypatch, fixed):
    """With a seed that is not a number every fit draws anew, and nothing is kept."""
    estimator = fit(make(random_state=0 if fixed else np.random.RandomState(0)), walk())
    assert hasattr(estimator, "_stages") == fixed
    called = []
    original = _pipeline.landmark_kernel
    monkeypatch.setattr(
        _pipeline, "landmark_kernel", lambda *a, **k: called.append(1) or original(*a, **k)
    )
    fit(estimator.set_params(t=5), walk())
    assert len(called) == (0 if fixed else 1)


def test_what_is_shown_of_a_stage_cannot_be_written():
    estimator = fit(make(), walk())
    for shown in (
        estimator.eigenvalues_,
        estimator.landmark_operator_,
        estimator.landmark_labels_,
    ):
        with pytest.raises(ValueError, match="read-only"):
            shown[0] = 0


def test_fits_back_and_forth():
    estimator = fit(make(t=5), walk())
    first = estimator.embedding_
    assert list(fit(estimator.set_params(t=6), walk()).timings_) == STAGES[-2:]
    assert list(fit(estimator.set_params(t=5), walk()).timings_) == STAGES[-2:]
    assert np.array_equal(estimator.embedding_, first)
    automatic = fit(make(), walk())
    # The power that was chosen is the same power when it is named.
    assert list(fit(automatic.set_params(t=automatic.t_), walk()).timings_) == STAGES[-1:]


def test_an_interrupted_fit_leaves_no_wrong_stage(monkeypatch):
    estimator = fit(make(), walk())
    before = {name: getattr(estimator, name) for name in FITTED}

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_pipeline, "embed", interrupt)
        with pytest.raises(KeyboardInterrupt):
            estimator.fit(walk(seed=1))
    assert all(getattr(estimator, name) is before[name] for name in FITTED)
    fit(estimator, walk())
    assert list(estimator.timings_) == STAGES
    assert np.array_equal(estimator.embedding_, before["embedding_"])


def test_files_and_copies_go_without(tmp_path):
    estimator = fit(make(), walk())
    joblib.dump(estimator, tmp_path / "estimator")
    others = [
        pickle.loads(pickle.dumps(estimator)),
        joblib.load(tmp_path / "estimator"),
        copy.deepcopy(estimator),
    ]
    assert hasattr(estimator, "_stages")
    for other in others:
        assert not hasattr(other, "_stages")
        assert np.array_equal(other.embedding_, estimator.embedding_)
        assert list(fit(other, walk()).timings_) == STAGES
        assert np.array_equal(other.embedding_, estimator.embedding_)


def test_the_old_stages_are_gone_before_new_ones_are_made():
    """A second fit of other values peaks no higher than a first with the same estimator's rest."""
    estimator = make(n_landmark=900, t=3, mds_solver="classical")
    shape = (20, 10, 6, 5)
    tracemalloc.start()
    fit(estimator, walk(shape))
    first = tracemalloc.get_traced_memory()[1]
    kept = estimator.landmark_operator_.nbytes
    tracemalloc.reset_peak()
    fit(estimator, walk(shape, seed=1))
    second = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # What the estimator shows (its operator and small arrays) is still there; four more such
    # matrices would be the stages.
    assert second < first + 1.5 * kept
