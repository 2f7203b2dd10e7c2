"""Table of imports."""

from sqlmodel import Field

from tracker.storage.tables.base import long_text
from tracker.storage.tables.claims import Fact


class ImportBatchRow(Fact, table=True):
    """An import: it entered what the log has from `first_seq` up to its own entry.

    One that `undoes` another entered what takes that one back.
    """

    __tablename__ = "import_batch"
    id: int | None = Field(default=None, primary_key=True)
    source: str
    name: str = long_text()
    first_seq: int
    questions: int
    forecasts: int
    answers: int
    undoes: int | None = Field(default=None, foreign_key="import_batch.id", unique=True)
