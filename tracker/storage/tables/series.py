"""Tables of series, their values, and the rules by which they settle questions."""

from datetime import date, datetime

from sqlmodel import Field

from tracker.storage.tables.base import TableRow, json_column, long_text
from tracker.storage.tables.claims import Fact


class SeriesRow(TableRow, table=True):
    """A series as configured; several may read one document, which is polled as a feed."""

    __tablename__ = "series"
    id: str = Field(primary_key=True)
    feed_id: str = Field(foreign_key="feed.id", index=True)
    url: str
    format: str
    date_column: str
    value_column: str
    where: list[list[str]] = json_column()
    unit: str
    day_first: bool
    decimal_comma: bool
    added_at: datetime
    removed_at: datetime | None = None


class SeriesReadingRow(TableRow, table=True):
    """A document that had new or revised values of a series; append-only and logged."""

    __tablename__ = "series_reading"
    id: int | None = Field(default=None, primary_key=True)
    series_id: str = Field(foreign_key="series.id", index=True)
    url: str
    document_hash: str
    at: datetime
    log_seq: int = Field(foreign_key="log.seq", unique=True)


class SeriesValueRow(TableRow, table=True):
    """A value as it stood in a document; a revision is another row. Append-only."""

    __tablename__ = "series_value"
    id: int | None = Field(default=None, primary_key=True)
    reading_id: int = Field(foreign_key="series_reading.id", index=True)
    starts_on: date
    ends_on: date
    value: float
    text: str


class SettlementRow(Fact, table=True):
    """The series and rule that settle a question; the last one counts, an empty rule removes it."""

    __tablename__ = "settlement"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    series_id: str = Field(foreign_key="series.id")
    rule: str


class DismissedAnswerRow(Fact, table=True):
    """A proposed answer that a person dismissed, with the reason."""

    __tablename__ = "dismissed_answer"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    key: str
    why: str = long_text()
