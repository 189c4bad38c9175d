"""Arrays, memory maps and Zarr arrays of the same values give the same bits, read in blocks."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zarr

import mmphate_widget as mm
from mmphate_widget._hashing import array_hash

BENCH = Path(__file__).parent / "bench"
SHAPE = (9, 8, 6, 20)
OPTIONS = {"random_state": 0, "n_landmark": 80, "n_jobs": 2}


def walk(shape=SHAPE, dtype=np.float32):
    return np.random.default_rng(0).normal(size=shape).cumsum(axis=0).astype(dtype)


@pytest.fixture(params=["zarr", "sharded zarr", "read-only map", "map"])
def elsewhere(request, tmp_path):
    """A function that puts values where the test wants them."""

    def put(values):
        if "zarr" in request.param:
            shards = (4, 8, 6, 20) if "sharded" in request.param else None
            stored = zarr.create_array(
                tmp_path / "values.zarr",
                shape=values.shape,
                dtype=values.dtype,
                chunks=(2, 8, 3, 20),
                shards=shards,
            )
            stored[...] = values
            return zarr.open_array(tmp_path / "values.zarr", mode="r")
        np.save(tmp_path / "values.npy", values)
        return np.load(tmp_path / "values.npy", mmap_mode="r" if "read" in request.param else "r+")

    return put


@pytest.fixture
def no_whole_copies(monkeypatch):
    """Zarr arrays that must not be read as a whole."""

    def refused(*_, **__):
        raise AssertionError("read as a whole")

    monkeypatch.setattr(zarr.Array, "__array__", refused)


@pytest.mark.parametrize("options", [{}, {"n_pca": 7}, {"normalize": False}])
def test_fits_are_the_same_bits(elsewhere, no_whole_copies, options):
    values = walk()
    stored = elsewhere(values)
    expected = mm.MMPHATE(**OPTIONS, **options).fit(values)
    found = mm.MMPHATE(**OPTIONS, **options).fit(stored)
    assert np.array_equal(found.embedding_, expected.embedding_)
    assert found.is_fitted_to(values)
    assert expected.is_fitted_to(stored)
    assert not found.is_fitted_to(values + 1)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int16, ">f4"])
def test_any_type_of_number(elsewhere, no_whole_copies, dtype):
    values = walk(dtype=dtype)
    found = mm.MMPHATE(**OPTIONS).fit(elsewhere(values))
    assert np.array_equal(found.embedding_, mm.MMPHATE(**OPTIONS).fit(values).embedding_)


def test_the_hash_is_that_of_the_values(elsewhere, no_whole_copies):
    values = walk()
    assert array_hash(elsewhere(values)) == array_hash(values)


def test_the_estimate_is_the_same(elsewhere, no_whole_copies):
    values = walk()
    assert mm.estimate_memory(elsewhere(values)) == mm.estimate_memory(values)


@pytest.mark.parametrize("lengths", [None, [8] * 12 + [5] * 8])
def test_the_kernel_is_the_same(elsewhere, lengths):
    values = walk()
    found = mm.multiway_kernel(elsewhere(values), lengths=lengths)
    assert abs(found - mm.multiway_kernel(values, lengths=lengths)).max() == 0


@pytest.mark.parametrize("lengths", [None, [8] * 12 + [5] * 8])
def test_traces_are_the_same_and_leave_values_on_disk(elsewhere, no_whole_copies, lengths):
    values = walk()
    expected = mm.Trace.from_array(values, lengths=lengths)
    trace = mm.Trace.from_array(elsewhere(values), lengths=lengths)
    assert trace.equals(expected)
    assert not trace.values.flags.writeable
    assert mm.MMPHATE(**OPTIONS).fit(expected).is_fitted_to(trace)


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_traces_turn_axes_and_types(elsewhere, no_whole_copies, dtype):
    values = walk(dtype=dtype)
    dims = ("step", "sample", "epoch", "unit")
    turned = elsewhere(np.ascontiguousarray(values.transpose(1, 3, 0, 2)).reshape(8, 20, 9, 6))
    trace = mm.Trace.from_array(turned, dims=dims)
    assert trace.equals(mm.Trace.from_array(values))
    assert trace.values.flags.c_contiguous


def test_errors_say_where(elsewhere, no_whole_copies):
    values = walk()
    values[7, 3, 2, 1] = np.nan
    values[8, 0, 0, 0] = np.inf
    where = "must be finite; got nan at epoch 7, step 3, unit 2, sample 1 \\(2 of 8640 values"
    stored = elsewhere(values)
    with pytest.raises(ValueError, match=f"`X` {where}"):
        mm.MMPHATE().fit(stored)
    with pytest.raises(ValueError, match=f"`values` {where}"):
        mm.Trace.from_array(stored)


@pytest.mark.parametrize(
    ("shape", "dtype", "error", "message"),
    [
        ((4, 3, 2), "f4", ValueError, r"`X` must have 4 axes .* got shape \(4, 3, 2\)"),
        ((4, 3, 2, 1), "f4", ValueError, "`X` must have at least 2 samples"),
        ((4, 0, 2, 5), "f4", ValueError, r"`X` must not have an empty axis; got shape \(4, 0"),
        ((4, 3, 2, 5), "c8", TypeError, "`X` must hold real numbers; got dtype complex64"),
    ],
)
def test_a_bad_zarr_array_is_named(shape, dtype, error, message):
    with pytest.raises(error, match=message):
        mm.MMPHATE().fit(zarr.zeros(shape, dtype=dtype))


def test_zarr_is_not_imported_where_none_is_used():
    code = (
        "import sys, numpy as np, mmphate_widget as mm; "
        "mm.MMPHATE(interslice_knn=2).fit(np.eye(36).reshape(3, 3, 4, 36)); "
        "sys.exit('zarr' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# Many samples, few landmarks: a fit holds little but its input, unless it reads that in blocks.
LARGE = (120, 60, 8, 800)
FIT = """
import json, sys
sys.path.append(sys.argv[3])
from memory_table import resident
import numpy as np, zarr
import mmphate_widget as mm
path, kind = sys.argv[1:3]
values = zarr.open_array(path, mode="r") if kind == "zarr" else np.load(path, mmap_mode="r")
estimator = mm.MMPHATE(random_state=0, n_pca=10, n_landmark=200, t=4, n_jobs=2)
before = resident("VmRSS")
estimator.fit(values)
assert estimator.is_fitted_to(values)
print(json.dumps(resident("VmHWM") - before))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("kind", ["zarr", "map"])
def test_the_peak_stays_far_below_the_input_in_float64(tmp_path, kind):
    generator = np.random.default_rng(0)
    steps = generator.normal(size=(LARGE[0], *LARGE[2:]), scale=1 / 8).cumsum(axis=0)
    values = np.tanh(steps[:, None] + generator.normal(size=(1, *LARGE[1:])))
    values = values.astype(np.float32)
    path = tmp_path / "values.npy"
    if kind == "zarr":
        zarr.create_array(path, data=values, chunks=(4, *LARGE[1:]))
    else:
        np.save(path, values)
    command = [sys.executable, "-W", "ignore", "-c", FIT, str(path), kind, str(BENCH)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=200).stdout
    assert json.loads(output) < 0.6 * 8 * values.size
