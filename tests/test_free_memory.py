"""Free memory is the smaller of what the system and the container have left."""

import pytest

from mmphate_widget import _free_memory as memory


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    monkeypatch.setattr(memory, "_OWN_GROUPS", tmp_path / "own")

    def write(**files):
        for name, text in files.items():
            (tmp_path / name.replace("memory_", "memory.")).write_text(text)

    return write


MEMINFO = "MemTotal:  16000 kB\nMemFree:  100 kB\nMemAvailable:  4000 kB\n"


def test_unknown_where_nothing_tells(machine):
    assert memory.free_memory() is None


def test_system_alone(machine):
    machine(meminfo=MEMINFO)
    assert memory.free_memory() == 4000 * 1024
    machine(memory_max="max\n", memory_current="5\n")
    assert memory.free_memory() == 4000 * 1024


def test_container_limits(machine):
    machine(meminfo=MEMINFO, memory_max="3000000\n", memory_current="1000000\n")
    assert memory.free_memory() == 2_000_000
    machine(memory_max="9999999999\n")
    assert memory.free_memory() == 4000 * 1024
    machine(memory_max="10\n")
    assert memory.free_memory() == 0


def test_system_that_does_not_say_available(machine):
    machine(meminfo="MemTotal:  16000 kB\n")
    assert memory.free_memory() is None


def put(folder, limit, used, *, names=("memory.max", "memory.current"), stat=None):
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in zip(names, (limit, used), strict=True):
        (folder / name).write_text(f"{value}\n")
    if stat is not None:
        (folder / "memory.stat").write_text(stat)


def test_the_tightest_group_on_the_way_up_counts(machine, tmp_path):
    machine(meminfo=MEMINFO, own="0::/user/run\n")
    put(tmp_path / "user/run", "max", 5)
    put(tmp_path / "user", 3_000_000, 1_000_000)
    put(tmp_path / "other", 10, 0)
    assert memory.free_memory() == 2_000_000
    put(tmp_path / "user/run", 1_500_000, 500_000)
    assert memory.free_memory() == 1_000_000


def test_groups_of_version_1(machine, tmp_path):
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    machine(meminfo=MEMINFO, own="9:cpu:/\n4:memory:/jobs/one\n0::/\n")
    put(tmp_path / "memory", 2**63 - 4096, 10**9, names=names)
    assert memory.free_memory() == 4000 * 1024
    put(tmp_path / "memory/jobs/one", 3_000_000, 1_000_000, names=names)
    assert memory.free_memory() == 2_000_000


def test_files_in_the_cache_can_give_way(machine, tmp_path):
    machine(meminfo=MEMINFO)
    stat = "anon 1\ninactive_file_x 9\ninactive_file 400000\n"
    put(tmp_path, 3_000_000, 1_000_000, stat=stat)
    assert memory.free_memory() == 2_400_000
