"""Table of share links; what was done to them stands in the log by opaque id."""

from datetime import datetime

from sqlmodel import Field

from tracker.storage.tables.base import SECRET, TableRow


class ShareLinkRow(TableRow, table=True):
    """A link to share; `account_id` is empty for one of the owner of the machine."""

    __tablename__ = "share_link"
    __table_args__ = SECRET
    id: str = Field(primary_key=True)
    kind: str
    question_id: str | None = Field(default=None, foreign_key="question.id", index=True)
    by: str
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    secret_hash: str = Field(unique=True)
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
