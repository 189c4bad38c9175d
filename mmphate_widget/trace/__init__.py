"""The four-way array everything starts from: hidden activity X[epoch, step, unit, sample].

A `Trace` holds the activity of every hidden unit at every time step for every probe
sample, once per recorded epoch of training, with the names and numbers that belong to
each axis. Recorders make it, the kernel reads its values, the widget its labels.
"""

from mmphate_widget.trace.trace import Trace, as_trace

__all__ = ["Trace", "as_trace"]
