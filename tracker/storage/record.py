"""The record of forecasters and their forecasts, which are append-only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import String, and_, column, func, insert, true
from sqlalchemy import select as sa_select
from sqlalchemy import values as sa_values
from sqlmodel import Session, col, select

from forecasts.distributions.distribution import Distribution
from forecasts.questions.question import (
    COMPUTED,
    EvidenceId,
    Forecaster,
    ForecasterId,
    ForecasterKind,
    Question,
    QuestionId,
    question_status,
)
from forecasts.questions.timeline import Act, Forecast, ForecastId
from tracker.storage import event_log, questions, states
from tracker.storage.imports import stands
from tracker.storage.questions import distribution_from_json, distribution_to_json
from tracker.storage.resolution_record import (
    MAX_QUESTIONS_PER_QUERY,
    load_current_resolutions,
)
from tracker.storage.tables import ForecasterRow, ForecastRow

FORECAST: Final = ForecastRow.__table__  # type: ignore[attr-defined]

_LAST_ACT_COLUMNS: Final = [
    FORECAST.c[name] for name in ("question_id", "forecaster_id", "made_at", "distribution")
]

MAX_INSTANTS_PER_QUERY: Final = 400
"""Instants bound by one query; databases limit their number."""

_LAST_FIRST: Final = (FORECAST.c.made_at.desc(), FORECAST.c.id.desc())
"""Order of acts by time, the last one first."""

LastAct = tuple[datetime, Distribution | None]
"""Time of the last act up to an instant, and the forecast it left; None after a withdrawal."""


def add_forecaster(session: Session, forecaster: Forecaster, at: datetime) -> None:
    """Store a forecaster unless already stored, in the log too."""
    if session.get(ForecasterRow, forecaster.id) is None:
        session.add(ForecasterRow(id=forecaster.id, name=forecaster.name, kind=forecaster.kind))
        session.flush()
        states.log_states(session, "forecaster", [forecaster.id], at)


def list_forecasters(session: Session) -> dict[ForecasterId, Forecaster]:
    """Return all forecasters by id; computed ones have the names of today, not the stored ones."""
    rows = session.exec(select(ForecasterRow).order_by(col(ForecasterRow.id)))
    stored = {
        ForecasterId(r.id): Forecaster(ForecasterId(r.id), r.name, cast(ForecasterKind, r.kind))
        for r in rows
    }
    return stored | {f.id: f for f in COMPUTED if f.id in stored}


def add_forecast(session: Session, act: Forecast, key: str | None = None) -> Forecast:
    """Append an act to the table and the log; return it with its id."""
    (entry,) = _list_log_entries([act])
    seq = event_log.append_entry(session, entry.kind, entry.subject, facts=entry.facts, at=entry.at)
    row = ForecastRow(**forecast_facts(act), key=key, log_seq=seq)
    session.add(row)
    session.flush()
    return forecast_of_row(row)


def add_forecasts(session: Session, acts: Sequence[Forecast]) -> None:
    """Append many acts, in their order, to the table and the log."""
    seqs = event_log.append_entries(session, _list_log_entries(acts))
    rows = [
        {"imported_by": None} | forecast_facts(act) | {"log_seq": seq}
        for act, seq in zip(acts, seqs, strict=True)
    ]
    if rows:
        session.execute(insert(FORECAST), rows)


def _list_log_entries(acts: Sequence[Forecast]) -> list[event_log.NewEntry]:
    return [
        event_log.NewEntry(
            "forecast",
            f"{act.question_id}/{act.forecaster_id}",
            forecast_facts(act),
            act.entered_at,
        )
        for act in acts
    ]


def forecast_facts(act: Forecast) -> dict[str, Any]:
    """Return the logged facts of an act; its log number is its identity.

    `imported_by` only if it was imported.
    """
    imported = {} if act.imported_by is None else {"imported_by": act.imported_by}
    return imported | {
        "question_id": act.question_id,
        "forecaster_id": act.forecaster_id,
        "act": act.act,
        "distribution": None
        if act.distribution is None
        else distribution_to_json(act.distribution),
        "made_at": act.made_at,
        "entered_at": act.entered_at,
        "rationale": act.rationale,
        "cites": list(act.cites),
        "undoes": act.undoes,
    }


def find_forecast_by_key(session: Session, key: str) -> Forecast | None:
    """Return the act that was entered under an idempotency key."""
    row = session.exec(select(ForecastRow).where(ForecastRow.key == key)).first()
    return None if row is None else forecast_of_row(row)


def forecasts_of_question(
    session: Session,
    question_id: QuestionId,
    forecaster_id: ForecasterId | None = None,
    *,
    entered_by: datetime | None = None,
) -> tuple[Forecast, ...]:
    """Return the acts on a question in the order of entry, optionally as entered by an instant."""
    query = sa_select(FORECAST).where(FORECAST.c.question_id == question_id, stands(entered_by))
    query = query.order_by(FORECAST.c.id)
    if forecaster_id is not None:
        query = query.where(FORECAST.c.forecaster_id == forecaster_id)
    if entered_by is not None:
        query = query.where(FORECAST.c.entered_at <= entered_by)
    return tuple(map(forecast_of_row, session.execute(query)))


def load_forecasts(
    session: Session, question_ids: Sequence[QuestionId]
) -> dict[QuestionId, list[Forecast]]:
    """Return the acts on each of these questions, in the order of entry."""
    by_question: dict[QuestionId, list[Forecast]] = {name: [] for name in question_ids}
    for start in range(0, len(question_ids), MAX_QUESTIONS_PER_QUERY):
        chunk = question_ids[start : start + MAX_QUESTIONS_PER_QUERY]
        query = sa_select(FORECAST).where(FORECAST.c.question_id.in_(chunk), stands())
        query = query.order_by(FORECAST.c.id)
        for act in map(forecast_of_row, session.execute(query)):
            by_question[act.question_id].append(act)
    return by_question


def load_forecasts_since(
    session: Session, instants: Mapping[QuestionId, datetime]
) -> dict[QuestionId, list[Forecast]]:
    """Return the acts on each question made at or after its own instant, in the order of entry."""
    by_question: dict[QuestionId, list[Forecast]] = {name: [] for name in instants}
    pairs = list(instants.items())
    for start in range(0, len(pairs), MAX_INSTANTS_PER_QUERY):
        moment = _bind_instants(pairs[start : start + MAX_INSTANTS_PER_QUERY])
        late = and_(
            FORECAST.c.question_id == moment.c.question_id, FORECAST.c.made_at >= moment.c.at
        )
        query = sa_select(FORECAST).join(moment, late).where(stands()).order_by(FORECAST.c.id)
        for act in map(forecast_of_row, session.execute(query)):
            by_question[act.question_id].append(act)
    return by_question


def _bind_instants(instants: Sequence[tuple[QuestionId, datetime]]) -> Any:
    at = column("at", FORECAST.c.made_at.type)
    return sa_values(column("question_id", String), at, name="moment").data(instants).cte()


def find_newest_forecast(
    session: Session, question_id: QuestionId, forecaster_id: ForecasterId
) -> Forecast | None:
    """Return a forecaster's last act on a question."""
    query = select(ForecastRow).where(
        ForecastRow.question_id == question_id, ForecastRow.forecaster_id == forecaster_id, stands()
    )
    row = session.exec(query.order_by(*_LAST_FIRST).limit(1)).first()
    return None if row is None else forecast_of_row(row)


