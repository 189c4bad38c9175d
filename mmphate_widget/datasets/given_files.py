"""Reading files that a user has: what is not as it must be is said with the file's name."""

import warnings
from pathlib import Path

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import AnyArray

# What data sets are kept as.
LARGEST = np.finfo(np.float32).max


def check_folder(folder: Path, *, name: str, holds: str) -> None:
    """Raise unless ``folder`` is one; ``holds`` says what it must hold."""
    if not folder.exists():
        raise FileNotFoundError(f"`{name}` must be a folder with {holds}; {folder} does not exist.")
    if not folder.is_dir():
        raise NotADirectoryError(f"`{name}` must be a folder with {holds}; got the file {folder}.")


def check_file(file: Path, *, holds: str) -> None:
    """Raise FileNotFoundError unless ``file`` is there; ``holds`` says what it must hold."""
    if not file.is_file():
        raise FileNotFoundError(f"{file} must hold {holds}; there is no such file.")


def read_lines(file: Path, *, holds: str) -> list[str]:
    """The lines of a text in UTF-8, which may begin with its mark."""
    check_file(file, holds=holds)
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} must hold {holds}; it is not text: {error}") from error


def read_table(file: Path, *, holds: str) -> Float[np.ndarray, "row column"]:
    """Numbers parted by blanks, a row a line."""
    check_file(file, holds=holds)
    try:
        with warnings.catch_warnings():
            # Of an empty file, whose shape says it.
            warnings.simplefilter("ignore", UserWarning)
            table = np.loadtxt(file, dtype=np.float64, ndmin=2)
    except ValueError as error:
        raise ValueError(f"{file} must hold {holds}; it cannot be read: {error}") from error
    check_finite_file(table, file=file, holds=holds)
    return table


def check_shape(
    array: AnyArray, wanted: tuple[int | str, ...], *, file: Path | str, holds: str
) -> None:
    """Raise ValueError unless the axes are as long as ``wanted``; a word fits any length."""
    fits = len(array.shape) == len(wanted) and all(
        isinstance(want, str) or want == got for want, got in zip(wanted, array.shape, strict=True)
    )
    if not fits or 0 in array.shape:
        shape = ", ".join(map(str, wanted)) + ("," if len(wanted) == 1 else "")
        raise ValueError(f"{file} must hold {holds} of shape ({shape}); got shape {array.shape}.")


def check_finite_file(array: AnyArray, *, file: Path | str, holds: str) -> None:
    """Raise ValueError where a file holds NaN, infinity or what float32 cannot hold."""
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        at = tuple(int(place) for place in bad[0])
        raise ValueError(
            f"{file} must hold {holds}, all of them finite; got {array[at]} at {at} "
            f"({len(bad)} are not finite)."
        )
    bad = np.argwhere(np.abs(array) > LARGEST)
    if len(bad):
        at = tuple(int(place) for place in bad[0])
        raise ValueError(
            f"{file} must hold {holds}, none of them beyond float32 (± {LARGEST:.1e}); got "
            f"{array[at]} at {at}."
        )


def whole_numbers(
    values: AnyArray, *, file: Path | str, holds: str, first: int, last: int
) -> AnyArray:
    """Values as int64, or ValueError unless they are whole and between ``first`` and ``last``."""
    wrong = (values != np.floor(values)) | (values < first) | (values > last)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise ValueError(
            f"{file} must hold {holds}, whole numbers {first} … {last}; "
            f"got {values[place]:g} in row {place}."
        )
    return np.asarray(values.astype(np.int64))


def standardized(
    x_train: Float[np.ndarray, "train step channel"],
    x_test: Float[np.ndarray, "test step channel"],
) -> tuple[Float[np.ndarray, "train step channel"], Float[np.ndarray, "test step channel"]]:
    """Both sets less the training set's mean of each channel, over its standard deviation."""
    mean = x_train.mean(axis=(0, 1))
    spread = x_train.std(axis=(0, 1))
    # A constant channel stays at 0.
    spread = np.where(spread > 0, spread, 1.0)
    return (x_train - mean) / spread, (x_test - mean) / spread
