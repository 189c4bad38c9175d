"""How much memory is free, as the system and a container's limit tell."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")

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
    """What the tightest limit of this process's control groups leaves, of version 2 or 1."""
    known = [
        free
        for root, path, names in _groups()
        for group in (root / path, *(root / path).parents)
        if group.is_relative_to(root) and (free := _group_free(group, *names)) is not None
    ]
    return min(known, default=None)


def _groups() -> list[tuple[Path, str, tuple[str, str, str]]]:
    """Where control groups are mounted, this process's place there, and how they name things."""
    second, first = "", ""
    try:
        for line in _OWN_GROUPS.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                second = path
            elif "memory" in controllers.split(","):
                first = path
    except (OSError, ValueError):
        pass  # the top of each tree is looked at all the same
    return [
        (_CGROUP, second.strip("/"), ("memory.max", "memory.current", "inactive_file")),
        (
            _CGROUP / "memory",
            first.strip("/"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ]


def _group_free(group: Path, limit_name: str, used_name: str, cache_name: str) -> int | None:
    try:
        limit = (group / limit_name).read_text(encoding="ascii").strip()
        used = int((group / used_name).read_text(encoding="ascii"))
        if limit == "max":
            return None
        # Files that were read and not written count as used, and give way when memory is short.
        return max(int(limit) - max(used - _cached(group, cache_name), 0), 0)
    except (OSError, ValueError):
        return None


def _cached(group: Path, name: str) -> int:
    try:
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)
