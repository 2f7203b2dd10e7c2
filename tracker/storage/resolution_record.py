"""Resolutions, which are append-only, what stood until then, and the scores computed from it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import numpy as np
from sqlalchemy import delete, insert
from sqlalchemy import select as sa_select
from sqlmodel import Session, select

from forecasts.questions.question import (
    ForecasterId,
    Outcome,
    QuestionId,
    Resolution,
    latest_resolution,
)
from forecasts.scoring.scores import Score, ScoreColumns, list_numbers, sort_scores
from forecasts.scoring.span_table import AnsweredQuestion, Standing
from tracker.storage import event_log
from tracker.storage.questions import distribution_from_json, distribution_to_json
from tracker.storage.tables import ResolutionRow, ScoreRow, StandingRow

MAX_QUESTIONS_PER_QUERY: Final = 1000
"""Questions bound by one query; databases limit their number."""

RESOLUTION: Final = ResolutionRow.__table__  # type: ignore[attr-defined]


SCORE: Final = ScoreRow.__table__  # type: ignore[attr-defined]


STANDING: Final = StandingRow.__table__  # type: ignore[attr-defined]


_SCORE_COLUMNS: Final = [name for name in Score.__slots__ if name != "receipt"]


_SPAN: Final = np.dtype([("start", "<i8"), ("end", "<i8"), ("yes", "<f8")])
"""A span as it is stored, the same on every machine."""


_SELECT_SCORES: Final = sa_select(*(SCORE.c[name] for name in _SCORE_COLUMNS))


def add_resolutions(session: Session, resolutions: Sequence[Resolution]) -> None:
    """Append resolutions, in their order, to the table and the log."""
    facts = list(map(resolution_facts, resolutions))
    entries = [
        event_log.NewEntry("resolution", columns["question_id"], columns, columns["entered_at"])
        for columns in facts
    ]
    seqs = event_log.append_entries(session, entries)
    rows = [
        {"answer": ""} | columns | {"log_seq": seq}
        for columns, seq in zip(facts, seqs, strict=True)
    ]
    if rows:
        session.execute(insert(RESOLUTION), rows)


def resolution_facts(resolution: Resolution) -> dict[str, Any]:
    """Return the logged facts of a resolution; `answer` only if it has one."""
    columns = {name: getattr(resolution, name) for name in Resolution.__slots__}
    return (
        columns
        if resolution.answer
        else {name: value for name, value in columns.items() if name != "answer"}
    )


def resolutions_of_question(
    session: Session, question_id: QuestionId, entered_by: datetime | None = None
) -> tuple[Resolution, ...]:
    """Return the resolutions of a question in the order of entry, optionally as entered by an
    instant.
    """
    query = _select_resolutions(entered_by).where(RESOLUTION.c.question_id == question_id)
    return tuple(map(resolution_of_row, session.execute(query)))


def find_resolution(
    session: Session, question_id: QuestionId, entered_by: datetime | None = None
) -> Resolution | None:
    """Return the valid resolution of a question, optionally as entered by an instant."""
    return latest_resolution(resolutions_of_question(session, question_id, entered_by))


def _select_resolutions(entered_by: datetime | None) -> Any:
    query = sa_select(RESOLUTION).order_by(RESOLUTION.c.id)
    return query if entered_by is None else query.where(RESOLUTION.c.entered_at <= entered_by)


def load_current_resolutions(
    session: Session, entered_by: datetime | None = None
) -> dict[QuestionId, Resolution]:
    """Return the valid resolution of each question, optionally as entered by an instant."""
    by_question: dict[QuestionId, list[Resolution]] = {}
    for row in session.execute(_select_resolutions(entered_by)):
        by_question.setdefault(QuestionId(row.question_id), []).append(resolution_of_row(row))
    return {
        question_id: newest
        for question_id, resolutions in by_question.items()
        if (newest := latest_resolution(resolutions)) is not None
    }


def index_resolution_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored resolutions."""
    return event_log.index_facts_by_seq(
        session.exec(select(ResolutionRow)), lambda row: resolution_facts(resolution_of_row(row))
    )


