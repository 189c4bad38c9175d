"""The one module that imports torch; the others here take it from this one."""

try:
    import torch
except ImportError as error:
    raise ImportError(
        "Recording needs PyTorch, which is not installed. "
        'Install it with: pip install "mmphate-widget[torch]"'
    ) from error

__all__ = ["torch"]
