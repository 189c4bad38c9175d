"""Environments of other people's embeddings, which are no dependencies of this package.

Each is made once, by venv and pip from a file in ``requirements``, in a folder that git ignores.
Where that fails (no network, no wheel for this Python) its rows say so.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from inputs import FOLDER

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
# Method -> environment; those that are not here run in this one.
ENVIRONMENTS = {"m-phate": "reference", "umap": "peers", "opentsne": "peers", "pca": "peers"}
INSTALLED = "installed"


class NotInstalledError(Exception):
    """An environment could not be made; the message says why."""


def python_of(method: str) -> str:
    """The Python that holds a method.

    Raises
    ------
    NotInstalledError
        If its environment cannot be made.
    """
    return make(ENVIRONMENTS[method]) if method in ENVIRONMENTS else sys.executable


def make(name: str) -> str:
    """Python of the environment of this name, made where it is not there yet."""
    python, reason = _make(name)
    if reason:
        raise NotInstalledError(reason)
    return python


def make_all() -> None:
    """Make what is missing, side by side, before anything is measured."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(_make, sorted(set(ENVIRONMENTS.values()))))


@cache
def _make(name: str) -> tuple[str, str]:
    """Python of an environment and why there is none; tried once in a run."""
    folder = FOLDER / "environments" / name
    python = folder / "bin" / "python"
    wanted = (REQUIREMENTS / f"{name}.txt").read_text()
    stamp = folder / INSTALLED
    if stamp.exists() and stamp.read_text() == wanted:
        return str(python), ""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    try:
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [*pip, "--requirement", str(REQUIREMENTS / f"{name}.txt")],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        errors = [line for line in error.stderr.splitlines() if "ERROR" in line]
        return "", (errors or ["its environment could not be made"])[-1].strip()
    stamp.write_text(wanted)
    return str(python), ""
