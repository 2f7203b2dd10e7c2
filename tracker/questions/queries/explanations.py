"""Explain changes of a probability: suggestions between two instants, and acts. Reads only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import (
    SUGGESTION,
    EvidenceId,
    ForecasterId,
    Question,
    effective_close,
)
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.binary import Suggestion, suggest
from forecasts.suggestion.changes import (
    ForecastRevision,
    ProbabilityChange,
    SuggestionInputs,
    explain_change,
    explain_revision,
    match_recorded,
    measure_weight_factor,
)
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import story_effects
from forecasts.suggestion.postmortem import (
    PostMortem,
    find_best_path,
    find_missed_signposts,
    strongest_evidence,
)
from tracker.errors import NotFound, Refused
from tracker.questions.queries.question_page import require_question
from tracker.questions.resolve_question import load_timelines
from tracker.questions.update_suggestion import archive_start, compute_suggestion, load_background
from tracker.storage import (
    evidence,
    evidence_history,
    learned,
    questions,
    record,
    resolution_record,
)
from tracker.storage.learned import model_at
from tracker.storage.sessions import Session


def explain_suggestion_change(
    session: Session, question_id: str, since: datetime, until: datetime
) -> ProbabilityChange:
    """Explain the change of the suggestion between two instants, each as known then.

    Both are clamped to the time in which there is a suggestion: from the opening to its last one
    before the close.
    """
    question = _require_binary(session, question_id)
    first, last = (_clamp_instant(session, question, instant) for instant in (since, until))
    if first >= last:
        raise Refused(
            f"{question.id} had no estimate between {since:%Y-%m-%d %H:%M} and "
            f"{until:%Y-%m-%d %H:%M} UTC"
        )
    indicators = _load_indicators(session, question)
    state_at = _suggestion_reader(session, question, indicators)
    return explain_change(state_at(first), state_at(last))


def explain_act_change(
    session: Session, question_id: str, forecast_id: int
) -> ProbabilityChange | None:
    """Explain the change by an act of a forecaster; None after a withdrawal or a first suggestion.

    A person's first forecast is compared with the base rate, and so is one after a withdrawal.
    """
    question = _require_binary(session, question_id)
    acts = record.forecasts_of_question(session, question.id)
    act = next((a for a in acts if a.id == forecast_id), None)
    if act is None:
        raise NotFound(
            "forecast",
            forecast_id,
            f"see `tracker question show {question.id} --json` for the numbers of its acts",
        )
    earlier = [a for a in acts if a.forecaster_id == act.forecaster_id and a.id < act.id]
    after = p_yes(act.distribution)
    if after is None or (act.forecaster_id == SUGGESTION and not earlier):
        return None
    before = p_yes(earlier[-1].distribution) if earlier else None
    probabilities = (question.base_rate if before is None else before, after)
    if act.forecaster_id == SUGGESTION:
        return _explain_suggestion(session, question, (earlier[-1], act), probabilities)
    return _explain_forecast(session, question, (*earlier, act), probabilities)


def _explain_suggestion(
    session: Session,
    question: Question,
    acts: tuple[Forecast, Forecast],
    probabilities: tuple[float, float],
) -> ProbabilityChange:
    """Explain a change of the suggestion, as recorded."""
    indicators = _load_indicators(session, question)
    before, after = (_suggestion_reader(session, question, indicators)(act.made_at) for act in acts)
    return match_recorded(explain_change(before, after), *probabilities)


def _explain_forecast(
    session: Session,
    question: Question,
    acts: Sequence[Forecast],
    probabilities: tuple[float, float],
) -> ProbabilityChange:
    """Explain the last of these acts of a person, after those before it."""
    *earlier, act = acts
    since = max(earlier[-1].made_at, question.opens_at) if earlier else question.opens_at
    state_at = _suggestion_reader(session, question, _load_indicators(session, question))
    cited = frozenset(evidence_id for a in earlier for evidence_id in a.cites)
    move = explain_revision(
        state_at(since),
        state_at(_clamp_instant(session, question, act.made_at)),
        ForecastRevision(*probabilities, act.cites, cited),
    )
    return replace(move, since=min(since, act.made_at), until=act.made_at)


def _require_binary(session: Session, question_id: str) -> Question:
    question = require_question(session, question_id)
    if question.kind != "binary":
        raise Refused(
            f"{question.id} is no yes-no question: only the moves of those are told in log-odds"
        )
    return question


def _clamp_instant(session: Session, question: Question, at: datetime) -> datetime:
    """Clamp the instant to the time in which a suggestion is meaningful.

    At the close itself no time is left, so the suggestion says nothing that the answer does not.
    """
    close = effective_close(question, resolution_record.find_resolution(session, question.id))
    if at >= close:
        last = record.find_newest_forecast(session, question.id, SUGGESTION)
        at = close if last is None else min(last.made_at, close)
    return max(at, question.opens_at)


def _load_indicators(session: Session, question: Question) -> dict[IndicatorId, Indicator]:
    return {i.id: i for i in questions.list_indicators(session, [question.id])}


def _suggestion_reader(
    session: Session, question: Question, indicators: dict[IndicatorId, Indicator]
) -> Callable[[datetime], SuggestionInputs]:
    """Return a function that computes the suggestion as of any instant; evidence is read once."""
    pieces = evidence_history.EvidenceOverTime(session, question.id)
    archive_from = archive_start(session, question)

    def state_at(instant: datetime) -> SuggestionInputs:
        seen = pieces.as_of(instant, learned.load_values(session, "reliability", instant))
        model = model_at(session, instant)
        suggestion = suggest(
            question,
            seen,
            indicators,
            instant,
            model=model,
            archive_from=archive_from,
        )
        return SuggestionInputs(suggestion, seen, model)

    return state_at


MAX_INSTANTS: Final = 40
"""Maximum instants at which evidence is weighted; with more news, every n-th arrival."""


def build_post_mortem(session: Session, question_id: str, me: ForecasterId) -> PostMortem | None:
    """Build the post-mortem of a question for one forecaster; None without an answer to score."""
    question = require_question(session, question_id)
    resolution = resolution_record.find_resolution(session, question.id)
    happened = get_answer(question, resolution)
    if resolution is None or happened is None:
        return None
    close = effective_close(question, resolution)
    pieces = evidence.merge_evidence(session, question.id, close)
    weights = iter(()) if question.options else _iterate_weights(session, question, pieces, close)
    helpful, harmful = strongest_evidence(weights, _find_side(question, happened))
    held_forecasts = load_timelines(session, question, close)
    return PostMortem(
        question_id=question.id,
        helpful=helpful,
        harmful=harmful,
        missed=find_missed_signposts(
            question, questions.list_indicators(session, [question.id]), pieces, resolution
        ),
        path=find_best_path(question, resolution, held_forecasts, me),
    )


def _find_side(question: Question, answer: Answer) -> int:
    """1 if the answer is YES, higher than the median of the prior or earlier than it; else 0."""
    if not isinstance(question.prior, Cdf):
        return int(answer == 1)
    middle = question.prior.quantile(0.5)
    if middle is None:
        middle = question.prior.x[-1] if question.prior.above > 0.5 else question.prior.x[0]
    value = float(answer)
    return int(value <= middle if question.kind == "date" else value > middle)


def _iterate_weights(
    session: Session, question: Question, pieces: tuple[Evidence, ...], close: datetime
) -> Iterator[tuple[EvidenceId, float]]:
    """Yield the log-odds of each piece whenever news came in, as finally reviewed."""
    arrivals = sorted(
        {max(e.first_seen_at, question.opens_at) for e in pieces if e.first_seen_at < close}
    )
    known = replace(load_background(session, [question], close), evidence={question.id: pieces})
    for at in arrivals[:: -(-len(arrivals) // MAX_INSTANTS) or 1]:
        suggestion = compute_suggestion(session, question, at, replace(known, at=at))
        if isinstance(suggestion, Suggestion | CurveSuggestion):
            counted = measure_weight_factor(suggestion.lines, known.model)
            for evidence_id, nats in story_effects(suggestion.lines).items():
                yield evidence_id, nats * counted
