"""Generic storage of logged facts: columns, time, author and log entry."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from forecasts.questions.question import ForecasterId
from tracker.storage import event_log
from tracker.storage.tables import (
    AccessRow,
    BenchmarkRow,
    ClaimDecisionRow,
    CommentRow,
    DismissedAnswerRow,
    EssayRemovalRow,
    ImportBatchRow,
    LikelihoodRow,
    LinkRow,
    LintOverrideRow,
    QuestionEditRow,
    RecalibrationRow,
    RepairRow,
    RepetitionRow,
    RetractionRow,
    ScenarioSetRow,
    SettlementRow,
    SignpostMarkRow,
    StatementsRow,
    UncheckedAnswerRow,
)

FACT_TABLES: Mapping[str, type[Any]] = {
    "access": AccessRow,
    "claim": ClaimDecisionRow,
    "essay removal": EssayRemovalRow,
    "edit": QuestionEditRow,
    "statements": StatementsRow,
    "repetition": RepetitionRow,
    "recalibration": RecalibrationRow,
    "retraction": RetractionRow,
    "override": LintOverrideRow,
    "unchecked": UncheckedAnswerRow,
    "link": LinkRow,
    "repair": RepairRow,
    "scenarios": ScenarioSetRow,
    "likelihood": LikelihoodRow,
    "signpost": SignpostMarkRow,
    "settlement": SettlementRow,
    "dismissal": DismissedAnswerRow,
    "comment": CommentRow,
    "import": ImportBatchRow,
    "benchmark": BenchmarkRow,
}
"""Table of each log entry kind whose facts are the columns of its row."""


def append_fact(
    session: Session,
    kind: str,
    subject: str,
    columns: Mapping[str, Any],
    *,
    at: datetime,
    by: ForecasterId,
) -> Any:
    """Append a fact to its table and to the log, and return its row."""
    facts = {**columns, "at": at, "by": by}
    seq = event_log.append_entry(session, kind, subject, facts=facts, at=at)
    row = FACT_TABLES[kind](**facts, log_seq=seq)
    session.add(row)
    session.flush()
    return row


def index_facts_by_kind(session: Session) -> dict[str, Mapping[int, dict[str, Any]]]:
    """Map each kind to its facts by log sequence number."""
    return {kind: index_table_facts(session, row, _row_facts) for kind, row in FACT_TABLES.items()}


def index_table_facts(
    session: Session, table: type[Any], row_facts: Callable[[Any], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of a table's rows.

    A row with an unreadable column (no time, no JSON) has empty facts and does not stop the others.
    """
    try:
        return event_log.index_facts_by_seq(session.exec(select(table)), row_facts)
    except (ValueError, TypeError):
        facts: dict[int, dict[str, Any]] = {}
        for seq in session.exec(select(table.log_seq)).all():
            facts |= _index_row(session, table, seq, row_facts)
        return facts


def _index_row(
    session: Session, table: type[Any], seq: int, row_facts: Callable[[Any], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    try:
        return event_log.index_facts_by_seq(
            session.exec(select(table).where(table.log_seq == seq)), row_facts
        )
    except (ValueError, TypeError):
        return {seq: {}}


def _row_facts(row: Any) -> dict[str, Any]:
    names = {
        name for name, field in type(row).model_fields.items() if not _is_generated_id(name, field)
    }
    return {name: getattr(row, name) for name in names if name != "log_seq"}


def _is_generated_id(name: str, field: Any) -> bool:
    """Return True for the primary key that the database generates."""
    return name == "id" and field.default is None


def read_slots(value: Any) -> dict[str, Any]:
    """Return the fields of a value with slots, by name."""
    return {name: getattr(value, name) for name in value.__slots__}
