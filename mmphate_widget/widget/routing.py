"""Where in the kernel a page's messages are handled: beside a running cell, if a subshell can.

JupyterLab sends what belongs to a comm to a subshell, a thread beside the main one, where the
kernel has them. ipykernel from 7.4 on overrules that: it sends a page's message to where the comm
last spoke from. That helps those who wait for an answer, but a cell that sets `w.epoch` in a loop
would hear nothing of the page until it ends.
"""

from typing import Any

# ipykernel's name for the rule: it takes a message's data and where it asked to go.
_RULE = "_reply_subshell_for"


def hear_beside_cells(comm: Any) -> None:
    """Let messages to this comm go where the page sent them; harmless where there is no rule."""
    if hasattr(comm, _RULE):
        setattr(comm, _RULE, _as_asked)


def _as_asked(data: Any, asked: Any) -> Any:
    return asked
