"""Table of answers that programs may get again."""

from datetime import datetime

from sqlmodel import Field

from tracker.storage.tables.base import SECRET, TableRow, long_text


class StoredAnswerRow(TableRow, table=True):
    """An answer to a request with a key; `status` is None while the request runs."""

    __tablename__ = "stored_answer"
    __table_args__ = SECRET
    identity: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    created_at: datetime = Field(index=True)
    status: int | None = None
    body: str = long_text()
