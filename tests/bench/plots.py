"""Plots of the suite's figures, for README and the notebook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.collections import PathCollection
from report import LABELS

# Area of a dot in a legend, in square points.
LEGEND_DOT = 40
# One color a method on all plots: Okabe and Ito's.
COLORS = {
    "mmphate": "#0072B2",
    "mmphate refine": "#56B4E9",
    "mmphate torch": "#009E73",
    "mmphate phate": "#CC79A7",
    "m-phate": "#D55E00",
    "umap": "#E69F00",
    "opentsne": "#000000",
    "pca": "#999999",
}


def label(method: str) -> str:
    return LABELS[method].replace("`", "")


def legend_beside(axis: Any) -> None:
    """A legend that covers no figure, its dots of one size."""
    legend = axis.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([LEGEND_DOT])


def growth(figures: dict[str, Any], axis: Any) -> None:
    """Seconds over points, in whole and by stage."""
    rows = figures["rows"]
    points = [row["points"] for row in rows]
    axis.loglog(
        points,
        [row["seconds"]["median"] for row in rows],
        "o-",
        color="black",
        label=f"whole, exponent {figures['exponent']:.2f}",
    )
    for stage, slope in figures["stages"].items():
        axis.loglog(
            points,
            [row["stages"][stage] for row in rows],
            ".-",
            alpha=0.7,
            label=f"{stage}, {slope:.2f}",
        )
    axis.set(xlabel="points", ylabel="seconds")
    legend_beside(axis)


def reference(rows: list[dict[str, Any]], axis: Any) -> None:
    """Quality over seconds; the area of a dot is the memory."""
    for row in rows:
        if "missing" in row:
            continue
        seconds, memory = row["seconds"]["median"], row["peak_bytes"]["median"]
        for k, marker in ((10, "o"), (40, "s")):
            axis.scatter(
                seconds,
                row["scores"][f"inter {k}"],
                s=memory / 1e7,
                marker=marker,
                color=COLORS[row["method"]],
                alpha=0.8,
                label=label(row["method"]) if k == 10 else None,
            )
    axis.set(xscale="log", xlabel="seconds", ylabel="inter-step, kept (○ k = 10, □ k = 40)")
    legend_beside(axis)


def sampling(rows: list[dict[str, Any]], axis: Any) -> None:
    """Neighbors kept over the number of steps embedded, with intervals."""
    for row in rows:
        for key, found in row.get("scores", {}).items():
            if not key.startswith("across"):
                continue
            low, high = (found[side] or found["mean"] for side in ("low", "high"))
            error = [[found["mean"] - low], [high - found["mean"]]]
            axis.errorbar(
                row["steps"],
                found["mean"],
                error,
                capsize=3,
                marker={"across 10": "o", "across 40": "s"}.get(key, "^"),
                color=COLORS[row["method"]],
            )
    axis.set(
        xscale="log",
        xlabel="steps embedded of those recorded",
        ylabel="kept in other epochs (○ k = 10, □ 40, △ 160)",
    )


def planted(rows: list[dict[str, Any]], axis: Any) -> None:
    """Recovery of the planted groups by epoch, for each suite and method."""
    rows = [row for row in rows if "scores" in row]
    inputs = list(dict.fromkeys(row["input"] for row in rows))
    methods = list(dict.fromkeys(row["method"] for row in rows))
    width = 0.8 / len(methods)
    for place, method in enumerate(methods):
        found = {
            row["input"]: row["scores"]["ARI by epoch"] for row in rows if row["method"] == method
        }
        at = [inputs.index(name) + place * width for name in found]
        axis.bar(
            at,
            list(found.values()),
            width,
            color=COLORS.get(method, "#dddddd"),
            label=label(method),
        )
    axis.set_xticks([at + 0.4 for at in range(len(inputs))], inputs)
    axis.set_ylabel("adjusted Rand index by epoch")
    legend_beside(axis)


def profile(figures: dict[str, Any], axis: Any) -> None:
    """Seconds of each stage beside what they would be at the ceilings."""
    stages = figures["stages"]
    names = [stage["stage"] for stage in stages]
    axis.barh(names, [stage["seconds"] for stage in stages], color="#0072B2", label="measured")
    axis.barh(
        names,
        [stage.get("at_ceiling", 0) for stage in stages],
        0.3,
        color="#E69F00",
        label="counted work at the ceilings",
    )
    axis.invert_yaxis()
    axis.set_xlabel("seconds")
    legend_beside(axis)


# Part -> what draws its figures on an axis.
PLOTS: dict[str, Callable[[Any, Any], None]] = {
    "growth": growth,
    "reference": reference,
    "planted": planted,
    "sampling": sampling,
    "profile": profile,
}


def plot(found: dict[str, Any], part: str) -> Any:
    """A figure of one part, for a notebook to show."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    PLOTS[part](found[part]["figures"], figure.subplots())
    return figure


def draw(found: dict[str, Any], folder: Path) -> None:
    """A PNG of each part that was measured."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PLOTS:
        if part in found:
            plot(found, part).savefig(folder / f"bench-{part}.png", dpi=110)
