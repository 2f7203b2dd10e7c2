"""Resolutions, appended, and the scores that follow from them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import delete, insert
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, Outcome, QuestionId, Resolution, latest
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.scores import Interval, Score
from tracker.storage import event_log_rows as log
from tracker.storage.distributions import from_json, to_json
from tracker.storage.tables import ResolutionRow, ScoreRow

RESOLUTION: Final = ResolutionRow.__table__  # type: ignore[attr-defined]
SCORE: Final = ScoreRow.__table__  # type: ignore[attr-defined]
_NUMBERS: Final = [name for name in Score.__slots__ if name != "receipt"]
_ORDER: Final = {rule: place for place, rule in enumerate(RULES)}

AT_ONCE: Final = 1000
"""Questions that one query names; no database takes any number of values."""


def add(session: Session, resolution: Resolution) -> None:
    """Append a resolution, in the log too."""
    found = facts(resolution)
    seq = log.append(
        session, "resolution", resolution.question_id, facts=found, at=resolution.entered_at
    )
    session.add(ResolutionRow(**{**found, "log_seq": seq}))
    session.flush()


def facts(resolution: Resolution) -> dict[str, Any]:
    """What the log holds of a resolution; the answer only where there is one beside the outcome."""
    found = {name: getattr(resolution, name) for name in Resolution.__slots__}
    return (
        found
        if resolution.answer
        else {name: value for name, value in found.items() if name != "answer"}
    )


def of_question(session: Session, question_id: QuestionId) -> tuple[Resolution, ...]:
    """The resolutions of a question in the order they were entered."""
    rows = session.exec(
        select(ResolutionRow)
        .where(ResolutionRow.question_id == question_id)
        .order_by(col(ResolutionRow.id))
    )
    return tuple(resolution_of(row) for row in rows)


def current(session: Session, entered_by: datetime | None = None) -> dict[QuestionId, Resolution]:
    """The resolution that counts, for each question that has one; of those entered by an instant,
    if one is given.
    """
    query = sql_select(RESOLUTION).order_by(RESOLUTION.c.id)
    if entered_by is not None:
        query = query.where(RESOLUTION.c.entered_at <= entered_by)
    found: dict[QuestionId, list[Resolution]] = {}
    for row in session.execute(query):
        found.setdefault(QuestionId(row.question_id), []).append(resolution_of(row))
    return {
        question_id: last
        for question_id, several in found.items()
        if (last := latest(several)) is not None
    }


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored resolution by the log entry that recorded it."""
    return log.by_seq(session.exec(select(ResolutionRow)), lambda row: facts(resolution_of(row)))


def replace_scores(session: Session, question_id: QuestionId, scores: Sequence[Score]) -> None:
    """Scores are derived: the old ones of the question go, the new ones come, in one
    transaction.
    """
    session.execute(delete(ScoreRow).where(col(ScoreRow.question_id) == question_id))
    if scores:
        session.execute(insert(SCORE), list(_score_rows(scores)))


def scores(session: Session, question_id: QuestionId) -> tuple[Score, ...]:
    """The scores of a question in the order of the rules, with their receipts."""
    query = sql_select(SCORE).where(SCORE.c.question_id == question_id)
    return tuple(sorted(map(_score, session.execute(query)), key=_place))


def all_scores(session: Session) -> tuple[Score, ...]:
    """The scores of all questions, by question and in the order of the rules, without their
    receipts.

    Receipts are long: they are read where they are asked for: see `scores` and `with_receipts`.
    """
    rows = session.execute(sql_select(*(SCORE.c[name] for name in _NUMBERS)))
    return tuple(sorted((Score(**row, receipt=()) for row in rows.mappings()), key=_place))


def with_receipts(
    session: Session, rule: RuleName, question_ids: Collection[QuestionId]
) -> tuple[Score, ...]:
    """The scores by one rule on these questions, by question, with their receipts."""
    wanted = sorted(question_ids)
    found: list[Score] = []
    for start in range(0, len(wanted), AT_ONCE):
        some = SCORE.c.question_id.in_(wanted[start : start + AT_ONCE])
        found += map(_score, session.execute(sql_select(SCORE).where(SCORE.c.rule == rule, some)))
    return tuple(sorted(found, key=_place))


def _place(score: Score) -> tuple[QuestionId, int, ForecasterId]:
    return score.question_id, _ORDER[score.rule], score.forecaster_id


def resolution_of(row: Any) -> Resolution:
    """A resolution as it was stored."""
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


def _score_rows(scores: Sequence[Score]) -> Iterator[dict[str, Any]]:
    """One row a score. The rules tell of intervals of the same forecasts, so each forecast is
    written out once.
    """
    held: dict[int, Any] = {}

    def told(i: Interval) -> list[Any]:
        if (which := id(i.forecast)) not in held:
            held[which] = to_json(i.forecast)
        return [
            i.start.isoformat(),
            i.end.isoformat(),
            held[which],
            i.weight,
            i.score,
            i.contribution,
        ]

    for score in scores:
        yield {name: getattr(score, name) for name in _NUMBERS} | {
            "receipt": [told(i) for i in score.receipt]
        }


def _score(row: Any) -> Score:
    return Score(
        question_id=QuestionId(row.question_id),
        forecaster_id=ForecasterId(row.forecaster_id),
        rule=cast(RuleName, row.rule),
        mean_while_active=row.mean_while_active,
        coverage=row.coverage,
        attainable_coverage=row.attainable_coverage,
        skill_over_schedule=row.skill_over_schedule,
        receipt=tuple(
            Interval(
                datetime.fromisoformat(i[0]), datetime.fromisoformat(i[1]), from_json(i[2]), *i[3:]
            )
            for i in row.receipt
        ),
    )
