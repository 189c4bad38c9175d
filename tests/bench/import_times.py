"""What an import costs, beside what it may: ``make imports`` prints the table for README.

Every measurement has a fresh process; the first, which reads the files from disk, is not counted.
Seconds are the processor's, all threads together, so that other processes count for little.
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
wall, processor = time.perf_counter(), time.process_time()
{statement}
print(time.perf_counter() - wall, time.process_time() - processor)
"""


def measure(statement: str, repeats: int = REPEATS) -> tuple[list[float], list[float]]:
    """Seconds by the clock and of the processor, of some fresh processes."""
    found = [once(statement) for _ in range(repeats + 1)][1:]
    return [clock for clock, _ in found], [processor for _, processor in found]


def once(statement: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    command = [sys.executable, "-c", TIMED.format(statement=statement)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    clock, processor = map(float, said.split())
    return clock, processor


def table() -> str:
    """The table, in Markdown."""
    lines = [
        f"Machine: {describe_machine()}; median of {REPEATS} (range)",
        "",
        "| statement | seconds | of the processor | at most |",
        "|---|---|---|---|",
    ]
    for statement, limit in LIMITS.items():
        cells = " | ".join(describe(seconds) for seconds in measure(statement))
        lines.append(f"| `{statement}` | {cells} | {limit} |")
    return "\n".join(lines)


def describe(seconds: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} – {max(seconds):.2f})"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
