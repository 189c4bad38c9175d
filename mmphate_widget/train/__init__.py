"""Small reference networks, trained on the tasks of `mmphate_widget.datasets` and recorded.

    task ─► RNN, GRU or LSTM ─► read-out ─► Adam, an epoch at a time ─► Recorder ─► Trace

`fit` is one call from a task to a recorded run: seeded, with progress, and interruptible. It is a
reference to compare with and to try things on, no training framework; record a network of your own
with `mmphate_widget.Recorder`.
"""

from mmphate_widget.train.fitting import fit
from mmphate_widget.train.run import TrainedRun

__all__ = ["TrainedRun", "fit"]
