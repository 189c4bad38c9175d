import numpy as np
import pytest

from mmphate_widget._gram import gram
from mmphate_widget.diffusion.powers import addition_chain, first_squares, matrix_power


def shortest_length(target, known):
    """Fewest sums by breadth first, of any two numbers at hand, not of the last one alone."""
    held, steps = {frozenset(known)}, 0
    while not any(target in numbers for numbers in held):
        held = {
            numbers | {a + b}
            for numbers in held
            for a in numbers
            for b in numbers
            if max(numbers) < a + b <= target
        }
        steps += 1
    return steps


@pytest.mark.parametrize("known", [(1,), (1, 2), (1, 2, 4)])
@pytest.mark.parametrize("target", range(1, 34))
def test_a_chain_is_the_shortest(target, known):
    chain = addition_chain(target, known)
    have = set(known)
    for one, other in chain:
        assert {one, other} <= have
        have.add(one + other)
    assert target in have
    assert len(chain) == shortest_length(target, [n for n in known if n <= target])


@pytest.mark.parametrize("target", [129, 255, 1000, 100_003])
def test_a_long_chain_leads_there_and_is_no_longer_than_by_squares(target):
    chain = addition_chain(target, (1, 2, 4))
    have = {1, 2, 4}
    for one, other in chain:
        assert {one, other} <= have
        have.add(one + other)
    assert target in have
    assert len(chain) <= target.bit_length() - 3 + target.bit_count() - 1


@pytest.mark.parametrize("t", [1, 2, 3, 4, 11, 23, 100, 130, 301])
def test_a_power_takes_as_many_products_as_its_chain_has_sums(t):
    M = np.random.default_rng(0).random((5, 5))
    M = (M + M.T) / (M + M.T).sum(axis=1).max()
    products = []

    def counted(*factors, n_jobs):
        products.append(len(factors))
        return gram(*factors, n_jobs=n_jobs)

    known = first_squares(M, 2, gram=counted, n_jobs=1)
    assert sorted(known) == [1, 2, 4]
    assert products == [1, 1]
    found = matrix_power(known, t, gram=counted, n_jobs=1)
    np.testing.assert_allclose(found, np.linalg.matrix_power(M, t), rtol=1e-11)
    assert len(products) == 2 + len(addition_chain(t, (1, 2, 4)))
