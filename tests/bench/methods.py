"""One embedding in this process: seconds, peak memory, and the coordinates in a file.

    python tests/bench/methods.py METHOD VALUES.npy SEED [COORDINATES.npy]

runs in any environment that holds the method and prints one line of JSON. Every method is given
the same values (epoch, step, unit, sample). Those that know nothing of slices get the standardized
points as rows, which counts as part of their time, and embed into 3 dimensions (openTSNE into 2,
the most that its interpolation does). What is not counted: importing, reading, writing, and the
memory of processes that a method starts beside this one.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from memory_table import resident

N_COMPONENTS = 3
# Numbers of landmarks that are compared; our default is 2,000.
LANDMARKS = (250, 500, 1_000, 2_000, 4_000)
# A method: from a seed, what embeds values and what describes the fit afterwards.
Prepared = tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], dict[str, Any]]]


def standardized_rows(values: np.ndarray) -> np.ndarray:
    """Points as rows, each z-scored over its samples; constant ones are 0."""
    rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
    rows -= rows.mean(axis=1, keepdims=True)
    deviation = rows.std(axis=1, keepdims=True)
    return np.divide(rows, deviation, out=np.zeros_like(rows), where=deviation > 0)


def nothing(coordinates: np.ndarray) -> dict[str, Any]:
    return {}


def mmphate(**parameters: Any) -> Callable[[int], Prepared]:
    """Our estimator with some parameters."""

    def prepare(seed: int) -> Prepared:
        import mmphate_widget as mm

        estimator = mm.MMPHATE(N_COMPONENTS, random_state=seed, **parameters)

        def describe(coordinates: np.ndarray) -> dict[str, Any]:
            from global_order import order_kept

            return {
                "t": estimator.t_,
                "stress": estimator.stress_,
                "bandwidth": estimator.bandwidth_,
                "components": estimator.n_connected_components_,
                "stages": estimator.timings_,
                "order": order_kept(estimator, coordinates),
            }

        return estimator.fit_transform, describe

    return prepare


def torch_engine(seed: int) -> Prepared:
    """Our estimator on a CUDA device, or on torch's CPU device where there is none."""
    import torch

    embed, describe = mmphate(engine="torch")(seed)
    found = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if found else "torch's CPU device"
    return embed, lambda coordinates: describe(coordinates) | {"device": device}


def m_phate(seed: int) -> Prepared:
    """The authors' engine with its defaults."""
    import m_phate as reference

    operator = reference.M_PHATE(
        n_components=N_COMPONENTS, n_jobs=-1, random_state=seed, verbose=False
    )
    return lambda values: operator.fit_transform(values.reshape(-1, *values.shape[2:])), nothing


def umap(seed: int) -> Prepared:
    """UMAP with its defaults. Without a seed: with one it leaves all cores but one idle."""
    from umap import UMAP

    embedder = UMAP(n_components=N_COMPONENTS)
    return lambda values: embedder.fit_transform(standardized_rows(values)), nothing


def opentsne(seed: int) -> Prepared:
    """openTSNE with its defaults on all cores."""
    from openTSNE import TSNE

    embedder = TSNE(n_jobs=-1, random_state=seed)
    return lambda values: np.asarray(embedder.fit(standardized_rows(values))), nothing


def pca(seed: int) -> Prepared:
    """Principal components."""
    from sklearn.decomposition import PCA

    embedder = PCA(N_COMPONENTS, random_state=seed)
    return lambda values: embedder.fit_transform(standardized_rows(values)), nothing


# NAME -> from a seed, a function from values (epoch, step, unit, sample) to coordinates by point.
METHODS: dict[str, Callable[[int], Prepared]] = {
    "mmphate": mmphate(engine="numpy"),
    "mmphate refine": mmphate(engine="numpy", refine=True),
    "mmphate smacof": mmphate(engine="numpy", mds_solver="smacof"),
    "mmphate torch": torch_engine,
    "mmphate phate": mmphate(engine="phate"),
    "mmphate phate 4000": mmphate(engine="phate", n_landmark=4_000),
    "m-phate": m_phate,
    "umap": umap,
    "opentsne": opentsne,
    "pca": pca,
} | {f"mmphate {n}": mmphate(engine="numpy", n_landmark=n) for n in LANDMARKS}


def run_once(method: str, values_file: str, seed: int, coordinates_file: str | None) -> dict:
    """What one embedding took, or why there is none."""
    warnings.simplefilter("ignore")
    try:
        embed, describe = METHODS[method](seed)
        values = np.load(values_file)
        started = time.perf_counter()
        coordinates = embed(values)
        seconds = time.perf_counter() - started
        peak = resident("VmHWM")
    except (NotImplementedError, ImportError) as error:
        return {"unavailable": str(error)}
    except Exception as error:  # Of other people's code: what it says goes into the table.
        return {"failed": f"{type(error).__name__}: {error}"}
    coordinates = np.asarray(coordinates).reshape(*values.shape[:3], -1)
    if coordinates_file:
        np.save(coordinates_file, coordinates)
    return {"seconds": seconds, "peak_bytes": peak, **describe(coordinates)}


if __name__ == "__main__":
    name, values_file, seed, *rest = sys.argv[1:]
    result = run_once(name, values_file, int(seed), rest[0] if rest else None)
    sys.stdout.write("\n" + json.dumps(result) + "\n")
