"""Embeddings in fresh processes: repeated, summed up, with their coordinates where wanted.

A summary is JSON: median and range of seconds and of peak memory (the process's VmHWM), what the
first run says of itself, or ``missing``, the reason why there are no figures.
"""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from environments import NotInstalledError, python_of
from inputs import ROOT, keep

SCRIPT = Path(__file__).resolve().parent / "methods.py"
MEASURED = ("seconds", "peak_bytes")
# Longer than anything here takes; a run that hangs must not hold the others.
LIMIT_SECONDS = 900


def embed_once(
    method: str, name: str, *, seed: int = 0, coordinates: bool = False
) -> tuple[dict[str, Any], np.ndarray | None]:
    """One embedding of an input: what it took or ``missing``, and the coordinates if wanted."""
    try:
        python = python_of(method)
    except NotInstalledError as error:
        return {"missing": f"not available: {error}"}, None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coordinates.npy"
        command = [python, str(SCRIPT), method, str(keep(name)), str(seed)]
        try:
            done = subprocess.run(
                [*command, str(file)] if coordinates else command,
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
                # Other environments must not see this package, ours must see this copy of it.
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        except subprocess.TimeoutExpired:
            return {"missing": f"fails: not done after {LIMIT_SECONDS} s"}, None
        if done.returncode:
            return {"missing": f"fails: ended with status {done.returncode}"}, None
        found = json.loads(done.stdout.splitlines()[-1])
        if "unavailable" in found:
            return {"missing": f"not available: {found['unavailable']}"}, None
        if "failed" in found:
            return {"missing": f"fails: {found['failed']}"}, None
        return found, np.load(file) if coordinates else None


def summarize(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Median and range of what was measured, beside the rest of the first run."""
    if any("missing" in run for run in runs):
        return next(run for run in runs if "missing" in run)
    summary = {key: value for key, value in runs[0].items() if key not in MEASURED}
    for key in MEASURED:
        values = [run[key] for run in runs]
        summary[key] = {
            "median": statistics.median(values),
            "low": min(values),
            "high": max(values),
        }
    return summary | {"repeats": len(runs)}


def embed(
    method: str, name: str, *, repeats: int, coordinates: bool = False
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Some embeddings of an input with seeds 0, 1, …: their summary, and all coordinates."""
    runs, layouts = [], []
    for seed in range(repeats):
        run, layout = embed_once(method, name, seed=seed, coordinates=coordinates)
        runs.append(run)
        if "missing" in run:
            break
        if layout is not None:
            layouts.append(layout)
    return summarize(runs), layouts
