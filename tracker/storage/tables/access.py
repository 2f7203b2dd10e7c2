"""Table of who may see a question or an essay."""

from sqlmodel import Field

from tracker.storage.tables.base import json_column
from tracker.storage.tables.claims import Fact


class AccessRow(Fact, table=True):
    """A change of who sees a question or an essay; the last one of each counts."""

    __tablename__ = "access"
    id: int | None = Field(default=None, primary_key=True)
    shared: str
    name: str = Field(index=True)
    is_private: bool
    owner: str
    members: list[str] = json_column()
