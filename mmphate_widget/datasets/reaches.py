"""Area2_Bump: spikes of a monkey's somatosensory cortex, which the paper's first network reads.

Trials of 600 steps (1 ms each) of spiking channels, in 8 conditions of a center-out reach, of which
some are bumps of the handle. Not packaged; this reads arrays a user has cut out of the recording.
"""

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from mmphate_widget._types import AnyArray, PathLike
from mmphate_widget._validation import check_int, check_path
from mmphate_widget.datasets.given_files import (
    check_file,
    check_finite_file,
    check_shape,
    whole_numbers,
)
from mmphate_widget.datasets.sequences import LabeledSequences

ARRAYS = ("trainX", "trainy", "testX", "testy")
_HOLDS = ", ".join(ARRAYS)

# Of the paper: steps of a trial, and conditions.
N_STEPS = 600
N_CLASSES = 8


def area2_bump(
    path: PathLike, *, n_steps: int | None = N_STEPS, n_classes: int = N_CLASSES
) -> LabeledSequences:
    """Trials of the Area2_Bump recording, from arrays as the paper's own scripts keep them.

    Either a folder with ``trainX.npy``, ``trainy.npy``, ``testX.npy`` and ``testy.npy``, or one
    ``.npz`` file with arrays of these names:

    ========= =============================== ===========================================
    name      shape                           holds
    ========= =============================== ===========================================
    trainX    (trials, n_steps, channels)     spikes, or rates: real numbers
    trainy    (trials,)                       condition of each trial, 0 … n_classes − 1
    testX     (other trials, the same)        as trainX
    testy     (other trials,)                 as trainy
    ========= =============================== ===========================================

    Parameters
    ----------
    path : str or Path
        The folder or the file.
    n_steps : int or None, default=600
        Steps that a trial must have; None takes any.
    n_classes : int, default=8
        Conditions.

    Returns
    -------
    LabeledSequences
        The values as they are, as float32; the classes are called "condition 0" ….

    Raises
    ------
    FileNotFoundError
        If the folder, or an array, is missing.
    TypeError, ValueError
        If an array does not hold what it must: the message names the file, what it must hold and
        what it does.

    References
    ----------
    R. H. Chowdhury, J. I. Glaser, L. E. Miller. Area 2 of primary somatosensory cortex encodes
    kinematics of the whole arm. eLife 9 (2020). https://doi.org/10.7554/eLife.48198

    F. Pei, J. Ye et al. Neural Latents Benchmark '21, 2021. https://arxiv.org/abs/2109.04463

    Examples
    --------
    >>> import tempfile, pathlib
    >>> rng = np.random.default_rng(0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "reaches.npz")
    ...     trials = {f"{part}X": rng.poisson(0.1, (9, 600, 65)) for part in ("train", "test")}
    ...     np.savez(file, trainy=np.arange(9) % 8, testy=np.arange(9) % 8, **trials)
    ...     print(area2_bump(file))
    <LabeledSequences: 9 + 9 sequences × 600 steps × 65 channels, 8 classes>
    """
    if n_steps is not None:
        check_int(n_steps, name="n_steps", minimum=1)
    check_int(n_classes, name="n_classes", minimum=2)
    arrays, files = _read(check_path(path))
    x_train = _checked_trials(arrays["trainX"], file=files["trainX"], n_steps=n_steps)
    y_train = _checked_conditions(
        arrays["trainy"], file=files["trainy"], n_trials=len(x_train), n_classes=n_classes
    )
    x_test = _checked_trials(
        arrays["testX"], file=files["testX"], n_steps=x_train.shape[1], n_channels=x_train.shape[2]
    )
    y_test = _checked_conditions(
        arrays["testy"], file=files["testy"], n_trials=len(x_test), n_classes=n_classes
    )
    return LabeledSequences(
        x_train,
        y_train,
        x_test,
        y_test,
        class_names=tuple(f"condition {place}" for place in range(n_classes)),
        channels=tuple(f"channel {place}" for place in range(x_train.shape[2])),
    )


def _read(path: Path) -> tuple[Mapping[str, AnyArray], Mapping[str, str]]:
    """The arrays by name, and where each is from."""
    if path.is_dir():
        files = {name: path / f"{name}.npy" for name in ARRAYS}
        for name, file in files.items():
            check_file(file, holds=f"the array {name}")
        arrays = {name: _load(file)[0] for name, file in files.items()}
        return arrays, {name: str(file) for name, file in files.items()}
    if not path.exists():
        raise FileNotFoundError(
            f"`path` must be a folder with {_HOLDS} as .npy files, or an .npz file with these "
            f"arrays; {path} does not exist."
        )
    single, named = _load(path)
    if single.size:
        raise ValueError(
            f"{path} must be an .npz file with the arrays {_HOLDS}; got a single array of shape "
            f"{single.shape}. Give the folder that it lies in."
        )
    missing = [name for name in ARRAYS if name not in named]
    if missing:
        raise ValueError(
            f"{path} must hold the arrays {_HOLDS}; {', '.join(missing)} missing, "
            f"got {', '.join(named) or 'none'}."
        )
    return named, {name: f"{path} ({name})" for name in ARRAYS}


def _load(file: Path) -> tuple[AnyArray, dict[str, AnyArray]]:
    """The array of an .npy file, or those of an .npz file by name; the other is empty."""
    try:
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded, {}
        with loaded:
            return np.empty(0), {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"{file} must hold arrays of numbers in numpy's format; it cannot be read: {error}"
        ) from error


def _checked_trials(
    values: AnyArray, *, file: str, n_steps: int | None, n_channels: int | None = None
) -> AnyArray:
    holds = "trials"
    _check_numbers(values, file=file)
    wanted = ("trials", "steps" if n_steps is None else n_steps, n_channels or "channels")
    check_shape(values, wanted, file=file, holds=holds)
    check_finite_file(values, file=file, holds=holds)
    return values.astype(np.float32)


def _checked_conditions(values: AnyArray, *, file: str, n_trials: int, n_classes: int) -> AnyArray:
    holds = "conditions"
    _check_numbers(values, file=file)
    check_shape(values, (n_trials,), file=file, holds=holds)
    return whole_numbers(values, file=file, holds=holds, first=0, last=n_classes - 1)


def _check_numbers(values: AnyArray, *, file: str) -> None:
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{file} must hold real numbers; got dtype {values.dtype}.")
