"""The torch engine on whatever device is here: equal to NumPy's up to rounding."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy.spatial import procrustes

import mmphate_widget as mm
from mmphate_widget import _torch_operations
from mmphate_widget._operations import NUMPY
from mmphate_widget.kernel.copies import find_copies
from mmphate_widget.kernel.kmeans import kmeans

torch_engine = _torch_operations.torch_operations()


def fit(values, engine, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return mm.MMPHATE(random_state=0, engine=engine, **options).fit(values)


def smooth(shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape).cumsum(0).cumsum(1)


INPUTS = {
    "few features": (smooth((12, 10, 6, 5)), {"n_landmark": 60}),
    "many features": (smooth((12, 10, 6, 20)), {"n_landmark": 60}),
    "landmarks span units": (smooth((2, 3, 70, 6)), {"n_landmark": 40}),
    "no landmarks": (smooth((5, 6, 5, 6)), {}),
    "one unit": (smooth((12, 10, 1, 5)), {"n_landmark": 30}),
    "noise, disconnected": (
        np.random.default_rng(0).normal(size=(10, 10, 4, 14)),
        {"n_landmark": 50, "interslice_knn": 2, "intraslice_knn": 1, "decay": 40},
    ),
    "dead half of training": (smooth((10, 8, 6, 5)), {"n_landmark": 50}),
}
INPUTS["dead half of training"][0][:5, :, 1] = 0.1


@pytest.mark.parametrize("name", INPUTS)
def test_a_fit_is_that_of_numpy(name):
    values, options = INPUTS[name]
    ours, theirs = fit(values, "torch", **options), fit(values, "numpy", **options)
    assert ours.bandwidth_ == pytest.approx(theirs.bandwidth_, rel=1e-12)
    assert ours.n_connected_components_ == theirs.n_connected_components_
    assert ours.t_ == theirs.t_
    if theirs.landmark_labels_ is not None:
        assert np.array_equal(ours.landmark_labels_, theirs.landmark_labels_)
        np.testing.assert_allclose(ours.landmark_operator_, theirs.landmark_operator_, atol=1e-10)
    flat = [found.embedding_.reshape(-1, 3) for found in (ours, theirs)]
    assert procrustes(*flat)[2] < 1e-4


def test_equal_seeds_give_equal_bits_on_any_number_of_threads():
    values, options = INPUTS["many features"]
    first = fit(values, "torch", n_jobs=1, **options).embedding_
    assert np.array_equal(first, fit(values, "torch", n_jobs=1, **options).embedding_)
    assert np.array_equal(first, fit(values, "torch", n_jobs=3, **options).embedding_)


@pytest.mark.parametrize("bandwidth", [1e-9, 0.02, 0.7])
@pytest.mark.parametrize("copied", [False, True])
def test_affinity_of_a_unit(bandwidth, copied, monkeypatch):
    # Several blocks of rows, the last one shorter.
    monkeypatch.setattr(_torch_operations, "CPU_VALUES", 7 * 300)
    z = np.random.default_rng(0).normal(size=(300, 5))
    copies = None
    if copied:
        z = z[np.random.default_rng(1).integers(40, size=300)]
        copies = find_copies(z, 40)
        assert copies is not None
    micro = kmeans(z, 12, seed=0)
    options = {"bandwidth": bandwidth, "duplicate": 1e-10, "copies": copies}
    ours = torch_engine.unit_affinity(z, micro, **options)
    theirs = NUMPY.unit_affinity(z, micro, **options)
    np.testing.assert_allclose(
        ours.affinity.toarray(), theirs.affinity.toarray(), rtol=1e-9, atol=1e-12
    )
    # Cells are numbered by the order of leaves, which differs.
    assert len({*zip(ours.cells, theirs.cells, strict=True)}) == ours.cells.max() + 1
    assert ours.edges.shape == theirs.edges.shape


@pytest.mark.parametrize("n_units", [1, 2, 9])
def test_intra_block(n_units):
    z = np.random.default_rng(0).normal(size=(6, n_units, 5))
    z[2] = z[2, :1]
    options = {"knn": min(2, n_units - 1), "decay": 5.0, "duplicate": 1e-9}
    ours = torch_engine.intra_block(z, slice(1, 5), **options).toarray()
    theirs = NUMPY.intra_block(z, slice(1, 5), **options).toarray()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("n_features", [3, 20])
def test_neighbor_distances(n_features, monkeypatch):
    monkeypatch.setattr(_torch_operations, "CPU_VALUES", 7 * 90)
    z = np.random.default_rng(0).normal(size=(90, n_features))
    z[5] = z[6]
    rows = np.arange(0, 90, 5)
    for knn in (0, 1, 25, 89):
        options = {"knn": knn, "duplicate": 1e-9}
        np.testing.assert_allclose(
            torch_engine.neighbor_distances(z, rows, **options),
            NUMPY.neighbor_distances(z, rows, **options),
            rtol=1e-12,
        )


def test_sequences_of_unequal_length():
    values = smooth((6, 8, 5, 7))
    trace = mm.Trace.from_array(values, lengths=[8, 8, 8, 8, 3, 4, 5])
    ours, theirs = fit(trace, "torch", n_landmark=40), fit(trace, "numpy", n_landmark=40)
    np.testing.assert_allclose(ours.landmark_operator_, theirs.landmark_operator_, atol=1e-10)


def test_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_torch_operations, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"`engine` 'torch' needs PyTorch.*\[torch\]"):
        fit(smooth((3, 3, 4, 5)), "torch")


def test_auto_does_not_import_torch_where_no_driver_is():
    code = (
        "import sys, warnings, numpy as np\n"
        "warnings.simplefilter('ignore')\n"
        "import mmphate_widget as mm\n"
        "from mmphate_widget import _torch_operations as torch_engine\n"
        "torch_engine.DRIVERS = {sys.platform: 'libno-such-driver.so'}\n"
        "values = np.random.default_rng(0).normal(size=(3, 3, 4, 5))\n"
        "mm.MMPHATE(random_state=0).fit(values)\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_auto_takes_the_device_where_there_is_one(engine, monkeypatch):
    taken = []

    def tables():
        taken.append(engine)
        return torch_engine

    monkeypatch.setattr("mmphate_widget.mmphate.has_cuda", lambda: True)
    monkeypatch.setattr("mmphate_widget.mmphate.torch_operations", tables)
    fit(smooth((3, 3, 4, 5)), engine)
    assert taken == [engine]
