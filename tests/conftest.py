"""Annotations are checked while the tests run, array shapes included."""

from jaxtyping import install_import_hook

# What a user calls checks its arguments itself, with its own messages: explore, the estimator,
# the widget class, its groups and what reads a kept run are left out. Before any test imports
# the package: the hook works on modules as they load.
CHECKED = [
    "mmphate_widget.channels",
    "mmphate_widget.datasets",
    "mmphate_widget.diffusion",
    "mmphate_widget.embedding",
    "mmphate_widget.kernel",
    "mmphate_widget.metrics",
    *(f"mmphate_widget.plot.{name}" for name in ("given", "keys", "marks", "panels")),
    "mmphate_widget._lengths",
    "mmphate_widget._pipeline",
    "mmphate_widget.recording",
    "mmphate_widget.selection",
    "mmphate_widget.trace",
    *(
        f"mmphate_widget.widget.{name}"
        for name in (
            "activity",
            "caption",
            "coloring",
            "commands",
            "describe",
            "document",
            "filters",
            "history",
            "labels",
            "lasso",
            "link",
            "offline",
            "operations",
            "packing",
            "painting",
            "picture",
            "projection",
            "protocol",
            "selector",
            "stand_in",
            "stream",
            "table",
            "traits",
            "worker",
        )
    ),
]
install_import_hook(CHECKED, "typecheck.checked")
