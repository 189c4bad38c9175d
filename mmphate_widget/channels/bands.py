"""`Bands`: stretches of epochs with a name each, shaded behind the training curves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mmphate_widget._validation import check_int, check_name

Band = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Bands:
    """Stretches of epochs, with what they are called together.

    Attributes
    ----------
    name : str
        What they are called in the interface.
    bands : tuple of (int, int, str)
        First and last epoch of each (0-based positions, both included) and its name, ascending
        and apart from each other.

    Examples
    --------
    >>> Bands("phases", [(0, 3, "learning"), (4, 9, "compression")]).bands[1]
    (4, 9, 'compression')
    """

    name: str
    bands: Sequence[Band]

    def __post_init__(self) -> None:
        check_name(self.name, name="name")
        object.__setattr__(self, "bands", check_bands(self.bands))


def check_bands(bands: Any, *, n_epochs: int | None = None) -> tuple[Band, ...]:
    """``bands`` as triples, or TypeError / ValueError where they are not as `Bands` says."""
    if isinstance(bands, str) or not isinstance(bands, Iterable):
        raise TypeError(f"`bands` must be (first, last, name) triples; got {bands!r}.")
    checked: list[Band] = []
    for band in bands:
        if isinstance(band, str) or not isinstance(band, Iterable) or len(entry := [*band]) != 3:
            raise TypeError(f"`bands` must be (first, last, name) triples; got {band!r}.")
        latest = None if n_epochs is None else n_epochs - 1
        earliest = checked[-1][1] + 1 if checked else 0
        if latest is not None and earliest > latest:
            raise ValueError(f"`bands` must lie within {n_epochs} epochs; got {band!r}.")
        first = check_int(entry[0], name="first of a band", minimum=earliest, maximum=latest)
        last = check_int(entry[1], name="last of a band", minimum=first, maximum=latest)
        checked.append((first, last, check_name(entry[2], name="name of a band")))
    return tuple(checked)
