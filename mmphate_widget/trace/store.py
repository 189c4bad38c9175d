"""A Trace on disk: one Zarr v3 group, numbers as arrays, names as JSON, no pickle.

Written beside its place first and moved there when complete, so that a failed save
neither harms an older Trace nor leaves half of a new one. Every array is stored with its
checksum: Zarr reads a chunk that is missing as zeros, without a word.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from mmphate_widget._hashing import array_hash
from mmphate_widget._types import AnyArray, PathLike
from mmphate_widget._validation import check_path
from mmphate_widget.trace.source import joint_hash

FORMAT = "mmphate-trace"
VERSION = 1

# Sample labels are an array where they are integers and text where they are strings.
_ARRAYS = ("values", "epochs", "steps", "layer_positions", "lengths", "sample_labels")
_TEXTS = ("units", "layers", "sample_labels")

# Whole epochs a chunk, so that one can be read alone; small epochs share a file.
CHUNK_BYTES = 8 * 2**20


def write_fields(fields: dict[str, Any], path: PathLike) -> None:
    """Write the fields of a Trace to a Zarr group at ``path``."""
    # A link stays one: what it points to is replaced.
    target = check_path(path).resolve()
    _check_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        fresh = Path(scratch) / "fresh"
        _write_group(fields, fresh)
        old = Path(scratch) / "old"
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            # The scratch folder goes, and the older Trace must not go with it.
            if old.exists():
                old.rename(target)
            raise


def read_fields(path: PathLike) -> dict[str, Any]:
    """The fields of the Trace saved at ``path``."""
    import zarr

    source = check_path(path)
    if not source.exists():
        raise FileNotFoundError(f"`path` must be a saved Trace; there is nothing at {source}.")
    attributes = _attributes(source)
    if attributes is None:
        raise ValueError(f"`path` must be a saved Trace; got {source}, which is something else.")
    if attributes["version"] > VERSION:
        raise ValueError(
            f"`path` must be a Trace of format version {VERSION} or older; got version "
            f"{attributes['version']}. Update mmphate-widget to read it."
        )
    group = zarr.open_group(source, mode="r")
    arrays = {
        name: _read_array(group, name, digest, source)
        for name, digest in attributes["checksums"].items()
    }
    fields: dict[str, Any] = {name: arrays[name] for name in _ARRAYS if name in arrays}
    fields |= {name: attributes[name] for name in _TEXTS if attributes.get(name) is not None}
    names = attributes["metrics"]
    fields["metrics"] = {name: arrays[f"metrics/{at}"] for at, name in enumerate(names)}
    return fields


def saved_hash(path: PathLike) -> str | None:
    """`Trace.data_hash` of the Trace saved at ``path``, by its checksums; None without one."""
    import zarr

    source = Path(path)
    attributes = _attributes(source)
    if attributes is None:
        return None
    try:
        checksums = attributes["checksums"]
        group = zarr.open_group(source, mode="r")
        n_steps = group["values"].shape[1]
        digest = checksums.get("lengths")
        lengths = None if digest is None else _read_array(group, "lengths", digest, source)
        return joint_hash(checksums["values"], lengths, n_steps=n_steps)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # damaged
        return None


def _write_group(fields: dict[str, Any], path: Path) -> None:
    import zarr

    group = zarr.create_group(path, zarr_format=3)
    texts = {name: _as_text(fields[name]) for name in _TEXTS}
    arrays = {
        name: fields[name]
        for name in _ARRAYS
        if fields[name] is not None and texts.get(name) is None
    }
    arrays |= {f"metrics/{at}": curve for at, curve in enumerate(fields["metrics"].values())}
    for name, array in arrays.items():
        _write_array(group, name, array)
    # Written last: a group without them is not taken for a Trace.
    group.attrs.update({"format": FORMAT, "version": VERSION, "metrics": list(fields["metrics"])})
    group.attrs.update({"checksums": {name: array_hash(array) for name, array in arrays.items()}})
    group.attrs.update(texts)


def _write_array(group: Any, name: str, array: AnyArray) -> None:
    epoch_bytes = max(array[:1].nbytes, 1)
    rows = min(max(CHUNK_BYTES // epoch_bytes, 1), len(array))
    stored = group.create_array(
        name, shape=array.shape, dtype=array.dtype, chunks=(rows, *array.shape[1:])
    )
    stored[...] = array


def _read_array(group: Any, name: str, digest: str, source: Path) -> AnyArray:
    array: AnyArray | None = group[name][...] if name in group else None
    if array is None or array_hash(array) != digest:
        raise ValueError(
            f"`path` must be a complete saved Trace; got {source}, whose {name!r} is not what was "
            f"saved: files are missing or damaged. Copy it anew, or record again."
        )
    # Fresh from disk, nobody else holds it: read-only spares the Trace its copy.
    array.flags.writeable = False
    return array


def _as_text(names: Any) -> list[str | None] | None:
    """Names as JSON can hold them; integers stay an array."""
    if names is None or (isinstance(names, np.ndarray) and names.dtype.kind != "U"):
        return None
    return [None if name is None else str(name) for name in names]


def _check_replaceable(target: Path) -> None:
    is_empty_folder = target.is_dir() and not any(target.iterdir())
    if not target.exists() or is_empty_folder or _attributes(target) is not None:
        return
    raise FileExistsError(
        f"`path` must be free or hold a saved Trace to replace; got {target}, which is "
        f"something else. Choose another path or remove it first."
    )


def _attributes(path: Path) -> dict[str, Any] | None:
    """What a saved Trace says of itself; None where ``path`` is not one."""
    try:
        attributes = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
        return dict(attributes) if attributes["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
