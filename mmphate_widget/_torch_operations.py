"""``engine="torch"``: the operations of ``_operations`` on a CUDA device, or on torch's CPU.

A device is wide enough to look at every pair of slices of a unit: no tiles are skipped, one pass of
blocks of rows does it. All in float64: kernel entries in float32, off by 1e-5, led the layout of a
GRU's states to another minimum, at a Procrustes disparity of 2e-4. No atomic additions, whose order
is another one at each run: sums over clusters are products with indicators.
"""

import sys
from ctypes import CDLL
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from mmphate_widget._lengths import LayeredPoints
from mmphate_widget._operations import NUMPY, Operations
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.cells import sort_slices
from mmphate_widget.kernel.copies import Copies
from mmphate_widget.kernel.gaussian import is_product_exact
from mmphate_widget.kernel.inter import REACH
from mmphate_widget.kernel.intra import KERNEL_CUT
from mmphate_widget.kernel.near import BALL_MARGIN
from mmphate_widget.kernel.tiles import UnitAffinity, collect, unit_affinity

# Values of one block: 0.5 GB of float64 on a device, 32 MB a thread on torch's CPU.
DEVICE_VALUES, CPU_VALUES = 2**26, 2**22
# Up to so many features a tree on one core finds neighbors sooner than a device sorts distances.
FEW_FEATURES = 12
# Drivers by platform: where none loads there is no CUDA device, and torch need not be imported.
DRIVERS = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}


def has_cuda() -> bool:
    """Whether torch is installed and sees a CUDA device; imports torch only where a driver is."""
    try:
        CDLL(DRIVERS[sys.platform])
    except (KeyError, OSError):
        return False
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


def torch_operations() -> Operations:
    """The table for torch; ModuleNotFoundError that says what to install where it is missing."""
    if find_spec("torch") is None:
        raise ModuleNotFoundError(
            "`engine` 'torch' needs PyTorch, which is not installed: "
            'pip install "mmphate-widget[torch]". The default engine does not need it.',
            name="torch",
        )
    # Loaded now, so that the limits on threads which a fit sets hold for it, too.
    import_module("torch")
    return TORCH


def _device() -> Any:
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _send(array: AnyArray, dtype: Any = None) -> Any:
    import torch

    return torch.as_tensor(np.ascontiguousarray(array), dtype=dtype, device=_device())


def _block_values() -> int:
    return DEVICE_VALUES if _device().type == "cuda" else CPU_VALUES


