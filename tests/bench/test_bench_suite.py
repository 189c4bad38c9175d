"""The benchmark harness at a size for tests: inputs, measures against oracles, report."""

import fresh
import inputs
import machine
import methods
import numpy as np
import plots
import pytest
import report
import sampling_loss
import scores
import speed
import stage_profile
from planted import SUITES, planted
from recordings import record

import mmphate_widget as mm


@pytest.fixture
def small_input(tmp_path, monkeypatch):
    """An input of 960 points in a folder of its own."""
    monkeypatch.setattr(inputs, "FOLDER", tmp_path)
    walk = np.random.default_rng(0).normal(size=(10, 12, 8, 6)).cumsum(0).cumsum(1)
    monkeypatch.setitem(inputs.INPUTS, "walk", lambda: walk)
    return "walk"


def test_recordings_are_seeded_smooth_and_noisy():
    clean, again, other = (
        record(6, 60, 8, 12, seed=seed, noise=noise) for seed, noise in ((3, 0), (3, 0), (4, 0))
    )
    noisy = record(6, 60, 8, 12, seed=3)
    assert np.array_equal(noisy[:4], record(4, 60, 8, 12, seed=3))
    assert np.array_equal(clean, again)
    assert not np.allclose(clean, other)
    for axis in (0, 1):
        moved = np.diff(clean, axis=axis).std()
        assert 0 < moved < 0.25 * clean.std()
    # White noise would move by more than its own deviation.
    assert (noisy - clean).std() == pytest.approx(0.01, rel=0.05)


def test_a_finer_recording_holds_the_coarser_one(small_input):
    whole = np.load(inputs.keep(small_input))
    sampled = np.load(inputs.keep(inputs.sampled_name(small_input, 3, 2)))
    assert np.array_equal(sampled, whole[:, 2::3])
    assert inputs.shape_of(small_input) == whole.shape
    assert inputs.sampled_name(small_input, 1) == small_input


def test_names_of_files_do_not_collide():
    slugs = [inputs.file_of(name) for name in inputs.INPUTS]
    assert len(set(slugs)) == len(inputs.INPUTS)


@pytest.mark.parametrize("n_groups", SUITES)
def test_planted_groups_are_there_to_be_found(n_groups):
    values, groups = planted(n_groups)
    n_units, n_epochs, n_steps = SUITES[n_groups]
    assert values.shape[:3] == (n_epochs, n_steps, n_units)
    assert np.bincount(groups).min() >= 2
    found = scores.communities(scores.standardized(values), groups)
    assert found["ARI whole"] > 0.95
    # In single slices noise covers much of it, so that there is something to compare.
    assert 0.2 < found["ARI by slice"] < found["ARI by epoch"] <= 1
    assert found["ARI by slice"] < 0.8
    shuffled = scores.communities(
        scores.standardized(values), np.random.default_rng(0).permutation(groups)
    )
    assert abs(shuffled["ARI whole"]) < 0.2


def test_communities_of_an_ideal_layout_are_exact():
    _, groups = planted(3)
    rng = np.random.default_rng(0)
    layout = np.eye(3)[groups] + 0.01 * rng.normal(size=(4, 5, len(groups), 3))
    assert scores.communities(layout, groups) == dict.fromkeys(
        ("ARI whole", "ARI by epoch", "ARI by slice"), 1.0
    )


def test_standardized_samples_keep_their_own_neighborhoods():
    values = np.random.default_rng(0).normal(size=(5, 10, 8, 6))
    found = scores.neighborhoods(values, scores.standardized(values))
    assert found["inter 10"] > 0.99
    assert found["intra 3"] > 0.99
    assert found["inter 10 chance"] == pytest.approx(10 / 49)


def test_a_fresh_process_is_measured(small_input):
    summary, layouts = fresh.embed("mmphate", small_input, repeats=2, coordinates=True)
    assert summary["repeats"] == len(layouts) == 2
    assert 0 < summary["seconds"]["low"] <= summary["seconds"]["median"] < 60
    # The interpreter and its libraries at least, and nothing like the size of this machine.
    assert 5e7 < summary["peak_bytes"]["median"] < 2e9
    assert sum(summary["stages"].values()) <= summary["seconds"]["high"]
    values = np.load(inputs.keep(small_input))
    expected = mm.MMPHATE(random_state=1, engine="numpy").fit_transform(values)
    assert np.array_equal(layouts[1], expected)


def test_what_cannot_run_says_why(small_input, monkeypatch):
    def unavailable(seed):
        raise NotImplementedError("`refine` must be False")

    def broken(seed):
        raise ValueError("Array must be symmetric")

    for prepare, key, reason in (
        (unavailable, "unavailable", "`refine`"),
        (broken, "failed", "ValueError: Array must be symmetric"),
    ):
        monkeypatch.setitem(methods.METHODS, "mmphate", prepare)
        result = methods.run_once("mmphate", str(inputs.keep(small_input)), 0, None)
        assert reason in result[key]
    missing = fresh.summarize([{"missing": "not available: no"}])
    assert report.cost(missing) == ["not available: no", "–"]


