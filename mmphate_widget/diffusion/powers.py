"""Powers of a symmetric matrix, none of whose entries are negative, in as few products as can be.

Powers of one matrix commute: each product of two of them is symmetric, and half the work of other
products suffices. All terms are at least 0, so that small probabilities keep their digits; from
eigenvectors they would be differences of larger numbers.
"""

from collections.abc import Callable, Mapping
from itertools import count

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import AnyArray

# Probabilities below this are 0: products of others never reach the numbers that processors take a
# hundred times longer for.
SMALLEST = 1e-150
# Up to here the shortest chain is searched for (5 ms at the worst), and halves are taken beyond.
LARGEST_SEARCHED = 128


def multiply(
    one: Float[np.ndarray, "row row"],
    other: Float[np.ndarray, "row row"],
    *,
    gram: Callable[..., AnyArray],
    n_jobs: int,
) -> Float[np.ndarray, "row row"]:
    """The product of two powers of one matrix."""
    product = gram(one, n_jobs=n_jobs) if one is other else gram(one, other, n_jobs=n_jobs)
    product[product < SMALLEST] = 0.0
    return product


def first_squares(
    symmetric: Float[np.ndarray, "row row"],
    n_squares: int,
    *,
    gram: Callable[..., AnyArray],
    n_jobs: int,
) -> dict[int, AnyArray]:
    """M, M², M⁴, … by exponent: M and so many squares."""
    powers = {1: symmetric}
    for at in range(n_squares):
        square = powers[2**at]
        powers[2 ** (at + 1)] = multiply(square, square, gram=gram, n_jobs=n_jobs)
    return powers


def matrix_power(
    known: Mapping[int, AnyArray],
    t: int,
    *,
    gram: Callable[..., AnyArray],
    n_jobs: int,
) -> Float[np.ndarray, "row row"]:
    """Mᵗ from the powers of M that are known, by exponent; M itself is one of them."""
    chain = addition_chain(t, tuple(sorted(known)))
    powers = dict(known)
    for at, (one, other) in enumerate(chain):
        # What no later product needs makes place.
        needed = {exponent for pair in chain[at:] for exponent in pair}
        powers = {exponent: powers[exponent] for exponent in needed if exponent in powers}
        powers[one + other] = multiply(powers[one], powers[other], gram=gram, n_jobs=n_jobs)
    return powers[t]


def addition_chain(target: int, known: tuple[int, ...]) -> list[tuple[int, int]]:
    """Fewest sums of two numbers each, of those known and those found before, to the target.

    Parameters
    ----------
    target : int
        At least 1.
    known : tuple of int
        Ascending, 1 among them.

    Returns
    -------
    list of (int, int)
        What is added, in order; empty where the target is known. Beyond ``LARGEST_SEARCHED`` not
        always the fewest: the way to half the target, doubled.

    Examples
    --------
    >>> addition_chain(23, (1, 2, 4))
    [(4, 1), (5, 4), (9, 9), (18, 5)]
    """
    if target in known:
        return []
    if target > LARGEST_SEARCHED:
        half, odd = divmod(target, 2)
        end = [(half, half), (2 * half, 1)] if odd else [(half, half)]
        return addition_chain(half, known) + end
    for length in count(1):
        found = sums_to(target, tuple(n for n in known if n < target), length)
        if found is not None:
            return found
    raise AssertionError


def sums_to(target: int, known: tuple[int, ...], length: int) -> list[tuple[int, int]] | None:
    """At most so many sums, each of the last number and one before it; None where more it takes."""
    last = known[-1]
    if last << length < target:
        return None
    for other in reversed(known):
        total = last + other
        if total == target:
            return [(last, other)]
        if total < target and length > 1:
            rest = sums_to(target, (*known, total), length - 1)
            if rest is not None:
                return [(last, other), *rest]
    return None
