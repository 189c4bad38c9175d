"""The paper's synthetic run, measured: seconds, peak memory and quality of a whole `fit_transform`.

``make bench`` runs it several times, each in a fresh process, and prints a table for README:
"hopf × pitchfork, no warp", 101 epochs × 80 steps × 6 units × 10 samples = 48,480 points, defaults.
The import of the package is not counted; the peak is the resident memory of the whole process.
"""

import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

REPEATS = 3
# Published in arXiv:2406.01969 for this scenario (inter-step, k = 10 and 40).
PAPER = {10: 0.1395, 40: 0.2516}


def measure_once() -> dict[str, float]:
    """One run in this process."""
    import mmphate_widget as mm

    trace = mm.datasets.bifurcations("hopf", "pitchfork", warp=False, random_state=24)
    estimator = mm.MMPHATE(random_state=0)
    started = time.perf_counter()
    embedding = estimator.fit_transform(trace)
    seconds = time.perf_counter() - started
    # Linux counts kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    figures = {
        "seconds": seconds,
        "peak_bytes": peak,
        "t": estimator.t_,
        "stress": estimator.stress_,
    }
    for k in PAPER:
        kept = mm.metrics.neighborhood_preservation(trace, embedding, k=k)
        figures[f"inter_{k}"], figures[f"chance_{k}"] = kept.inter, kept.inter_chance
    return figures


def measure_in_fresh_process() -> dict[str, float]:
    """One run in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--once"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def describe_machine() -> str:
    """Processor, cores and date."""
    info = Path("/proc/cpuinfo")
    names = info.read_text().splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in names if "model name" in line), "")
    cores = sum(line.startswith("processor") for line in names)
    return f"{model or platform.processor()}, {cores} cores, {date.today().isoformat()}"


def main() -> None:
    runs = [measure_in_fresh_process() for _ in range(REPEATS)]

    def row(name: str, key: str, scale: float, unit: str) -> str:
        values = [run[key] / scale for run in runs]
        middle = statistics.median(values)
        return f"| {name} | {middle:.2f} {unit} | {min(values):.2f} – {max(values):.2f} |"

    lines = [
        f"Machine: {describe_machine()}; {REPEATS} runs, each in a fresh process",
        "",
        "| figure | median | range |",
        "|---|---|---|",
        row("`fit_transform`, 48,480 points", "seconds", 1, "s"),
        row("peak resident memory of the process", "peak_bytes", 1e9, "GB"),
    ]
    for k, paper in PAPER.items():
        value, chance = runs[0][f"inter_{k}"], runs[0][f"chance_{k}"]
        lines.append(
            f"| inter-step neighborhood preservation, k = {k} | {value:.4f} "
            f"| paper {paper:.4f}, chance {chance:.4f} |"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if "--once" in sys.argv:
        sys.stdout.write(json.dumps(measure_once()))
    else:
        main()