def replace_scores(
    session: Session,
    question_ids: Sequence[QuestionId],
    answered: Iterable[AnsweredQuestion] = (),
    columns: Iterable[ScoreColumns] = (),
) -> None:
    """Replace what stood on questions, and the scores of it, by those of the `answered` ones."""
    for start in range(0, len(question_ids), MAX_QUESTIONS_PER_QUERY):
        chunk = question_ids[start : start + MAX_QUESTIONS_PER_QUERY]
        for stored in (SCORE, STANDING):
            session.execute(delete(stored).where(stored.c.question_id.in_(chunk)))
    if standings := [_standing_row(question) for question in answered]:
        session.execute(insert(STANDING), standings)
    if scores := [
        dict(zip(_SCORE_COLUMNS, numbers, strict=True))
        for scored in columns
        for _, numbers in list_numbers(scored)
    ]:
        session.execute(insert(SCORE), scores)


def list_scores(session: Session, question_id: QuestionId) -> tuple[Score, ...]:
    """Return the scores of a question without receipts, in the order of the rules."""
    return _read_scores(session, _SELECT_SCORES.where(SCORE.c.question_id == question_id))


def list_all_scores(session: Session) -> tuple[Score, ...]:
    """Return all scores by question and rule, without receipts."""
    return _read_scores(session, _SELECT_SCORES)


def _read_scores(session: Session, query: Any) -> tuple[Score, ...]:
    return tuple(sort_scores(Score(*row) for row in session.execute(query)))


def load_standings(
    session: Session, question_ids: Collection[QuestionId]
) -> dict[QuestionId, Standing]:
    """Return what stood on each of these questions that is scored."""
    ids = sorted(question_ids)
    standings: dict[QuestionId, Standing] = {}
    for start in range(0, len(ids), MAX_QUESTIONS_PER_QUERY):
        chunk = ids[start : start + MAX_QUESTIONS_PER_QUERY]
        query = sa_select(STANDING).where(STANDING.c.question_id.in_(chunk))
        for name, *columns in session.execute(query):
            standings[name] = _parse_standing(*columns)
    return standings


def resolution_of_row(row: Any) -> Resolution:
    """Return a row as a resolution."""
    return Resolution(
        question_id=QuestionId(row.question_id),
        outcome=cast(Outcome, row.outcome),
        source_url=row.source_url,
        note=row.note,
        event_at=row.event_at,
        known_at=row.known_at,
        entered_at=row.entered_at,
        entered_by=ForecasterId(row.entered_by),
        answer=row.answer,
    )


def _standing_row(answered: AnsweredQuestion) -> dict[str, Any]:
    standing = answered.standing
    spans = np.empty(len(standing.start), _SPAN)
    spans["start"], spans["end"], spans["yes"] = standing.start, standing.end, standing.yes
    return {
        "question_id": answered.question.id,
        "forecasters": [
            list(pair) for pair in zip(standing.forecasters, standing.sizes, strict=True)
        ],
        "spans": spans.tobytes(),
        "forecasts": list(map(distribution_to_json, standing.forecasts)),
    }


def _parse_standing(forecasters: Any, stored: bytes, forecasts: Any) -> Standing:
    spans = np.frombuffer(stored, _SPAN)
    names, sizes = zip(*forecasters, strict=True) if forecasters else ((), ())
    times = spans["start"], spans["end"]
    return Standing(
        names, sizes, *times, spans["yes"], tuple(map(distribution_from_json, forecasts))
    )


def is_standing_stored(
    session: Session, question_id: QuestionId, answered: Iterable[AnsweredQuestion]
) -> bool:
    """Return True if what is stored of a question is what stood, to the last bit, or nothing is."""
    query = sa_select(STANDING).where(STANDING.c.question_id == question_id)
    stored = [row._asdict() for row in session.execute(query)]
    return stored == [_standing_row(question) for question in answered]
