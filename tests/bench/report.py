"""Tables in Markdown and plots, rendered from the suite's figures and from nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

LABELS = {
    "mmphate": "MMPHATE",
    "mmphate refine": "MMPHATE, `refine=True`",
    "mmphate smacof": 'MMPHATE, `mds_solver="smacof"`',
    "mmphate torch": 'MMPHATE, `engine="torch"`',
    "mmphate phate": 'MMPHATE, `engine="phate"`',
    "m-phate": "m-phate 0.1.6",
    "umap": "UMAP",
    "opentsne": "openTSNE, 2-D",
    "pca": "PCA",
    "sample space": "no embedding: standardized samples",
}
INPUT_LABELS = {
    "hopf × pitchfork": "paper's synthetic run",
    "area2bump, every 6": "Area2Bump shape",
    "har": "HAR shape",
    "area2bump": "Area2Bump unsampled",
    "units": "many units",
}
FASTER_GOAL, MEMORY_GOAL = 80, 1 / 5


def load(path: Path) -> dict[str, Any]:
    """Figures that the suite wrote."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def spread(summary: dict[str, float], scale: float, digits: int) -> str:
    """Median, and range where there is one."""
    low, middle, high = (f"{summary[key] / scale:.{digits}f}" for key in ("low", "median", "high"))
    return middle if low == high else f"{middle} ({low} – {high})"


def size(row: dict[str, Any]) -> str:
    n_epochs, n_steps, n_units, n_samples = row["shape"]
    return f"{n_epochs} × {n_steps} × {n_units} × {n_samples} | {n_epochs * n_steps * n_units:,}"


def score(row: dict[str, Any], key: str) -> str:
    found = row.get("scores", {}).get(key)
    return "–" if found is None else f"{found:.3f}"


def cost(row: dict[str, Any]) -> list[str]:
    """Cells of seconds and memory, or why there are none."""
    if "missing" in row:
        return [row["missing"], "–"]
    if "seconds" not in row:
        return ["–", "–"]
    return [spread(row["seconds"], 1, 2), spread(row["peak_bytes"], 1e9, 2)]


def speed_table(rows: list[dict[str, Any]]) -> str:
    heads = [
        "input",
        "epoch × step × unit × sample",
        "points",
        "engine",
        "repeats",
        "seconds",
        "peak GB",
        "target",
    ]
    cells = [
        [
            INPUT_LABELS.get(row["input"], row["input"]),
            *size(row).split(" | "),
            LABELS[row["method"]] + (f" on {row['device']}" if "device" in row else ""),
            str(row.get("repeats", "–")),
            *cost(row),
            f"{row['target_seconds']} s, {row['target_bytes'] / 1e9:g} GB"
            if row["method"] == "mmphate"
            else "–",
        ]
        for row in rows
    ]
    return table(heads, cells)


def growth_table(figures: dict[str, Any]) -> str:
    rows = [
        [
            f"{row['points']:,}",
            f"{row['seconds']['median']:.2f}",
            f"{row['peak_bytes']['median'] / 1e9:.2f}",
            f"{row['bandwidth']:.3f}",
        ]
        for row in figures["rows"]
    ]
    stages = ", ".join(f"{stage} {slope:.2f}" for stage, slope in figures["stages"].items())
    return (
        f"{table(['points', 'seconds', 'peak GB', 'bandwidth'], rows)}\n\n"
        f"Fitted: seconds grow with points to the power {figures['exponent']:.2f}, "
        f"in the upper half of the sizes to the power {figures['exponent_above']:.2f}. By stage: "
        f"{stages}."
    )


def reference_table(rows: list[dict[str, Any]]) -> str:
    heads = [
        "method",
        "repeats",
        "seconds",
        "peak GB",
        "inter k = 10",
        "inter k = 40",
        "intra k = 3",
        "order",
    ]
    cells = [
        [
            LABELS[row["method"]],
            str(row.get("repeats", "–")),
            *cost(row),
            *(score(row, key) for key in ("inter 10", "inter 40", "intra 3")),
            order(row),
        ]
        for row in rows
    ]
    scored = next((row for row in rows if "scores" in row), None)
    if scored:
        keys = ("inter 10 chance", "inter 40 chance", "intra 3 chance")
        cells.append(["by chance", "–", "–", "–", *(score(scored, key) for key in keys), "–"])
    points = size(rows[0]).split(" | ")[1]
    return f"{points} points.\n\n{table(heads, cells)}\n\n{against(rows)}"


def order(row: dict[str, Any]) -> str:
    found = row.get("order")
    return "–" if found is None else f"{found:.3f}"


