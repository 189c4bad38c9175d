"""Leiden's communities of a weighted graph. The one module that imports graspologic-native."""

from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Float, Int64

# Full cycles of Leiden in one attempt, each beginning with what the last one found; a single one
# often stops early on a dense graph.
CYCLES = 3
# The library's own: how readily a step that gains less is taken.
RANDOMNESS = 0.001


def leiden(
    graph: Float[np.ndarray, "unit unit"], *, resolution: float, seed: int, trials: int
) -> Int64[np.ndarray, " unit"]:
    """The partition of the largest modularity of some attempts, as codes.

    Nodes without an edge are alone, with codes after all others.
    """
    first, second = np.nonzero(np.triu(graph, 1))
    found = np.arange(len(graph), 2 * len(graph), dtype=np.int64)
    if not len(first):
        return found
    weights = graph[first, second].tolist()
    # The order of the edges decides how the nodes are numbered inside: it must be fixed.
    edges = list(zip(map(str, first.tolist()), map(str, second.tolist()), weights, strict=True))
    _, codes = _import_native().leiden(
        edges,
        resolution=resolution,
        randomness=RANDOMNESS,
        iterations=CYCLES,
        use_modularity=True,
        seed=seed,
        trials=trials,
    )
    for node, code in codes.items():
        found[int(node)] = code
    return found


def _import_native() -> Any:
    try:
        return import_module("graspologic_native")
    except ImportError as error:
        raise ModuleNotFoundError(
            "`communities` needs graspologic-native, which is not installed: "
            'pip install "mmphate-widget[analysis]".',
            name="graspologic_native",
        ) from error
