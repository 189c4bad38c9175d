"""Types of arguments as they were written, with links to the classes of this package.

Sphinx would take every word of "ndarray, shape (E, T, H, S)" for the name of a class.
"""

import re
from typing import Any

from sphinx.application import Sphinx

import mmphate_widget

# After napoleon, which makes fields of sections.
AFTER_NAPOLEON = 600
FIELD = re.compile(r"^(\s*:(?:type|vartype) [^:]+:) (.+)$")
CLASSES = [name for name in mmphate_widget.__all__ if name[0].isupper()]
CLASS = re.compile(rf"\b({'|'.join(sorted(CLASSES, key=len, reverse=True))})\b")


def linked(text: str) -> str:
    """Type with links to classes; marked up in any case, which Sphinx leaves as it is."""
    escaped = text.replace("\\", "").replace("*", "\\*").replace("_", "\\_")
    pieces = CLASS.split(escaped)
    # Every second piece is a name; a null space ends markup beside a letter or a bracket.
    marked = [
        rf":py:class:`~mmphate_widget.{piece}`" if at % 2 else emphasized(piece)
        for at, piece in enumerate(pieces)
        if piece
    ]
    return r"\ ".join(marked)


def emphasized(piece: str) -> str:
    """Text in italics; white space at its ends stays outside."""
    core = piece.strip()
    if not core:
        return piece
    before, after = piece[: piece.index(core[0])], piece[len(piece.rstrip()) :]
    return f"{before}*{core}*{after}"


def mark_types(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Rewrite the fields of types in a docstring, in place."""
    for at, line in enumerate(lines):
        if found := FIELD.match(line):
            lines[at] = f"{found[1]} {linked(found[2])}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Read each docstring after napoleon did."""
    app.connect("autodoc-process-docstring", mark_types, priority=AFTER_NAPOLEON)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
