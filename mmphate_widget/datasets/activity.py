"""Human activity recognition (HAR): the UCI data set that the paper's second network reads.

Windows of 128 steps (2.56 s) of a phone worn at the waist, 3 signals of 3 axes each, 6 activities;
7,352 windows to train on and 2,947 to test. Not packaged; this reads the folder a user has.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Int64

from mmphate_widget._types import PathLike
from mmphate_widget._validation import check_bool, check_path
from mmphate_widget.datasets.given_files import (
    check_folder,
    check_shape,
    read_lines,
    read_table,
    standardized,
    whole_numbers,
)
from mmphate_widget.datasets.sequences import LabeledSequences

SIGNALS = tuple(
    f"{signal}_{axis}" for signal in ("body_acc", "body_gyro", "total_acc") for axis in "xyz"
)
# Steps of a window.
WINDOW = 128

_HOLDS = "activity_labels.txt, train/ and test/, as in 'UCI HAR Dataset'"


def har(folder: PathLike, *, standardize: bool = True) -> LabeledSequences:
    """The inertial signals of the UCI HAR data set, from its unpacked folder.

    Read are, in the folder that is called "UCI HAR Dataset" as it comes::

        activity_labels.txt                              "1 WALKING" …
        train/y_train.txt                                an activity, 1 …, for each window
        train/Inertial Signals/body_acc_x_train.txt      128 numbers for each window
        …                                                body_acc, body_gyro, total_acc; x, y, z
        test/…                                           the same with "test"

    Parameters
    ----------
    folder : str or Path
        The folder.
    standardize : bool, default=True
        Whether each channel has the training set's mean taken off and is divided by its standard
        deviation. False gives the values of the files (g, and radians a second).

    Returns
    -------
    LabeledSequences
        ``x`` of shape (n, 128, 9); ``y`` counts the activities from 0.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder or a file is missing.
    ValueError
        If a file does not hold what it must: the message names the file, what it must hold and
        what it does.

    References
    ----------
    J. Reyes-Ortiz et al. Human activity recognition using smartphones, UCI Machine Learning
    Repository, 2013. https://doi.org/10.24432/C54S4K

    Examples
    --------
    With the unpacked folder beside the notebook::

        data = mm.datasets.har("UCI HAR Dataset")
    """
    is_standardized = check_bool(standardize, name="standardize")
    where = check_path(folder, name="folder")
    check_folder(where, name="folder", holds=_HOLDS)
    names = _activity_names(where / "activity_labels.txt")
    x_train, y_train = _read_part(where, part="train", n_classes=len(names))
    x_test, y_test = _read_part(where, part="test", n_classes=len(names))
    if is_standardized:
        x_train, x_test = standardized(x_train, x_test)
    return LabeledSequences(
        x_train.astype(np.float32),
        y_train,
        x_test.astype(np.float32),
        y_test,
        class_names=names,
        channels=SIGNALS,
    )


def _activity_names(file: Path) -> tuple[str, ...]:
    holds = "a number, counted from 1, and the name of an activity in each line"
    lines = [line.split() for line in read_lines(file, holds=holds) if line.strip()]
    for place, line in enumerate(lines, start=1):
        if len(line) != 2 or line[0] != str(place):
            raise ValueError(f"{file} must hold {holds}; got {' '.join(line)!r} as line {place}.")
    if not lines:
        raise ValueError(f"{file} must hold {holds}; it is empty.")
    return tuple(name for _, name in lines)


def _read_part(
    folder: Path, *, part: str, n_classes: int
) -> tuple[Float[np.ndarray, "sample 128 9"], Int64[np.ndarray, " sample"]]:
    file, holds = folder / part / f"y_{part}.txt", "an activity for each window"
    labels = read_table(file, holds=holds)
    check_shape(labels, ("windows", 1), file=file, holds=holds)
    classes = whole_numbers(labels[:, 0], file=file, holds=holds, first=1, last=n_classes)
    signals = []
    for signal in SIGNALS:
        file = folder / part / "Inertial Signals" / f"{signal}_{part}.txt"
        holds = f"{WINDOW} values for each of the {len(classes)} windows of y_{part}.txt"
        table = read_table(file, holds=holds)
        check_shape(table, (len(classes), WINDOW), file=file, holds=holds)
        signals.append(table)
    return np.stack(signals, axis=2), classes - 1
