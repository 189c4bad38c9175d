"""The one module that imports pythreejs; what needs it takes it from here, when it is called."""

try:
    import pythreejs as three
except ImportError as error:
    raise ModuleNotFoundError(
        "`to_pythreejs` needs pythreejs, which is not installed: "
        'pip install "mmphate-widget[pythreejs]".',
        name="pythreejs",
    ) from error

__all__ = ["three"]
