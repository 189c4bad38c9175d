"""A JupyterLab server on this machine, in a folder of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

SERVER_SECONDS = 60


def run_server(root, *options):
    """Start a server in an empty folder; yields its URL and its notebooks' folder once."""
    settings = root / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    folder = root / "notebooks"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "JUPYTER_DATA_DIR": str(root / "data"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "IPYTHONDIR": str(root / "ipython"),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
        *("--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"),
        "--expose-app-in-browser",
        *options,
    ]
    log = (root / "server.log").open("w")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(url, process, root / "server.log")
        yield url, folder
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def wait_for_server(url, process, log):
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=2).close()
        except OSError:
            assert process.poll() is None, f"JupyterLab ended:\n{log.read_text()}"
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"JupyterLab did not answer in {SERVER_SECONDS} s:\n{log.read_text()}")
