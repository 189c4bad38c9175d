"""Build function of hatch-jupyter-builder: js/ becomes mmphate_widget/static/{loader,widget}.js.

They are built anew for every wheel, sdist and editable install, so that none ships an old
one. An unpacked sdist holds them already and needs no Node.
"""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "js"
SCRIPTS = [ROOT / "mmphate_widget" / "static" / name for name in ("loader.js", "widget.js")]
# npm writes this file last; it is older than the lock file when packages must be installed again.
INSTALLED = JS / "node_modules" / ".package-lock.json"


def build(target_name: str, version: str) -> None:
    """Install the locked packages if they changed, and bundle."""
    from_sdist = (ROOT / "PKG-INFO").exists()
    if from_sdist and all(script.exists() for script in SCRIPTS):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("building mmphate-widget from a checkout needs Node 20 with npm on PATH")
    lock = JS / "package-lock.json"
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        _run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts=false")
    for script in SCRIPTS:
        script.unlink(missing_ok=True)
    _run(npm, "run", "build")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=JS, check=True, env={**os.environ, "NO_UPDATE_NOTIFIER": "1"})
