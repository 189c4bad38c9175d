import numpy as np
import pytest

from mmphate_widget.diffusion import choose_time, entropy_curve, knee


def test_entropy_of_powers_one_by_one():
    values = np.array([1.0, 0.8, -0.5, 0.1, 0.0])
    curve = entropy_curve(values, t_max=6)
    for t in range(1, 7):
        p = np.abs(values) ** t
        p = p[p > 0] / p.sum()
        assert curve[t - 1] == pytest.approx(-np.sum(p * np.log(p)), abs=1e-12)


@pytest.mark.parametrize("at", [1, 7, 40, 97])
def test_knee_of_two_lines_is_where_they_meet(at):
    x = np.arange(100.0)
    assert knee(np.where(x < at, 3 * (at - x), 0.2 * (at - x))) == at


def test_knee_equals_polyfit_on_a_curve():
    y = 4 * np.exp(-np.arange(60) / 6) + 0.01 * np.random.default_rng(0).normal(size=60)

    def misfit(x, y):
        return np.abs(np.polyval(np.polyfit(x, y, 1), x) - y).sum()

    x = np.arange(60)
    errors = [misfit(x[: c + 1], y[: c + 1]) + misfit(x[c:], y[c:]) for c in range(1, 59)]
    assert knee(y) == 1 + int(np.argmin(errors))


def test_time_is_the_power_at_the_knee_and_not_its_position():
    values = np.linspace(1, 0, 50) ** 2
    assert choose_time(values) == 1 + knee(entropy_curve(values))
    assert entropy_curve(values).shape == (100,)


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0], [1.0, 0.0], [1.0, 1e-300]])
def test_degenerate_spectra_have_a_time(values):
    assert 1 <= choose_time(np.array(values)) <= 100