def against(rows: list[dict[str, Any]]) -> str:
    """Ours beside the reference, in words made of the figures."""
    by_method = {row["method"]: row for row in rows}
    ours, reference = by_method["mmphate"], by_method["m-phate"]
    if "missing" in ours or "missing" in reference:
        return "No comparison with the reference here."
    faster = reference["seconds"]["median"] / ours["seconds"]["median"]
    part = ours["peak_bytes"]["median"] / reference["peak_bytes"]["median"]
    return (
        f"MMPHATE is {faster:.0f} times as fast as m-phate and holds 1/{1 / part:.1f} of its "
        f"memory (aims at 24,000 points: {FASTER_GOAL} times, 1/{1 / MEMORY_GOAL:.0f})."
    )


def suite_table(rows: list[dict[str, Any]]) -> str:
    heads = [
        "scenario",
        "method",
        "seconds",
        "peak GB",
        "inter k = 10",
        "inter k = 40",
        "intra k = 3",
        "order",
        "moved",
    ]
    cells = [
        [
            row["input"],
            LABELS[row["method"]],
            *cost(row),
            *(score(row, key) for key in ("inter 10", "inter 40", "intra 3")),
            order(row),
            f"{row['disparity']:.4f}" if "disparity" in row else "–",
        ]
        for row in rows
    ]
    return table(heads, cells)


def landmarks_table(rows: list[dict[str, Any]]) -> str:
    heads = ["input", "landmarks", "seconds", "peak GB", "t", "stress"]
    heads += ["inter k = 10", "inter k = 40", "intra k = 3", "ARI by slice"]
    cells = [
        [
            INPUT_LABELS.get(row["input"], row["input"]),
            f"{int(row['method'].split()[-1]):,}",
            *cost(row),
            str(row.get("t", "–")),
            f"{row['stress']:.3f}" if "stress" in row else "–",
            *(score(row, key) for key in ("inter 10", "inter 40", "intra 3")),
            score(row, "ARI by slice"),
        ]
        for row in rows
    ]
    return table(heads, cells)


def planted_table(rows: list[dict[str, Any]]) -> str:
    heads = [
        "input",
        "units",
        "method",
        "seconds",
        "peak GB",
        "intra k = 3",
        "by chance",
        "ARI whole run",
        "by epoch",
        "by slice",
        "inter k = 10",
    ]
    keys = ("intra 3", "intra 3 chance", "ARI whole", "ARI by epoch", "ARI by slice", "inter 10")
    cells = [
        [
            row["input"],
            str(row["shape"][2]),
            LABELS[row["method"]],
            *cost(row),
            *(score(row, key) for key in keys),
        ]
        for row in rows
    ]
    return table(heads, cells)


def sampling_table(rows: list[dict[str, Any]]) -> str:
    scored = [row for row in rows if "scores" in row]
    keys = list(scored[0]["scores"]) if scored else []
    cells = []
    for row in rows:
        shares = [with_interval(row["scores"][key]) if "scores" in row else "–" for key in keys]
        method = LABELS[row["method"]]
        if "missing" in row:
            method += f": {row['missing']}"
        cells.append([method, str(row["steps"]), str(row.get("seeds", "–")), *shares])
    heads = ["method", "steps embedded", "seeds", *keys]
    return f"All steps: {size(rows[0]).replace(' | ', ' = ')} points.\n\n{table(heads, cells)}"


def with_interval(found: dict[str, float | None]) -> str:
    if found["low"] is None:
        return f"{found['mean']:.3f}"
    return f"{found['mean']:.3f} ({found['low']:.3f} – {found['high']:.3f})"


def placing_table(rows: list[dict[str, Any]]) -> str:
    heads = ["input", "solver", "pieces"]
    heads += ["odd epochs, placed", "even epochs, fitted", "all epochs, another seed"]
    cells = [
        [
            INPUT_LABELS.get(row["input"], row["input"]),
            row["solver"],
            f"{row['components']:,}",
            f"{row['odd']:.1%}",
            f"{row['even']:.1%}",
            f"{row['seeds']:.1%}",
        ]
        for row in rows
    ]
    return table(heads, cells)


