"""Entropies inside and between steps: limits, a slow oracle, what must not matter, wrong uses."""

import numpy as np
import pytest
from scipy.special import digamma

import mmphate_widget as mm
from mmphate_widget.analysis import inter_step_entropy, intra_step_entropy

N_EPOCHS, N_STEPS = 3, 10


def groups_of_units(n_groups, n_units, n_samples, *, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    groups = rng.normal(size=(N_EPOCHS, N_STEPS, n_groups, n_samples))
    units = groups[:, :, np.arange(n_units) % n_groups]
    return units + noise * rng.normal(size=units.shape)


def walk(shape=(4, 9, 5, 12), seed=0):
    """Smooth over epochs and steps, so that bandwidths are neither tiny nor huge."""
    return np.random.default_rng(seed).normal(size=shape).cumsum(0).cumsum(1)


def ragged(values, lengths):
    return mm.Trace.from_array(values, lengths=lengths)


def naive_zscore(x):
    return (x - x.mean()) / x.std()


def naive_entropy(matrix):
    shares = np.linalg.eigvalsh(matrix / np.trace(matrix))
    return -sum(p * np.log(p) for p in shares if p > 0)


def naive_distance(values, lengths, a, b):
    """Of two slices (epoch, step) of values (epoch, step, sample)."""
    valid = lengths > max(a[1], b[1])
    z = [naive_zscore(values[at][valid]) for at in (a, b)]
    return np.sqrt(((z[0] - z[1]) ** 2).sum() * len(valid) / valid.sum())


class TestFiguresOfTheMethod:
    """4 planted groups 4.6, one group 1.0, 40 unrelated units with 30 samples 20."""

    @pytest.mark.parametrize(
        ("n_groups", "noise", "expected", "within"),
        # With noise of a fifth of the signal; three standard deviations of a mean over 30 slices.
        [(4, 0.2, 4.6, 0.1), (1, 0.0, 1.0, 1e-9), (40, 0.0, 20.0, 0.5)],
    )
    def test_exponential_counts_groups(self, n_groups, noise, expected, within):
        values = groups_of_units(n_groups, 40, 30, noise=noise)
        assert np.exp(intra_step_entropy(values).values).mean() == pytest.approx(
            expected, abs=within
        )


class TestLimits:
    def test_units_alike_up_to_sign_and_scale_are_one_group(self):
        values = groups_of_units(1, 12, 30) * np.linspace(-3, 4, 12)[:, None] + 5
        np.testing.assert_allclose(intra_step_entropy(values).values, 0, atol=1e-9)

    @pytest.mark.parametrize("n_groups", [2, 3, 5, 8])
    def test_planted_groups_are_counted(self, n_groups):
        values = groups_of_units(n_groups, 40, 500)
        np.testing.assert_allclose(np.exp(intra_step_entropy(values).values), n_groups, rtol=0.02)

    @pytest.mark.parametrize(("n_units", "n_samples"), [(40, 30), (10, 100), (60, 12)])
    def test_unrelated_units_give_what_page_says(self, n_units, n_samples):
        values = groups_of_units(n_units, n_units, n_samples)
        few, many = sorted([n_units, n_samples - 1])
        expected = np.log(few) - few / (2 * many)
        assert intra_step_entropy(values).values.mean() == pytest.approx(expected, abs=0.03)

    def test_constant_units_do_not_count_and_nothing_else_is_nan(self):
        values = groups_of_units(3, 9, 50)
        expected = intra_step_entropy(values[:, :, :6]).values
        values[:, :, 6:] = 1.0
        np.testing.assert_allclose(intra_step_entropy(values).values, expected, atol=1e-12)
        values[1, 2] = 0.5
        found = intra_step_entropy(values).values
        assert np.argwhere(np.isnan(found)).tolist() == [[1, 2]]

    def test_steps_alike_are_one_and_steps_apart_are_all(self):
        rng = np.random.default_rng(0)
        alike = np.repeat(rng.normal(size=(4, 1, 3, 20)), 8, axis=1)
        apart = rng.normal(size=(4, 8, 3, 20))
        np.testing.assert_allclose(inter_step_entropy(alike, bandwidth=1.0).values, 0, atol=1e-9)
        np.testing.assert_allclose(
            inter_step_entropy(apart, bandwidth=0.5).values, np.log(8), atol=1e-6
        )

    @pytest.mark.parametrize("n_phases", [2, 4])
    def test_planted_phases_of_steps_are_counted(self, n_phases):
        phases = np.random.default_rng(0).normal(size=(3, n_phases, 4, 100))
        values = np.repeat(phases, 12 // n_phases, axis=1)
        found = np.exp(inter_step_entropy(values, bandwidth=2.0).values)
        np.testing.assert_allclose(found, n_phases, rtol=1e-6)

    def test_bandwidth_of_a_unit_that_never_moves(self):
        values = np.repeat(np.random.default_rng(0).normal(size=(1, 1, 3, 20)), 60, axis=1)
        np.testing.assert_allclose(inter_step_entropy(values).values, 0, atol=1e-9)

    def test_entropy_of_a_gaussian_cloud(self):
        rng = np.random.default_rng(0)
        cloud = rng.normal(size=(20, 3, 300, 3))
        trace = np.zeros((20, 3, 300, 2))
        expected = 1.5 * np.log(2 * np.pi * np.e)
        intra = intra_step_entropy(trace, cloud, estimator="knn").values
        assert intra.mean() == pytest.approx(expected, abs=0.06)
        trace, cloud = (a.swapaxes(1, 2) for a in (trace, cloud))
        inter = inter_step_entropy(trace, cloud, estimator="knn").values
        np.testing.assert_array_equal(inter, intra)


class TestOracle:
    lengths = np.array([9, 9, 9, 9, 9, 9, 9, 9, 9, 6, 6, 4])

    @pytest.mark.parametrize("is_ragged", [False, True])
    def test_intra_step(self, is_ragged):
        values = walk()
        lengths = self.lengths if is_ragged else np.full(12, 9)
        for e, t in np.ndindex(4, 9):
            z = np.array([naive_zscore(x) for x in values[e, t][:, lengths > t]])
            expected = naive_entropy(z @ z.T)
            found = intra_step_entropy(ragged(values, lengths)).values[e, t]
            assert found == pytest.approx(expected, abs=1e-10)

    @pytest.mark.parametrize("is_ragged", [False, True])
    def test_inter_step(self, is_ragged):
        values = walk()
        lengths = self.lengths if is_ragged else np.full(12, 9)
        slices = list(np.ndindex(4, 9))
        distances = np.array(
            [
                [[naive_distance(values[:, :, i], lengths, a, b) for a in slices] for b in slices]
                for i in range(5)
            ]
        )
        bandwidth = np.median(np.sort(distances, axis=2)[:, :, 7], axis=1).mean()
        found = inter_step_entropy(ragged(values, lengths), interslice_knn=7).values
        given = inter_step_entropy(ragged(values, lengths), bandwidth=bandwidth).values
        for e, i in np.ndindex(4, 5):
            block = distances[i, e * 9 : e * 9 + 9, e * 9 : e * 9 + 9]
            shares = np.maximum(np.linalg.eigvalsh(np.exp(-((block / bandwidth) ** 2))), 0)
            expected = naive_entropy(np.diag(shares))
            assert found[e, i] == pytest.approx(expected, abs=1e-9)
            assert given[e, i] == pytest.approx(expected, abs=1e-9)

    def test_it_is_the_kernel_of_the_embedding(self):
        values = walk()
        kernel = mm.multiway_kernel(values, interslice_knn=7).toarray()
        found = inter_step_entropy(values, interslice_knn=7).values
        of_unit = np.arange(9) * 5
        for e, i in np.ndindex(4, 5):
            at = e * 45 + of_unit + i
            # The kernel is cut at 1e-4: the sum of what is missing moves the entropy by less.
            assert found[e, i] == pytest.approx(naive_entropy(kernel[np.ix_(at, at)]), abs=5e-3)

    @pytest.mark.parametrize("k", [1, 4])
    def test_knn(self, k):
        places = np.random.default_rng(0).normal(size=(2, 3, 6, 2))
        found = intra_step_entropy(
            np.zeros((2, 3, 6, 2)), places, estimator="knn", n_neighbors=k
        ).values
        for e, t in np.ndindex(2, 3):
            points = places[e, t]
            radii = [sorted(np.linalg.norm(points - p, axis=1))[k] for p in points]
            expected = digamma(6) - digamma(k) + np.log(np.pi) + 2 * np.log(radii).mean()
            assert found[e, t] == pytest.approx(expected)


class TestInvariance:
    @pytest.mark.parametrize("measure", [intra_step_entropy, inter_step_entropy])
    def test_of_the_spectral_estimator(self, measure):
        values = walk((5, 6, 7, 12))
        rng = np.random.default_rng(1)
        expected = measure(values).values
        units, samples = rng.permutation(7), rng.permutation(12)
        scaled = values * rng.uniform(1e-3, 1e3, size=(7, 1)) + rng.normal(size=(7, 1))
        np.testing.assert_allclose(measure(scaled).values, expected, atol=1e-8)
        np.testing.assert_allclose(measure(values[..., samples]).values, expected, atol=1e-8)
        reordered = measure(values[:, :, units]).values
        if measure is inter_step_entropy:
            expected = expected[:, units]
        np.testing.assert_allclose(reordered, expected, atol=1e-8)

    @pytest.mark.parametrize("measure", [intra_step_entropy, inter_step_entropy])
    def test_of_the_nearest_neighbor_estimator(self, measure):
        rng = np.random.default_rng(0)
        trace, places = np.zeros((3, 6, 8, 2)), rng.normal(size=(3, 6, 8, 3))
        places[0, :, 2] = places[0, :, 3] = places[0, :, 4] = places[0, :, 5]
        expected = measure(trace, places, estimator="knn").values
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        moved = measure(trace, places @ turn + 3, estimator="knn").values
        np.testing.assert_allclose(moved, expected, atol=1e-8)
        larger = measure(trace, places * 10, estimator="knn").values
        np.testing.assert_allclose(larger, expected + 3 * np.log(10), atol=1e-8)

    def test_equal_calls_give_equal_bits(self):
        values = walk((30, 40, 2, 4))
        first, second = (inter_step_entropy(values).values for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_samples_past_their_length_do_not_count(self):
        values = walk((3, 6, 4, 10))
        lengths = np.array([6] * 8 + [3] * 2)
        rest = values.copy()
        rest[:, 3:, :, 8:] = 99
        for measure in (intra_step_entropy, inter_step_entropy):
            np.testing.assert_array_equal(
                measure(ragged(rest, lengths), **knn_of(measure)).values,
                measure(ragged(values, lengths), **knn_of(measure)).values,
            )
        late = intra_step_entropy(values[:, 3:, :, :8]).values
        found = intra_step_entropy(ragged(values, lengths)).values[:, 3:]
        np.testing.assert_allclose(found, late, atol=1e-12)


def knn_of(measure):
    return {"interslice_knn": 5} if measure is inter_step_entropy else {}


class TestNull:
    def test_white_noise_has_no_phases(self):
        values = np.random.default_rng(0).normal(size=(20, 6, 30, 40))
        for measure in (intra_step_entropy, inter_step_entropy):
            curve = measure(values).curve().values
            slope = np.polyfit(np.arange(20), curve, 1)[0]
            # Of 20 independent means: the slope's deviation is that of the curve over 26.
            assert abs(slope) < 3 * curve.std() / 26
            assert curve.std() < 0.02

    def test_shuffling_samples_of_each_unit_undoes_groups(self):
        rng = np.random.default_rng(0)
        values = groups_of_units(4, 40, 30)
        shuffled = rng.permuted(values, axis=3)
        assert np.exp(intra_step_entropy(values).values).mean() < 4
        assert np.exp(intra_step_entropy(shuffled).values).mean() == pytest.approx(20, abs=0.7)


class TestEdges:
    def test_duplicates_reach_the_floor(self):
        places = np.random.default_rng(0).normal(size=(1, 2, 5, 2))
        places[0, 0] = places[0, 0, 0]
        low, usual = intra_step_entropy(np.zeros((1, 2, 5, 2)), places, estimator="knn").values[0]
        extent = np.sqrt(np.square(places - places.mean(axis=(0, 1, 2))).sum(axis=-1).mean())
        expected = digamma(5) - digamma(3) + np.log(np.pi) + 2 * np.log(1e-6 * extent)
        assert low == pytest.approx(expected)
        assert usual > low + 15

    def test_an_embedding_in_one_place_has_none(self):
        one = np.ones((2, 3, 5, 2))
        assert np.isnan(intra_step_entropy(one, one, estimator="knn").values).all()

    def test_results_have_names_axes_and_units_of_measure(self):
        values, places = walk((3, 9, 5, 12)), walk((3, 9, 5, 3))
        intra, inter = intra_step_entropy(values), inter_step_entropy(values)
        assert (intra.axes, inter.axes) == (("epoch", "step"), ("epoch", "unit"))
        assert intra.unit_of_measure == inter.unit_of_measure == "nats"
        assert "intra_step_entropy" in intra.to_dataframe()
        assert intra_step_entropy(values, places, estimator="knn").name == "intra-step entropy knn"
        w = mm.MMPHATEWidget(places, trace=mm.Trace.from_array(values))
        w.add_curve(intra.curve())
        w.color_by = inter.channel()

    @pytest.mark.parametrize("measure", [intra_step_entropy, inter_step_entropy])
    def test_wrong_uses_are_named(self, measure):
        values = walk((3, 9, 5, 12))
        with pytest.raises(ValueError, match=r"`embedding` must hold.*got None\. Pass Y of"):
            measure(values, estimator="knn")
        with pytest.raises(ValueError, match=r"`embedding` must match.*got \(2, 9, 5\)"):
            measure(values, walk((2, 9, 5, 3)), estimator="knn")
        with pytest.raises(ValueError, match=r"`estimator` must be one of 'spectral', 'knn'"):
            measure(values, estimator="kde")
        with pytest.raises(ValueError, match=r"`n_neighbors` must be at most"):
            measure(values, walk((3, 9, 5, 3)), estimator="knn", n_neighbors=9)
        with pytest.raises(ValueError, match="`trace` must have at least 2 samples"):
            measure(values[..., :1])
        with pytest.raises(ValueError, match="at least 2 valid samples"):
            measure(ragged(values, [9] + [4] * 11))

    def test_bandwidth_is_checked(self):
        with pytest.raises(ValueError, match="`bandwidth` must be a finite number"):
            inter_step_entropy(walk(), bandwidth=0)
        with pytest.warns(UserWarning, match="`interslice_knn` is 25, and there are only 8 slices"):
            inter_step_entropy(walk((2, 4, 3, 5)))


@pytest.mark.parametrize(("bandwidth", "wanted"), [(1e-200, np.log(5)), (1e200, 0.0)])
def test_any_bandwidth_above_0_works(bandwidth, wanted):
    values = np.random.default_rng(0).normal(size=(2, 5, 3, 20))
    found = inter_step_entropy(values, bandwidth=bandwidth).values
    np.testing.assert_allclose(found, wanted, atol=1e-9)
