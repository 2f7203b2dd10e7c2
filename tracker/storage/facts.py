"""Facts of one shape: a row with what it says, when, by whom, and the log entry that recorded
it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from forecasts.questions.question import ForecasterId
from tracker.storage import event_log_rows as log
from tracker.storage.tables import (
    ClaimDecisionRow,
    LikelihoodRow,
    LinkRow,
    LintOverrideRow,
    QuestionEditRow,
    RepairRow,
    RetractionRow,
    ScenarioSetRow,
    SignpostMarkRow,
    UncheckedAnswerRow,
)

KINDS: Mapping[str, type[Any]] = {
    "claim": ClaimDecisionRow,
    "edit": QuestionEditRow,
    "retraction": RetractionRow,
    "override": LintOverrideRow,
    "unchecked": UncheckedAnswerRow,
    "link": LinkRow,
    "repair": RepairRow,
    "scenarios": ScenarioSetRow,
    "likelihood": LikelihoodRow,
    "signpost": SignpostMarkRow,
}
"""Each kind of log entry whose facts are the columns of its row."""


def append(
    session: Session,
    kind: str,
    subject: str,
    said: Mapping[str, Any],
    *,
    at: datetime,
    by: ForecasterId,
) -> None:
    """Append a fact, in the log too."""
    facts = {**said, "at": at, "by": by}
    seq = log.append(session, kind, subject, facts=facts, at=at)
    session.add(KINDS[kind](**facts, log_seq=seq))
    session.flush()


def seqs(session: Session) -> dict[str, Mapping[int, dict[str, Any]]]:
    """The facts of every kind by the log entry that recorded each."""
    return {kind: by_seq(session, row, _facts) for kind, row in KINDS.items()}


def by_seq(
    session: Session, table: type[Any], said: Callable[[Any], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """What the rows of a table say, by the log entry that recorded each.

    A row with a column that holds no time, or no JSON, keeps nobody from reading the others: it
    says nothing.
    """
    try:
        return log.by_seq(session.exec(select(table)), said)
    except (ValueError, TypeError):
        found: dict[int, dict[str, Any]] = {}
        for seq in session.exec(select(table.log_seq)).all():
            found |= _one(session, table, seq, said)
        return found


def _one(
    session: Session, table: type[Any], seq: int, said: Callable[[Any], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    try:
        return log.by_seq(session.exec(select(table).where(table.log_seq == seq)), said)
    except (ValueError, TypeError):
        return {seq: {}}


def _facts(row: Any) -> dict[str, Any]:
    own = {name for name, field in type(row).model_fields.items() if not _numbered(name, field)}
    return {name: getattr(row, name) for name in own if name != "log_seq"}


def _numbered(name: str, field: Any) -> bool:
    """The row's own number, which the database gives it."""
    return name == "id" and field.default is None
