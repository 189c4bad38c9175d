"""What a class is documented to have: its own members and those of this package's bases.

A widget has some hundred names of ipywidgets and traitlets beside them, which are described there.
"""

from typing import Any

from sphinx.application import Sphinx
from traitlets import TraitType

PACKAGE = "mmphate_widget"


def is_foreign(member: Any) -> bool:
    """Whether another package defined this member of a class."""
    if isinstance(member, TraitType):
        return True
    function = member.fget if isinstance(member, property) else member
    function = getattr(function, "__func__", function)
    module = getattr(function, "__module__", None) or PACKAGE
    return not str(module).startswith(PACKAGE)


def skip(app: Sphinx, what: str, name: str, member: Any, is_skipped: bool, options: Any) -> Any:
    """Answer autodoc: True leaves the member out, None lets the options decide."""
    return True if what == "class" and is_foreign(member) else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Ask `skip` about each member."""
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
