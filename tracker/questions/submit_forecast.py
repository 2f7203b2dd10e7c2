"""A forecaster acts on a question: gather what stands, decide what follows, append it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.distribution import Categorical, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.forecaster import MODEL_PREFIX, RESERVED, Forecaster
from forecasts.questions.question import (
    EvidenceId,
    ForecasterId,
    Question,
    QuestionId,
    check_distribution,
    effective_close,
    latest,
)
from forecasts.questions.timeline import Act, Forecast, ForecastId, redone, standing_before, undone
from tracker.errors import NotFound
from tracker.questions.queries.question_page import question_or_refuse
from tracker.storage import evidence, forecasts, resolutions
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class Request:
    """An act as it was asked for, before the rules looked at it.

    `key` makes a repeated request harmless: whoever sends it again gets the first act back.
    """

    question_id: str
    act: Act
    forecaster: ForecasterId
    rationale: str
    key: str | None
    cites: tuple[EvidenceId, ...] = ()
    distribution: Distribution | None = None


def act(session: Session, request: Request, now: datetime) -> Forecast:
    """Append the act; raises when the question is closed or there is nothing to act on."""
    if request.key is not None and (earlier := forecasts.by_key(session, request.key)) is not None:
        return _same_request(request, earlier)
    question = question_or_refuse(session, request.question_id)
    _refuse_when_closed(session, question, now)
    _refuse_unfit(question, request.distribution, now)
    register(session, request.forecaster)
    _refuse_foreign_evidence(session, question, request.cites)
    own = forecasts.of_question(session, question.id, request.forecaster)
    distribution, undoes = _decide(request, own)
    made = Forecast(
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
    return forecasts.add(session, made, request.key)


def held_by(session: Session, question_id: QuestionId, who: ForecasterId) -> Distribution | None:
    """What somebody holds on a question; None before their first forecast, and after they withdrew
    it.
    """
    last = forecasts.newest(session, question_id, who)
    return None if last is None else last.distribution


def _same_request(request: Request, earlier: Forecast) -> Forecast:
    """The act that this key stands for already; told as the answer to another request it would be a
    lie.
    """
    if (earlier.question_id, earlier.forecaster_id) != (request.question_id, request.forecaster):
        raise InvalidForecast(
            f"key {request.key!r} is that of an act of {earlier.forecaster_id} on "
            f"{earlier.question_id}: give each request a key of its own"
        )
    return earlier


def register(session: Session, who: ForecasterId) -> None:
    """Make sure that a person is known; the names of computed forecasters are refused."""
    refuse_reserved(who)
    forecasts.add_forecaster(session, Forecaster(who, who, "person"))


def refuse_reserved(who: ForecasterId) -> None:
    """Nobody acts under the name of a computed forecaster, or under none."""
    if who in RESERVED:
        raise InvalidForecast(f"{who!r} is computed by the tracker: act under another name")
    if who.startswith(MODEL_PREFIX):
        raise InvalidForecast(
            f"{who!r} is a model's name: only the tracker lets a model judge; act under another "
            "name"
        )
    if not who.strip():
        raise InvalidForecast("nobody acts without a name: give one, such as ada")


def _refuse_when_closed(session: Session, question: Question, now: datetime) -> None:
    close = effective_close(question, latest(resolutions.of_question(session, question.id)))
    if now >= close:
        raise InvalidForecast(
            f"{question.id} takes no more forecasts: it closed on {close:%Y-%m-%d %H:%M} UTC;"
            f" `tracker show {question.id}` tells how it ended"
        )


def _refuse_unfit(question: Question, distribution: Distribution | None, now: datetime) -> None:
    """A new forecast fits the question's kind, and names the options that it offers now."""
    if distribution is None:
        return
    check_distribution(question, distribution)
    offered = question.offered(now)
    if isinstance(distribution, Categorical) and set(distribution.options) != set(offered):
        raise InvalidForecast(
            f"{question.id} offers {', '.join(offered)} now: give each of them its share"
        )


def _refuse_foreign_evidence(
    session: Session, question: Question, cites: Sequence[EvidenceId]
) -> None:
    for evidence_id in cites:
        piece = evidence.get(session, evidence_id)
        if piece is None or piece.question_id != question.id:
            raise NotFound(
                "evidence", evidence_id, f"`tracker show {question.id}` lists what can be cited"
            )


def _decide(
    request: Request, own: Sequence[Forecast]
) -> tuple[Distribution | None, ForecastId | None]:
    """What stands after the act, and which act it undoes."""
    held = own[-1].distribution if own else None
    match request.act:
        case "forecast":
            return request.distribution, None
        case "reaffirm" | "withdraw" if held is None:
            raise InvalidForecast(
                f"you hold no forecast on {request.question_id} to {request.act}: make one first"
            )
        case "reaffirm":
            return held, None
        case "withdraw":
            return None, None
        case "undo":
            last = undone(own)
            return standing_before(own, last), last.id
        case "redo":
            step_back = redone(own)
            brought = next(act for act in own if act.id == step_back.undoes)
            return brought.distribution, step_back.id
