"""What scikit-learn asks of an estimator, without importing it at once.

scikit-learn takes half a second to import, and brings in pandas where that is installed; whoever
only looks at an embedding waits for neither. ``clone``, pipelines and ``check_is_fitted`` go by
the methods here, not by the class. scikit-learn itself is imported by those that need it.
"""

import inspect
from typing import Any, Self


class Estimator:
    """Parameters are the arguments of ``__init__``, stored as given under their own names."""

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        _, *parameters = inspect.signature(cls.__init__).parameters.values()
        for parameter in parameters:
            if parameter.kind == parameter.VAR_POSITIONAL:
                raise RuntimeError(
                    f"Parameters of {cls.__name__}.__init__ must have names; got *{parameter.name}."
                )
        named = [one for one in parameters if one.kind != one.VAR_KEYWORD]
        return {one.name: one.default for one in named}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name; ``deep`` makes no difference, none of them is an estimator."""
        return {name: getattr(self, name) for name in sorted(self._defaults())}

    def set_params(self, **params: Any) -> Self:
        """Change parameters, and return the estimator; nothing is fitted anew.

        Raises
        ------
        ValueError
            If there is no such parameter; then none is changed.
        """
        known = self._defaults()
        for name in params:
            if name not in known:
                raise ValueError(
                    f"`{name}` must be a parameter of {type(self).__name__}, one of "
                    f"{', '.join(sorted(known))}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        """As it would be made, without what is left at its default."""
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self._defaults().items()
            if repr(getattr(self, name)) != repr(default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_tags__(self) -> Any:
        """Those of any transformer."""
        from sklearn.base import BaseEstimator, TransformerMixin

        class AnyTransformer(TransformerMixin, BaseEstimator):
            pass

        return AnyTransformer().__sklearn_tags__()

    def _check_fitted(self, attribute: str) -> None:
        """Raise scikit-learn's NotFittedError where ``fit`` has not set an attribute."""
        if not hasattr(self, attribute):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call `fit` first."
            )
