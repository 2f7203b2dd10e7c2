"""Formats in which tables are exported."""

from typing import Final, Literal, get_args

TableFormat = Literal["csv", "parquet", "json"]


TABLE_FORMATS: Final[tuple[TableFormat, ...]] = get_args(TableFormat)
"""Formats of a whole table, as settings and commands name them."""
