"""From activations to the multiway multislice kernel, and its reduction to landmarks.

``standardize`` → ``intra`` + ``inter`` → ``multiway`` is the definition; ``kmeans`` →
``tiles`` → ``landmarks`` computes the same kernel's sums over landmarks without holding it.
"""

from mmphate_widget.kernel.multiway import multiway_kernel

__all__ = ["multiway_kernel"]
