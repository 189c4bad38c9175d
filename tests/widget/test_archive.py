import contextlib
import json
import pickle
import stat
import zipfile

import numpy as np
import pytest

from mmphate_widget.widget import archive
from mmphate_widget.widget.archive import read_archive, write_archive

ARRAYS = {"values": np.arange(30, dtype=np.float32).reshape(2, 3, 5), "a/0": np.array([], np.uint8)}


def rewrite(path, **changes):
    """The same file with another page."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    page = json.loads(members["run.json"]) | changes
    with zipfile.ZipFile(path, "w") as file:
        for name, content in (members | {"run.json": json.dumps(page)}).items():
            file.writestr(name, content)


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "new" / "run.mm"
    write_archive(path, {"names": ["é", None], "number": 0.1}, ARRAYS)
    page, arrays = read_archive(path)
    assert page["names"] == ["é", None]
    assert page["number"] == 0.1
    assert arrays.keys() == ARRAYS.keys()
    for name, array in arrays.items():
        assert array.dtype == ARRAYS[name].dtype
        np.testing.assert_array_equal(array, ARRAYS[name])
    # Nothing beside it, and as readable as any file.
    assert list(path.parent.iterdir()) == [path]
    (tmp_path / "plain").write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_failed_write_leaves_the_older_run(tmp_path):
    path = tmp_path / "run.mm"
    write_archive(path, {"number": 1}, ARRAYS)
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_archive(path, {"number": 2}, {**ARRAYS, "bad": np.array([object()])})
    assert read_archive(path)[0]["number"] == 1
    assert list(tmp_path.iterdir()) == [path]
    write_archive(path, {"number": 3}, {})
    assert read_archive(path)[0]["number"] == 3


def test_nothing_else_is_overwritten(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("important = True")
    for path in (script, tmp_path):
        with pytest.raises(FileExistsError, match="`path` must be free or hold a kept run"):
            write_archive(path, {}, {})
    assert script.read_text() == "important = True"


def test_a_link_stays_one(tmp_path):
    link = tmp_path / "latest.mm"
    link.symlink_to(tmp_path / "runs" / "1.mm")
    for number in (1, 2):
        write_archive(link, {"number": number}, {})
        assert link.is_symlink()
        assert read_archive(tmp_path / "runs" / "1.mm")[0]["number"] == number
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="`path` must be a kept run; there is nothing at"):
        read_archive(tmp_path / "run.mm")


@pytest.mark.parametrize("kind", ["text", "empty", "folder", "zip", "npz", "cut"])
def test_a_foreign_file_is_refused(tmp_path, kind):
    path = tmp_path / "run.mm"
    match kind:
        case "text":
            path.write_text("hello")
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case "zip":
            with zipfile.ZipFile(path, "w") as file:
                file.writestr("run.json", json.dumps({"format": "another", "version": 1}))
        case "npz":
            with path.open("wb") as file:
                np.savez(file, values=np.zeros(3))
        case "cut":
            write_archive(path, {}, ARRAYS)
            path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"kept run, written by MMPHATEWidget.save; got .*run.mm"):
        read_archive(path)


def test_a_newer_format_asks_for_an_update(tmp_path):
    path = tmp_path / "run.mm"
    write_archive(path, {}, ARRAYS)
    rewrite(path, version=archive.VERSION + 1)
    with pytest.raises(ValueError, match=r"version 1 or older; got version 2. Update mmphate-wid"):
        read_archive(path)


@pytest.mark.parametrize("where", ["data", "checksum"])
def test_damage_is_noticed(tmp_path, where):
    path = tmp_path / "run.mm"
    noise = np.random.default_rng(0).normal(size=2000)
    array = noise if where == "data" else np.zeros(100_000)
    write_archive(path, {}, {"array": array})
    content = bytearray(path.read_bytes())
    # A checksum stands 16 bytes into an entry of the directory at the end; the last is the array's.
    at = len(content) // 2 if where == "data" else content.rindex(b"PK\x01\x02") + 16
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"complete kept run; got .*run.mm, which is damaged"):
        read_archive(path)


def test_damage_anywhere_is_a_value_error(tmp_path):
    path = tmp_path / "run.mm"
    write_archive(path, {}, {"array": np.arange(20.0)})
    content = path.read_bytes()
    refused = 0
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        # Bytes that say nothing of the content, such as its date, may be anything.
        with contextlib.suppress(ValueError):
            read_archive(path)
            continue
        refused += 1
    assert refused > len(content) // 2


def test_no_pickle_is_opened(tmp_path):
    path = tmp_path / "run.mm"
    write_archive(path, {}, {})
    with zipfile.ZipFile(path, "a") as file, file.open("bad.npy", "w") as member:
        np.lib.format.write_array_header_1_0(
            member, {"descr": "|O", "fortran_order": False, "shape": (1,)}
        )
        member.write(pickle.dumps([1]))
    with pytest.raises(ValueError, match=r"which is damaged .*Object arrays cannot be loaded"):
        read_archive(path)
