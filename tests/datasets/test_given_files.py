"""The paper's own two data sets, of miniature files of their formats; faults name the file."""

import numpy as np
import pytest

from mmphate_widget.datasets import area2_bump, har
from mmphate_widget.datasets.activity import SIGNALS

RNG = np.random.default_rng(0)


@pytest.fixture
def har_folder(tmp_path):
    folder = tmp_path / "UCI HAR Dataset"
    folder.mkdir()
    (folder / "activity_labels.txt").write_text("1 WALKING\n2 SITTING\n3 LAYING\n")
    for part, n in (("train", 4), ("test", 2)):
        signals = folder / part / "Inertial Signals"
        signals.mkdir(parents=True)
        np.savetxt(folder / part / f"y_{part}.txt", [3, 1, 2, 3][:n], fmt="%d")
        for place, signal in enumerate(SIGNALS):
            np.savetxt(signals / f"{signal}_{part}.txt", values(part, place, n), fmt=" %.7e")
    return folder


def values(part, place, n):
    seed = place + (100 if part == "test" else 0)
    return np.random.default_rng(seed).normal(place, 1 + place, (n, 128)).round(5)


def test_har_is_read_as_it_was_written(har_folder):
    data = har(har_folder, standardize=False)
    assert data.x_train.shape == (4, 128, 9)
    for place in range(9):
        np.testing.assert_allclose(data.x_train[:, :, place], values("train", place, 4), rtol=1e-6)
        np.testing.assert_allclose(data.x_test[:, :, place], values("test", place, 2), rtol=1e-6)
    assert data.y_train.tolist() == [2, 0, 1, 2]
    assert data.y_test.tolist() == [2, 0]
    assert data.class_names == ("WALKING", "SITTING", "LAYING")
    scaled = har(str(har_folder)).x_train
    np.testing.assert_allclose(scaled.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=(0, 1)), 1, rtol=1e-5)


def test_har_says_which_file_is_wrong_and_how(har_folder):
    file = har_folder / "test" / "Inertial Signals" / "total_acc_y_test.txt"
    good = file.read_text()
    for text, match in [
        ("\n".join(good.splitlines()[:1]), r"total_acc_y_test.txt must hold 128 values for each of "
         r"the 2 windows of y_test.txt of shape \(2, 128\); got shape \(1, 128\)"),
        (good.replace(" ", " 1 ", 1), "total_acc_y_test.txt must hold .*; it cannot be read"),
        (good.replace(good.split()[3], "nan", 1), r"all of them finite; got nan at \(0, 3\)"),
    ]:  # fmt: skip
        file.write_text(text)
        with pytest.raises(ValueError, match=match):
            har(har_folder)
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"total_acc_y_test.txt must hold .* no such file"):
        har(har_folder)
    labels = har_folder / "train" / "y_train.txt"
    for text, match in [
        ("3 1\n1 2\n", r"y_train.txt must hold .* of shape \(windows, 1\); got shape \(2, 2\)"),
        ("3\n4\n1\n2\n", r"y_train.txt .* whole numbers 1 … 3; got 4 in row 1"),
    ]:
        labels.write_text(text)
        with pytest.raises(ValueError, match=match):
            har(har_folder)
    (har_folder / "activity_labels.txt").write_text("1 WALKING\n3 SITTING\n")
    with pytest.raises(ValueError, match=r"activity_labels.txt .* got '3 SITTING' as line 2"):
        har(har_folder)
    with pytest.raises(NotADirectoryError, match=r"`folder` must be a folder .* got the file"):
        har(labels)
    with pytest.raises(FileNotFoundError, match=r"`folder` must be .* does not exist"):
        har(har_folder / "none")


def test_har_names_a_file_that_is_no_text_or_empty(har_folder):
    labels = har_folder / "activity_labels.txt"
    good = labels.read_text()
    labels.write_text(good, encoding="utf-8-sig")
    assert har(har_folder).class_names == ("WALKING", "SITTING", "LAYING")
    labels.write_bytes(b"1 WALKING\n2 SITZEN\xdcBEN\n")
    with pytest.raises(ValueError, match=r"activity_labels.txt must hold .*; it is not text"):
        har(har_folder)
    labels.write_text(good)
    (har_folder / "train" / "y_train.txt").write_text("\n")
    with pytest.raises(
        ValueError, match=r"y_train.txt must hold an activity .*; got shape \(0, 1\)"
    ):
        har(har_folder)


