"""Builds the documentation site: ``make docs``, or ``python notebooks/docs/build.py OUT``.

Sphinx writes a page for each public name beside its sources. So that nothing is written among
the committed files, the sources (these pages, the notebooks as they were executed, the pictures)
are put together in a folder of their own first. Nothing is run and nothing is fetched.
"""

import argparse
import shutil
import sys
from pathlib import Path
from types import ModuleType

from sphinx.cmd.build import build_main

import mmphate_widget

DOCS = Path(__file__).resolve().parent
NOTEBOOKS = DOCS.parent
# Pages that show something which moves: the widget in a file of its own, and movies.
MOVING = ("digits.html", "images/*.mp4")
# What the page of the reference has in the place of the public modules, whichever there are.
MODULES = "MODULES"
TITLE = "# Notebooks\n"
INTRODUCTION = (
    "Each asks one question and ends with what was found. They are shown as they were run at full "
    "size; nothing is executed while this site is built.\n"
)


def assemble(sources: Path) -> None:
    """Put everything that Sphinx reads into an empty folder."""
    shutil.copytree(DOCS, sources, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(NOTEBOOKS / "images", sources / "images")
    (sources / "notebooks").mkdir()
    names = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    for name in names:
        shutil.copyfile(NOTEBOOKS / f"{name}.ipynb", sources / "notebooks" / f"{name}.ipynb")
    (sources / "notebooks" / "index.md").write_text(list_notebooks(names), encoding="utf-8")
    reference = sources / "reference" / "index.md"
    modules = "\n   ".join(public_modules())
    reference.write_text(
        reference.read_text(encoding="utf-8").replace(MODULES, modules), encoding="utf-8"
    )
    for pattern in MOVING:
        for path in NOTEBOOKS.glob(pattern):
            shutil.copyfile(path, sources / "static" / path.name)


def public_modules() -> list[str]:
    """Names of the public modules of the package."""
    public = {name: getattr(mmphate_widget, name) for name in mmphate_widget.__all__}
    return sorted(name for name, value in public.items() if isinstance(value, ModuleType))


def list_notebooks(names: list[str]) -> str:
    """The page that leads to the notebooks, the quickstart first."""
    ordered = sorted(names, key=lambda name: (name != "quickstart", name == "benchmarks", name))
    return "\n".join([TITLE, INTRODUCTION, "```{toctree}", *ordered, "```", ""])


def build(out: Path) -> int:
    """Build the site into `out`, which is made anew; returns Sphinx's exit status.

    Every warning is said, and any of them is an error.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    assemble(out / "sources")
    strict = ["--fail-on-warning", "--keep-going", "--quiet"]
    doctrees = ["--doctree-dir", str(out / "doctrees")]
    folders = [str(out / "sources"), str(out / "html")]
    return int(build_main(["--builder", "html", *strict, *doctrees, *folders]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder that is made anew; the site is in OUT/html")
    out = parser.parse_args().out
    status = build(out)
    if status == 0:
        sys.stdout.write(f"The site: {(out / 'html' / 'index.html').resolve()}\n")
    sys.exit(status)
