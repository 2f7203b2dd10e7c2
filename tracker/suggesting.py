"""Keep the suggestion of each open question up to date: gather evidence, compute, record what moved."""

from collections.abc import Iterable
from datetime import datetime

from forecasts.distribution import Binary, p_yes
from forecasts.forecaster import SUGGESTION
from forecasts.question import Question, effective_close, latest
from forecasts.suggestion import Line, Suggestion, suggest, worth_recording
from forecasts.timeline import Forecast, ForecastId
from tracker.store import evidence, forecasts, questions, resolutions
from tracker.store.engine import Session


def suggestion_at(session: Session, question: Question, at: datetime) -> Suggestion | None:
    """The suggestion from everything that had been seen by `at`; None for a question that is not binary.

    Evidence moves log-odds, and a question with several answers has no single one.
    """
    if question.kind != "binary":
        return None
    indicators = {i.id: i for i in questions.indicators(session, [question.id])}
    return suggest(question, evidence.of_question(session, question.id), indicators, at)


def record_suggestions(session: Session, wanted: Iterable[Question], now: datetime, *, prompted: bool = False) -> int:
    """Write down the suggestions that moved enough to be worth it; the number written.

    `prompted`: evidence on these questions came in or was judged, so small moves are worth it too.
    """
    return sum(_record(session, question, now, prompted) for question in wanted)


def _record(session: Session, question: Question, now: datetime, prompted: bool) -> bool:
    if now >= effective_close(question, latest(resolutions.of_question(session, question.id))):
        return False
    last = forecasts.newest(session, question.id, SUGGESTION)
    new = suggestion_at(session, question, now)
    if new is None:
        return False
    last_p = None if last is None else p_yes(last.distribution)
    if not worth_recording(last_p, None if last is None else last.made_at, new, prompted=prompted):
        return False
    rationale = in_words(new.lines)
    act = Forecast(ForecastId(0), question.id, SUGGESTION, "forecast", Binary(new.p), now, now, rationale)
    forecasts.add(session, act)
    return True


def in_words(lines: Iterable[Line]) -> str:
    """The lines of a suggestion as the rationale that is kept with it, in log-odds."""
    return "; ".join(f"{line.kind} {line.log_odds:+.3f} ({line.why})" for line in lines if abs(line.log_odds) >= 0.0005)
