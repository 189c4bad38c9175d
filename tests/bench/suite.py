"""The benchmark suite: measures, writes figures as JSON, then renders tables and plots from them.

``make bench`` runs all of it and writes what is committed: ``notebooks/benchmarks.json``, which
``notebooks/benchmarks.ipynb`` reads and is run on, ``notebooks/benchmarks.md``, and plots beside
README's other pictures. ``make bench QUICK=1`` runs a reduced form within three minutes and writes
to ``test-output/bench/quick``. ``--only PART …`` measures some parts anew and keeps the figures of
the others; with no part it only renders them. ``--note`` is a word on the circumstances that stands
beside the machine's name.
"""

import argparse
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peers
import placing
import plots
import report
import sampling_loss
import speed
import stage_profile
from environments import make_all
from inputs import FOLDER, ROOT
from paper_run import describe_machine

log = logging.getLogger("bench")
QUICK_FOLDER = FOLDER / "quick"
RESULTS = "benchmarks.json"
COMMITTED = ROOT / "notebooks"
NOTEBOOK = COMMITTED / "benchmarks.ipynb"

# Part -> its figures, as JSON can hold them, in the quick form or in whole.
PARTS: dict[str, Callable[[bool], Any]] = {
    "speed": speed.measure,
    "growth": speed.growth,
    "reference": peers.against_reference,
    "suite": peers.paper_suite,
    "planted": peers.planted_groups,
    "landmarks": peers.landmarks,
    "sampling": sampling_loss.measure,
    "placing": placing.measure,
    "profile": stage_profile.measure,
}


def run(names: list[str], *, quick: bool, results: Path, note: str | None = None) -> dict[str, Any]:
    """Measure some parts; each is written as it ends."""
    if names:
        make_all()
    found = json.loads(results.read_text()) if results.exists() else {}
    for name in names:
        started = time.perf_counter()
        figures = PARTS[name](quick)
        seconds = time.perf_counter() - started
        log.info("%s: %.0f s", name, seconds)
        found[name] = {
            "machine": describe_machine(),
            "quick": quick,
            "note": note,
            "took": seconds,
            "figures": figures,
        }
        results.parent.mkdir(parents=True, exist_ok=True)
        results.write_text(json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return found


def execute(path: Path) -> None:
    """Run a notebook in its folder and keep its outputs."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources, record_timing=False).execute()
    nbformat.write(notebook, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(PARTS), metavar="PART")
    parser.add_argument("--folder", type=Path, help="where to write, if not to the usual place")
    parser.add_argument("--note", help="on the circumstances")
    asked = parser.parse_args()
    for name in asked.only:
        if name not in PARTS:
            parser.error(f"`--only` must name parts of {', '.join(PARTS)}; got {name!r}.")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = asked.folder or (QUICK_FOLDER if asked.quick else COMMITTED)
    found = run(asked.only, quick=asked.quick, results=folder / RESULTS, note=asked.note)
    tables = report.tables(found)
    (folder / "benchmarks.md").write_text(tables)
    plots.draw(found, folder / "images")
    if folder == COMMITTED:
        execute(NOTEBOOK)
    log.info("%s", tables)


if __name__ == "__main__":
    main()
