"""Forecasters and their acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.evidence import EvidenceId
from forecasts.forecaster import Forecaster, ForecasterKind
from forecasts.question import ForecasterId, QuestionId
from forecasts.timeline import Act, Forecast, ForecastId
from tracker.store import log
from tracker.store.distributions import from_json, to_json
from tracker.tables import ForecasterRow, ForecastRow


def add_forecaster(session: Session, forecaster: Forecaster) -> None:
    """Store a forecaster who is not there yet."""
    if session.get(ForecasterRow, forecaster.id) is None:
        session.add(ForecasterRow(id=forecaster.id, name=forecaster.name, kind=forecaster.kind))
        session.flush()


def forecasters(session: Session) -> dict[ForecasterId, Forecaster]:
    """Everyone who can hold a forecast."""
    rows = session.exec(select(ForecasterRow).order_by(col(ForecasterRow.id)))
    return {ForecasterId(r.id): Forecaster(ForecasterId(r.id), r.name, cast(ForecasterKind, r.kind)) for r in rows}


def add(session: Session, act: Forecast, key: str | None = None) -> Forecast:
    """Append an act, in the log too, and return it with its id."""
    seq = log.append(session, "forecast", f"{act.question_id}/{act.forecaster_id}", facts=facts(act), at=act.entered_at)
    row = ForecastRow(**facts(act), key=key, log_seq=seq)
    session.add(row)
    session.flush()
    return act_of(row)


def facts(act: Forecast) -> dict[str, Any]:
    """What the log holds of an act; its number in the log is its identity."""
    return {
        "question_id": act.question_id,
        "forecaster_id": act.forecaster_id,
        "act": act.act,
        "distribution": None if act.distribution is None else to_json(act.distribution),
        "made_at": act.made_at,
        "entered_at": act.entered_at,
        "rationale": act.rationale,
        "cites": list(act.cites),
        "undoes": act.undoes,
    }


def by_key(session: Session, key: str) -> Forecast | None:
    """The act that was entered under an idempotency key."""
    row = session.exec(select(ForecastRow).where(ForecastRow.key == key)).first()
    return None if row is None else act_of(row)


def of_question(
    session: Session, question_id: QuestionId, forecaster_id: ForecasterId | None = None
) -> tuple[Forecast, ...]:
    """The acts on a question in the order they were entered."""
    query = select(ForecastRow).where(ForecastRow.question_id == question_id).order_by(col(ForecastRow.id))
    if forecaster_id is not None:
        query = query.where(ForecastRow.forecaster_id == forecaster_id)
    return tuple(act_of(row) for row in session.exec(query))


def since_known(session: Session, question_id: QuestionId, known_at: datetime) -> tuple[Forecast, ...]:
    """The acts on a question from the instant on when its answer was known."""
    query = select(ForecastRow).where(ForecastRow.question_id == question_id, ForecastRow.made_at >= known_at)
    return tuple(act_of(row) for row in session.exec(query.order_by(col(ForecastRow.id))))


def newest(session: Session, question_id: QuestionId, forecaster_id: ForecasterId) -> Forecast | None:
    """A forecaster's last act on a question."""
    query = select(ForecastRow).where(
        ForecastRow.question_id == question_id, ForecastRow.forecaster_id == forecaster_id
    )
    row = session.exec(query.order_by(col(ForecastRow.id).desc()).limit(1)).first()
    return None if row is None else act_of(row)


def newest_each(
    session: Session, question_ids: Sequence[QuestionId], forecaster_id: ForecasterId
) -> dict[QuestionId, Forecast]:
    """A forecaster's last act on each of some questions, where there is one."""
    mine = select(func.max(ForecastRow.id)).where(ForecastRow.forecaster_id == forecaster_id)
    last = mine.where(col(ForecastRow.question_id).in_(question_ids)).group_by(col(ForecastRow.question_id))
    rows = session.exec(select(ForecastRow).where(col(ForecastRow.id).in_(last)))
    return {act.question_id: act for act in map(act_of, rows)}


def standing(session: Session) -> tuple[Forecast, ...]:
    """The last act of each forecaster on each question."""
    last = select(func.max(ForecastRow.id)).group_by(ForecastRow.question_id, ForecastRow.forecaster_id)
    return tuple(act_of(row) for row in session.exec(select(ForecastRow).where(col(ForecastRow.id).in_(last))))


def since(session: Session, forecaster_id: ForecasterId, start: datetime) -> tuple[Forecast, ...]:
    """One forecaster's acts on all questions made at or after `start`, in order."""
    query = select(ForecastRow).where(ForecastRow.forecaster_id == forecaster_id, ForecastRow.made_at >= start)
    return tuple(act_of(row) for row in session.exec(query.order_by(col(ForecastRow.id))))


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored act by the log entry that recorded it."""
    return log.by_seq(session.exec(select(ForecastRow)), lambda row: facts(act_of(row)))


def act_of(row: ForecastRow) -> Forecast:
    """An act as it was stored."""
    return Forecast(
        id=ForecastId(cast(int, row.id)),
        question_id=QuestionId(row.question_id),
        forecaster_id=ForecasterId(row.forecaster_id),
        act=cast(Act, row.act),
        distribution=None if row.distribution is None else from_json(row.distribution),
        made_at=row.made_at,
        entered_at=row.entered_at,
        rationale=row.rationale,
        cites=tuple(map(EvidenceId, row.cites)),
        undoes=None if row.undoes is None else ForecastId(row.undoes),
    )


def acts_by_forecaster(acts: Sequence[Forecast]) -> dict[ForecasterId, list[Forecast]]:
    """Acts on one question, by who made them, each in order."""
    found: dict[ForecasterId, list[Forecast]] = {}
    for act in acts:
        found.setdefault(act.forecaster_id, []).append(act)
    return found
