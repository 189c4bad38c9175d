"""Which units respond alike in an epoch: one weighted graph of units, averaged over the steps.

    G_ij = sum_t |V_t| k_ij(t) / sum_t |V_t|

k(t) is METHOD's intra-step kernel of the slice (exp(-(d_ij / sigma_i) ** 5) on z-scored
activations, sigma_i the distance to the 2nd nearest other unit, cut at 1e-4, symmetrized) and V_t
the samples valid at step t. Weights |V_t|, which differ for unequal lengths alone, and leaving out
units that are constant in a slice are ours: such a unit has no pattern, and the kernel would put it
equally near to all others.

The null graph permutes the samples of each unit. All its steps are permuted alike, so that a
pattern that lasts over many steps still does; what units have in common is gone.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from mmphate_widget._lengths import padded_points, valid_sets
from mmphate_widget._types import AnyArray, Generator
from mmphate_widget.kernel.intra import intra_kernel, slice_blocks
from mmphate_widget.kernel.standardize import duplicate_distance, zscore
from mmphate_widget.trace.values import valid_mask

# Of METHOD's kernel: the defaults of the estimator.
KNN = 2
DECAY = 5.0


@dataclass(frozen=True, slots=True)
class EpochPatterns:
    """The z-scored slices of an epoch: 0 where a sample is past its end.

    ``valid`` says which samples take part in a step, ``active`` which units are not constant there.
    """

    z: Float[np.ndarray, "step unit sample"]
    valid: Bool[np.ndarray, "step sample"]
    active: Bool[np.ndarray, "step unit"]

    @classmethod
    def of(
        cls, values: Float[np.ndarray, "step unit sample"], lengths: Int[np.ndarray, " sample"] | None
    ) -> "EpochPatterns":
        """The patterns of one epoch of a trace."""
        n_steps, _, n_samples = values.shape
        if lengths is None:
            z = zscore(values)
            valid = np.ones((n_steps, n_samples), bool)
        else:
            sets = valid_sets(lengths, n_epochs=1, n_steps=n_steps)
            z = padded_points(values, sets, standardize=zscore)
            valid = valid_mask(lengths, n_steps=n_steps)
        return cls(z, valid, z.any(axis=2))

    def graph(self) -> Float[np.ndarray, "unit unit"]:
        """The graph of the units; the diagonal is 0."""
        n_steps, n_units, n_samples = self.z.shape
        total = np.zeros((n_units, n_units))
        share = self.valid.sum(axis=1) / self.valid.sum()
        duplicate = duplicate_distance(n_samples)
        for steps in slice_blocks(n_steps, n_units):
            kernel = intra_kernel(
                self.z[steps], knn=min(KNN, n_units - 1), decay=DECAY, duplicate=duplicate
            )
            active = self.active[steps].astype(np.float64) * np.sqrt(share[steps, None])
            total += np.einsum("tij,ti,tj->ij", kernel, active, active)
        return total

    def shuffled(self, rng: Generator) -> "EpochPatterns":
        """The same with the samples of each unit in an order of its own, alike at all steps."""
        _, n_units, n_samples = self.z.shape
        order = rng.permuted(np.tile(np.arange(n_samples), (n_units, 1)), axis=1)
        z = np.zeros_like(self.z)
        for valid, steps in self._groups():
            taken = restrict_permutations(order, valid)
            z[np.ix_(steps, np.arange(n_units), np.flatnonzero(valid))] = np.take_along_axis(
                self.z[steps], taken[None], axis=2
            )
        return EpochPatterns(z, self.valid, self.active)

    def _groups(self) -> list[tuple[Bool[np.ndarray, " sample"], Int[np.ndarray, " step"]]]:
        """The steps that have the same valid samples, together."""
        distinct, which = np.unique(self.valid, axis=0, return_inverse=True)
        return [(valid, np.flatnonzero(which == at)) for at, valid in enumerate(distinct)]


def restrict_permutations(
    order: Int[np.ndarray, "unit sample"], valid: Bool[np.ndarray, " sample"]
) -> Int[np.ndarray, "unit valid"]:
    """Permutations of all samples, as they permute the valid ones.

    From a valid sample on, its cycle is followed to the next valid one. Such a restriction of a
    uniform permutation is uniform, too, and those to nested sets agree as far as they can.

    Examples
    --------
    >>> restrict_permutations(np.array([[2, 0, 1]]), np.array([True, True, False]))
    array([[1, 0]])
    """
    at: AnyArray = order[:, valid]
    while not (inside := valid[at]).all():
        at = np.where(inside, at, np.take_along_axis(order, at, axis=1))
    return at


def modularity(
    graph: Float[np.ndarray, "unit unit"], codes: Int[np.ndarray, " unit"], *, resolution: float
) -> float:
    """Share of the weight inside communities, less what degrees alone would put there.

        Q = sum_c [w_c / W - resolution * (d_c / W) ** 2]

    w_c is the weight between members of c, d_c the sum of their degrees, W that of all degrees.
    """
    total = graph.sum()
    if total == 0:
        return 0.0
    _, at = np.unique(codes, return_inverse=True)
    member = np.eye(at.max() + 1)[at]
    between = member.T @ graph @ member / total
    return float(np.trace(between) - resolution * np.sum(between.sum(axis=1) ** 2))
