"""The synthetic suite as the paper has it: sizes, controls, read-out, warp, what is shared."""

import numpy as np
import pytest

from mmphate_widget.datasets import bifurcation_suite, bifurcations
from mmphate_widget.datasets.bifurcations import START_SPREAD, warped
from mmphate_widget.datasets.dynamics import SYSTEMS, latent_path, runge_kutta

SMALL = {"n_epochs": 13, "n_steps": 6, "n_samples": 8}


def read_out(path, phase):
    """The read-out before its noise, written for one state at a time."""
    values = np.empty(path.shape[:-1])
    for at in np.ndindex(values.shape):
        x, y = path[at]
        values[at] = 0.2 * (x * np.cos(phase) + y * np.sin(phase)) + 1.2 * (x * x + y * y) ** 0.5
    return values


def expected(first, second, *, warp, ends, seed):
    """Clean read-outs of the two groups, by the order of draws that a seed stands for."""
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.6, (SMALL["n_samples"], 2))
    controls = [np.linspace(-1, end, SMALL["n_epochs"]) for end in ends]
    paths = [latent_path(SYSTEMS[first], start, controls[0], SMALL["n_steps"], rng)]
    if warp == "copy":
        paths.append(bent(paths[0]))
    else:
        paths.append(latent_path(SYSTEMS[second], start, controls[1], SMALL["n_steps"], rng))
        paths = [bent(path) for path in paths] if warp else paths
    phase = rng.uniform(0.2 * np.pi, 0.8 * np.pi)
    return np.stack([read_out(path, phase) for path in paths], axis=2)


def bent(path):
    x, y = path[..., 0], path[..., 1]
    return np.stack([x + 0.15 * x * y, y + 0.15 * x**2], axis=-1)


@pytest.mark.parametrize(
    ("first", "second", "warp", "ends"),
    [
        ("hopf", "hopf", False, (2, 3)),
        ("hopf", "hopf", True, (2, 3)),
        ("pitchfork", "pitchfork", False, (2, 3)),
        ("pitchfork", "pitchfork", True, (2, 3)),
        ("hopf", "pitchfork", False, (2, 2)),
        ("hopf", "pitchfork", True, (2, 2)),
        ("hopf", "hopf", "copy", (2, 2)),
    ],
)
def test_every_scenario_of_the_paper(first, second, warp, ends):
    trace = bifurcations(first, second, warp=warp, random_state=3, **SMALL)
    clean = expected(first, second, warp=warp, ends=ends, seed=3)
    noise = trace.values - np.repeat(clean, 3, axis=2)
    assert noise.std() == pytest.approx(0.001, rel=0.05)
    assert abs(noise.mean()) < 1e-4
    # Every unit has noise of its own.
    by_unit = noise.transpose(2, 0, 1, 3).reshape(6, -1)
    assert np.abs(np.corrcoef(by_unit) - np.eye(6)).max() < 0.2
    for (_, curve), end in zip(trace.metrics.items(), ends, strict=True):
        np.testing.assert_allclose(curve, np.linspace(-1, end, 13), atol=1e-12)


def test_defaults_are_the_size_of_the_paper_and_seed_24():
    trace = bifurcations(n_steps=2)
    assert trace.shape == (101, 2, 6, 10)
    assert trace.values.dtype == np.float64
    assert bifurcations("hopf", "pitchfork", random_state=24, n_steps=2).equals(trace)
    assert not bifurcations(random_state=25, n_steps=2).equals(trace)


def test_groups_have_names():
    assert bifurcations(n_units=2, **SMALL).units == (
        "hopf[0]", "hopf[1]", "pitchfork[0]", "pitchfork[1]",
    )  # fmt: skip
    twins = bifurcations("hopf", "hopf", **SMALL)
    assert twins.layers == ("hopf A",) * 3 + ("hopf B",) * 3
    copy = bifurcations("hopf", "hopf", warp="copy", **SMALL)
    assert tuple(copy.metrics) == ("μ of hopf", "μ of hopf warped")


def test_both_groups_start_from_the_same_points():
    """One step from the same start at the same control: twins differ by noise alone."""
    values = bifurcations("hopf", "hopf", n_epochs=1, n_steps=1).values[0, 0]
    np.testing.assert_allclose(values[:3].mean(axis=0), values[3:].mean(axis=0), atol=0.01)
    start = np.random.default_rng(24).normal(0, START_SPREAD, (10, 2))
    radius = np.hypot(*runge_kutta(SYSTEMS["hopf"], start, -1.0).T)
    assert np.corrcoef(values[0], radius)[0, 1] > 0.9


def test_warp_of_a_few_states():
    states = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [2.0, -1.0]])
    np.testing.assert_allclose(
        warped(states[None, None])[0, 0],
        [[0, 0], [1, 0.15], [0, 2], [2 - 0.3, -1 + 0.6]],
        atol=1e-15,
    )


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"first": "lorenz"}, ValueError, "`first` must be one of 'hopf', 'pitchfork'; got 'lor"),
        ({"second": "hop"}, ValueError, "`second` must be one of 'hopf', 'pitchfork'; got 'hop'"),
        ({"warp": "copy"}, ValueError, "`second` must equal `first` with warp='copy'.*'pitchfork'"),
        ({"n_units": 0}, ValueError, "`n_units` must be an integer at least 1; got 0"),
        ({"random_state": -1}, ValueError, "`random_state` must be an integer at least 0; got -1"),
    ],
)
def test_bad_arguments(options, error, match):
    with pytest.raises(error, match=match):
        bifurcations(**options)


def test_the_suite_is_all_scenarios_of_the_paper():
    suite = bifurcation_suite(random_state=3, **SMALL)
    for (first, second), name in [
        (("hopf", "hopf"), "hopf"),
        (("pitchfork", "pitchfork"), "pitchfork"),
        (("hopf", "pitchfork"), "hopf × pitchfork"),
    ]:
        for warp, ending in [(False, "no warp"), (True, "warp")]:
            alone = bifurcations(first, second, warp=warp, random_state=3, **SMALL)
            assert suite.pop(f"{name}, {ending}").equals(alone)
    copy = bifurcations("hopf", "hopf", warp="copy", random_state=3, **SMALL)
    assert suite.pop("hopf, clean × warped copy").equals(copy)
    assert suite == {}


def test_the_suite_sets_its_scenarios_itself():
    with pytest.raises(TypeError, match=r"The scenarios set `first`, `warp`; .* bifurcations"):
        bifurcation_suite(warp=True, first="hopf")
