"""Formats in which tables are exported."""

from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    pass


TableFormat = Literal["csv", "parquet", "json"]


TABLE_FORMATS: Final[tuple[TableFormat, ...]] = get_args(TableFormat)
"""How a whole table can be given out."""
