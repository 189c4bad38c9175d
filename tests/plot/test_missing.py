"""Without matplotlib the module can be imported; what draws says what to install."""

import sys

import numpy as np
import pytest

import mmphate_widget as mm


@pytest.fixture
def without_matplotlib(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("mmphate_widget.plot.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("keys", "marks", "panels", "_matplotlib"):
        monkeypatch.delattr(mm.plot, name, raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: mm.plot.frames(np.zeros((2, 2, 2, 2))),
        lambda: mm.plot.trajectories(np.zeros((2, 2, 2, 2))),
        lambda: mm.plot.curves(mm.Trace.from_array(np.zeros((2, 1, 1, 1)), metrics={"a": [1, 2]})),
    ],
)
def test_what_to_install_is_said(without_matplotlib, draw):
    with pytest.raises(
        ModuleNotFoundError, match=r'pip install "mmphate-widget\[plot\]"'
    ) as caught:
        draw()
    assert caught.value.name == "matplotlib"
