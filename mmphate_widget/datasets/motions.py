"""Basic motions: what a smart watch feels while its wearer stands, walks, runs or plays badminton.

80 sequences of 100 steps (10 s) of a 3-axis accelerometer and a 3-axis gyroscope, in four classes.
Small, and of the kind of the paper's human activity data, for which it stands in.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mmphate_widget._types import PathLike
from mmphate_widget._validation import check_bool, check_path
from mmphate_widget.datasets.given_files import check_folder, standardized
from mmphate_widget.datasets.sequences import LabeledSequences
from mmphate_widget.datasets.series_files import Series, read_series

CHANNELS = tuple(f"{sensor} {axis}" for sensor in ("acceleration", "rotation") for axis in "xyz")
NAME = "BasicMotions"
_HOLDS = f"{NAME}_TRAIN.ts and {NAME}_TEST.ts"


def basic_motions(folder: PathLike | None = None, *, standardize: bool = True) -> LabeledSequences:
    """The BasicMotions data, read from the files that come with the package aeon.

    aeon is not imported, only its files are read; whether the packages that aeon itself needs are
    installed does not matter.

    Parameters
    ----------
    folder : str or Path, default=None
        Folder with BasicMotions_TRAIN.ts and BasicMotions_TEST.ts; None takes aeon's.
    standardize : bool, default=True
        Whether each channel has the training set's mean taken off and is divided by its standard
        deviation. False gives the values of the files.

    Returns
    -------
    LabeledSequences
        40 sequences to train on and 40 to test, of 100 steps and 6 channels.

    Raises
    ------
    ModuleNotFoundError
        If `folder` is None and aeon is not installed (extra "examples").
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is not as its format says, or the two do not fit each other.

    References
    ----------
    A. Bagnall et al. The UEA multivariate time series classification archive, 2018.
    https://arxiv.org/abs/1811.00075

    Examples
    --------
    Where aeon is installed::

        motions = mm.datasets.basic_motions()
        motions.class_names  # ('Standing', 'Running', 'Walking', 'Badminton')
    """
    is_standardized = check_bool(standardize, name="standardize")
    where = _aeon_folder() if folder is None else check_path(folder, name="folder")
    check_folder(where, name="folder", holds=_HOLDS)
    train, test = (read_series(where / f"{NAME}_{part}.ts") for part in ("TRAIN", "TEST"))
    _check_match(train, test, where=where)
    x_train, x_test = train.values, test.values
    if is_standardized:
        x_train, x_test = standardized(x_train, x_test)
    return LabeledSequences(
        x_train.astype(np.float32),
        train.classes,
        x_test.astype(np.float32),
        test.classes,
        class_names=train.class_names,
        channels=CHANNELS,
    )


def _aeon_folder() -> Path:
    spec = find_spec("aeon")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "`basic_motions` reads files of the package aeon, which is not installed: pip install "
            '"mmphate-widget[examples]". Where that would move numpy or pandas back, the files '
            'alone will do: pip install --no-deps "aeon>=1.0".',
            name="aeon",
        )
    folder = Path(spec.submodule_search_locations[0], "datasets", "data", NAME)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"`basic_motions` reads files of the package aeon; the one that is installed has no "
            f'folder {folder}. Install another: pip install --no-deps --upgrade "aeon>=1.0".'
        )
    return folder


def _check_match(train: Series, test: Series, *, where: Path) -> None:
    n_channels = len(CHANNELS)
    if train.values.shape[2] != n_channels:
        raise ValueError(
            f"{where / NAME}_TRAIN.ts must have {n_channels} dimensions; "
            f"got {train.values.shape[2]}."
        )
    here = (*train.values.shape[1:], train.class_names)
    there = (*test.values.shape[1:], test.class_names)
    if here != there:
        raise ValueError(
            f"{where / NAME}_TEST.ts must have the steps, dimensions and classes of the training "
            f"set, {here}; got {there}."
        )
