"""How good coordinates are: neighborhoods kept, and planted groups found again.

Community recovery is the adjusted Rand index (0 by chance, 1 exact) of a clustering of the units
against the planted groups: agglomerative, average linkage, told the number of groups, on the
embedded distances between units averaged over slices. `whole` averages over all slices of a run,
`by epoch` over the steps of one epoch at a time, `by slice` over nothing; the last two are means of
the indices of all epochs and slices.
"""

import warnings

import numpy as np
from jaxtyping import Float, Int
from methods import standardized_rows
from scipy.spatial.distance import cdist
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

INTER_NEIGHBORS = (10, 40)
INTRA_NEIGHBORS = 3

Layout = Float[np.ndarray, "epoch step unit component"]


def standardized(values: np.ndarray) -> Float[np.ndarray, "epoch step unit sample"]:
    """Each point z-scored over its samples."""
    return standardized_rows(values).reshape(values.shape)


def neighborhoods(values: np.ndarray, layout: Layout) -> dict[str, float]:
    """Shares of neighbors kept, beside their chance levels; see ``mm.metrics``."""
    import mmphate_widget as mm

    found = {}
    with warnings.catch_warnings():
        # `k` is clamped for the measure that is not read.
        warnings.simplefilter("ignore", UserWarning)
        for k in INTER_NEIGHBORS:
            kept = mm.metrics.neighborhood_preservation(values, layout, k=k)
            found[f"inter {k}"], found[f"inter {k} chance"] = kept.inter, kept.inter_chance
        kept = mm.metrics.neighborhood_preservation(values, layout, k=INTRA_NEIGHBORS)
    key = f"intra {INTRA_NEIGHBORS}"
    return found | {key: kept.intra, f"{key} chance": kept.intra_chance}


def unit_distances(layout: Layout) -> Float[np.ndarray, "epoch step unit unit"]:
    """Distances between units in each slice."""
    return np.stack([[cdist(step, step) for step in epoch] for epoch in layout])


def recovery(distances: Float[np.ndarray, "unit unit"], groups: Int[np.ndarray, " unit"]) -> float:
    """Adjusted Rand index of a clustering of units by their distances."""
    clustering = AgglomerativeClustering(
        len(np.unique(groups)), metric="precomputed", linkage="average"
    )
    return float(adjusted_rand_score(groups, clustering.fit_predict(distances)))


def communities(layout: Layout, groups: Int[np.ndarray, " unit"]) -> dict[str, float]:
    """Recovery of the planted groups over the whole run, by epoch and by slice."""
    by_slice = unit_distances(layout)
    by_epoch = by_slice.mean(axis=1)
    alone = by_slice.reshape(-1, *by_slice.shape[-2:])
    return {
        "ARI whole": recovery(by_epoch.mean(axis=0), groups),
        "ARI by epoch": float(np.mean([recovery(epoch, groups) for epoch in by_epoch])),
        "ARI by slice": float(np.mean([recovery(one, groups) for one in alone])),
    }


def average(scores: list[dict[str, float]]) -> dict[str, float]:
    """Medians over repeats."""
    return {key: float(np.median([score[key] for score in scores])) for key in scores[0]}
