"""Record hidden states of a PyTorch model while it trains.

    model + probe ─► eval, no gradients, hooks ─► X[t, i, k] of one epoch ─► Trace

`Recorder.snapshot` runs a fixed probe through the model and keeps what the named layers
return; the model is left as it was found. torch is imported when a Recorder is made.
"""

from mmphate_widget.recording.recorder import Recorder

__all__ = ["Recorder"]
