"""A marimo app on this machine, started for real."""

import os
import subprocess
import sys
from contextlib import contextmanager

from served import free_port, wait_for


@contextmanager
def run_marimo(folder, app, *, theme="light"):
    """Serve an app's text, its files and marimo's settings in ``folder``; yields the URL."""
    port = free_port()
    (folder / "app.py").write_text(app)
    settings = folder / "config" / "marimo"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "marimo.toml").write_text(f'[display]\ntheme = "{theme}"\n')
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
    command = [sys.executable, "-m", "marimo", "run", "app.py", "--headless", "--no-token"]
    with (folder / "marimo.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--host=127.0.0.1", f"--port={port}"],
            cwd=folder,
            env={**os.environ, **home, "MARIMO_SKIP_UPDATE_CHECK": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url, process, folder / "marimo.log")
            yield url
        finally:
            process.terminate()
            process.wait()
