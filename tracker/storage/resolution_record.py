"""Resolutions, which are append-only, and the scores computed from them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import delete, insert
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.questions.question import (
    ForecasterId,
    Outcome,
    QuestionId,
    Resolution,
    latest_resolution,
)
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.scores import ReceiptLine, Score
from tracker.storage import event_log
from tracker.storage.questions import distribution_from_json, distribution_to_json
from tracker.storage.tables import ResolutionRow, ScoreRow

MAX_QUESTIONS_PER_QUERY: Final = 1000
"""Questions bound by one query; databases limit their number."""

RESOLUTION: Final = ResolutionRow.__table__  # type: ignore[attr-defined]


SCORE: Final = ScoreRow.__table__  # type: ignore[attr-defined]


_SCORE_COLUMNS: Final = [name for name in Score.__slots__ if name != "receipt"]


_RULE_ORDER: Final = {rule: place for place, rule in enumerate(RULES)}


def add_resolution(session: Session, resolution: Resolution) -> None:
    """Append a resolution to the table and the log."""
    add_resolutions(session, [resolution])


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
    session: Session, scores_by_question: Mapping[QuestionId, Sequence[Score]]
) -> None:
    """Replace the scores of questions."""
    question_ids = list(scores_by_question)
    for start in range(0, len(question_ids), MAX_QUESTIONS_PER_QUERY):
        chunk = question_ids[start : start + MAX_QUESTIONS_PER_QUERY]
        session.execute(delete(ScoreRow).where(col(ScoreRow.question_id).in_(chunk)))
    scores = [score for scores in scores_by_question.values() for score in scores]
    if scores:
        session.execute(insert(SCORE), list(_build_score_rows(scores)))


def list_scores(session: Session, question_id: QuestionId) -> tuple[Score, ...]:
    """Return the scores of a question with receipts, in the order of the rules."""
    query = sa_select(SCORE).where(SCORE.c.question_id == question_id)
    return tuple(sorted(map(_parse_score, session.execute(query)), key=_sort_key))


def list_all_scores(session: Session) -> tuple[Score, ...]:
    """Return all scores by question and rule, without receipts.

    Receipts are long: read them with `list_scores` or `list_scores_with_receipts`.
    """
    rows = session.execute(sa_select(*(SCORE.c[name] for name in _SCORE_COLUMNS)))
    return tuple(sorted((Score(**row, receipt=()) for row in rows.mappings()), key=_sort_key))


def list_scores_with_receipts(
    session: Session, rule: RuleName, question_ids: Collection[QuestionId]
) -> tuple[Score, ...]:
    """Return the scores by one rule on these questions, by question, with receipts."""
    ids = sorted(question_ids)
    scores: list[Score] = []
    for start in range(0, len(ids), MAX_QUESTIONS_PER_QUERY):
        condition = SCORE.c.question_id.in_(ids[start : start + MAX_QUESTIONS_PER_QUERY])
        scores += map(
            _parse_score, session.execute(sa_select(SCORE).where(SCORE.c.rule == rule, condition))
        )
    return tuple(sorted(scores, key=_sort_key))


def _sort_key(score: Score) -> tuple[QuestionId, int, ForecasterId]:
    return score.question_id, _RULE_ORDER[score.rule], score.forecaster_id


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


def _build_score_rows(scores: Sequence[Score]) -> Iterator[dict[str, Any]]:
    """Serialise scores; what lines of several rules share is serialised once."""
    forecasts: dict[int, Any] = {}
    times: dict[datetime, str] = {}

    def serialise(line: ReceiptLine) -> list[Any]:
        if (key := id(line.forecast)) not in forecasts:
            forecasts[key] = distribution_to_json(line.forecast)
        for instant in (line.start, line.end):
            if instant not in times:
                times[instant] = instant.isoformat()
        return [
            times[line.start],
            times[line.end],
            forecasts[key],
            line.weight,
            line.score,
            line.contribution,
        ]

    for score in scores:
        yield {name: getattr(score, name) for name in _SCORE_COLUMNS} | {
            "receipt": [serialise(line) for line in score.receipt]
        }


def _parse_score(row: Any) -> Score:
    return Score(
        question_id=QuestionId(row.question_id),
        forecaster_id=ForecasterId(row.forecaster_id),
        rule=cast(RuleName, row.rule),
        mean_while_active=row.mean_while_active,
        coverage=row.coverage,
        attainable_coverage=row.attainable_coverage,
        skill_over_schedule=row.skill_over_schedule,
        receipt=tuple(
            ReceiptLine(
                datetime.fromisoformat(i[0]),
                datetime.fromisoformat(i[1]),
                distribution_from_json(i[2]),
                *i[3:],
            )
            for i in row.receipt
        ),
    )