def test_an_environment_that_cannot_be_made_says_so(tmp_path, monkeypatch):
    import environments

    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    (tmp_path / "broken.txt").write_text("no such requirement\n")
    with pytest.raises(environments.NotInstalledError, match="Invalid requirement"):
        environments.make("broken")


def test_interpolation_is_exact_on_straight_lines():
    steps = np.array([1, 4, 7])
    line = np.arange(9.0)[None, :, None, None] * np.array([1.0, -2.0])
    found = sampling_loss.interpolated(line[:, steps], steps, 9)
    assert np.allclose(found[:, 1:8], line[:, 1:8])
    assert np.array_equal(found[:, 0], line[:, 1])
    assert np.array_equal(found[:, 8], line[:, 7])


def test_the_full_data_loses_nothing_and_a_shuffled_layout_everything():
    rng = np.random.default_rng(0)
    space = rng.normal(size=(40, 24, 2, 5))
    every = np.arange(24)
    kept = sampling_loss.losses(space, space, every, seed=0)
    assert all(share == 1.0 for share in kept.values())
    shuffled = rng.permutation(space.reshape(-1, 2, 5)).reshape(space.shape)
    lost = sampling_loss.losses(space, shuffled, every, seed=0)
    assert lost["inter 40"] == pytest.approx(40 / 959, abs=0.02)
    # Slices of other epochs are 24 fewer.
    assert lost["across 40"] == pytest.approx(40 / 936, abs=0.02)
    # Of the nearest slices only every fourth is shown.
    sparse = sampling_loss.losses(space, space[:, ::4], every[::4], seed=0)
    assert sparse["shown 40"] == pytest.approx(1 / 4, abs=0.05)


def test_intervals_hold_their_mean():
    found = sampling_loss.interval([0.2, 0.4, 0.6])
    # Student's 0.975 quantile with two degrees of freedom times the standard error.
    assert found["mean"] == pytest.approx(0.4)
    assert found["high"] - found["mean"] == pytest.approx(4.303 * 0.2 / np.sqrt(3), rel=1e-3)


def test_exponents_of_power_laws():
    rows = [
        {
            "points": n,
            "seconds": {"median": 0.5 * n**0.7 if n < 1e4 else n**1.3},
            "stages": {"kernel": 3 * n**0.9, "embedding": 4.0},
        }
        for n in (1e2, 1e3, 1e4, 1e5)
    ]
    found = speed.fits(rows)
    assert found["exponent_above"] == pytest.approx(1.3)
    assert found["exponent"] > 0.7
    assert found["stages"] == pytest.approx({"kernel": 0.9, "embedding": 0})


@pytest.mark.filterwarnings("ignore:The graph has:UserWarning")
def test_pairs_are_counted_as_the_kernel_has_them():
    walk = np.random.default_rng(1).normal(size=(20, 15, 4, 6)).cumsum(0)
    fitted = mm.MMPHATE(random_state=0, n_landmark=200, engine="numpy")
    with stage_profile.counting() as counts:
        fitted.fit(walk)
    n_slices = 300
    kernel = mm.multiway_kernel(walk).tocoo()
    between = (kernel.row // 4 != kernel.col // 4) & (kernel.row % 4 == kernel.col % 4)
    unordered, diagonal = between.sum() / 2, 4 * n_slices
    # A tile of a cluster with itself holds its pairs twice.
    assert unordered <= counts["inside"] <= 2 * unordered + diagonal
    assert counts["inside"] <= counts["pairs"] <= 4 * n_slices**2
    assert counts["landmarks"] == len(fitted.landmark_operator_)
    assert counts["rows"] >= counts["landmarks"]


def test_ceilings_are_those_of_a_computer(monkeypatch):
    monkeypatch.setattr(machine, "GEMM_SIZE", 300)
    monkeypatch.setattr(machine, "COPY_VALUES", 1_000_000)
    found = machine.ceilings()
    assert all(1e8 < value < 1e14 for kind in found.values() for value in kind.values())


def test_the_next_factor_is_worked_out():
    stages = [
        {"stage": "kernel", "seconds": 6.0, "at_ceiling": 1.0},
        {"stage": "bandwidth", "seconds": 2.0},
    ]
    said = stage_profile.next_factor(stages)
    assert "`kernel` with 6.00 of 8.00 s" in said
    assert "3.0 times as fast" in said
    assert "would take 3.00 s, 2.7 times less" in said


def test_the_committed_figures_render():
    found = report.load(inputs.ROOT / "notebooks" / "benchmarks.json")
    text = report.tables(found)
    for part in found:
        assert report.SECTIONS[part][0] in text
    assert set(found) == set(report.SECTIONS)
    for part in plots.PLOTS:
        plots.plot(found, part)
    text_of_file = (inputs.ROOT / "notebooks" / "benchmarks.md").read_text()
    assert text_of_file == text
