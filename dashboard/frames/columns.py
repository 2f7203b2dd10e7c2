"""How a frame is made: columns with a type, whatever the rows."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

TIME: Final = "datetime64[us, UTC]"


def frame_of(types: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """A frame with these columns and types, also when there is no row."""
    return pd.DataFrame.from_records(list(rows), columns=list(types)).astype(dict(types))
