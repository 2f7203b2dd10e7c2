"""Tables of notifications. Rows change and go; a channel added or removed stands in the log."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from tracker.storage.tables.base import SECRET, TableRow, json_column, long_text


class ChannelRow(TableRow, table=True):
    """A way to reach a person; its address and keys are secrets."""

    __tablename__ = "notification_channel"
    __table_args__ = SECRET
    id: str = Field(primary_key=True)
    forecaster_id: str = Field(foreign_key="forecaster.id", index=True)
    name: str
    address: str = long_text()
    signing_key: str = ""
    stop_key: str
    created_at: datetime
    since: datetime
    paused: bool = False
    failures: int = 0
    error: str = Field(default="")
    next_try_at: datetime | None = None
    digested_at: datetime | None = None
    sent_at: datetime | None = None


class NotificationRuleRow(TableRow, table=True):
    __tablename__ = "notification_rule"
    forecaster_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    kind: str = Field(primary_key=True)
    pace: str
    scope: str
    threshold: float


class NotificationTimesRow(TableRow, table=True):
    __tablename__ = "notification_times"
    forecaster_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    zone: str
    quiet_from: str
    quiet_until: str
    digest: str
    hour: int
    weekday: int


class AttentionRow(TableRow, table=True):
    """A question that a person follows without a forecast, or does not want to hear of."""

    __tablename__ = "notification_attention"
    forecaster_id: str = Field(primary_key=True, foreign_key="forecaster.id")
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    attention: str


class OutboxRow(TableRow, table=True):
    """A notice for a channel; unsent without `sent_at`. The key makes a second one impossible."""

    __tablename__ = "notification_outbox"
    __table_args__ = (UniqueConstraint("channel_id", "key"), SECRET)
    id: int | None = Field(default=None, primary_key=True)
    channel_id: str = Field(foreign_key="notification_channel.id")
    key: str
    kind: str
    question_id: str | None = Field(default=None, foreign_key="question.id")
    notice: dict[str, Any] = json_column()
    created_at: datetime
    sent_at: datetime | None = Field(default=None, index=True)
    attempts: int = 0
