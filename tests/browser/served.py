"""A server started on this machine: a port for it, and waiting until it answers."""

import socket
import time
import urllib.request

SERVER_SECONDS = 60


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process, log):
    """Until ``url`` answers; what the server wrote to ``log`` is told where it does not."""
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            assert process.poll() is None, f"the server ended:\n{log.read_text()}"
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"{url} did not answer in {SERVER_SECONDS} s:\n{log.read_text()}")
