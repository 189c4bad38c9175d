"""Basic motions, of miniature files and of those that aeon brings; every fault names its line."""

from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from mmphate_widget.datasets import basic_motions

HEAD = """# remarks
@problemName BasicMotions
@dimensions 6
@seriesLength 3
@classLabel true Standing Running
@data
"""


def line(series, label):
    return ":".join([*(",".join(map(str, row)) for row in series.T), label])


def write(folder, part, cases, head=HEAD):
    text = head + "\n".join(line(series, label) for series, label in cases) + "\n"
    (folder / f"BasicMotions_{part}.ts").write_text(text)


@pytest.fixture
def cases():
    rng = np.random.default_rng(0)
    labels = ["Standing", "Running", "Running", "Standing"]
    return [(rng.normal(2, 3, (3, 6)).round(4), label) for label in labels]


@pytest.fixture
def folder(tmp_path, cases):
    write(tmp_path, "TRAIN", cases[:3])
    write(tmp_path, "TEST", cases[3:])
    return tmp_path


def test_what_was_written_is_read(folder, cases):
    motions = basic_motions(folder, standardize=False)
    np.testing.assert_array_equal(motions.x_train, np.float32([case for case, _ in cases[:3]]))
    np.testing.assert_array_equal(motions.x_test, np.float32([case for case, _ in cases[3:]]))
    assert [motions.class_names[y] for y in (*motions.y_train, *motions.y_test)] == [
        label for _, label in cases
    ]


def test_channels_are_standardized_by_the_training_set(folder, cases):
    motions = basic_motions(folder)
    raw = np.array([case for case, _ in cases[:3]])
    mean, spread = raw.mean(axis=(0, 1)), raw.std(axis=(0, 1))
    np.testing.assert_allclose(motions.x_train, (raw - mean) / spread, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        motions.x_test[0], (cases[3][0] - mean) / spread, rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (HEAD, "TRAIN.ts must hold .* no line follows @data"),
        ("@dimensions 6\n", "TRAIN.ts must hold .*; it has no line @data"),
        ("1,2,3:Running\n", "TRAIN.ts, line 1: a line before @data must begin with"),
        ("@classLabel false\n@data\n", "must name its classes in a line .*; got 'false'"),
        (HEAD + ":".join(["1,2,3"] * 5) + ":Running", "line 7: .* 6 dimensions of 3 .*; got 5 of"),
        (HEAD + ":".join(["1,2"] * 6) + ":Running", "line 7: .* 6 dimensions of 3 .*; got 6 of 2"),
        (HEAD + "1,2,3:1,2:Running", r"line 7: all dimensions .* one length; got \[3, 2\]"),
        (
            HEAD + ":".join(["1,2,3"] * 6) + ":Resting",
            "line 7: .* Standing, Running; got 'Resting'",
        ),
        (HEAD + ":".join(["1,?,3"] * 6) + ":Running", r"line 7: could not convert .* '\?'"),
        (HEAD + ":".join(["1,nan,3"] * 6) + ":Running", "line 7: all values .* must be finite"),
        (HEAD + ":".join(["1,1e99,3"] * 6) + ":Running", "line 7: no value .* float32 .*; got 1e"),
        (HEAD + "Running", "line 7: a series must have values and a class"),
    ],
)
def test_a_fault_names_file_and_line(folder, text, match):
    (folder / "BasicMotions_TRAIN.ts").write_text(text)
    with pytest.raises(ValueError, match=match):
        basic_motions(folder)


def test_both_files_must_be_there_and_alike(folder, cases):
    write(folder, "TEST", cases[3:], HEAD.replace("Standing Running", "Running Standing"))
    with pytest.raises(ValueError, match=r"TEST.ts must have the steps, dimensions and classes"):
        basic_motions(folder)
    (folder / "BasicMotions_TEST.ts").unlink()
    with pytest.raises(FileNotFoundError, match=r"BasicMotions_TEST.ts must hold time series"):
        basic_motions(folder)
    with pytest.raises(FileNotFoundError, match=r"`folder` must be a folder .* does not exist"):
        basic_motions(folder / "none")


def test_without_aeon_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("mmphate_widget.datasets.motions.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"mmphate-widget\[examples\].*--no-deps"):
        basic_motions()


def test_an_aeon_without_the_files_is_named(monkeypatch, tmp_path):
    """On its way back to what fits pinned packages, pip may choose a placeholder of that name."""
    found = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr("mmphate_widget.datasets.motions.find_spec", lambda name: found)
    with pytest.raises(FileNotFoundError, match=r"has no folder .*BasicMotions. .* --upgrade"):
        basic_motions()


@pytest.mark.skipif(find_spec("aeon") is None, reason="aeon is not installed")
def test_the_data_of_aeon():
    motions = basic_motions(standardize=False)
    assert motions.x_train.shape == motions.x_test.shape == (40, 100, 6)
    assert motions.class_names == ("Standing", "Running", "Walking", "Badminton")
    assert np.bincount(motions.y_train).tolist() == np.bincount(motions.y_test).tolist() == [10] * 4
    # The first values of the first line, and who stands moves least.
    np.testing.assert_allclose(motions.x_train[0, :3, 0], [0.079106, 0.079106, -0.903497])
    spread = [motions.x_train[motions.y_train == label].std() for label in range(4)]
    assert np.argmin(spread) == 0
