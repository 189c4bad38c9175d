"""The latent systems against their closed-form solutions, rest points and a reference solver."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from mmphate_widget.datasets.dynamics import SYSTEMS, hopf, latent_path, pitchfork, runge_kutta

STARTS = np.random.default_rng(0).normal(0, 0.6, (6, 2))


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("mu", [-1.0, 0.0, 0.7, 3.0])
def test_a_step_follows_the_flow(name, mu):
    field = SYSTEMS[name]
    for start in STARTS:
        exact = solve_ivp(
            lambda _t, s: field(s[None], mu)[0], (0, 0.1), start, rtol=1e-10, atol=1e-12
        ).y[:, -1]
        stepped = runge_kutta(field, start[None], mu)[0]
        np.testing.assert_allclose(stepped, exact, atol=2e-5)


def test_a_step_is_of_fourth_order():
    def error(dt):
        exact = STARTS
        for _ in range(64):
            exact = runge_kutta(hopf, exact, 1.0, dt=dt / 64)
        return np.abs(runge_kutta(hopf, STARTS, 1.0, dt=dt) - exact).max()

    assert error(0.1) / error(0.05) == pytest.approx(2**5, rel=0.2)


def test_hopf_in_polar_form():
    """r' = μr − r³ and a turn of ω = 1 radian a unit of time."""
    x, y = STARTS.T
    velocity_x, velocity_y = hopf(STARTS, 0.7).T
    r = np.hypot(x, y)
    np.testing.assert_allclose((x * velocity_x + y * velocity_y) / r, 0.7 * r - r**3, atol=1e-12)
    np.testing.assert_allclose((x * velocity_y - y * velocity_x) / r**2, 1.0, atol=1e-12)


@pytest.mark.parametrize("mu", [0.5, 2.0])
def test_pitchfork_rests_at_plus_and_minus_root_mu(mu):
    rest = np.array([[0, 0], [np.sqrt(mu), 0], [-np.sqrt(mu), 0]])
    np.testing.assert_allclose(pitchfork(rest, mu), 0, atol=1e-15)
    np.testing.assert_allclose(pitchfork(np.array([[0.0, 1.0]]), mu), [[0, -2]])


def test_an_epoch_goes_on_where_the_last_ended():
    """With one constant control, two epochs of ten steps are one of twenty."""
    two, one = (
        latent_path(hopf, STARTS, np.full(n, 0.3), 20 // n, np.random.default_rng(1))
        for n in (2, 1)
    )
    np.testing.assert_array_equal(two.reshape(one.shape), one)


def test_noise_of_a_step():
    path = latent_path(hopf, np.zeros((4000, 2)), np.array([-1.0]), 1, np.random.default_rng(1))
    assert path[0, 0].std() == pytest.approx(0.001, rel=0.05)


def test_long_paths_settle_where_theory_says():
    rng = np.random.default_rng(0)
    circle = latent_path(hopf, STARTS, np.array([2.0]), 200, rng)[0, -1]
    np.testing.assert_allclose(np.hypot(*circle.T), np.sqrt(2), atol=0.01)
    sides = latent_path(pitchfork, STARTS, np.array([2.0]), 200, rng)[0, -1]
    np.testing.assert_allclose(np.abs(sides[:, 0]), np.sqrt(2), atol=0.01)
    np.testing.assert_array_equal(np.sign(sides[:, 0]), np.sign(STARTS[:, 0]))
