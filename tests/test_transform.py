"""New slices on a fitted embedding, as a user places them."""

import pickle
import warnings

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import mmphate_widget as mm
from mmphate_widget.diffusion import operator
from mmphate_widget.kernel.inter import REACH
from mmphate_widget.kernel.standardize import zscore


def drift(shape=(24, 10, 6, 5), seed=0):
    """Smooth in epochs and steps, with a little noise."""
    rng = np.random.default_rng(seed)
    n_epochs, n_steps, n_units, n_samples = shape
    turn, pace = rng.normal(size=(2, n_units, n_samples))
    epoch = np.linspace(0, 3, n_epochs)[:, None, None, None]
    step = np.linspace(0, 2, n_steps)[None, :, None, None]
    values = np.sin(epoch * turn + step * pace + rng.normal(size=(n_units, n_samples)))
    return values + 0.01 * rng.normal(size=shape)


def fit(values, **options):
    options = {"random_state": 0, "interslice_knn": 10, "n_jobs": 1, **options}
    return mm.MMPHATE(**options).fit(values)


def off(placed, wanted, start, goal):
    """Distance of ``placed`` from ``wanted`` after ``start`` is moved rigidly on ``goal``."""
    placed, wanted, start, goal = (
        a.reshape(-1, a.shape[-1]) for a in (placed, wanted, start, goal)
    )
    rotation, _ = orthogonal_procrustes(start - start.mean(0), goal - goal.mean(0))
    moved = (placed - start.mean(0)) @ rotation + goal.mean(0)
    return np.linalg.norm(moved - wanted, axis=1)


def diameter(Y):
    return pdist(Y.reshape(-1, Y.shape[-1])[::3]).max()


def test_odd_epochs_land_where_a_full_fit_puts_them():
    """The paper's data. The graph is in thousands of pieces, and where they lie to one another is
    MDS's choice among equals; classical scaling alone chooses the same every time."""
    values = mm.datasets.bifurcations("hopf", "pitchfork", random_state=24).values
    full, even = (
        mm.MMPHATE(random_state=0, mds_solver="classical") for _ in ("all", "every other")
    )
    with pytest.warns(UserWarning, match="connected components"):
        full.fit(values)
    with pytest.warns(UserWarning, match="connected components"):
        even.fit(values[::2])
    with pytest.warns(UserWarning, match="out of reach"):
        odd = even.transform(values[1::2])
    apart = off(odd, full.embedding_[1::2], even.embedding_, full.embedding_[::2])
    assert np.median(apart) < 0.05 * diameter(full.embedding_[::4, ::4])


@pytest.mark.parametrize("engine", ["auto", "phate"])
def test_new_points_are_off_by_no_more_than_the_fitted_ones(engine):
    """Two fits differ; the placing adds nothing to that."""
    values = drift()
    options = {"n_landmark": 80, "engine": engine, "t": 6}
    full, even = fit(values, **options), fit(values[::2], **options)
    wanted, goal = full.embedding_[1::2], full.embedding_[::2]
    new = off(even.transform(values[1::2]), wanted, even.embedding_, goal)
    old = off(even.embedding_, goal, even.embedding_, goal)
    assert np.median(new) < 1.1 * np.median(old)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"n_landmark": 2000},
        {"n_components": 2},
        {"n_pca": 6},
        {"normalize": False},
        {"n_pca": 6, "normalize": False},
    ],
)
def test_new_epochs_lie_between_their_neighbors_in_time(options):
    values = drift((24, 8, 5, 12))
    estimator = fit(values[::2], t=6, **{"n_landmark": 80, **options})
    placed = estimator.transform(values[1:-1:2])
    assert placed.shape == (11, 8, 5, options.get("n_components", 3))
    between = (estimator.embedding_[1:] + estimator.embedding_[:-1]) / 2
    apart = np.linalg.norm(placed - between, axis=-1)
    assert np.median(apart) < 0.05 * diameter(estimator.embedding_)
    # Slice by slice nothing changes: no statistics, and no axes, of the new slices are used.
    alone = [estimator.transform(values[e : e + 1]) for e in range(1, 23, 2)]
    np.testing.assert_allclose(np.concatenate(alone), placed, atol=1e-9)


@pytest.mark.parametrize("n_landmark", [80, 2000])
def test_points_of_the_fit_come_back_but_for_their_slice_mates(n_landmark):
    """By hand from public attributes: kernel rows of one's own unit times coordinates."""
    values = drift()
    estimator = fit(values, n_landmark=n_landmark)
    placed = estimator.transform(values)
    z = zscore(values).reshape(240, 6, 5)
    labels = estimator.landmark_labels_
    anchors = estimator.landmark_embedding_
    anchors = (anchors if labels is None else anchors[labels]).reshape(240, 6, 3)
    for i in range(6):
        d = np.linalg.norm(z[:, None, i] - z[:, i], axis=-1) / estimator.bandwidth_
        k = np.exp(-(d**2)) * (d < REACH)
        expected = k @ anchors[:, i] / k.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(placed.reshape(240, 6, 3)[:, i], expected, atol=1e-5)
    apart = np.linalg.norm(placed - estimator.embedding_, axis=-1)
    assert np.median(apart) < 0.05 * diameter(estimator.embedding_)
    assert apart.max() > 0


