"""Tables as pandas has them. The one module that imports pandas, when it is needed."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._types import AnyArray

# What the index of the rows is called: it holds the id of each point.
INDEX_NAME = "point"


def make_dataframe(columns: Mapping[str, AnyArray], *, ids: Int64[np.ndarray, " n"]) -> Any:
    """A pandas DataFrame of columns of one length, a row a point, indexed by the points' ids."""
    pandas = _import_pandas()
    return pandas.DataFrame(dict(columns), index=pandas.Index(ids, name=INDEX_NAME))


def make_table(
    columns: Mapping[str, Any], *, index: Sequence[str] | None = None, index_name: str = ""
) -> Any:
    """A pandas DataFrame of columns of one length, its rows named by ``index`` or counted."""
    pandas = _import_pandas()
    if index is None:
        return pandas.DataFrame(dict(columns))
    return pandas.DataFrame(dict(columns), index=pandas.Index(list(index), name=index_name))


def _import_pandas() -> Any:
    try:
        return import_module("pandas")
    except ImportError as error:
        raise ModuleNotFoundError(
            "`to_dataframe` needs pandas, which is not installed: "
            'pip install "mmphate-widget[analysis]".',
            name="pandas",
        ) from error
