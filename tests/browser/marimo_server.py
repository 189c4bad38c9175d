"""A marimo app on this machine, started for real."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

SERVER_SECONDS = 60


@contextmanager
def run_marimo(folder, app, *, theme="light"):
    """Serve an app's text, its files and marimo's settings in ``folder``; yields the URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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


def wait_for(url, process, log):
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            assert process.poll() is None, f"marimo ended:\n{log.read_text()}"
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"marimo did not answer in {SERVER_SECONDS} s:\n{log.read_text()}")
