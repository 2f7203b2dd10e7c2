"""Base class and column helpers of all tables."""

from typing import Any, Final

from sqlalchemy import JSON, Column, MetaData, Text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class TableRow(SQLModel):
    """Base of all tables, with fixed constraint names that migrations can find."""

    metadata = MetaData(naming_convention=NAMING)


SECRET: Final = {"info": {"secret": True}}
"""Mark of a table, or of a column of text, that lets somebody in: an export leaves it out."""


def json_column() -> Any:
    """A list or mapping stored as JSON."""
    return Field(sa_column=Column(JSON, nullable=False))


def long_text() -> Any:
    """A text of unlimited length."""
    return Field(sa_column=Column(Text, nullable=False))
