"""What a Trace shows of itself in a console and in a notebook: what is inside, how large."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mmphate_widget._types import AnyArray

if TYPE_CHECKING:
    from mmphate_widget.trace.trace import Trace

# Names shown in full before the middle is left out: first and last two tell a range apart.
_SHOWN_NAMES = 6
_SHOWN_ENDS = 2

_BYTES_PER_UNIT = 1024


def describe(trace: "Trace") -> str:
    """One line: axes with their sizes, type, size in memory, layers and metrics."""
    e, t, h, s = trace.shape
    parts = [
        f"<Trace: {_count(e, 'epoch')} × {_count(t, 'step')} × {_count(h, 'unit')} × "
        f"{_count(s, 'sample')}, {trace.values.dtype}, {format_bytes(trace.nbytes)}"
    ]
    layers = _layer_names(trace)
    if layers:
        parts.append(f"layer{'s' * (len(layers) > 1)} {_abbreviated(layers)}")
    if trace.sample_labels is not None:
        parts.append(_count(len(np.unique(trace.sample_labels)), "class", "classes"))
    if trace.lengths is not None:
        parts.append(f"lengths {trace.lengths.min()} … {trace.lengths.max()}")
    if trace.metrics:
        parts.append("metrics " + _abbreviated(tuple(trace.metrics)))
    return "; ".join(parts) + ">"


def describe_html(trace: "Trace") -> str:
    """A table with one row an axis; every text that came from a user is escaped."""
    e, t, h, s = trace.shape
    rows = [
        ("epoch", e, _span(trace.epochs)),
        ("step", t, _span(trace.steps)),
        ("unit", h, _abbreviated(trace.units)),
        ("sample", s, _samples(trace)),
    ]
    layers = _layer_names(trace)
    if layers:
        sizes = [f"{name} ({_count(trace.layers.count(name), 'unit')})" for name in layers]
        rows.append(("layer", len(layers), _abbreviated(tuple(sizes))))
    if trace.metrics:
        rows.append(("metric", len(trace.metrics), _abbreviated(tuple(trace.metrics))))
    body = "".join(
        f"<tr><th style='text-align:left'>{name}</th><td>{size:,}</td>"
        f"<td style='text-align:left'>{escape(text)}</td></tr>"
        for name, size, text in rows
    )
    caption = f"Trace, {trace.values.dtype}, {format_bytes(trace.nbytes)}"
    return f"<div><strong>{escape(caption)}</strong><table>{body}</table></div>"


def format_bytes(n_bytes: int) -> str:
    """``n_bytes`` in the largest unit that leaves at least 1, "18.5 MiB"."""
    size = float(n_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < _BYTES_PER_UNIT:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= _BYTES_PER_UNIT
    return f"{size:.1f} TiB"


def _layer_names(trace: "Trace") -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(trace.layers) if name is not None)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _abbreviated(names: tuple[str, ...]) -> str:
    if len(names) <= _SHOWN_NAMES:
        return ", ".join(names)
    return ", ".join((*names[:_SHOWN_ENDS], "…", *names[-_SHOWN_ENDS:]))


def _span(numbers: AnyArray) -> str:
    if len(numbers) == 1:
        return str(numbers[0])
    steps = np.unique(np.diff(numbers))
    pace = f" by {steps[0]}" if len(steps) == 1 else ", uneven"
    return f"{numbers[0]} … {numbers[-1]}" + ("" if pace == " by 1" else pace)


def _samples(trace: "Trace") -> str:
    texts = []
    if trace.sample_labels is not None:
        classes = np.unique(trace.sample_labels)
        texts.append(
            f"{_count(len(classes), 'class', 'classes')}: " + _abbreviated(tuple(map(str, classes)))
        )
    if trace.lengths is not None:
        texts.append(f"{trace.lengths.min()} … {trace.lengths.max()} steps long")
    return "; ".join(texts)