def neighbor_distances(
    z: Float[np.ndarray, "slice feature"] | LayeredPoints,
    rows: Int[np.ndarray, " row"],
    *,
    knn: int,
    duplicate: float,
) -> Float[np.ndarray, " row"]:
    """As ``kernel.inter.neighbor_distances``, in the difference form."""
    import torch

    if isinstance(z, LayeredPoints) or z.shape[1] <= FEW_FEATURES:
        return NUMPY.neighbor_distances(z, rows, knn=knn, duplicate=duplicate)
    points = _send(z)
    height = max(1, _block_values() // len(z))
    found = [
        torch.cdist(
            points[_send(rows[first : first + height])],
            points,
            compute_mode="donot_use_mm_for_euclid_dist",
        ).topk(knn + 1, largest=False)[0][:, -1]
        for first in range(0, len(rows), height)
    ]
    result = torch.cat(found).cpu().numpy()
    result[result < duplicate] = 0.0
    return np.asarray(result)


def unit_affinity_of_all(
    z: Float[np.ndarray, "slice feature"],
    micro: Int[np.ndarray, " slice"],
    *,
    bandwidth: float,
    duplicate: float,
    copies: Copies | None = None,
) -> UnitAffinity:
    """As ``kernel.tiles.unit_affinity``, by looking at all pairs."""
    import torch

    whole = partial(
        unit_affinity, z, micro, bandwidth=bandwidth, duplicate=duplicate, copies=copies
    )
    centered = (z - z.mean(axis=0)) / bandwidth
    if not is_product_exact(np.einsum("sf,sf->s", centered, centered), z.shape[1]):
        # Bandwidths far below the spread: few pairs are near, which tiles are made for.
        return whole()
    if copies is not None:
        z, centered, micro = z[copies.first], centered[copies.first], micro[copies.first]
    points, duplicate = z / bandwidth, duplicate / bandwidth
    reach = max(REACH, duplicate) * (1 + BALL_MARGIN)
    slices = sort_slices(points, micro, reach, leaf_rows=len(z))
    placed = _send(centered[slices.order])
    norms = (placed * placed).sum(1)
    counts = np.ones(len(z)) if copies is None else copies.count[slices.order].astype(float)
    n_cells = int(slices.cells[-1]) + 1
    if len(z) * n_cells > DEVICE_VALUES:
        # Slices in so many pieces that they are no matrix of pieces.
        return whole()
    indicator = torch.zeros((len(z), n_cells), dtype=torch.float64, device=placed.device)
    indicator[_send(np.arange(len(z))), _send(slices.cells.astype(np.int64))] = _send(counts)
    height = max(1, _block_values() // max(len(z), n_cells))
    parts = []
    for first in range(0, len(z), height):
        rows = slice(first, min(first + height, len(z)))
        exponent = torch.addmm(norms[rows, None] + norms, placed[rows], placed.T, alpha=-2).neg_()
        exponent.masked_fill_(exponent > -(duplicate**2), 0.0)
        kernel = exponent.clamp_(max=0.0).exp_()
        kernel.masked_fill_(kernel < KERNEL_CUT, 0.0)
        sums = kernel @ indicator
        row, cell = sums.nonzero(as_tuple=True)
        parts.append([part.cpu().numpy() for part in (row + first, cell, sums[row, cell])])
    rows_found, cells, entries = (np.concatenate(each) for each in zip(*parts, strict=True))
    found = collect(slices, rows_found, cells.astype(np.int32), entries)
    return found if copies is None else found.of_copies(copies.kind)


def intra_block(
    z: Float[np.ndarray, "slice unit feature"],
    slices: slice,
    *,
    knn: int,
    decay: float,
    duplicate: float,
) -> sparse.coo_array:
    """As ``kernel.intra.intra_block``, float64 and in the difference form."""
    import torch

    points = _send(z[slices])
    n_slices, n_units, _ = points.shape
    distance = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
    distance.masked_fill_(distance < duplicate, 0.0)
    sigma = distance.topk(knn + 1, dim=2, largest=False)[0][:, :, -1:]
    kernel = (distance / sigma.clamp_(min=np.finfo(float).eps)).pow_(decay).neg_().exp_()
    kernel.masked_fill_(kernel < KERNEL_CUT, 0.0)
    kernel = (kernel + kernel.transpose(1, 2)) / 2
    kernel.masked_fill_(kernel < KERNEL_CUT, 0.0)
    kernel.diagonal(dim1=1, dim2=2).zero_()
    position, row, column = kernel.nonzero(as_tuple=True)
    entries = kernel[position, row, column].cpu().numpy()
    ids = [(position * n_units + unit).cpu().numpy() for unit in (row, column)]
    n_points = n_slices * n_units
    return sparse.coo_array((entries, (ids[0], ids[1])), shape=(n_points, n_points))


def landmark_weights(
    affinity: sparse.csr_array,
    labels: Int[np.ndarray, " point"] | None = None,
    *,
    n_jobs: int = 1,
) -> Float[np.ndarray, "landmark landmark"]:
    """As ``diffusion.landmark_weights``, through blocks of rows with all landmarks."""
    import torch

    if _device().type == "cpu":
        # Too few cores to multiply zeros.
        return NUMPY.landmark_weights(affinity, labels, n_jobs=n_jobs)
    n_points, n_landmarks = affinity.shape
    total = torch.zeros((n_landmarks, n_landmarks), dtype=torch.float64, device=_device())
    height = max(1, DEVICE_VALUES // n_landmarks)
    for first in range(0, n_points, height):
        piece = affinity[first : first + height]
        block = torch.zeros((piece.shape[0], n_landmarks), dtype=torch.float64, device=_device())
        row = np.repeat(np.arange(piece.shape[0]), np.diff(piece.indptr))
        block[_send(row), _send(piece.indices, torch.int64)] = _send(piece.data)
        block /= block.sum(1, keepdim=True).sqrt_()
        total.addmm_(block.T, block)
    return np.asarray(((total + total.T) / 2).cpu().numpy())


def eigenvalues(symmetric: AnyArray) -> AnyArray:
    """As ``numpy.linalg.eigvalsh``, float64."""
    import torch

    return np.asarray(torch.linalg.eigvalsh(_send(symmetric)).cpu().numpy())


def gram(
    rows: Float[np.ndarray, "row feature"],
    others: Float[np.ndarray, "row feature"] | None = None,
    *,
    n_jobs: int = 1,
) -> Float[np.ndarray, "row row"]:
    """As ``_gram.gram``, float64."""
    sent = _send(rows)
    product = sent @ (sent if others is None else _send(others)).T
    return np.asarray(((product + product.T) / 2).cpu().numpy())


TORCH = Operations(
    neighbor_distances=neighbor_distances,
    unit_affinity=unit_affinity_of_all,
    intra_block=intra_block,
    landmark_weights=landmark_weights,
    eigenvalues=eigenvalues,
    gram=gram,
)
