"""Free memory is the smaller of what the system and the container have left."""

import pytest

from mmphate_widget import _free_memory as memory


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)

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
