"""Record hidden states of a PyTorch model while it trains.

    model + probe ─► eval, no gradients, hooks ─► X[t, i, k] of one epoch ─► Trace

`Recorder.snapshot` runs a fixed probe through the model and keeps what the named layers
return; the model is left as it was found. torch is imported when a Recorder is made.
`record_checkpoints` does the same with the saved weights of a run that is over.
"""

from mmphate_widget.recording.checkpoints import record_checkpoints
from mmphate_widget.recording.recorder import Recorder

__all__ = ["Recorder", "record_checkpoints"]