def find_newest_forecasts(
    session: Session, question_ids: Sequence[QuestionId], forecaster_id: ForecasterId
) -> dict[QuestionId, Forecast]:
    """Return a forecaster's last act on each of these questions."""
    last = _select_last_ids(
        FORECAST.c.question_id.in_(question_ids), FORECAST.c.forecaster_id == forecaster_id
    )
    rows = session.exec(select(ForecastRow).where(col(ForecastRow.id).in_(last)))
    return {act.question_id: act for act in map(forecast_of_row, rows)}


def _select_last_ids(*conditions: Any) -> Any:
    """Ids of the last acts in time of forecasters on questions; of two at one time the later entry.

    An imported act may be entered after a later one.
    """
    pair = FORECAST.c.question_id, FORECAST.c.forecaster_id
    newest = (
        sa_select(*pair, func.max(FORECAST.c.made_at).label("made_at"))
        .where(*conditions, stands())
        .group_by(*pair)
        .subquery()
    )
    same = [
        FORECAST.c[name] == newest.c[name] for name in ("question_id", "forecaster_id", "made_at")
    ]
    last = sa_select(func.max(FORECAST.c.id)).join(newest, and_(*same))
    return last.where(stands()).group_by(*pair)


def load_last_acts(
    session: Session, only: Collection[QuestionId] | None = None
) -> dict[QuestionId, dict[ForecasterId, LastAct]]:
    """Return each forecaster's last act on each question, or on these, in the order of entry."""
    last = _select_last_ids(*(() if only is None else [FORECAST.c.question_id.in_(only)]))
    rows = session.execute(
        sa_select(*_LAST_ACT_COLUMNS).where(FORECAST.c.id.in_(last)).order_by(FORECAST.c.id)
    )
    return _group_by_question(rows)


