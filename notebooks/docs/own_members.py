"""What a class is documented to have: what a user types at it, and to make it.

A widget has some hundred names of ipywidgets and traitlets beside its own, which are described
there; and methods by which its own parts speak with one another.
"""

from typing import Any

from sphinx.application import Sphinx
from sphinx.util.inspect import signature, stringify_signature
from traitlets import TraitType

PACKAGE = "mmphate_widget"
# What works behind the face of the widget, but for what is read there, too.
BEHIND = tuple(f"{PACKAGE}.widget.{name}" for name in ("instrument", "moves", "traits"))
STILL_TYPED = {"close", "shape", "unit_names"}
# Called by a trait.
NOT_TYPED = {"channel_to_color_by"}


def is_typed(name: str, member: Any) -> bool:
    """Whether a user would type this member of a class."""
    if isinstance(member, TraitType) or name in NOT_TYPED:
        return False
    function = member.fget if isinstance(member, property) else member
    function = getattr(function, "__func__", function)
    module = str(getattr(function, "__module__", None) or PACKAGE)
    return module.startswith(PACKAGE) and (module not in BEHIND or name in STILL_TYPED)


def skip(app: Sphinx, what: str, name: str, member: Any, is_skipped: bool, options: Any) -> Any:
    """Answer autodoc: True leaves the member out, None lets the options decide."""
    return True if what == "class" and not is_typed(name, member) else None


def sign(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, found: str | None, returns: Any
) -> tuple[str, Any] | None:
    """Answer autodoc: a widget is made as its ``__init__`` says, not as that of traitlets."""
    if what != "class" or found != "(*args, **kwargs)":
        return None
    own = signature(obj.__init__, bound_method=True)
    return stringify_signature(own, show_annotation=False), returns


def setup(app: Sphinx) -> dict[str, Any]:
    """Ask `skip` about each member, `sign` about each class."""
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", sign)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
