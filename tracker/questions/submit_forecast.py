"""Record an act of a forecaster on a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.distribution import Categorical, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.question import (
    MODEL_PREFIX,
    EvidenceId,
    Forecaster,
    ForecasterId,
    Question,
    QuestionId,
    check_distribution,
    effective_close,
    find_outside_kind,
    is_computed,
)
from forecasts.questions.timeline import (
    Act,
    Forecast,
    ForecastId,
    distribution_before,
    find_redoable,
    find_undoable,
)
from tracker.errors import NotFound
from tracker.questions.queries.question_page import require_question
from tracker.storage import evidence, record, resolution_record
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """An act as requested, not yet validated.

    `key` makes a request idempotent: a repeated one returns the first act.
    """

    question_id: str
    act: Act
    forecaster: ForecasterId
    rationale: str
    key: str | None
    cites: tuple[EvidenceId, ...] = ()
    distribution: Distribution | None = None


def record_act(session: Session, request: ForecastRequest, now: datetime) -> Forecast:
    """Append the act; raises when the question is closed or there is nothing to act on."""
    if (
        request.key is not None
        and (earlier := record.find_forecast_by_key(session, request.key)) is not None
    ):
        return _check_same_request(request, earlier)
    question = require_question(session, request.question_id)
    close = effective_close(question, resolution_record.find_resolution(session, question.id))
    if now >= close:
        raise InvalidForecast(
            f"{question.id} takes no more forecasts: it closed on {close:%Y-%m-%d %H:%M} UTC;"
            f" `tracker question show {question.id}` tells how it ended"
        )
    refuse_unfit(question, request.distribution, now)
    register_forecaster(session, request.forecaster, now)
    refuse_foreign_evidence(session, question, request.cites)
    earlier_acts = record.forecasts_of_question(session, question.id, request.forecaster)
    distribution, undoes = _apply_act(request, earlier_acts)
    forecast = Forecast(
        id=ForecastId(0),
        question_id=question.id,
        forecaster_id=request.forecaster,
        act=request.act,
        distribution=distribution,
        made_at=now,
        entered_at=now,
        rationale=request.rationale,
        cites=request.cites,
        undoes=undoes,
    )
    return record.add_forecast(session, forecast, request.key)


def get_current_distribution(
    session: Session, question_id: QuestionId, forecaster_id: ForecasterId
) -> Distribution | None:
    """Current forecast on a question; None before the first and after a withdrawal."""
    last = record.find_newest_forecast(session, question_id, forecaster_id)
    return None if last is None else last.distribution


def _check_same_request(request: ForecastRequest, earlier: Forecast) -> Forecast:
    """Return the act recorded under this key; refuse a key that belongs to another request."""
    if (earlier.question_id, earlier.forecaster_id) != (request.question_id, request.forecaster):
        raise InvalidForecast(
            f"key {request.key!r} is that of an act of {earlier.forecaster_id} on "
            f"{earlier.question_id}: give each request a key of its own"
        )
    return earlier


def register_forecaster(session: Session, forecaster_id: ForecasterId, at: datetime) -> None:
    """Add a person if unknown, or a market or platform by the beginning of its id.

    The names of computed forecasters are refused.
    """
    refuse_reserved(forecaster_id)
    kind = find_outside_kind(forecaster_id)
    name = forecaster_id if kind is None else forecaster_id.removeprefix(f"{kind}:")
    record.add_forecaster(session, Forecaster(forecaster_id, name, kind or "person"), at)


def require_forecasters(session: Session, forecaster_ids: Iterable[ForecasterId]) -> None:
    """Check that all of these are known; raises `NotFound` for the first who is not."""
    known = record.list_forecasters(session)
    for forecaster_id in forecaster_ids:
        if forecaster_id not in known:
            raise NotFound("person", forecaster_id, "`tracker people list` has their names")


def refuse_reserved(forecaster_id: ForecasterId) -> None:
    """Refuse an empty name and the names of computed forecasters and models."""
    if is_computed(forecaster_id):
        raise InvalidForecast(
            f"{forecaster_id!r} is computed by the tracker: act under another name"
        )
    if forecaster_id.startswith(MODEL_PREFIX):
        raise InvalidForecast(
            f"{forecaster_id!r} is a model's name: only the tracker lets a model judge; act under "
            "another name"
        )
    if not forecaster_id.strip():
        raise InvalidForecast("nobody acts without a name: give one, such as ada")


def refuse_unfit(question: Question, distribution: Distribution | None, now: datetime) -> None:
    """Refuse a forecast of another kind or without the options that are offered now."""
    if distribution is None:
        return
    check_distribution(question, distribution)
    offered = question.offered_options(now)
    if isinstance(distribution, Categorical) and set(distribution.options) != set(offered):
        raise InvalidForecast(
            f"{question.id} offers {', '.join(offered)} now: give each of them its share"
        )


def refuse_foreign_evidence(
    session: Session, question: Question, cites: Sequence[EvidenceId]
) -> None:
    """Refuse pieces of evidence that are not on the question; raises `NotFound`."""
    for evidence_id in cites:
        piece = evidence.find_evidence(session, evidence_id)
        if piece is None or piece.question_id != question.id:
            raise NotFound(
                "evidence",
                evidence_id,
                f"`tracker question show {question.id}` lists what can be cited",
            )


def _apply_act(
    request: ForecastRequest, earlier_acts: Sequence[Forecast]
) -> tuple[Distribution | None, ForecastId | None]:
    """Return the distribution after the act, and the act that it undoes."""
    current = earlier_acts[-1].distribution if earlier_acts else None
    match request.act:
        case "forecast":
            return request.distribution, None
        case "reaffirm" | "withdraw" if current is None:
            raise InvalidForecast(
                f"you hold no forecast on {request.question_id} to {request.act}: make one first"
            )
        case "reaffirm":
            return current, None
        case "withdraw":
            return None, None
        case "undo":
            last = find_undoable(earlier_acts)
            return distribution_before(earlier_acts, last), last.id
        case "redo":
            step_back = find_redoable(earlier_acts)
            undone_act = next(act for act in earlier_acts if act.id == step_back.undoes)
            return undone_act.distribution, step_back.id