def profile_table(figures: dict[str, Any]) -> str:
    heads = ["stage", "seconds", "operations", "bytes", "of GEMM", "of copy"]
    cells = []
    for stage in figures["stages"]:
        known = "operations" in stage
        cells.append(
            [
                stage["stage"],
                f"{stage['seconds']:.2f}",
                f"{stage['operations'] / 1e9:.1f} G" if known else "not counted",
                f"{stage['bytes'] / 1e9:.2f} GB" if known else "not counted",
                f"{stage['of_gemm']:.1%}" if known else "–",
                f"{stage['of_copy']:.1%}" if known else "–",
            ]
        )
    limits = [
        f"{what} {' / '.join(f'{value / 1e9:.1f}' for value in figures['ceilings'][kind].values())}"
        f" {unit}"
        for kind, what, unit in (
            ("gemm", "float64 GEMM", "G operations a second"),
            ("copy", "copies", "GB read and written a second"),
        )
    ]
    counts = figures["counts"]
    pairs, inside = counts["pairs"], counts["inside"]
    return (
        f"Input: {size(figures).replace(' | ', ' = ')} points, {figures['seconds']:.2f} s in "
        f"whole. Ceilings on 1 / 2 threads: {'; '.join(limits)}.\n\n{table(heads, cells)}\n\n"
        f"Pairs of slices evaluated: {pairs / 1e6:,.0f} million, {pairs / counts['all_pairs']:.1%} "
        f"of all; inside the cut: {inside / 1e6:,.0f} million, one in {pairs / inside:.1f} of "
        f"those evaluated.\n\n{figures['next']}"
    )


# Part -> title, what is to know about it, table.
SECTIONS: dict[str, tuple[str, str, Callable[[Any], str]]] = {
    "speed": (
        "Whole fits at paper scale",
        "`fit_transform` in a fresh process, import not counted, median (range); memory is the "
        "peak resident size of that process, the input in it. The first input is "
        "`mm.datasets.bifurcations`, the others are recordings of a GRU in training.",
        speed_table,
    ),
    "growth": (
        "Growth with the number of points",
        "The same trajectories (64 epochs, 20 units, 40 samples), sampled ever more finely in "
        "time; one run each. What is done between landmarks costs the same at any number of "
        "points, which flattens the left end. The bandwidth is the distance to the 25th nearest "
        "slice: as sampling gets finer it shrinks, and with it the kernel's reach, so that pairs "
        "inside the cut grow with the points; where noise keeps it from shrinking they grow "
        "faster.",
        growth_table,
    ),
    "reference": (
        "Beside the reference and other embeddings",
        "A part of the paper's synthetic run. m-phate has phate 2.0, graphtools 2.1 and numpy "
        "below 2; UMAP and PCA embed in three dimensions. Inter- and intra-step neighborhood "
        "preservation; order is Spearman's correlation of potential and embedded distances.",
        reference_table,
    ),
    "suite": (
        "The paper's suite",
        "One setting for all scenarios, at the paper's size. Moved: Procrustes disparity to the "
        "embedding without refinement.",
        suite_table,
    ),
    "planted": (
        "Units in planted groups",
        "Noisy read-outs of as many latent systems as there are groups (`tests/bench/planted.py`). "
        "ARI: adjusted Rand index of agglomerative clusters of units, by embedded distances "
        "averaged over all slices, over those of an epoch, or in each slice alone, against the "
        "planted groups; 0 by chance.",
        planted_table,
    ),
    "landmarks": (
        "The number of landmarks",
        "The same inputs with other `n_landmark`; medians over seeds, t and stress of the first.",
        landmarks_table,
    ),
    "sampling": (
        "Loss by sampling steps",
        "`inter`: of the k nearest among all recorded slices of a unit, the share that is among "
        "the k nearest in the embedding, where steps that were left out lie on the line between "
        "those kept, which gives neighbors in time away. `across`: the same among slices of other "
        "epochs alone. `shown`: the share that is in the picture at all and among the k nearest "
        "there. Mean over seeds (95 % interval); Area2Bump unsampled, first epochs.",
        sampling_table,
    ),
    "placing": (
        "New epochs on a fitted embedding",
        "The even epochs are embedded and the odd ones placed by `transform`: how far, at the "
        "median and as a part of the diameter, all lie from where a fit of all epochs has them, "
        "turned and scaled onto it. By the last columns two fits of the same run differ without "
        "any placing, of half the epochs and of all of them with another `random_state`; where the "
        "graph is in thousands of pieces MDS finds many layouts of equal stress.",
        placing_table,
    ),
    "profile": (
        "Profile of the HAR-shaped run",
        "Operations and bytes are lower estimates from sizes and counts "
        "(`tests/bench/stage_profile.py`), beside the measured ceilings of two threads.",
        profile_table,
    ),
}


def section(found: dict[str, Any], part: str) -> str:
    """One part's title, explanation, machine and table."""
    title, about, render = SECTIONS[part]
    measured = found[part]
    notes = ["reduced form"] if measured["quick"] else []
    notes += [measured["note"]] if measured.get("note") else []
    machine = "; ".join([f"Machine: {measured['machine']}", *notes])
    return f"## {title}\n\n{about}\n\n{machine}\n\n{render(measured['figures'])}\n"


def tables(found: dict[str, Any]) -> str:
    """All parts that were measured."""
    return "\n".join(section(found, part) for part in SECTIONS if part in found)
