"""Sequences of unequal length, from the kernel to the embedding, against double loops."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.oracle import dense_operator, naive_kernel, zscored
from scipy.sparse.csgraph import connected_components

import mmphate_widget as mm
from mmphate_widget._lengths import check_lengths, layered_points, valid_sets, valid_sets_at
from mmphate_widget.kernel.standardize import zscore


def quiet(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return function(*args, **kwargs)


def walk(shape, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=shape), axis=0)


def trace_of(values, lengths):
    return mm.Trace.from_array(values, lengths=lengths)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), n_units=st.integers(1, 4), normalize=st.booleans())
def test_kernel_equals_double_loop(seed, n_units, normalize):
    rng = np.random.default_rng(seed)
    n_epochs, n_steps, n_samples = rng.integers(1, 4), rng.integers(2, 5), rng.integers(3, 7)
    values = walk((n_epochs, n_steps, n_units, n_samples), seed)
    if seed % 3 == 0:
        values = np.round(values)
    lengths = rng.integers(1, n_steps + 1, size=n_samples)
    lengths[:2] = n_steps
    options = {"interslice_knn": 3, "normalize": normalize, "lengths": lengths}
    K = quiet(mm.multiway_kernel, values, **options).toarray()
    np.testing.assert_allclose(K, naive_kernel(values, **options), rtol=0, atol=1e-10)
    assert np.array_equal(K, K.T)
    assert np.all(np.diag(K) == 1)


@pytest.mark.parametrize("kept", [slice(None, None, 3), [3, 9, 0, 5], slice(0, 1)])
def test_distances_of_some_slices_are_those_of_all(kept):
    lengths = np.array([4, 1, 3, 4, 2])
    values, step = walk((3, 4, 5)).reshape(12, 5), np.tile(np.arange(4), 3)
    every = layered_points(values, valid_sets(lengths, n_epochs=3, n_steps=4), standardize=zscore)
    some = layered_points(values[kept], valid_sets_at(step[kept], lengths), standardize=zscore)
    expected = every.squared_distances(np.arange(12))[kept][:, kept]
    found = some.squared_distances(np.arange(len(some)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_distances_break_the_triangle_inequality():
    """Why nothing may be pruned between groups; two ends alike over two samples are not over 3."""
    values = np.array([[0.0, 1, 5], [0, 1, 9], [0, 1, -5]])
    sets = valid_sets(np.array([2, 2, 1]), n_epochs=2, n_steps=2)
    points = layered_points(
        np.stack([values[0], values[1], values[2], values[1]]), sets, standardize=zscore
    )
    d = np.sqrt(points.squared_distances(np.arange(4)))
    assert np.array_equal(d, d.T)
    assert d[0, 2] > d[0, 1] + d[1, 2]


SHAPES = {
    "paper-like": ((8, 10, 6, 5), [10, 10, 7, 5, 7], 60),
    "many units, few slices": ((2, 2, 60, 6), [2, 2, 2, 1, 1, 2], 40),
    "one unit": ((12, 10, 1, 5), [10, 10, 9, 3, 2], 30),
    "one epoch": ((1, 70, 4, 6), [70, 70, 69, 40, 40, 2], 40),
    "dead and duplicate units": ((8, 10, 4, 5), [10, 10, 7, 5, 7], 60),
}


@pytest.mark.parametrize("case", SHAPES)
def test_operator_in_use_equals_the_dense_one(case):
    shape, lengths, n_landmark = SHAPES[case]
    values = walk(shape)
    if shape[0] == 1:
        values = np.cumsum(values, axis=1)
    if case.startswith("dead"):
        values[:, :, 1], values[:, :, 3] = 0.1, values[:, :, 2]
    trace = trace_of(values, lengths)
    estimator = quiet(mm.MMPHATE(n_landmark=n_landmark, random_state=0).fit, trace)
    labels = estimator.landmark_labels_
    K = quiet(mm.multiway_kernel, trace)
    expected = dense_operator(K.toarray(), labels)
    found = estimator.landmark_operator_
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * expected.max())
    assert estimator.n_connected_components_ == connected_components(K, directed=False)[0]
    assert np.isfinite(estimator.embedding_).all()


def test_few_points_diffuse_on_the_same_kernel():
    values = walk((4, 5, 4, 5))
    estimator = mm.MMPHATE(random_state=0, interslice_knn=5).fit(trace_of(values, [5, 5, 5, 3, 2]))
    K = naive_kernel(values, interslice_knn=5, lengths=[5, 5, 5, 3, 2])
    expected = np.linalg.eigvals(K / K.sum(axis=1, keepdims=True))
    found = estimator.eigenvalues_
    np.testing.assert_allclose(np.sort(found), np.sort(expected.real), atol=1e-9)


def test_blocks_and_threads_change_nothing(monkeypatch):
    from mmphate_widget.kernel import inter, ragged

    trace = trace_of(walk((8, 10, 4, 5)), [10, 10, 7, 5, 7])

    def fit(n_jobs):
        return quiet(mm.MMPHATE(n_landmark=60, random_state=0, n_jobs=n_jobs).fit, trace)

    whole = fit(1)
    assert np.array_equal(whole.embedding_, fit(2).embedding_)
    monkeypatch.setattr(inter, "BLOCK_VALUES", 700)
    monkeypatch.setattr(inter, "RAGGED_VALUES", 700)
    monkeypatch.setattr(ragged, "RAGGED_VALUES", 700)
    np.testing.assert_allclose(fit(1).landmark_operator_, whole.landmark_operator_, atol=1e-12)


def test_padding_is_not_looked_at():
    values, lengths = walk((3, 4, 4, 5)), [4, 4, 3, 2, 4]
    padded = values.copy()
    for k, length in enumerate(lengths):
        padded[:, length:, :, k] = np.nan
    K = quiet(mm.multiway_kernel, values, lengths=lengths)
    assert abs(quiet(mm.multiway_kernel, padded, lengths=lengths) - K).max() == 0
    assert abs(quiet(mm.multiway_kernel, trace_of(values, lengths)) - K).max() == 0


def test_full_lengths_are_no_lengths():
    values = walk((3, 9, 4, 5))
    K = mm.multiway_kernel(values, lengths=[9] * 5)
    assert np.array_equal(K.toarray(), mm.multiway_kernel(values).toarray())


@pytest.mark.parametrize(
    "use",
    [
        lambda trace: mm.multiway_kernel(trace),
        lambda trace: mm.MMPHATE().fit(trace),
        lambda trace: mm.metrics.neighborhood_preservation(trace, trace.values, k=1),
    ],
)
def test_a_slice_of_one_valid_sample_is_named(use):
    trace = trace_of(walk((3, 4, 4, 3)), [4, 2, 2])
    with pytest.raises(ValueError, match=r"got 1 in slice \(epoch 0, step 2\).* first 2 steps"):
        use(trace)


@pytest.mark.parametrize(
    "lengths", [[4, 4], [4, 4, 5], [4, 4, 0], [[4], [4, 4]], [4.0, 4, 4], [[4, 4, 4]]]
)
def test_bad_lengths_are_named(lengths):
    with pytest.raises(ValueError, match="`lengths` must"):
        mm.multiway_kernel(np.zeros((2, 4, 3, 3)), lengths=lengths)
    assert check_lengths([4, 4, 4], n_epochs=1, n_steps=4, n_samples=3) is None


def test_neighborhoods_equal_naive_counting():
    values, lengths, k = walk((5, 6, 5, 6)), [6, 6, 6, 4, 4, 3], 3
    Y = np.random.default_rng(1).normal(size=(5, 6, 5, 3))
    found = mm.metrics.neighborhood_preservation(trace_of(values, lengths), Y, k=k)
    slices = [(e, t) for e in range(5) for t in range(6)]

    def apart(s, i, r, j):
        valid = [n > max(slices[s][1], slices[r][1]) for n in lengths]
        a, b = (zscored(values[slices[p]][u][valid]) for p, u in ((s, i), (r, j)))
        # Deviations with ddof 1, as everywhere in this measure.
        return np.sum((a - b) ** 2) * (sum(valid) - 1) / sum(valid) ** 2

    def share(ends, other_ends):
        def nearest(distance):
            return [
                set(sorted((p for p in ends if p != q), key=lambda p: distance(p, q))[:k])
                for q in ends
            ]

        wanted, kept = nearest(other_ends), nearest(layout)
        return np.mean([len(a & b) / k for a, b in zip(wanted, kept, strict=True)])

    def layout(p, q):
        return np.linalg.norm(Y[slices[p[0]]][p[1]] - Y[slices[q[0]]][q[1]])

    def space(p, q):
        return apart(*p, *q)

    inter = np.mean([share([(s, i) for s in range(30)], space) for i in range(5)])
    intra = np.mean([share([(s, i) for i in range(5)], space) for s in range(30)])
    assert found.inter == pytest.approx(inter, abs=1e-12)
    assert found.intra == pytest.approx(intra, abs=1e-12)


def test_a_fit_belongs_to_its_lengths():
    values = walk((3, 4, 4, 5))
    values[:, 3:, :, 0] = 0  # what lengths would make of it
    whole, cut = trace_of(values, None), trace_of(values, [3, 4, 4, 4, 4])
    assert np.array_equal(whole.values, cut.values)
    estimator = quiet(mm.MMPHATE(random_state=0).fit, cut)
    assert estimator.is_fitted_to(cut)
    assert not estimator.is_fitted_to(whole)