def load_last_acts_at(
    session: Session, instants: Mapping[QuestionId, datetime]
) -> dict[QuestionId, dict[ForecasterId, LastAct]]:
    """Return each forecaster's last act on each question up to the question's own instant.

    The same as `timeline_of(acts).at(instant)`, read from the index: of two acts at one instant the
    last counts.
    """
    by_question: dict[QuestionId, dict[ForecasterId, LastAct]] = {}
    pairs = list(instants.items())
    for start in range(0, len(pairs), MAX_INSTANTS_PER_QUERY):
        by_question |= _group_by_question(
            session.execute(_select_last_acts(pairs[start : start + MAX_INSTANTS_PER_QUERY]))
        )
    return by_question


def _select_last_acts(instants: Sequence[tuple[QuestionId, datetime]]) -> Any:
    moment = _bind_instants(instants)
    forecaster = ForecasterRow.__table__  # type: ignore[attr-defined]
    last = sa_select(FORECAST.c.id).where(
        FORECAST.c.question_id == moment.c.question_id,
        FORECAST.c.forecaster_id == forecaster.c.id,
        FORECAST.c.made_at <= moment.c.at,
        stands(),
    )
    last = last.order_by(*_LAST_FIRST).limit(1)
    ids = sa_select(last.correlate(moment, forecaster).scalar_subquery().label("id")).select_from(
        moment.join(forecaster, true())
    )
    return sa_select(*_LAST_ACT_COLUMNS).where(FORECAST.c.id.in_(ids)).order_by(FORECAST.c.id)


def _group_by_question(rows: Any) -> dict[QuestionId, dict[ForecasterId, LastAct]]:
    by_question: dict[QuestionId, dict[ForecasterId, LastAct]] = {}
    for question_id, forecaster_id, made_at, stored in rows:
        distribution = None if stored is None else distribution_from_json(stored)
        by_question.setdefault(QuestionId(question_id), {})[ForecasterId(forecaster_id)] = (
            made_at,
            distribution,
        )
    return by_question


def list_probabilities(
    session: Session,
    forecaster_id: ForecasterId,
    start: datetime,
    only: Collection[QuestionId] | None = None,
) -> dict[QuestionId, list[tuple[datetime, float]]]:
    """Return a forecaster's probabilities of YES from `start` on, on all questions or on these.

    In the order of entry. Plain columns: there are tens of thousands, and full rows cost ten times
    as much.
    """
    query = sa_select(FORECAST.c.question_id, FORECAST.c.made_at, FORECAST.c.distribution)
    query = query.where(
        FORECAST.c.forecaster_id == forecaster_id, FORECAST.c.made_at >= start, stands()
    )
    if only is not None:
        query = query.where(FORECAST.c.question_id.in_(only))
    by_question: dict[QuestionId, list[tuple[datetime, float]]] = {}
    for name, made_at, stored in session.execute(query.order_by(FORECAST.c.id)):
        if stored is not None and stored["kind"] == "binary":
            by_question.setdefault(QuestionId(name), []).append((made_at, stored["p"]))
    return by_question


def index_forecast_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored acts."""
    return event_log.index_facts_by_seq(
        session.exec(select(ForecastRow)), lambda row: forecast_facts(forecast_of_row(row))
    )


def forecast_of_row(row: Any) -> Forecast:
    """Return a row as an act."""
    return Forecast(
        id=ForecastId(cast(int, row.id)),
        question_id=QuestionId(row.question_id),
        forecaster_id=ForecasterId(row.forecaster_id),
        act=cast(Act, row.act),
        distribution=None if row.distribution is None else distribution_from_json(row.distribution),
        made_at=row.made_at,
        entered_at=row.entered_at,
        rationale=row.rationale,
        cites=tuple(map(EvidenceId, row.cites)),
        undoes=None if row.undoes is None else ForecastId(row.undoes),
        imported_by=None if row.imported_by is None else ForecasterId(row.imported_by),
    )


def group_by_forecaster(acts: Sequence[Forecast]) -> dict[ForecasterId, list[Forecast]]:
    """Group acts on one question by forecaster, keeping their order."""
    by_forecaster: dict[ForecasterId, list[Forecast]] = {}
    for act in acts:
        by_forecaster.setdefault(act.forecaster_id, []).append(act)
    return by_forecaster


def list_open_questions(session: Session, now: datetime) -> dict[QuestionId, Question]:
    """List the questions that are open at `now`."""
    resolved = load_current_resolutions(session)
    return {
        q.id: q
        for q in questions.list_questions_in_window(session, now)
        if question_status(q, resolved.get(q.id), now) == "open"
    }
