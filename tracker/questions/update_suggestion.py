"""Keep the suggestion of each open question up to date: gather, compute, record changes."""

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
"""Period before its opening in which a question's evidence is used, to learn its usual level."""

Suggested = Suggestion | OptionSuggestion


AT_ONCE = 100
"""Questions whose evidence is loaded together: all of it is in memory then."""


@dataclass(frozen=True, slots=True)
class Background:
    """Inputs of the suggestions of some questions at one instant, loaded at once."""

    at: datetime
    model: Model
    usual_levels: Mapping[IndicatorId, float]
    archive_from: datetime | None
    indicators: Mapping[QuestionId, Mapping[IndicatorId, Indicator]]
    evidence: Mapping[QuestionId, tuple[Evidence, ...]]


def background(session: Session, batch: Sequence[Question], at: datetime) -> Background:
    """Load the evidence and learned parameters of these questions as of `at`."""
    ids = [question.id for question in batch]
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
    session: Session, question: Question, at: datetime, inputs: Background | None = None
) -> Suggested | None:
    """Compute the suggestion from everything seen and learned by `at`; None for numbers and dates.

    A likelihood ratio for "higher" says nothing about how much higher. The scenarios of a set
    follow from their table and the questions in it.
    """
    inputs = inputs or background(session, [question], at)
    if question.kind == "binary":
        return suggest(question, **known_of(question, inputs))
    if (scenario_set := scenarios.of_question(session, question.id, at)) is not None:
        board_now = board(session, [row.question_id for row in scenario_set.rows], at)
        return suggest_scenarios(question, scenario_set, board_now, at)
    return suggest_options(question, **known_of(question, inputs)) if question.options else None


def leaning_at(session: Session, question: Question, at: datetime) -> Leaning | None:
    """Compute the leaning of the evidence on a number or a date; None for other kinds."""
    if question.kind not in ("numeric", "date"):
        return None
    indicators = {i.id: i for i in questions.indicators(session, [question.id])}
    return leaning(question, evidence.as_counted(session, question.id, at), indicators, at)


def known_of(question: Question, inputs: Background) -> dict[str, Any]:
    """Arguments of the suggestion of a question."""
    return {
        "evidence": inputs.evidence[question.id],
        "indicators": inputs.indicators[question.id],
        "at": inputs.at,
        "model": inputs.model,
        "archive_from": _clamp_archive(inputs.archive_from, question),
        "usual_levels": inputs.usual_levels,
    }


def archive_start(session: Session, question: Question) -> datetime:
    """Start of the evidence on a question: the first item seen, at most a year before the opening.

    Before any news is read there is no usual level to subtract.
    """
    return _clamp_archive(reviews.archive_from(session), question)


def _clamp_archive(first: datetime | None, question: Question) -> datetime:
    return question.closes_at if first is None else max(first, question.opens_at - ARCHIVE)


def record_suggestions(
    session: Session, requested: Iterable[Question], now: datetime, *, prompted: bool = False
) -> int:
    """Record the suggestions that changed enough; return the number recorded.

    `prompted`: evidence on these questions arrived or was reviewed, so small changes are recorded
    too.
    """
    all_requested = tuple(requested)
    if not all_requested:
        return 0
    answers = resolutions.current(session)
    open_now = [q for q in all_requested if now < effective_close(q, answers.get(q.id))]
    batches = (open_now[start : start + AT_ONCE] for start in range(0, len(open_now), AT_ONCE))
    return sum(_record_batch(session, batch, now, prompted=prompted) for batch in batches)


def _record_batch(
    session: Session, batch: Sequence[Question], now: datetime, *, prompted: bool
) -> int:
    inputs = background(session, batch, now)
    last = forecasts.newest_each(session, [question.id for question in batch], SUGGESTION)
    return sum(
        _record_suggestion(session, q, inputs, last.get(q.id), prompted=prompted) for q in batch
    )


def _record_suggestion(
    session: Session,
    question: Question,
    inputs: Background,
    last: Forecast | None,
    *,
    prompted: bool,
) -> bool:
    now = inputs.at
    new = suggested(session, question, now, inputs)
    if new is None:
        return False
    distribution = held_by(new)
    if last is not None and not _worth_recording(last, distribution, now, prompted=prompted):
        return False
    act = Forecast(
        ForecastId(0),
        question.id,
        SUGGESTION,
        "forecast",
        distribution,
        now,
        now,
        _make_rationale(new),
    )
    forecasts.add(session, act)
    return True


def held_by(suggestion: Suggested) -> Distribution:
    """Distribution of a suggestion."""
    return Binary(suggestion.p) if isinstance(suggestion, Suggestion) else suggestion.distribution


def _worth_recording(last: Forecast, new: Distribution, now: datetime, *, prompted: bool) -> bool:
    previous = last.distribution
    return previous is None or worth_a_step(
        moved_by(previous, new), now - last.made_at, prompted=prompted
    )


def moved_by(last: Distribution, new: Distribution) -> float:
    """Measure the change in probability, 0 to 1: of YES, or the largest of any option."""
    if isinstance(last, Categorical) and isinstance(new, Categorical):
        before, after = (dict(zip(d.options, d.p, strict=True)) for d in (last, new))
        return max(abs(after.get(name, 0.0) - before.get(name, 0.0)) for name in before | after)
    before_yes, after_yes = p_yes(last), p_yes(new)
    return 1.0 if before_yes is None or after_yes is None else abs(after_yes - before_yes)


def _make_rationale(new: Suggested) -> str:
    """Rationale stored with the suggestion: its rows, in log-odds."""
    if isinstance(new, Suggestion):
        return _describe_rows(told(new.groups))
    with_evidence = [
        name for name, lines in new.lines.items() if any(line.kind == "evidence" for line in lines)
    ]
    words = (f"{name}: {_describe_rows(told(new.groups(name)))}" for name in with_evidence)
    return "\n".join(words) or "no evidence yet: the shares of the prior"


def _describe_rows(rows: Iterable[Told]) -> str:
    return "; ".join(
        row.what if row.kind == "no news" else f"{row.title} {nats(row.adds)} ({row.what})"
        for row in rows
    )