def test_one_unit_has_no_slice_mates_and_comes_back_exactly(monkeypatch):
    # A fitted point's own landmark counts more than a new point's.
    monkeypatch.setattr(operator, "OWN_WEIGHT", 0.0)
    values = drift((30, 10, 1, 6))
    with pytest.warns(UserWarning, match="`intraslice_knn` is 2"):
        estimator = fit(values, n_landmark=50)
    np.testing.assert_allclose(estimator.transform(values), estimator.embedding_, atol=1e-5)


def test_threads_change_nothing_and_input_stays():
    values = drift()
    estimator = fit(values[::2], n_landmark=80)
    before = values.copy()
    one = estimator.transform(values)
    assert np.array_equal(one, estimator.set_params(n_jobs=2).transform(values))
    assert np.array_equal(values, before)
    assert one.dtype == np.float64


def test_a_trace_with_other_labels_is_placed_like_its_values():
    values = drift()
    trace = mm.Trace.from_array(values)
    estimator = fit(trace[::2], n_landmark=80)
    placed = estimator.transform(trace[1::2, 3:5])
    assert placed.shape == (12, 2, 6, 3)
    assert np.array_equal(placed, estimator.transform(values[1::2, 3:5]))


def test_points_out_of_reach_are_counted_and_put_at_the_nearest():
    values = drift()
    estimator = fit(values[:16])
    strange = values[16:17].copy()
    strange[0, 2:, 1] = np.random.default_rng(3).normal(size=(8, 5))
    with pytest.warns(UserWarning, match=r"^\d+ of the 60 points of `X` are out of reach") as seen:
        placed = estimator.transform(strange)
    z, new = zscore(values[:16]).reshape(160, 6, 5), zscore(strange[0])
    d = np.linalg.norm(new[:, None] - z, axis=-1)
    lost = d.min(axis=1) > REACH * estimator.bandwidth_
    assert int(str(seen[0].message).split()[0]) == lost.sum() > 2
    for step, unit in np.argwhere(lost):
        expected = estimator.embedding_.reshape(160, 6, 3)[d[step, :, unit].argmin(), unit]
        np.testing.assert_array_equal(placed[0, step, unit], expected)


def test_it_survives_pickling_and_not_cloning():
    values = drift()
    estimator = fit(values[::2], n_landmark=80)
    loaded = pickle.loads(pickle.dumps(estimator))
    assert np.array_equal(loaded.transform(values), estimator.transform(values))
    with pytest.raises(NotFittedError):
        clone(estimator).transform(values)


def test_what_is_kept_is_half_of_the_points():
    values = drift((30, 20, 8, 10))
    kept = fit(values, n_landmark=80)._placement.points.points
    assert kept.nbytes == 4 * values.size


def test_an_interrupt_ends_it(monkeypatch):
    from contextlib import contextmanager

    import mmphate_widget.mmphate as module

    @contextmanager
    def interrupting(visible, predicted):
        def show(stage, fraction):
            assert stage == "placement"
            raise KeyboardInterrupt

        yield show

    estimator = fit(drift(), n_landmark=80)
    monkeypatch.setattr(module, "progress_bar", interrupting)
    with pytest.raises(KeyboardInterrupt):
        estimator.transform(drift())


def test_before_fit():
    with pytest.raises(NotFittedError, match="MMPHATE instance is not fitted yet"):
        mm.MMPHATE().transform(drift())


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3, 4, 5, 5), r"`X` must have the 6 units and 5 samples of the fit .* \(3, 4, 5, 5\)"),
        ((3, 4, 6, 4), r"`X` must have the 6 units and 5 samples of the fit .* \(3, 4, 6, 4\)"),
        ((3, 6, 5), "`X` must have 4 axes"),
    ],
)
def test_wrong_shapes_are_named(shape, message):
    estimator = fit(drift())
    with pytest.raises(ValueError, match=message):
        estimator.transform(np.zeros(shape))


def test_new_values_are_checked():
    estimator = fit(drift(), normalize=False)
    with pytest.raises(ValueError, match="`X` must be finite; got nan at epoch 0"):
        estimator.transform(np.full((2, 3, 6, 5), np.nan))
    with pytest.raises(ValueError, match=r"`X` must lie within ±1e\+100"):
        estimator.transform(np.full((2, 3, 6, 5), 1e200))


def test_unequal_lengths_are_refused():
    values = drift()
    cut = mm.Trace.from_array(values, lengths=[10, 10, 10, 7, 4])
    with pytest.raises(ValueError, match=r"`X` must have sequences of full length.* 4 to 10 steps"):
        fit(values).transform(cut)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        estimator = fit(cut, n_landmark=80)
    with pytest.raises(NotImplementedError, match="sequences of unequal length"):
        estimator.transform(values)
