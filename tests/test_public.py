"""What ``import mmphate_widget as mm`` offers, and what it costs."""

import subprocess
import sys

import pytest

import mmphate_widget as mm

# What writes movies and shows other scenes; only their own methods need them.
VIEWERS = ("imageio", "imageio_ffmpeg", "pythreejs", "ipydatawidgets")


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize("name", mm.__all__)
def test_every_public_name_is_there(name):
    assert getattr(mm, name) is not None
    assert name in dir(mm)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'mmphate_widget' has no attribute 'tsne'"):
        mm.tsne  # noqa: B018


def test_no_public_name_is_hidden_by_a_module_that_was_imported_first():
    code = """
import importlib, pkgutil, types
import mmphate_widget as mm
for found in pkgutil.walk_packages(mm.__path__, "mmphate_widget."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
names = [name for name in mm._PUBLIC if name not in mm._MODULES]
print([name for name in names if isinstance(getattr(mm, name), types.ModuleType)])
"""
    assert run(code) == "[]"


def test_names_bring_in_neither_torch_nor_plotting_nor_movies():
    heavy = ("torch", "phate", "matplotlib", "zarr", "pandas", "sklearn", *VIEWERS)
    code = f"""
import sys
import mmphate_widget as mm
mm.MMPHATE, mm.MMPHATEWidget, mm.Trace, mm.Recorder, mm.plot.frames
print([name for name in {heavy!r} if name in sys.modules])
"""
    assert run(code) == "[]"


def test_a_widget_and_its_picture_bring_in_neither_either():
    heavy = ("torch", "phate", "matplotlib", "pandas", "zarr", *VIEWERS)
    code = f"""
import sys, tempfile
import numpy as np
import mmphate_widget as mm
mm.Trace
w = mm.MMPHATEWidget(np.zeros((2, 2, 2, 3)))
with tempfile.TemporaryDirectory() as folder:
    w.save_image(folder + "/a.png")
    w.save_animation(folder + "/a.gif", seconds=0.1, size=(32, 32), progress=False)
print([name for name in {heavy!r} if name in sys.modules])
"""
    assert run(code) == "[]"
