"""How much memory is free, as the system and a container's limit tell."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")

_BYTES_PER_KIB = 1024


def free_memory() -> int | None:
    """Bytes that can still be taken; None where the system does not tell."""
    known = [size for size in (_system_free(), _container_free()) if size is not None]
    return min(known, default=None)


def _system_free() -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * _BYTES_PER_KIB
    return None


def _container_free() -> int | None:
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
        return None if limit == "max" else max(int(limit) - int(used), 0)
    except (OSError, ValueError):
        return None
