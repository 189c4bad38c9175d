"""How fine communities should be: of several partitions, the one that explains the epoch best.

A resolution that finds three groups breaks up the same groups where there are ten, or joins them.
So Leiden offers partitions at several resolutions, and the choice is a likelihood's, which also
says what of each is joined (``community_joining``). If the members of a community read one signal
each with its own noise, the correlations C of the units, over all D values of an epoch, have the
likelihood (Giada and Marsili; n_c units in community c, C_c the sum of the correlations among them,
0 for a unit alone)

    log L = D/2 sum_c [log(n_c / C_c) + (n_c - 1) log((n_c^2 - n_c) / (n_c^2 - C_c))]

and finer partitions always gain a little. What they must gain is the information that they hold,
as in an integrated classification likelihood (Biernacki, Celeux and Govaert), with one parameter
for each of K communities:

    log L - sum_c n_c log(H / n_c) - K/2 log D

Noise that lasts over the steps counts as fewer values: D is what the autocorrelation rho of what
each unit has beyond its community leaves, D = (sum_t N_tt)^2 / sum_st N_st rho_st^2, with N_st
samples that reach both steps, over the steps at which there is any such noise. (The candidates, D
and the combination are ours.)

References
----------
L. Giada, M. Marsili, Phys. Rev. E 63 (2001) 061101, https://doi.org/10.1103/PhysRevE.63.061101.
C. Biernacki, G. Celeux, G. Govaert, IEEE Trans. Pattern Anal. Mach. Intell. 22 (2000) 719,
https://doi.org/10.1109/34.865189.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from mmphate_widget._types import AnyArray
from mmphate_widget.analysis.unit_graph import EpochPatterns

# Of members that are all but equal: how near the sum of their correlations comes to its largest.
NEAREST = 1e-9
# What a unit has beyond its community, relative to all it has, that is rounding.
ROUNDING = 1e-7


def correlations(patterns: EpochPatterns) -> Float[np.ndarray, "unit unit"]:
    """Correlation of every two units over the samples of all steps, each step about its mean.

    0 with a unit that is constant at all steps.
    """
    z = _unscaled(patterns)
    products = np.tensordot(z, z, axes=((0, 2), (0, 2)))
    norm = np.sqrt(np.diag(products))
    norm = np.where(norm > 0, norm, np.inf)
    return np.asarray(products / norm / norm[:, None])


def effective_count(patterns: EpochPatterns, codes: Int[np.ndarray, " unit"]) -> float:
    """D: how many values of noise tell as much as all of an epoch, given communities."""
    valid = patterns.valid.astype(np.float64)
    common = valid @ valid.T
    total = float(np.trace(common))
    rest = _unscaled(patterns)
    for code in np.unique(codes):
        members = codes == code
        # What a unit alone has beyond its community is nothing.
        rest[:, members] -= rest[:, members].mean(axis=1, keepdims=True)
    size = np.linalg.norm(rest, axis=2, keepdims=True)
    is_more = size > ROUNDING * np.sqrt(total)
    rest = np.divide(rest, size, out=np.zeros_like(rest), where=is_more)
    # A step at which all units are constant, or their community's signal, says nothing about noise.
    noisy = is_more.any(axis=(1, 2))
    if not noisy.any():
        return total
    flat = rest[noisy].reshape(int(noisy.sum()), -1)
    products = flat @ flat.T
    own = np.sqrt(np.diag(products))
    common = common[np.ix_(noisy, noisy)]
    share = common / np.sqrt(np.outer(np.diag(common), np.diag(common)))
    rho = products / np.outer(own, own) / np.maximum(share, ROUNDING)
    return float(np.trace(common) ** 2 / np.sum(common * rho**2))


def evidence(
    correlation: Float[np.ndarray, "unit unit"], codes: Int[np.ndarray, " unit"], *, count: float
) -> float:
    """The integrated likelihood of a partition, in nats above that of units all alone.

    Examples
    --------
    >>> alike = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    >>> evidence(alike, np.zeros(4, int), count=20) > evidence(alike, np.arange(4) // 2, count=20)
    True
    """
    distinct, at = np.unique(codes, return_inverse=True)
    member = np.eye(len(distinct))[at]
    within = np.sum(member * (correlation @ member), axis=0)
    sizes = member.sum(axis=0)
    costs = label_cost(sizes, len(codes), count=count)
    return float(np.sum(explained(within, sizes, count=count) - costs))


def explained(
    within: Float[np.ndarray, "*community"], sizes: Float[np.ndarray, "*community"], *, count: float
) -> Float[np.ndarray, "*community"]:
    """What communities of these sizes and sums of correlations add to the log-likelihood."""
    is_alike = (sizes > 1) & (within > sizes)
    # Others add nothing; two units whose correlation is 0 stand in their place.
    n = np.where(is_alike, sizes, 2.0)
    alike = np.where(is_alike, np.minimum(within, n * n * (1 - NEAREST)), 2.0)
    gained = np.log(n / alike) + (n - 1) * np.log((n * n - n) / (n * n - alike))
    return np.asarray(count / 2 * gained)


def label_cost(
    sizes: Float[np.ndarray, "*community"], n_units: int, *, count: float
) -> Float[np.ndarray, "*community"]:
    """What communities of these sizes cost: the labels of their units, and a parameter each."""
    return np.asarray(sizes * np.log(n_units / sizes) + np.log(count) / 2)


def likeliest(
    correlation: Float[np.ndarray, "unit unit"],
    partitions: Sequence[Int[np.ndarray, " unit"]],
    active: Bool[np.ndarray, " unit"],
    *,
    count: float,
) -> int:
    """Position of the first partition of the active units that has the most evidence."""
    if not active.any():
        return 0
    among: AnyArray = correlation[np.ix_(active, active)]
    return int(np.argmax([evidence(among, codes[active], count=count) for codes in partitions]))


def _unscaled(patterns: EpochPatterns) -> Float[np.ndarray, "step unit sample"]:
    """Z-scores as they are; patterns of unequal lengths come scaled, for distances."""
    share = patterns.valid.mean(axis=1)
    return np.asarray(patterns.z * np.sqrt(share)[:, None, None])
