"""How a frame is made: columns with a type, whatever the rows."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

TIME: Final = "datetime64[us, UTC]"


def frame_of(types: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """A frame with these columns and types, also when there is no row.

    Each column is made in its type at once: to have pandas guess first takes three times as long.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    kinds: Mapping[str, Any] = types  # the stubs know types by literals alone
    pairs = zip(kinds.items(), columns, strict=True)
    return pd.DataFrame({name: pd.array(values, dtype=kind) for (name, kind), values in pairs})
