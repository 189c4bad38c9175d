"""The multiway kernel by its definition, one pair at a time, and what follows from it densely."""

import numpy as np

EPS = np.finfo(float).eps
CUT = 1e-4


def zscored(row):
    if max(row) == min(row):
        return np.zeros(len(row))
    row = np.asarray(row, dtype=float) / max(abs(value) for value in row)
    return (row - row.mean()) / row.std()


def valid_distance(a, b, shared, normalize):
    """Distance over the samples valid at both ends, each row standardized over these."""
    S = len(a)
    a, b = [a[k] for k in range(S) if shared[k]], [b[k] for k in range(S) if shared[k]]
    if normalize:
        a, b = zscored(a), zscored(b)
    squared = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) * S / len(a)
    return 0.0 if np.sqrt(squared) < 1e-7 * np.sqrt(S) else float(np.sqrt(squared))


def naive_kernel(
    values, intraslice_knn=2, interslice_knn=25, decay=5.0, normalize=True, lengths=None
):
    E, T, H, S = values.shape
    lengths = [T] * S if lengths is None else lengths
    slices = [(e, t) for e in range(E) for t in range(T)]
    n = len(slices)
    valid = [[t < lengths[k] for k in range(S)] for _, t in slices]
    x = [[values[e, t, i] for i in range(H)] for e, t in slices]

    def between(s, i, r, j):
        shared = [p and q for p, q in zip(valid[s], valid[r], strict=True)]
        return valid_distance(x[s][i], x[r][j], shared, normalize)

    K = np.zeros((n * H, n * H))
    for s in range(n):
        d = [[between(s, i, s, j) for j in range(H)] for i in range(H)]
        k = np.zeros((H, H))
        for i in range(H):
            others = sorted(d[i][j] for j in range(H) if j != i)
            if not others:
                continue
            sigma = others[min(intraslice_knn, H - 1) - 1]
            for j in range(H):
                if j != i:
                    with np.errstate(over="ignore"):
                        value = np.exp(-((d[i][j] / max(sigma, EPS)) ** decay))
                    k[i, j] = value if value >= CUT else 0.0
        for i in range(H):
            for j in range(H):
                K[s * H + i, s * H + j] = (k[i, j] + k[j, i]) / 2
    D = np.array([[[between(s, i, r, i) for r in range(n)] for s in range(n)] for i in range(H)])
    bandwidths = []
    for i in range(H):
        nearest = []
        for s in range(n):
            others = sorted(D[i, s, r] for r in range(n) if r != s)
            nearest.append(others[min(interslice_knn, n - 1) - 1] if others else 0.0)
        bandwidths.append(max(np.median(nearest), EPS))
    b = np.mean(bandwidths)
    for i in range(H):
        for s in range(n):
            for r in range(n):
                if r != s:
                    K[s * H + i, r * H + i] = np.exp(-((D[i, s, r] / b) ** 2))
    K[K < CUT] = 0.0
    K[np.arange(n * H), np.arange(n * H)] = 1.0
    return K


def dense_operator(K, labels):
    """Landmark operator of a dense kernel and a landmark for each point."""
    C = np.eye(labels.max() + 1)[labels]
    B = K @ C
    return (B / B.sum(axis=1, keepdims=True)).T @ B / B.sum(axis=0)[:, None]
