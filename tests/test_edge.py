"""The edges of shape, scale and type: a right answer or a clear error; never NaN, never a hang."""

import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.oracle import dense_operator, naive_kernel

import mmphate_widget as mm
from mmphate_widget.kernel.copies import count_distinct, find_copies

# Far above what any of these inputs takes, far below a hang.
PATIENCE = 30


@pytest.fixture(autouse=True)
def no_hang():
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < PATIENCE


def quiet(function, *args, **kwargs):
    """Clamped neighbors and disconnected graphs are told, and are not the matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return function(*args, **kwargs)


def walk(shape=(6, 7, 5, 4), seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=shape), axis=0)


def check_all(values):
    """Kernel, both ways of diffusing and quality of any input, each against what it must be."""
    n_points = values[..., 0].size
    K = quiet(mm.multiway_kernel, values)
    assert abs(K - K.T).max() == 0
    assert np.all(K.diagonal() == 1)
    assert K.data.min() >= 1e-4
    assert K.data.max() <= 1
    for n_landmark in (20, 2000):
        estimator = mm.MMPHATE(n_landmark=n_landmark, random_state=0, t=4)
        Y = quiet(estimator.fit_transform, values)
        assert Y.shape == (*values.shape[:3], 3)
        assert np.isfinite(Y).all()
        assert 0 <= estimator.stress_ <= 1
        labels = estimator.landmark_labels_
        if labels is None:
            assert n_points <= n_landmark
            continue
        expected = dense_operator(K.toarray(), labels)
        np.testing.assert_allclose(
            estimator.landmark_operator_, expected, rtol=0, atol=1e-9 * expected.max()
        )
    kept = quiet(mm.metrics.neighborhood_preservation, values, Y, k=3)
    assert (0 <= kept.inter <= 1) or values.shape[0] * values.shape[1] == 1
    assert (0 <= kept.intra <= 1) or values.shape[2] == 1


SHAPES = {
    "one unit": walk((6, 7, 1, 4)),
    "one step": walk((30, 1, 5, 4)),
    "one epoch": walk((1, 30, 5, 4)),
    "one slice": walk((1, 1, 30, 4)),
    "one point": walk((1, 1, 1, 2)),
    "two points": walk((1, 2, 1, 2)),
    "two samples": walk((6, 7, 5, 2)),
    "512 units, few slices": walk((1, 3, 512, 6)),
    # Of 4 dimensions, so that the 100 components keep all of it.
    "more samples than components": walk() @ walk((4, 150)),
    "all units identical": np.repeat(walk((6, 7, 1, 4)), 5, axis=2),
    "all slices identical": np.repeat(walk((1, 1, 5, 4)), 40, axis=1),
    "all slices identical, many samples": np.repeat(walk((1, 1, 5, 150)), 40, axis=1),
    "all points identical": np.ones((6, 7, 5, 1)) * [1, 2, 4, 1],
    "all constant": np.zeros((6, 7, 5, 4)),
    "disconnected groups": np.concatenate([walk() * 1e-3 + walk((1, 1, 5, 4), s) for s in (1, 2)]),
}


@pytest.mark.parametrize("case", SHAPES)
def test_shapes(case):
    check_all(SHAPES[case])


SCALES = [1e-320, 1e-300, 1e-30, 1e30, 1e300]


@pytest.mark.parametrize("scale", SCALES)
def test_scales(scale):
    values = walk() / 100 * scale
    check_all(values)


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-100, 2.0**100, 2.0**1000])
def test_scale_does_not_matter(scale):
    values = walk()
    found = quiet(mm.multiway_kernel, values * scale)
    assert abs(found - quiet(mm.multiway_kernel, values)).max() < 1e-12
    fit = [
        quiet(mm.MMPHATE(n_landmark=20, random_state=0).fit, v) for v in (values, values * scale)
    ]
    assert np.array_equal(fit[0].embedding_, fit[1].embedding_)


def test_units_of_very_different_scale():
    values = walk()
    values[:, :, 0] *= 1e298
    values[:, :, 1] *= 1e-298
    K = quiet(mm.multiway_kernel, values).toarray()
    np.testing.assert_allclose(K, naive_kernel(values), atol=1e-10)
    check_all(values)


def test_neighborhoods_at_any_scale():
    """The paper's +1e-8 counts below 1e-8; above it scales change nothing, nor does a layout's."""
    values, Y = walk(), walk((6, 7, 5, 3), seed=1)
    found = quiet(mm.metrics.neighborhood_preservation, values, Y, k=3)
    for scale in (1e30, 1e300 / 100):
        assert quiet(mm.metrics.neighborhood_preservation, values * scale, Y, k=3) == found
    for scale in (1e-300, 1e-30, 1e30, 1e300):
        assert quiet(mm.metrics.neighborhood_preservation, values, Y * scale, k=3) == found
    small = quiet(mm.metrics.neighborhood_preservation, values * 1e-200, Y, k=3)
    assert small == quiet(mm.metrics.neighborhood_preservation, values * 1e-30, Y, k=3)


def test_raw_values_beyond_squares_are_named():
    for use in (
        lambda v: mm.multiway_kernel(v, normalize=False),
        lambda v: mm.MMPHATE(normalize=False).fit(v),
    ):
        with pytest.raises(ValueError, match=r"must lie within ±1e\+100 with normalize=False"):
            use(walk() * 1e101)
    assert np.isfinite(quiet(mm.multiway_kernel, walk() * 1e98, normalize=False).data).all()
    raw = mm.MMPHATE(n_landmark=20, normalize=False, random_state=0)
    assert np.isfinite(quiet(raw.fit_transform, walk() * 1e98)).all()


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="no long double")
def test_numbers_beyond_float64_are_named():
    with pytest.raises(ValueError, match="`X` must be finite; got inf"):
        mm.MMPHATE().fit(np.full((2, 2, 2, 2), np.longdouble(10) ** 4000))


TYPES = {
    "float16": np.float16,
    "float32": np.float32,
    "big endian": ">f8",
    "long double": np.longdouble,
    "int8": np.int8,
    "int64": np.int64,
    "bool": bool,
}


@pytest.mark.parametrize("case", TYPES)
def test_types(case):
    values = np.round(3 * walk()).clip(-128, 127)
    values = (values > 0 if TYPES[case] is bool else values).astype(TYPES[case])
    before = values.copy()
    check_all(values)
    same_as_floats(values)
    assert np.array_equal(values, before)


@pytest.mark.parametrize("dtype", [np.float16, np.int8, np.uint64, np.int64])
def test_largest_numbers_of_a_type(dtype):
    ends = np.finfo(dtype) if np.dtype(dtype).kind == "f" else np.iinfo(dtype)
    check_all(np.where(walk() > 0, dtype(ends.max), dtype(ends.min)))


def same_as_floats(values):
    plain = np.array(values, dtype=float, order="C")
    found, expected = (quiet(mm.multiway_kernel, v) for v in (values, plain))
    assert abs(found - expected).max() == 0
    found, expected = (
        quiet(mm.MMPHATE(n_landmark=20, random_state=0).fit_transform, v) for v in (values, plain)
    )
    assert np.array_equal(found, expected)
    Y = walk((*values.shape[:3], 3), seed=1)
    found, expected = (
        quiet(mm.metrics.neighborhood_preservation, v, Y, k=3) for v in (values, plain)
    )
    assert found == expected


@pytest.mark.parametrize("case", ["Fortran", "transposed", "stepped", "reversed", "read-only"])
def test_layouts(case):
    values = walk((6, 8, 5, 4))
    if case == "read-only":
        values.flags.writeable = False
    same_as_floats(
        {
            "Fortran": np.asfortranarray(values),
            "transposed": values.transpose(1, 3, 2, 0),
            "stepped": values[:, ::2],
            "reversed": values[::-1, :, ::-1],
            "read-only": values,
        }[case]
    )


@pytest.mark.parametrize("mode", ["r", "c"])
def test_memory_maps(tmp_path, mode):
    values = walk().astype(np.float32)
    np.save(tmp_path / "values.npy", values)
    same_as_floats(np.load(tmp_path / "values.npy", mmap_mode=mode))
    assert np.array_equal(np.load(tmp_path / "values.npy"), values)


@settings(deadline=None, max_examples=30)
@given(
    shape=st.tuples(*(st.integers(1, 5),) * 3, st.integers(2, 5)),
    scale=st.sampled_from([1e-300, 1e-30, 1.0, 1e30, 1e298]),
    dtype=st.sampled_from([np.float16, np.float64, np.int16, bool]),
    seed=st.integers(0, 1000),
    kinds=st.integers(1, 40),
)
def test_any_small_input(shape, scale, dtype, seed, kinds):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(kinds, shape[3]))
    values = rows[rng.integers(kinds, size=shape[:3])]
    values = values * scale if dtype is np.float64 else values.astype(dtype)
    check_all(values)


@pytest.mark.parametrize("n_landmark", [12, 60])
def test_copies_change_no_entry(n_landmark):
    """Units that are dead, saturated for long, or move between a few places."""
    values = walk((10, 8, 5, 5))
    values[:, :, 0] = 0.5
    values[3:, :, 1] = values[2, 3, 1]
    values[:, :, 2] = values[:1, :4, 2].repeat(2, 1).repeat(10, 0)
    estimator = quiet(mm.MMPHATE(n_landmark=n_landmark, random_state=0).fit, values)
    K = quiet(mm.multiway_kernel, values)
    expected = dense_operator(K.toarray(), estimator.landmark_labels_)
    found = estimator.landmark_operator_
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * expected.max())


def test_copies_are_exact_and_found_only_where_many():
    z = walk((100, 3))
    assert find_copies(z, count_distinct(z)) is None
    z[10:] = z[9]
    copies = find_copies(z, count_distinct(z))
    assert np.array_equal(z[copies.first][copies.kind], z)
    assert sorted(copies.count) == [1] * 9 + [91]
    z[20:] += 1e-12 * walk((80, 3))
    assert find_copies(z, count_distinct(z)) is None


def test_dead_units_are_cheap():
    """60,000 identical slices are 3.6e9 pairs, a minute of work, which nobody should do."""
    values = walk((3000, 20, 1, 3))
    values[:] = np.where(np.arange(3000)[:, None, None, None] < 2990, 0.0, values)
    estimator = quiet(
        mm.MMPHATE(n_landmark=50, t=2, mds_solver="classical", random_state=0).fit, values
    )
    assert estimator.timings_["kernel"] < 3


def test_a_dead_unit_of_many_slices():
    """All distances are 0, a matrix that iterative eigensolvers refuse."""
    estimator = mm.MMPHATE(random_state=0)
    Y = quiet(estimator.fit_transform, np.zeros((30, 20, 1, 5)))
    assert estimator.landmark_labels_ is None
    assert np.array_equal(Y, np.zeros_like(Y))


def test_constant_points_of_many_samples():
    Y = quiet(mm.MMPHATE(random_state=0).fit_transform, np.ones((2, 2, 2, 2001)))
    assert np.isfinite(Y).all()
