"""The one file of JavaScript that the widget ships, read once from the installed package."""

from functools import cache
from importlib.resources import files

BUNDLE = "static/widget.js"


@cache
def read_bundle() -> str:
    """The bundle's text; FileNotFoundError that says how to build it where it is missing."""
    path = files("mmphate_widget").joinpath(BUNDLE)
    if not path.is_file():
        raise FileNotFoundError(
            f"mmphate_widget/{BUNDLE} is missing. It is part of every wheel; in a source checkout "
            "build it with `npm ci && npm run build` in the folder js (Node 20)."
        )
    return path.read_text(encoding="utf-8")
