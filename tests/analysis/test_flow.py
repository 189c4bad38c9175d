"""Flow: rates against a slow oracle, planted motion, what must not matter, nothing from noise."""

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.analysis import flow
from mmphate_widget.analysis.motion import participation_ratio

SHAPE = (4, 6, 5, 9)


def walk(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).normal(size=shape).cumsum(0).cumsum(1)


def parts(found):
    return [
        found.speed.values,
        found.displacement.values,
        found.alignment.values,
        found.dimension.values,
    ]


def zscored(x):
    return (x - x.mean()) / x.std()


class TestOracle:
    lengths = np.array([6, 6, 6, 6, 6, 6, 4, 4, 2])
    epochs, steps = [0, 1, 5, 20], [0, 1, 2, 4, 8, 9]

    @pytest.mark.parametrize("normalize", [True, False])
    @pytest.mark.parametrize("is_ragged", [True, False])
    def test_in_patterns_and_activations(self, normalize, is_ragged):
        values = walk()
        lengths = self.lengths if is_ragged else np.full(9, 6)
        trace = mm.Trace.from_array(values, lengths=lengths, epochs=self.epochs, steps=self.steps)
        found = flow(trace, normalize=normalize)
        scale = zscored if normalize else np.array

        def moved(one, other, valid):
            change = scale(values[other][valid]) - scale(values[one][valid])
            return change / np.sqrt(valid.sum())

        velocity = {}
        for e, t, i in np.ndindex(4, 5, 5):
            v = moved((e, t, i), (e, t + 1, i), lengths > t + 1)
            velocity[e, t, i] = v / (self.steps[t + 1] - self.steps[t])
            assert found.speed.values[e, t, i] == pytest.approx(np.linalg.norm(velocity[e, t, i]))
        assert np.isnan(found.speed.values[:, -1]).all()
        for e, t, i in np.ndindex(3, 6, 5):
            away = moved((e, t, i), (e + 1, t, i), lengths > t)
            rate = np.linalg.norm(away) / (self.epochs[e + 1] - self.epochs[e])
            assert found.displacement.values[e + 1, t, i] == pytest.approx(rate)
        assert np.isnan(found.displacement.values[0]).all()
        flat = [np.concatenate([velocity[e, t, i] for t, i in np.ndindex(5, 5)]) for e in range(4)]
        for e, f in np.ndindex(4, 4):
            cosine = flat[e] @ flat[f] / np.linalg.norm(flat[e]) / np.linalg.norm(flat[f])
            assert found.alignment.values[e, f] == pytest.approx(cosine)
        for e in range(4):
            states = [[scale(values[e, t, i][lengths > t]) for i in range(5)] for t in range(6)]
            eigenvalues = np.linalg.eigvalsh(np.cov(np.concatenate(states, axis=1)))
            ratio = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
            assert found.dimension.values[e] == pytest.approx(ratio)

    def test_in_an_embedding(self):
        places = walk((4, 6, 5, 3))
        found = flow(np.zeros(SHAPE), places)
        np.testing.assert_allclose(
            found.speed.values[:, :-1], np.linalg.norm(np.diff(places, axis=1), axis=-1)
        )
        np.testing.assert_allclose(
            found.displacement.values[1:], np.linalg.norm(np.diff(places, axis=0), axis=-1)
        )
        eigenvalues = np.linalg.eigvalsh(np.cov(places[1].reshape(-1, 3).T))
        assert found.dimension.values[1] == pytest.approx(
            eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
        )


class TestPlanted:
    def test_steady_drift_has_one_rate_at_uneven_epochs_and_steps(self):
        epochs, steps = np.array([0, 1, 5, 20]), np.array([0, 3, 4])
        places = np.zeros((4, 3, 2, 2))
        places[..., 0] = 0.5 * epochs[:, None, None] + 2.0 * steps[:, None]
        trace = mm.Trace.from_array(np.zeros((4, 3, 2, 2)), epochs=epochs, steps=steps)
        found = flow(trace, places)
        np.testing.assert_allclose(found.displacement.values[1:], 0.5)
        np.testing.assert_allclose(found.speed.values[:, :-1], 2.0)
        np.testing.assert_allclose(found.dimension.values, 1.0)

    def test_flow_that_turns_back_changes_its_sign(self):
        forth = walk((1, 6, 5, 3))
        found = flow(np.zeros((3, 6, 5, 2)), np.concatenate([forth, -forth, 2 * forth + 1]))
        np.testing.assert_allclose(
            found.alignment.values, [[1, -1, 1], [-1, 1, -1], [1, -1, 1]], atol=1e-12
        )

    @pytest.mark.parametrize("n_groups", [1, 3, 6])
    def test_dimension_counts_groups_of_states(self, n_groups):
        rng = np.random.default_rng(0)
        groups = rng.normal(size=(3, 10, n_groups, 200))
        found = flow(groups[:, :, np.arange(12) % n_groups])
        np.testing.assert_allclose(found.dimension.values, n_groups, rtol=0.01)

    def test_dimension_of_a_sphere_is_that_of_the_space(self):
        places = np.random.default_rng(0).normal(size=(2, 50, 50, 3))
        found = flow(np.zeros((2, 50, 50, 2)), places)
        np.testing.assert_allclose(found.dimension.values, 3, rtol=0.01)


