"""Forecasters and their acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import String, column, func, true
from sqlalchemy import select as sa_select
from sqlalchemy import values as sa_values
from sqlmodel import Session, col, select

from forecasts.distributions.distribution import Distribution
from forecasts.questions.forecaster import Forecaster, ForecasterKind
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from forecasts.questions.timeline import Act, Forecast, ForecastId
from tracker.storage import event_log_rows as log
from tracker.storage.distributions import from_json, to_json
from tracker.storage.tables import ForecasterRow, ForecastRow

FORECAST: Final = ForecastRow.__table__  # type: ignore[attr-defined]

_STOOD: Final = [
    FORECAST.c[name] for name in ("question_id", "forecaster_id", "made_at", "distribution")
]

AT_ONCE: Final = 400
"""Instants that one query names; no database takes any number of values."""

Stood = tuple[datetime, Distribution | None]
"""The last act up to an instant: when it was made, and what it left standing."""


def add_forecaster(session: Session, forecaster: Forecaster) -> None:
    """Store a forecaster who is not there yet."""
    if session.get(ForecasterRow, forecaster.id) is None:
        session.add(ForecasterRow(id=forecaster.id, name=forecaster.name, kind=forecaster.kind))
        session.flush()


def forecasters(session: Session) -> dict[ForecasterId, Forecaster]:
    """Everyone who can hold a forecast."""
    rows = session.exec(select(ForecasterRow).order_by(col(ForecasterRow.id)))
    return {
        ForecasterId(r.id): Forecaster(ForecasterId(r.id), r.name, cast(ForecasterKind, r.kind))
        for r in rows
    }


def add(session: Session, act: Forecast, key: str | None = None) -> Forecast:
    """Append an act, in the log too, and return it with its id."""
    seq = log.append(
        session,
        "forecast",
        f"{act.question_id}/{act.forecaster_id}",
        facts=facts(act),
        at=act.entered_at,
    )
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
    query = sa_select(FORECAST).where(FORECAST.c.question_id == question_id).order_by(FORECAST.c.id)
    if forecaster_id is not None:
        query = query.where(FORECAST.c.forecaster_id == forecaster_id)
    return tuple(map(act_of, session.execute(query)))


def since_known(
    session: Session, question_id: QuestionId, known_at: datetime
) -> tuple[Forecast, ...]:
    """The acts on a question from the instant on when its answer was known."""
    query = select(ForecastRow).where(
        ForecastRow.question_id == question_id, ForecastRow.made_at >= known_at
    )
    return tuple(act_of(row) for row in session.exec(query.order_by(col(ForecastRow.id))))


def newest(
    session: Session, question_id: QuestionId, forecaster_id: ForecasterId
) -> Forecast | None:
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
    last = mine.where(col(ForecastRow.question_id).in_(question_ids)).group_by(
        col(ForecastRow.question_id)
    )
    rows = session.exec(select(ForecastRow).where(col(ForecastRow.id).in_(last)))
    return {act.question_id: act for act in map(act_of, rows)}


def standing(
    session: Session, question_id: QuestionId | None = None
) -> dict[QuestionId, dict[ForecasterId, Stood]]:
    """The last act of each forecaster on each question, or on one, in the order they were
    entered.
    """
    last = sa_select(func.max(FORECAST.c.id)).group_by(
        FORECAST.c.question_id, FORECAST.c.forecaster_id
    )
    if question_id is not None:
        last = last.where(FORECAST.c.question_id == question_id)
    rows = session.execute(
        sa_select(*_STOOD).where(FORECAST.c.id.in_(last)).order_by(FORECAST.c.id)
    )
    return _by_question(rows)


def stood_at(
    session: Session, instants: Mapping[QuestionId, datetime]
) -> dict[QuestionId, dict[ForecasterId, Stood]]:
    """The last act of each forecaster on each of these questions up to an instant of its own, where
    there is one.

    It is what `timeline_of(acts).at(instant)` gives, found in the index: of two acts at one instant
    the last counts.
    """
    found: dict[QuestionId, dict[ForecasterId, Stood]] = {}
    asked = list(instants.items())
    for start in range(0, len(asked), AT_ONCE):
        found |= _by_question(session.execute(_standing_then(asked[start : start + AT_ONCE])))
    return found


def _standing_then(instants: Sequence[tuple[QuestionId, datetime]]) -> Any:
    at = column("at", FORECAST.c.made_at.type)
    moment = sa_values(column("question_id", String), at, name="moment").data(instants).cte()
    who = ForecasterRow.__table__  # type: ignore[attr-defined]
    last = sa_select(FORECAST.c.id).where(
        FORECAST.c.question_id == moment.c.question_id,
        FORECAST.c.forecaster_id == who.c.id,
        FORECAST.c.made_at <= moment.c.at,
    )
    last = last.order_by(FORECAST.c.made_at.desc(), FORECAST.c.id.desc()).limit(1)
    each = sa_select(last.correlate(moment, who).scalar_subquery().label("id")).select_from(
        moment.join(who, true())
    )
    return sa_select(*_STOOD).where(FORECAST.c.id.in_(each)).order_by(FORECAST.c.id)


def _by_question(rows: Any) -> dict[QuestionId, dict[ForecasterId, Stood]]:
    found: dict[QuestionId, dict[ForecasterId, Stood]] = {}
    for question_id, who, made_at, stored in rows:
        held = None if stored is None else from_json(stored)
        found.setdefault(QuestionId(question_id), {})[ForecasterId(who)] = (made_at, held)
    return found


def history(
    session: Session,
    forecaster_id: ForecasterId,
    start: datetime,
    question_id: QuestionId | None = None,
) -> dict[QuestionId, list[tuple[datetime, float]]]:
    """One forecaster's probabilities of YES on all questions, or on one, from `start` on, in the
    order entered.

    Plain columns: there are tens of thousands of them, and a row with all that belongs to it costs
    ten times as much.
    """
    query = sa_select(FORECAST.c.question_id, FORECAST.c.made_at, FORECAST.c.distribution)
    query = query.where(FORECAST.c.forecaster_id == forecaster_id, FORECAST.c.made_at >= start)
    if question_id is not None:
        query = query.where(FORECAST.c.question_id == question_id)
    found: dict[QuestionId, list[tuple[datetime, float]]] = {}
    for asked, made_at, stored in session.execute(query.order_by(FORECAST.c.id)):
        if stored is not None and stored["kind"] == "binary":
            found.setdefault(QuestionId(asked), []).append((made_at, stored["p"]))
    return found


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored act by the log entry that recorded it."""
    return log.by_seq(session.exec(select(ForecastRow)), lambda row: facts(act_of(row)))


def act_of(row: Any) -> Forecast:
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