@pytest.mark.parametrize("standardize", [True, False])
def test_har_names_a_value_that_float32_cannot_hold(har_folder, standardize):
    file = har_folder / "train" / "Inertial Signals" / "body_acc_x_train.txt"
    text = file.read_text()
    file.write_text(text.replace(text.split()[3], "1e300", 1))
    with pytest.raises(ValueError, match=r"x_train.txt .* beyond float32 .* 1e\+300 at \(0, 3"):
        har(har_folder, standardize=standardize)


@pytest.fixture
def arrays():
    return {
        "trainX": RNG.poisson(0.1, (5, 600, 4)).astype(np.int8),
        "trainy": np.array([0, 7, 3, 3, 1]),
        "testX": RNG.poisson(0.1, (2, 600, 4)).astype(np.int8),
        "testy": np.array([7.0, 2.0]),
    }


def save(path, arrays):
    if path.suffix == ".npz":
        np.savez(path, **arrays)
        return
    path.mkdir(exist_ok=True)
    for name, array in arrays.items():
        np.save(path / f"{name}.npy", array)


@pytest.mark.parametrize("name", ["Area2_Bump", "area2_bump.npz"])
def test_area2_bump_is_read_as_it_was_written(tmp_path, arrays, name):
    save(tmp_path / name, arrays)
    data = area2_bump(tmp_path / name)
    np.testing.assert_array_equal(data.x_train, arrays["trainX"])
    np.testing.assert_array_equal(data.x_test, arrays["testX"])
    assert data.y_train.tolist() == [0, 7, 3, 3, 1]
    assert data.y_test.tolist() == [7, 2]
    assert len(data.class_names) == 8
    assert len(data.channels) == 4


@pytest.mark.parametrize(
    ("name", "wrong", "error", "match"),
    [
        ("trainX", np.zeros((5, 100, 4)), ValueError,
         r"\(trainX\) must hold trials of .* \(trials, 600, channels\); got shape \(5, 100, 4\)"),
        ("testX", np.zeros((2, 600, 3)), ValueError, r"\(trials, 600, 4\); got shape \(2, 60"),
        ("trainX", np.full((5, 600, 4), np.inf), ValueError, r"trainX.*finite; got inf at \(0, "),
        ("testX", np.full((2, 600, 4), 1e300), ValueError, r"testX.* beyond float32 .*; got 1e"),
        ("trainX", np.full((5, 600, 4), "a"), TypeError, "trainX.* must hold real numbers; got"),
        ("trainy", np.zeros((5, 8)), ValueError, r"trainy.* shape \(5,\); got shape \(5, 8\)"),
        ("testy", np.array([1]), ValueError, r"testy.* of shape \(2,\); got shape \(1,\)"),
        ("testy", np.array([1, 8]), ValueError, r"testy.*whole numbers 0 … 7; got 8 in row 1"),
        ("testy", np.array([1, 0.5]), ValueError, r"testy.*whole numbers 0 … 7; got 0.5 in row 1"),
    ],
)  # fmt: skip
def test_area2_bump_says_which_array_is_wrong_and_how(tmp_path, arrays, name, wrong, error, match):
    path = tmp_path / "area2_bump.npz"
    save(path, {**arrays, name: wrong})
    with pytest.raises(error, match=match):
        area2_bump(path)


def test_area2_bump_of_another_length(tmp_path, arrays):
    short = {**arrays, "trainX": arrays["trainX"][:, ::6], "testX": arrays["testX"][:, ::6]}
    save(tmp_path / "cut.npz", short)
    assert area2_bump(tmp_path / "cut.npz", n_steps=None).x_train.shape == (5, 100, 4)
    assert area2_bump(tmp_path / "cut.npz", n_steps=100).x_test.shape == (2, 100, 4)


def test_area2_bump_says_what_is_missing(tmp_path, arrays):
    del arrays["testy"]
    save(tmp_path / "a.npz", arrays)
    with pytest.raises(
        ValueError, match=r"a.npz must hold the arrays .*; testy missing, got trainX"
    ):
        area2_bump(tmp_path / "a.npz")
    save(tmp_path / "folder", arrays)
    with pytest.raises(
        FileNotFoundError, match=r"testy.npy must hold the array testy; there is no"
    ):
        area2_bump(tmp_path / "folder")
    with pytest.raises(ValueError, match=r"must be an .npz file .* got a single array of shape"):
        area2_bump(tmp_path / "folder" / "trainX.npy")
    (tmp_path / "text.npz").write_text("no array")
    with pytest.raises(ValueError, match=r"text.npz must hold arrays .* cannot be read"):
        area2_bump(tmp_path / "text.npz")
    with pytest.raises(FileNotFoundError, match="`path` must be a folder with trainX"):
        area2_bump(tmp_path / "none")
