"""Keep the suggestion of each open question up to date: gather evidence, compute, record what
moved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from forecasts.distributions.distribution import Binary, Categorical, Distribution, p_yes
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.evidence.weights import Model
from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.question import Question, QuestionId, effective_close
from forecasts.questions.timeline import Forecast, ForecastId
from forecasts.suggestion.binary import Suggestion, suggest, worth_a_step
from forecasts.suggestion.categorical import Leaning, OptionSuggestion, leaning, suggest_options
from forecasts.suggestion.scenario import suggest_scenarios
from forecasts.suggestion.why import Told, nats, told
from tracker.questions.parameters import model_at, usual_levels
from tracker.questions.scenarios.board import board
from tracker.storage import evidence, forecasts, questions, resolutions, reviews, scenarios
from tracker.storage.sessions import Session

ARCHIVE = timedelta(days=365)
"""How far back before its opening a question's evidence is looked for, and its usual level
learned.
"""

Suggested = Suggestion | OptionSuggestion


AT_ONCE = 100
"""Questions whose evidence is read together: all of it for each of them is in memory then."""


@dataclass(frozen=True, slots=True)
class Background:
    """What the suggestions of some questions at one instant rest on, read at once for all of
    them.
    """

    at: datetime
    model: Model
    usual_levels: Mapping[IndicatorId, float]
    archive_from: datetime | None
    indicators: Mapping[QuestionId, Mapping[IndicatorId, Indicator]]
    evidence: Mapping[QuestionId, tuple[Evidence, ...]]


def background(session: Session, wanted: Sequence[Question], at: datetime) -> Background:
    """What had been learned and seen of these questions by `at`, and since when news has been
    read.
    """
    ids = [question.id for question in wanted]
    indicators: dict[QuestionId, dict[IndicatorId, Indicator]] = {
        question_id: {} for question_id in ids
    }
    for indicator in questions.indicators(session, ids):
        indicators[indicator.question_id][indicator.id] = indicator
    return Background(
        at=at,
        model=model_at(session, at),
        usual_levels=usual_levels(session, at),
        archive_from=reviews.archive_from(session),
        indicators=indicators,
        evidence=evidence.as_counted_each(session, ids, at),
    )


def suggested(
    session: Session, question: Question, at: datetime, known: Background | None = None
) -> Suggested | None:
    """The suggestion from everything that had been seen and learned by `at`; None for numbers and
    dates.

    A likelihood ratio for "higher" says nothing about how much higher: see `leaning_at`. The
    scenarios of a set follow from their table and the questions in it.
    """
    known = known or background(session, [question], at)
    if question.kind == "binary":
        return suggest(question, **known_of(question, known))
    if (scenario_set := scenarios.of_question(session, question.id, at)) is not None:
        seen = board(session, [row.question_id for row in scenario_set.rows], at)
        return suggest_scenarios(question, scenario_set, seen, at)
    return suggest_options(question, **known_of(question, known)) if question.options else None


def leaning_at(session: Session, question: Question, at: datetime) -> Leaning | None:
    """Where the evidence on a number or a date leans; None for a question of another kind."""
    if question.kind not in ("numeric", "date"):
        return None
    indicators = {i.id: i for i in questions.indicators(session, [question.id])}
    return leaning(question, evidence.as_counted(session, question.id, at), indicators, at)


def known_of(question: Question, known: Background) -> dict[str, Any]:
    """What a suggestion is made of."""
    return {
        "evidence": known.evidence[question.id],
        "indicators": known.indicators[question.id],
        "at": known.at,
        "model": known.model,
        "archive_from": _since(known.archive_from, question),
        "usual_levels": known.usual_levels,
    }


def archive_start(session: Session, question: Question) -> datetime:
    """From when on evidence on a question can have piled up: the first item that was seen, at most
    a year before.

    Before any news is read there is no usual level to take off.
    """
    return _since(reviews.archive_from(session), question)


def _since(first: datetime | None, question: Question) -> datetime:
    return question.closes_at if first is None else max(first, question.opens_at - ARCHIVE)


def record_suggestions(
    session: Session, wanted: Iterable[Question], now: datetime, *, prompted: bool = False
) -> int:
    """Write down the suggestions that moved enough to be worth it; the number written.

    `prompted`: evidence on these questions came in or was judged, so small moves are worth it too.
    """
    asked = tuple(wanted)
    if not asked:
        return 0
    answers = resolutions.current(session)
    moving = [q for q in asked if now < effective_close(q, answers.get(q.id))]
    some = (moving[start : start + AT_ONCE] for start in range(0, len(moving), AT_ONCE))
    return sum(_record_some(session, several, now, prompted=prompted) for several in some)


def _record_some(
    session: Session, wanted: Sequence[Question], now: datetime, *, prompted: bool
) -> int:
    known = background(session, wanted, now)
    last = forecasts.newest_each(session, [question.id for question in wanted], SUGGESTION)
    return sum(_record(session, q, known, last.get(q.id), prompted=prompted) for q in wanted)


def _record(
    session: Session,
    question: Question,
    known: Background,
    last: Forecast | None,
    *,
    prompted: bool,
) -> bool:
    now = known.at
    new = suggested(session, question, now, known)
    if new is None:
        return False
    held = held_by(new)
    if last is not None and not _worth_recording(last, held, now, prompted=prompted):
        return False
    act = Forecast(
        ForecastId(0), question.id, SUGGESTION, "forecast", held, now, now, _rationale(new)
    )
    forecasts.add(session, act)
    return True


def held_by(found: Suggested) -> Distribution:
    """What a suggestion holds, as a forecast."""
    return Binary(found.p) if isinstance(found, Suggestion) else found.distribution


def _worth_recording(last: Forecast, held: Distribution, now: datetime, *, prompted: bool) -> bool:
    stood = last.distribution
    return stood is None or worth_a_step(
        moved_by(stood, held), now - last.made_at, prompted=prompted
    )


def moved_by(last: Distribution, new: Distribution) -> float:
    """How much probability moved, 0 to 1: that of YES, or the most of any option."""
    if isinstance(last, Categorical) and isinstance(new, Categorical):
        before, after = (dict(zip(d.options, d.p, strict=True)) for d in (last, new))
        return max(abs(after.get(name, 0.0) - before.get(name, 0.0)) for name in before | after)
    before_yes, after_yes = p_yes(last), p_yes(new)
    return 1.0 if before_yes is None or after_yes is None else abs(after_yes - before_yes)


def _rationale(new: Suggested) -> str:
    """Why the suggestion is what it is, as it is kept with it: its rows, in log-odds."""
    if isinstance(new, Suggestion):
        return _in_words(told(new.groups))
    moved = [
        name for name, lines in new.lines.items() if any(line.kind == "evidence" for line in lines)
    ]
    words = (f"{name}: {_in_words(told(new.groups(name)))}" for name in moved)
    return "\n".join(words) or "no evidence yet: the shares of the prior"


def _in_words(rows: Iterable[Told]) -> str:
    return "; ".join(
        row.what if row.kind == "no news" else f"{row.title} {nats(row.adds)} ({row.what})"
        for row in rows
    )
