"""What an import costs, beside what it may: ``make imports`` prints the table for README.

Every measurement has a fresh process; the first, which reads the files from disk, is not counted.
"""

import statistics
import subprocess
import sys

from paper_run import describe_machine

REPEATS = 7
# statement -> seconds that it may take at most.
LIMITS = {
    "import mmphate_widget": 0.3,
    "import mmphate_widget as mm; mm.MMPHATE, mm.MMPHATEWidget, mm.Trace": 0.8,
}
TIMED = """
import time
start = time.perf_counter()
{statement}
print(time.perf_counter() - start)
"""


def measure(statement: str, repeats: int = REPEATS) -> list[float]:
    """Seconds in some fresh processes."""
    return [once(statement) for _ in range(repeats + 1)][1:]


def once(statement: str) -> float:
    """Seconds in a fresh process."""
    command = [sys.executable, "-c", TIMED.format(statement=statement)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def table() -> str:
    """The table, in Markdown."""
    lines = [
        f"Machine: {describe_machine()}; median of {REPEATS} (range)",
        "",
        "| statement | seconds | at most |",
        "|---|---|---|",
    ]
    for statement, limit in LIMITS.items():
        lines.append(f"| `{statement}` | {describe(measure(statement))} | {limit} |")
    return "\n".join(lines)


def describe(seconds: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} – {max(seconds):.2f})"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
