"""Cross-validated linear discriminants of many slices under many labelings at once.

A held-out row x goes to the class k with the largest

    m_k' W⁻¹ x - m_k' W⁻¹ m_k / 2 + log(n_k / n)

with class means m_k and the shrunk covariance inside classes W = (1 - γ)(S - B) + γ μ I, where S is
the covariance of all training rows and B that of their class means. γ is Ledoit and Wolf's for S,
so that A = (1 - γ) S + γ μ I knows no labels, and W⁻¹ follows from A⁻¹ by one small system for each
labeling: one factorization serves the true labels and all their permutations.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.model_selection import StratifiedKFold

from mmphate_widget._types import AnyArray, Generator

# Values of the largest array computed at once: 2 MB of float32, which caches hold.
VALUES_AT_ONCE = 500_000
# Rows that determine their class leave no covariance inside classes; this share of A is kept,
# which is also the least shrinkage.
LEAST_SHRINKAGE = 1e-3


def stratified_folds(
    classes: Int[np.ndarray, " sample"], n_folds: int, rng: Generator
) -> Int[np.ndarray, " sample"]:
    """The fold that each sample is held out in; each class spread evenly over the folds."""
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=int(rng.integers(2**32)))
    folds = np.empty(len(classes), dtype=np.int64)
    for fold, (_, held_out) in enumerate(splitter.split(classes, classes)):
        folds[held_out] = fold
    return folds


def permuted_inside(
    classes: Int[np.ndarray, " sample"],
    folds: Int[np.ndarray, " sample"],
    n_permutations: int,
    rng: Generator,
) -> Int[np.ndarray, "labeling sample"]:
    """The classes, then permutations of them inside each fold.

    So every fold keeps its share of every class. Permuted across folds, a class that is rarer
    among the training rows is more frequent among those held out, which puts chance too low.
    """
    labelings = np.tile(classes, (n_permutations + 1, 1))
    for fold in range(folds.max() + 1):
        inside = np.flatnonzero(folds == fold)
        labelings[1:, inside] = rng.permuted(labelings[1:, inside], axis=1)
    return labelings


def held_out_accuracy(
    values: Float[np.ndarray, "slice unit sample"],
    labelings: Int[np.ndarray, "labeling sample"],
    folds: Int[np.ndarray, " sample"],
) -> Float[np.ndarray, "slice labeling"]:
    """Share of samples classified rightly while held out, for each slice and labeling."""
    n_slices, n_units, n_samples = values.shape
    n_labelings, n_classes = len(labelings), labelings.max() + 1
    hits = np.zeros((n_slices, n_labelings))
    each = n_labelings * n_classes * max(n_units, n_samples)
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        known, truth = labelings[:, ~held_out], labelings[:, held_out]
        # The same in every labeling, since permutations stay inside folds.
        counts = np.bincount(known[0], minlength=n_classes)
        indicator = (known.T[:, :, None] == np.arange(n_classes)) / counts.astype(np.float32)
        means_of = indicator.reshape(len(indicator), -1)
        for at in _blocks(n_slices, each):
            train, test, kept = _whitened(values[at], held_out)
            means = (train.swapaxes(1, 2) @ means_of).reshape(
                len(train), train.shape[2], n_labelings, n_classes
            )
            found = _nearest_class(test, means, counts / counts.sum(), kept)
            hits[at] += (found == truth).sum(axis=2)
    return np.asarray(hits / n_samples)


def _whitened(
    values: Float[np.ndarray, "slice unit sample"], held_out: Bool[np.ndarray, " sample"]
) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Training and held-out rows in coordinates where A is the identity, and 1 - γ."""
    train, test = _standardized(values, held_out)
    n_train, n_units = train.shape[1:]
    if n_units > n_train:
        # Held-out rows enter by their products with training rows alone.
        basis, _ = np.linalg.qr(train.swapaxes(1, 2))
        train, test = train @ basis, test @ basis
    covariance = train.swapaxes(1, 2) @ train / n_train
    shrinkage, variance = _ledoit_wolf(train, covariance, n_units)
    inner = (1 - shrinkage) * covariance + shrinkage * variance * np.eye(train.shape[2])
    root = np.linalg.cholesky(inner)
    rows = np.concatenate([train, test], axis=1)
    rows = np.linalg.solve(root, rows.swapaxes(1, 2)).swapaxes(1, 2).astype(np.float32)
    return rows[:, :n_train], rows[:, n_train:], 1 - shrinkage


