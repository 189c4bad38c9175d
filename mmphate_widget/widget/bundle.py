"""The JavaScript that the widget ships: a small loader for every picture, the rest once a kernel.

anywidget makes a module of every model's ``_esm``, and ipywidgets keeps every model: with the
whole front end in it, each re-run of a cell would cost its size in the page. So ``_esm`` is a
loader, and the front end is the value of one shared model, from which a page makes one module.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files

import traitlets
from ipywidgets import Widget

LOADER = "static/loader.js"
FRONT_END = "static/widget.js"


class Bundle(Widget):
    """The front end as a model without a view."""

    code = traitlets.Unicode().tag(sync=True)
    digest = traitlets.Unicode().tag(sync=True)


@cache
def read_script(name: str) -> str:
    """An installed script's text; FileNotFoundError that says how to build it where missing."""
    path = files("mmphate_widget").joinpath(name)
    if not path.is_file():
        raise FileNotFoundError(
            f"mmphate_widget/{name} is missing. It is part of every wheel; in a source checkout "
            "build it with `npm ci && npm run build` in the folder js (Node 20)."
        )
    return path.read_text(encoding="utf-8")


def shared_bundle() -> Bundle:
    """The one model of this kernel; a new one where it was closed, as by ``close_all``."""
    global _bundle
    if _bundle is None or _bundle.comm is None:
        code = read_script(FRONT_END)
        _bundle = Bundle(code=code, digest=sha256(code.encode()).hexdigest())
    return _bundle


_bundle: Bundle | None = None
