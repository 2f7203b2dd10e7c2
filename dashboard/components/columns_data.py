"""Data frames with typed columns."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

TIME: Final = "datetime64[us, UTC]"


def build_frame(types: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Build a frame with these column types, also if there are no rows.

    Each column is built in its type at once; letting pandas guess first takes three times as long.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    dtypes: Mapping[str, Any] = types  # the stubs accept literals only
    pairs = zip(dtypes.items(), columns, strict=True)
    return pd.DataFrame({name: pd.array(values, dtype=dtype) for (name, dtype), values in pairs})