def _ledoit_wolf(
    train: Float[np.ndarray, "slice sample feature"],
    covariance: Float[np.ndarray, "slice feature feature"],
    n_units: int,
) -> tuple[AnyArray, AnyArray]:
    """Shrinkage γ of each slice toward μ times the identity, and μ, both of shape (slice, 1, 1).

    ``train`` may be rotated into fewer features than the ``n_units`` it came from.
    """
    variance = np.trace(covariance, axis1=1, axis2=2) / n_units
    norm = (covariance**2).sum(axis=(1, 2))
    away = norm - n_units * variance**2
    spread = ((train**2).sum(axis=2) ** 2).mean(axis=1) - norm
    with np.errstate(divide="ignore", invalid="ignore"):
        shrinkage = np.where(away > 0, spread / train.shape[1] / away, 1.0)
    shrinkage = np.clip(shrinkage, LEAST_SHRINKAGE, 1.0)
    # Slices of constant units have no variance at all; any does.
    variance = np.where(variance > 0, variance, 1.0)
    return shrinkage[:, None, None], variance[:, None, None]


def _nearest_class(
    test: Float[np.ndarray, "slice row feature"],
    means: Float[np.ndarray, "slice feature labeling class"],
    frequency: Float[np.ndarray, " class"],
    kept: Float[np.ndarray, "slice 1 1"],
) -> Int[np.ndarray, "slice labeling row"]:
    """The class of each held-out row, for each labeling.

    With V the class means times √(share of the class), in coordinates where A = I, and ``kept`` =
    1 - γ: W = I - kept V V', so V' W⁻¹ x = (I - kept Q)⁻¹ V'x with Q = V'V.
    """
    n_slices, n_features, n_labelings, n_classes = means.shape
    weighted = means * np.sqrt(frequency).astype(np.float32)
    V = weighted.transpose(0, 2, 1, 3)
    Q = (V.swapaxes(2, 3) @ V).astype(np.float64)
    inner = (1 + LEAST_SHRINKAGE) * np.eye(n_classes) - kept[:, None] * Q
    inverse = np.linalg.inv(inner)
    own = np.diagonal(inverse @ Q, axis1=2, axis2=3) / frequency
    product = test @ weighted.reshape(n_slices, n_features, -1)
    product = product.reshape(n_slices, -1, n_labelings, n_classes).swapaxes(1, 2)
    scale = (inverse / np.sqrt(frequency)).astype(np.float32)
    scores = product @ scale + (np.log(frequency) - own / 2).astype(np.float32)[:, :, None]
    return np.asarray(scores.argmax(axis=3))


def _standardized(
    values: Float[np.ndarray, "slice unit sample"], held_out: Bool[np.ndarray, " sample"]
) -> tuple[AnyArray, AnyArray]:
    """Training and held-out rows (sample, unit), scaled by the training rows; constant units 0."""
    train, test = (
        values[..., part].swapaxes(1, 2).astype(np.float64) for part in (~held_out, held_out)
    )
    constant = np.ptp(train, axis=1, keepdims=True) == 0
    # Squares of 1e200 and of 1e-200 would leave float64.
    # A power of two rounds nothing.
    _, exponent = np.frexp(np.abs(train).max(axis=1, keepdims=True))
    scale = np.exp2(np.where(constant, 0, exponent - 1))
    train, test = train / scale, test / scale
    mean = train.mean(axis=1, keepdims=True)
    deviation = np.where(constant, np.inf, train.std(axis=1, keepdims=True))
    return (train - mean) / deviation, (test - mean) / deviation


def _blocks(n_slices: int, values_each: int) -> Iterator[slice]:
    size = max(1, VALUES_AT_ONCE // values_each)
    for start in range(0, n_slices, size):
        yield slice(start, min(start + size, n_slices))
