"""A kept run on disk: one zip file with a page of JSON and arrays in numpy's format, no pickle.

Written beside its place first and moved there when complete, so that a failed save neither harms
an older run nor leaves half of a new one. The zip's checksums tell a damaged file.
"""

import json
import lzma
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmphate_widget._types import AnyArray, PathLike
from mmphate_widget._validation import check_path

FORMAT = "mmphate-run"
VERSION = 1
PAGE = "run.json"
ARRAY_SUFFIX = ".npy"
# What reading a damaged zip file may raise. RuntimeError where a member seems encrypted, or asks
# for a version or method that zipfile does not know.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError)


def write_archive(path: PathLike, page: Mapping[str, Any], arrays: Mapping[str, AnyArray]) -> None:
    """Write a page of JSON and arrays by name to ``path``, in place of a run kept there."""
    # A link stays one: what it points to is replaced.
    target = check_path(path).resolve()
    _check_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"format": FORMAT, "version": VERSION, **page}, allow_nan=False)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        fresh = Path(scratch) / "fresh"
        with fresh.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr(PAGE, text)
                for name, array in arrays.items():
                    with archive.open(name + ARRAY_SUFFIX, "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)


def read_archive(path: PathLike) -> tuple[dict[str, Any], dict[str, AnyArray]]:
    """The page and the arrays that were written to ``path``.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    ValueError
        If what is there is something else, of a newer format, or damaged.
    """
    source = check_path(path)
    if not source.exists():
        raise FileNotFoundError(f"`path` must be a kept run; there is nothing at {source}.")
    page = _page(source)
    if page is None:
        raise ValueError(
            f"`path` must be a kept run, written by MMPHATEWidget.save; got {source}, which is "
            "something else or damaged."
        )
    if page["version"] > VERSION:
        raise ValueError(
            f"`path` must be a kept run of format version {VERSION} or older; got version "
            f"{page['version']}. Update mmphate-widget to read it."
        )
    try:
        return page, _arrays(source)
    except UNREADABLE as error:
        raise damaged(source, error) from error


def damaged(source: PathLike, error: Exception) -> ValueError:
    """What to say of a file that is a kept run but cannot be read."""
    return ValueError(
        f"`path` must be a complete kept run; got {source}, which is damaged "
        f"({type(error).__name__}: {error})."
    )


def _arrays(source: Path) -> dict[str, AnyArray]:
    arrays = {}
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if name.endswith(ARRAY_SUFFIX):
                with archive.open(name) as member:
                    array = np.lib.format.read_array(member, allow_pickle=False)
                arrays[name.removesuffix(ARRAY_SUFFIX)] = array
    return arrays


def _page(source: Path) -> dict[str, Any] | None:
    """What a kept run says of itself; None where ``source`` is not one."""
    try:
        with zipfile.ZipFile(source) as archive:
            page = json.loads(archive.read(PAGE))
        return dict(page) if page["format"] == FORMAT and int(page["version"]) > 0 else None
    except (OSError, *UNREADABLE, KeyError, TypeError):
        return None


def _check_replaceable(target: Path) -> None:
    if target.exists() and (target.is_dir() or _page(target) is None):
        raise FileExistsError(
            f"`path` must be free or hold a kept run to replace; got {target}, which is "
            "something else. Choose another path or remove it first."
        )