class TestInvariance:
    def test_turning_mirroring_and_moving_an_embedding_changes_nothing(self):
        rng = np.random.default_rng(0)
        trace, places = np.zeros(SHAPE), walk((4, 6, 5, 3))
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        mirror = np.diag([1.0, -1.0, 1.0])
        for one, other in zip(
            parts(flow(trace, places)), parts(flow(trace, places @ turn @ mirror + 7)), strict=True
        ):
            np.testing.assert_allclose(one, other, atol=1e-9)

    def test_its_scale_changes_rates_alone(self):
        trace, places = np.zeros(SHAPE), walk((4, 6, 5, 3))
        usual, larger = parts(flow(trace, places)), parts(flow(trace, places * 10))
        for factor, one, other in zip((10, 10, 1, 1), usual, larger, strict=True):
            np.testing.assert_allclose(one * factor, other, atol=1e-9)

    def test_patterns_do_not_depend_on_scale_or_order(self):
        values, rng = walk(), np.random.default_rng(1)
        units, samples = rng.permutation(5), rng.permutation(9)
        scaled = values * rng.uniform(0.1, 9, size=(5, 1)) + rng.normal(size=(5, 1))
        usual = parts(flow(values))
        for other in (scaled, values[..., samples]):
            for one, two in zip(usual, parts(flow(other)), strict=True):
                np.testing.assert_allclose(one, two, atol=1e-9)
        reordered = flow(values[:, :, units])
        np.testing.assert_allclose(reordered.speed.values, usual[0][:, :, units])
        np.testing.assert_allclose(reordered.alignment.values, usual[2], atol=1e-9)


class TestNull:
    def test_flows_of_white_noise_have_nothing_in_common(self):
        values = np.random.default_rng(0).normal(size=(12, 8, 16, 20))
        alignment = flow(values).alignment.values
        off = alignment[np.triu_indices(12, 1)]
        # 66 cosines of vectors of 7 × 16 × 19 numbers, which neighboring steps halve at most.
        bound = 1 / np.sqrt(7 * 16 * 19 / 2)
        assert abs(off.mean()) < 4 * bound / np.sqrt(66)
        assert np.abs(off).max() < 4 * bound

    def test_shuffling_units_of_each_epoch_undoes_a_common_flow(self):
        rng = np.random.default_rng(0)
        common = walk((1, 8, 40, 20)) + 0.1 * rng.normal(size=(6, 8, 40, 20))
        shuffled = np.stack([one[:, rng.permutation(40)] for one in common])
        off = np.triu_indices(6, 1)
        assert flow(common).alignment.values[off].min() > 0.9
        assert np.abs(flow(shuffled).alignment.values[off]).max() < 0.15


class TestEdges:
    def test_what_rests_has_no_direction_and_no_dimension(self):
        values = walk()
        values[2] = np.arange(9.0)
        found = flow(values)
        assert np.isnan(found.alignment.values[2]).all()
        assert np.isnan(found.alignment.values[:, 2]).all()
        assert np.isfinite(found.alignment.values[np.ix_([0, 1, 3], [0, 1, 3])]).all()
        np.testing.assert_array_equal(found.speed.values[2, :-1], 0)
        assert found.dimension.values[2] == pytest.approx(1)
        assert np.isnan(participation_ratio(np.ones((3, 4))))
        assert np.isnan(flow(np.ones((2, 3, 4, 5))).dimension.values).all()

    def test_patterns_that_rest_up_to_rounding_rest(self):
        grown = np.random.default_rng(0).normal(size=(1, 1, 4, 9)) * np.arange(1, 7)[:, None, None]
        found = flow(np.repeat(grown, 3, axis=0))
        np.testing.assert_array_equal(found.speed.values[:, :-1], 0)
        assert np.isnan(found.alignment.values).all()

    def test_one_step_and_one_epoch(self):
        found = flow(walk((1, 1, 5, 9)))
        assert np.isnan(found.speed.values).all()
        assert np.isnan(found.displacement.values).all()
        assert np.isfinite(found.dimension.values).all()

    def test_tables_curves_channels_and_figures(self):
        trace = mm.Trace.from_array(walk(), epochs=[0, 1, 5, 20])
        found = flow(trace)
        table = found.to_dataframe()
        assert table["epoch_label"].tolist() == [0, 1, 5, 20]
        assert np.isnan(table["alignment_with_previous"][0])
        assert table["alignment_with_previous"][2] == found.alignment.values[2, 1]
        assert table["alignment_with_last"][3] == pytest.approx(1)
        pairs = found.alignment.to_dataframe()
        assert pairs["flow_alignment"][1] == found.alignment.values[0, 1]
        assert pairs["other_epoch_label"][2] == 5
        assert repr(found) == "<Flow in patterns: 4 epochs × 6 steps × 5 units>"
        w = mm.MMPHATEWidget(walk((4, 6, 5, 3)), trace=trace)
        w.color_by = found.channel()
        for one in (found, found.speed, found.alignment, found.dimension):
            w.add_curve(one.curve())
            assert one.plot().axes[0].get_xlabel() == "epoch"
        with pytest.raises(ValueError, match="read-only"):
            found.alignment.values[0] = 0

    def test_wrong_uses_are_named(self):
        for embedding in (None, np.zeros((2, 3, 4, 2))):
            with pytest.raises(TypeError, match="`normalize` must be True or False; got 'x'"):
                mm.analysis.flow(np.zeros((2, 3, 4, 5)), embedding, normalize="x")
        with pytest.raises(ValueError, match="`embedding` must match the trace's"):
            flow(walk(), walk((4, 6, 4, 3)))
        with pytest.raises(TypeError, match="`normalize` must be True or False"):
            flow(walk(), normalize="yes")
        with pytest.raises(ValueError, match="`trace` must have at least 2 samples"):
            flow(walk()[..., :1])
