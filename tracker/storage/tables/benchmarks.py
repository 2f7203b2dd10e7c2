"""Tables of benchmarks: what a person linked, and the state of its polls."""

from datetime import datetime

from sqlmodel import Field

from tracker.storage.tables.base import TableRow, json_column, long_text
from tracker.storage.tables.claims import Fact


class BenchmarkRow(Fact, table=True):
    """A question elsewhere that a person linked to ours, or unlinked; the last of each platform
    counts. Append-only.
    """

    __tablename__ = "benchmark"
    id: int | None = Field(default=None, primary_key=True)
    question_id: str = Field(foreign_key="question.id", index=True)
    platform: str
    external_id: str
    url: str
    title: str
    criteria: str = long_text()
    digest: str
    is_inverted: bool
    options: list[list[str]] = json_column()
    is_linked: bool


class BenchmarkPollRow(TableRow, table=True):
    """State of the polls of a linked question elsewhere; `changed` waits for a person."""

    __tablename__ = "benchmark_poll"
    question_id: str = Field(primary_key=True, foreign_key="question.id")
    platform: str = Field(primary_key=True)
    next_at: datetime | None = Field(default=None, index=True)
    last_at: datetime | None
    failures: int
    problem: str
    etag: str | None
    last_modified: str | None
    size: str
    answer: str
    changed: str = long_text()
