import warnings

import numpy as np
import pytest

import mmphate_widget as mm


def naive_preservation(values, Y, k):
    """Intra and inter by sorting the distances from each point."""
    E, T, H, _ = values.shape
    z = (values - values.mean(-1, keepdims=True)) / (values.std(-1, ddof=1, keepdims=True) + 1e-8)
    z, Y = z.reshape(E * T, H, -1), Y.reshape(E * T, H, -1)

    def kept(space, layout, k):
        shared = []
        for i in range(len(space)):
            others = [j for j in range(len(space)) if j != i]
            wanted = sorted(others, key=lambda j: np.linalg.norm(space[i] - space[j]))[:k]
            found = sorted(others, key=lambda j: np.linalg.norm(layout[i] - layout[j]))[:k]
            shared.append(len(set(wanted) & set(found)) / k)
        return np.mean(shared)

    intra = np.mean([kept(z[s], Y[s], min(k, H - 1)) for s in range(E * T)])
    inter = np.mean([kept(z[:, i], Y[:, i], min(k, E * T - 1)) for i in range(H)])
    return intra, inter


@pytest.mark.parametrize("n_samples", [4, 20])
def test_equals_naive_counting(n_samples):
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(size=(7, 5, 8, n_samples)), axis=0)
    Y = values[..., :3] + rng.normal(size=(7, 5, 8, 3))
    found = mm.metrics.neighborhood_preservation(values, Y, k=4)
    intra, inter = naive_preservation(values, Y, 4)
    assert found.intra == pytest.approx(intra, abs=1e-12)
    assert found.inter == pytest.approx(inter, abs=1e-12)
    assert (found.intra_chance, found.inter_chance) == (4 / 7, 4 / 34)


def test_a_faithful_layout_keeps_all_and_a_random_one_chance():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20, 20, 30, 3))
    z = (values - values.mean(-1, keepdims=True)) / values.std(-1, keepdims=True)
    kept = mm.metrics.neighborhood_preservation(values, 3 * z, k=5)
    assert kept.intra > 0.999
    assert kept.inter > 0.999
    random = mm.metrics.neighborhood_preservation(values, rng.normal(size=values.shape), k=5)
    assert random.intra == pytest.approx(random.intra_chance, abs=0.01)
    assert random.inter == pytest.approx(random.inter_chance, abs=0.005)


@pytest.mark.parametrize("n_samples", [4, 20])
def test_duplicates_are_neighbors_and_a_point_is_not_its_own(n_samples):
    """Slices and units come in equal pairs; a layout keeps the pairs, or pairs all otherwise."""
    places = np.random.default_rng(0).normal(size=(4, 4, n_samples))
    values = np.repeat(np.repeat(places, 2, axis=0), 2, axis=1)[:, None]
    paired = mm.metrics.neighborhood_preservation(values, values[..., :3], k=1)
    assert (paired.intra, paired.inter) == (1, 1)
    crossed = np.roll(values[..., :3], (1, 1), axis=(0, 2))
    apart = mm.metrics.neighborhood_preservation(values, crossed, k=1)
    assert (apart.intra, apart.inter) == (0, 0)


@pytest.mark.parametrize("lengths", [None, [5, 5, 5, 3, 2]])
def test_tiny_values_have_the_neighbors_of_larger_ones(lengths):
    """Below the guard against constant points distances only scale, until squares would vanish."""
    rng = np.random.default_rng(0)
    values, layout = rng.normal(size=(6, 5, 7, 5)), rng.normal(size=(6, 5, 7, 3))
    found = [
        mm.metrics.neighborhood_preservation(
            mm.Trace.from_array(np.ldexp(values, exponent), lengths=lengths), layout, k=4
        )
        for exponent in (-100, -660, -900)
    ]
    assert found[0] == found[1] == found[2]


def test_too_large_k_is_clamped_with_a_warning():
    rng = np.random.default_rng(0)
    with pytest.warns(UserWarning, match="`k` is 10, more than the 5 other units"):
        found = mm.metrics.neighborhood_preservation(
            rng.normal(size=(6, 5, 6, 4)), rng.normal(size=(6, 5, 6, 3)), k=10
        )
    assert (found.k, found.intra_k, found.inter_k) == (10, 5, 10)
    assert found.intra == found.intra_chance == 1


def test_without_others_there_is_no_number():
    values = np.random.default_rng(0).normal(size=(20, 1, 1, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = mm.metrics.neighborhood_preservation(values, values, k=3)
    assert np.isnan(found.intra)
    assert np.isnan(found.intra_chance)
    assert found.inter > 0


def test_takes_a_trace():
    values = np.random.default_rng(0).normal(size=(6, 2, 12, 4))
    trace = mm.Trace.from_array(values, dims=("epoch", "step", "unit", "sample"))
    of_trace = mm.metrics.neighborhood_preservation(trace, values, k=3)
    assert of_trace == mm.metrics.neighborhood_preservation(values, values, k=3)


@pytest.mark.parametrize(
    ("values", "Y", "k", "message"),
    [
        (np.zeros((2, 2, 2, 3)), np.zeros((2, 2, 3, 3)), 1, r"`Y` must have shape .*\(2, 2, 2\)"),
        (np.zeros((2, 2, 3)), np.zeros((2, 2, 3, 3)), 1, "`values` must have 4 axes"),
        (np.zeros((2, 2, 2, 3)), np.full((2, 2, 2, 3), np.inf), 1, "`Y` must be finite"),
        (np.zeros((2, 2, 2, 3)), np.zeros((2, 2, 2, 3)), 0, "`k` must be an integer at least 1"),
    ],
)
def test_bad_input_is_named(values, Y, k, message):
    with pytest.raises(ValueError, match=message):
        mm.metrics.neighborhood_preservation(values, Y, k=k)


@pytest.mark.parametrize(
    ("shape", "what", "side"),
    [((1, 1, 12, 3), "slices", "inter"), ((3, 4, 1, 3), "units of a slice", "intra")],
)
def test_without_a_neighbor_nothing_can_be_kept(shape, what, side):
    values = np.random.default_rng(0).normal(size=shape)
    match = f"`k` is 10, more than the 0 other {what}: without a neighbor, .* is NaN"
    with pytest.warns(UserWarning, match=match):
        result = mm.metrics.neighborhood_preservation(values, values)
    assert np.isnan(getattr(result, side))
