"""Formats in which tables are exported."""

from typing import Final, Literal, get_args

TableFormat = Literal["csv", "parquet", "json"]


TABLE_FORMATS: Final[tuple[TableFormat, ...]] = get_args(TableFormat)
"""How a whole table can be given out."""
