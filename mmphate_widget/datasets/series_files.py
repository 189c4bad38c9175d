"""Time series as the UEA archive writes them: a ``.ts`` file, read with checks.

    # remarks, then lines of a head
    @dimensions 6
    @seriesLength 100
    @classLabel true Standing Running
    @data
    0.1,0.2,…:0.3,0.4,…:…:Standing

A line of data is a series: its dimensions parted by colons, values by commas, and its class last.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int64

from mmphate_widget.datasets.given_files import LARGEST, read_lines

_HOLDS = "time series in the UEA archive's .ts format"


class Series(NamedTuple):
    """What a file holds: series (sample, step, dimension), positions of classes, their names."""

    values: Float[np.ndarray, "sample step dimension"]
    classes: Int64[np.ndarray, " sample"]
    class_names: tuple[str, ...]


def read_series(file: Path) -> Series:
    """All series of a ``.ts`` file, of equal lengths and with classes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not as its format, or its own head, says; with the number of the line.
    """
    lines = read_lines(file, holds=_HOLDS)
    head, start = _read_head(lines, file=file)
    names = _class_names(head, file=file)
    values: list[Float[np.ndarray, "step dimension"]] = []
    classes: list[int] = []
    for number, line in enumerate(lines[start:], start + 1):
        if not line.strip():
            continue
        try:
            series, label = _read_line(line)
            classes.append(_position(label, names))
            _check_sizes(series, first=values[0] if values else series, head=head)
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from error
        values.append(series)
    if not values:
        raise ValueError(f"{file} must hold {_HOLDS}; no line follows @data.")
    return Series(np.stack(values), np.array(classes, dtype=np.int64), names)


def _read_head(lines: list[str], *, file: Path) -> tuple[dict[str, str], int]:
    """What the head says, by words in small letters, and the position of the first line of data."""
    head: dict[str, str] = {}
    for place, line in enumerate(lines):
        stripped = line.strip()
        if stripped.lower() == "@data":
            return head, place + 1
        if stripped.startswith("@"):
            word, _, value = stripped[1:].partition(" ")
            head[word.lower()] = value.strip()
        elif stripped and not stripped.startswith("#"):
            raise ValueError(
                f"{file}, line {place + 1}: a line before @data must begin with # or @; "
                f"got {stripped[:40]!r}."
            )
    raise ValueError(f"{file} must hold {_HOLDS}; it has no line @data.")


def _class_names(head: dict[str, str], *, file: Path) -> tuple[str, ...]:
    has_classes, *names = head.get("classlabel", "false").split()
    if has_classes.lower() != "true" or not names:
        raise ValueError(
            f"{file} must name its classes in a line '@classLabel true …'; "
            f"got {head.get('classlabel')!r}."
        )
    return tuple(names)


def _read_line(line: str) -> tuple[Float[np.ndarray, "step dimension"], str]:
    *dimensions, label = line.strip().split(":")
    if not dimensions:
        raise ValueError("a series must have values and a class, parted by a colon; got no colon.")
    rows = [[float(value) for value in dimension.split(",")] for dimension in dimensions]
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1:
        raise ValueError(f"all dimensions of a series must be of one length; got {lengths}.")
    series = np.array(rows).T
    if not np.isfinite(series).all():
        raise ValueError("all values of a series must be finite; got NaN or infinity.")
    if np.abs(series).max() > LARGEST:
        raise ValueError(
            f"no value of a series must be beyond float32 (± {LARGEST:.1e}); got "
            f"{np.abs(series).max():g}."
        )
    return series, label.strip()


def _position(label: str, names: tuple[str, ...]) -> int:
    if label not in names:
        raise ValueError(f"the class must be one of {', '.join(names)}; got {label!r}.")
    return names.index(label)


def _check_sizes(
    series: Float[np.ndarray, "step dimension"],
    *,
    first: Float[np.ndarray, "first_step first_dimension"],
    head: dict[str, str],
) -> None:
    n_steps = int(head["serieslength"]) if "serieslength" in head else first.shape[0]
    n_dimensions = int(head["dimensions"]) if "dimensions" in head else first.shape[1]
    if series.shape != (n_steps, n_dimensions):
        raise ValueError(
            f"a series must have {n_dimensions} dimensions of {n_steps} values; "
            f"got {series.shape[1]} of {series.shape[0]}."
        )
