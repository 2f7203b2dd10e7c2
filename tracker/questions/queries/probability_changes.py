"""Why a probability moved: the suggestion between two instants, and each act of a forecaster. Reads
only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Indicator, IndicatorId
from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.question import Question, effective_close, latest
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.binary import Suggestion, suggest
from forecasts.suggestion.changes import Known, Move, Revision, as_recorded, moved, revised
from tracker.errors import NotFound, Refused
from tracker.questions.parameters import model_at, usual_levels
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.update_suggestion import archive_start
from tracker.storage import forecasts, learned, questions, resolutions, reviews
from tracker.storage.sessions import Session


def suggestion_moved(session: Session, question_id: str, since: datetime, until: datetime) -> Move:
    """Why the suggestion moved between two instants, each worked out from what was known then.

    Both are moved into the time in which there is a suggestion: from the opening to its last one
    before the close.
    """
    question = _yes_no(session, question_id)
    first, last = (_within(session, question, at) for at in (since, until))
    if first >= last:
        raise Refused(
            f"{question.id} had no suggestion between {since:%Y-%m-%d %H:%M} and "
            f"{until:%Y-%m-%d %H:%M} UTC"
        )
    indicators = _indicators(session, question)
    at = _known(session, question, indicators)
    return moved(at(first), at(last), indicators)


def act_moved(session: Session, question_id: str, forecast_id: int) -> Move | None:
    """Why a forecaster moved with one of their acts; None where nothing stands after it, or the
    first suggestion.

    What a person held first is told from the base rate on, and so is what they hold after a
    withdrawal.
    """
    question = _yes_no(session, question_id)
    acts = forecasts.of_question(session, question.id)
    act = next((a for a in acts if a.id == forecast_id), None)
    if act is None:
        raise NotFound(
            "forecast",
            forecast_id,
            f"see `tracker show {question.id} --json` for the numbers of its acts",
        )
    earlier = [a for a in acts if a.forecaster_id == act.forecaster_id and a.id < act.id]
    after = p_yes(act.distribution)
    if after is None or (act.forecaster_id == SUGGESTION and not earlier):
        return None
    before = p_yes(earlier[-1].distribution) if earlier else None
    held = (question.base_rate if before is None else before, after)
    if act.forecaster_id == SUGGESTION:
        return _suggested(session, question, (earlier[-1], act), held)
    return _said(session, question, (*earlier, act), held)


def suggestion_then(session: Session, question: Question, at: datetime) -> Suggestion:
    """The suggestion of a yes-no question worked out from what was known at an instant, judged as
    it was then.
    """
    return _known(session, question, _indicators(session, question))(at).suggestion


def _suggested(
    session: Session, question: Question, acts: tuple[Forecast, Forecast], held: tuple[float, float]
) -> Move:
    """A revision of the suggestion, as it was written down."""
    indicators = _indicators(session, question)
    before, after = (_known(session, question, indicators)(act.made_at) for act in acts)
    return as_recorded(moved(before, after, indicators), *held)


def _said(
    session: Session, question: Question, acts: Sequence[Forecast], held: tuple[float, float]
) -> Move:
    """The last of these acts of a person, after those before it."""
    *earlier, act = acts
    since = max(earlier[-1].made_at, question.opens_at) if earlier else question.opens_at
    at = _known(session, question, _indicators(session, question))
    cited = frozenset(evidence_id for a in earlier for evidence_id in a.cites)
    move = revised(
        at(since), at(_within(session, question, act.made_at)), Revision(*held, act.cites, cited)
    )
    return replace(move, since=min(since, act.made_at), until=act.made_at)


def _yes_no(session: Session, question_id: str) -> Question:
    question = question_or_refuse(session, question_id)
    if question.kind != "binary":
        raise Refused(
            f"{question.id} is no yes-no question: only the moves of those are told in log-odds"
        )
    return question


def _within(session: Session, question: Question, at: datetime) -> datetime:
    """The instant, or the nearest one at which a suggestion means something.

    At the close itself time has run out to the last second, which says nothing that the answer does
    not.
    """
    close = effective_close(question, latest(resolutions.of_question(session, question.id)))
    if at >= close:
        last = forecasts.newest(session, question.id, SUGGESTION)
        at = close if last is None else min(last.made_at, close)
    return max(at, question.opens_at)


def _indicators(session: Session, question: Question) -> dict[IndicatorId, Indicator]:
    return {i.id: i for i in questions.indicators(session, [question.id])}


def _known(
    session: Session, question: Question, indicators: dict[IndicatorId, Indicator]
) -> Callable[[datetime], Known]:
    """The suggestion as it was at any instant, with the evidence as it was judged then; that is
    read once.
    """
    pieces = reviews.EvidenceOverTime(session, question.id)
    archive_from = archive_start(session, question)

    def at(instant: datetime) -> Known:
        seen = pieces.at(instant, learned.values(session, "reliability", instant))
        model = model_at(session, instant)
        levels = usual_levels(session, instant)
        found = suggest(
            question,
            seen,
            indicators,
            instant,
            model=model,
            archive_from=archive_from,
            usual_levels=levels,
        )
        return Known(found, seen, model)

    return at
