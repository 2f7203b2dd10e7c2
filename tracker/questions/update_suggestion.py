"""Keep the suggestion of each open question up to date: gather, compute, record changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.curve_builders import largest_gap
from forecasts.distributions.distribution import Binary, Categorical, Distribution, p_yes
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId, StoryId
from forecasts.evidence.weights import SuggestionModel
from forecasts.questions.question import SUGGESTION, Question, QuestionId, effective_close
from forecasts.questions.timeline import Forecast, ForecastId
from forecasts.scenarios.scenario_set import compute_posterior
from forecasts.suggestion.binary import Suggestion, is_worth_recording, suggest
from forecasts.suggestion.categorical import OptionSuggestion, suggest_options, suggest_scenarios
from forecasts.suggestion.curves import suggest_curve
from forecasts.suggestion.explanation import (
    AnySuggestion,
    ExplanationRow,
    explanation_rows,
    format_contribution,
)
from tracker.questions.queries.families import load_families
from tracker.questions.scenarios.board_timelines import load_board
from tracker.storage import (
    evidence,
    evidence_history,
    items,
    questions,
    record,
    resolution_record,
    scenarios,
)
from tracker.storage.counted_stories import list_counted_stories
from tracker.storage.learned import model_at
from tracker.storage.sessions import Session

ARCHIVE_PERIOD = timedelta(days=365)
"""Period before its opening whose evidence says how often news on a question usually comes."""

QUESTION_BATCH = 100
"""Questions whose evidence is loaded together: all of it is in memory then."""


@dataclass(frozen=True, slots=True)
class SuggestionBackground:
    """Inputs of the suggestions of some questions at one instant, loaded at once.

    `counted` are, for each scenario set, the stories that count through the questions of its table.
    """

    at: datetime
    model: SuggestionModel
    archive_from: datetime | None
    indicators: Mapping[QuestionId, Mapping[IndicatorId, Indicator]]
    evidence: Mapping[QuestionId, tuple[Evidence, ...]]
    counted: Mapping[QuestionId, frozenset[StoryId]]


def load_background(
    session: Session,
    batch: Sequence[Question],
    at: datetime,
    pieces: Mapping[QuestionId, tuple[Evidence, ...]] | None = None,
) -> SuggestionBackground:
    """Load the evidence and learned parameters of these questions as of `at`.

    `pieces` is their merged evidence where it is known already.
    """
    ids = [question.id for question in batch]
    indicators: dict[QuestionId, dict[IndicatorId, Indicator]] = {
        question_id: {} for question_id in ids
    }
    for indicator in questions.list_indicators(session, ids):
        indicators[indicator.question_id][indicator.id] = indicator
    model = model_at(session, at)
    return SuggestionBackground(
        at=at,
        model=model,
        archive_from=items.find_archive_start(session),
        indicators=indicators,
        evidence=pieces or evidence.merge_evidence_by_question(session, ids, at),
        counted=list_counted_stories(session, ids, at, model),
    )


def load_background_as_of(
    session: Session, question: Question, at: datetime
) -> SuggestionBackground:
    """Load the inputs of one question as they were judged by `at`, not since."""
    pieces = evidence_history.load_evidence_as_of(session, question.id, at)
    return replace(load_background(session, [question], at), evidence={question.id: pieces})


def compute_suggestion(
    session: Session, question: Question, at: datetime, inputs: SuggestionBackground | None = None
) -> AnySuggestion:
    """Compute the suggestion from everything seen and learned by `at`."""
    inputs = inputs or load_background(session, [question], at)
    arguments = suggestion_arguments(question, inputs)
    if question.kind == "binary":
        return suggest(question, **arguments)
    if (scenario_set := scenarios.find_scenario_set(session, question.id, at)) is not None:
        board_now = load_board(session, [row.question_id for row in scenario_set.rows], at)
        families = load_families(session, questions.list_questions(session))
        table = compute_posterior(question, scenario_set, board_now, families=families, at=at)
        return suggest_scenarios(question, table, **arguments)
    if question.options:
        return suggest_options(question, **arguments)
    return suggest_curve(question, **arguments)


def suggestion_arguments(question: Question, inputs: SuggestionBackground) -> dict[str, Any]:
    """Arguments of the suggestion of a question."""
    return {
        "evidence": select_evidence(question, inputs),
        "indicators": inputs.indicators[question.id],
        "at": inputs.at,
        "model": inputs.model,
        "archive_from": _clamp_archive(inputs.archive_from, question),
    }


def select_evidence(question: Question, inputs: SuggestionBackground) -> tuple[Evidence, ...]:
    """Evidence on a question without the stories that count through other questions."""
    pieces = inputs.evidence[question.id]
    if question.id not in inputs.counted:
        return pieces
    return tuple(e for e in pieces if e.story_id not in inputs.counted[question.id])


def archive_start(session: Session, question: Question) -> datetime:
    """Start of the evidence on a question: the first item seen, at most a year before the opening.

    The close before any news is read, as silence says nothing then.
    """
    return _clamp_archive(items.find_archive_start(session), question)


def _clamp_archive(first: datetime | None, question: Question) -> datetime:
    return question.closes_at if first is None else max(first, question.opens_at - ARCHIVE_PERIOD)


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
    answers = resolution_record.load_current_resolutions(session)
    open_now = [q for q in all_requested if now < effective_close(q, answers.get(q.id))]
    batches = (
        open_now[start : start + QUESTION_BATCH]
        for start in range(0, len(open_now), QUESTION_BATCH)
    )
    return sum(_record_batch(session, batch, now, prompted=prompted) for batch in batches)


def _record_batch(
    session: Session, batch: Sequence[Question], now: datetime, *, prompted: bool
) -> int:
    inputs = load_background(session, batch, now)
    last = record.find_newest_forecasts(session, [question.id for question in batch], SUGGESTION)
    return sum(
        _record_suggestion(session, q, inputs, last.get(q.id), prompted=prompted) for q in batch
    )


def _record_suggestion(
    session: Session,
    question: Question,
    inputs: SuggestionBackground,
    last: Forecast | None,
    *,
    prompted: bool,
) -> bool:
    now = inputs.at
    new = compute_suggestion(session, question, now, inputs)
    distribution = to_distribution(new)
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
    record.add_forecast(session, act)
    return True


def to_distribution(suggestion: AnySuggestion) -> Distribution:
    """Distribution of a suggestion."""
    return Binary(suggestion.p) if isinstance(suggestion, Suggestion) else suggestion.distribution


def _worth_recording(last: Forecast, new: Distribution, now: datetime, *, prompted: bool) -> bool:
    previous = last.distribution
    return previous is None or is_worth_recording(
        measure_change(previous, new), now - last.made_at, prompted=prompted
    )


def measure_change(last: Distribution, new: Distribution) -> float:
    """Measure the change in probability, 0 to 1: of YES, or the largest of several."""
    if isinstance(last, Cdf) and isinstance(new, Cdf):
        return largest_gap(last, new)
    if isinstance(last, Categorical) and isinstance(new, Categorical):
        before, after = (dict(zip(d.options, d.p, strict=True)) for d in (last, new))
        return max(abs(after.get(name, 0.0) - before.get(name, 0.0)) for name in before | after)
    before_yes, after_yes = p_yes(last), p_yes(new)
    return 1.0 if before_yes is None or after_yes is None else abs(after_yes - before_yes)


def _make_rationale(new: AnySuggestion) -> str:
    """Rationale stored with the suggestion: its rows, in log-odds."""
    if not isinstance(new, OptionSuggestion):
        return _describe_rows(explanation_rows(new.groups))
    with_evidence = [
        name
        for name, lines in new.lines.items()
        if any(line.effects or line.kind == "table row" for line in lines)
    ]
    words = (
        f"{name}: {_describe_rows(explanation_rows(new.groups(name)))}" for name in with_evidence
    )
    return "\n".join(words) or "no evidence yet: the shares of the prior"


def _describe_rows(rows: Iterable[ExplanationRow]) -> str:
    return "; ".join(
        row.text
        if row.kind == "no news"
        else f"{row.title} {format_contribution(row.nats)} ({row.text})"
        for row in rows
    )
