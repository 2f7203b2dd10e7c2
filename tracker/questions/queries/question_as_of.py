"""A question as of an earlier instant: only what had been entered by then, reviewed as it was then.

Everything is derived from facts that are appended with their time, so nothing here can become
stale. What cannot be derived for an instant, such as silent feeds, is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forecasts.aggregation.crowd import CrowdLessons
from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Evidence
from forecasts.questions.amendments import QuestionVersion, find_version, list_question_versions
from forecasts.questions.question import (
    RESERVED,
    SUGGESTION,
    EvidenceId,
    Forecaster,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
    latest_resolution,
    question_status,
)
from forecasts.questions.timeline import Forecast, Timeline
from forecasts.scoring.scores import Score, sort_scores
from forecasts.scoring.span_table import stand
from forecasts.suggestion.explanation import AnySuggestion
from tracker.model.audit import Override, SignpostStatus
from tracker.model.evidence import (
    Decision,
    EvidenceCard,
    judge_by_decisions,
    summarise_card,
)
from tracker.model.read_models import CurrentForecast, QuestionPage, QuestionSummary
from tracker.questions.crowd_lessons import load_crowd_lessons
from tracker.questions.queries.compiled_questions import describe_statements
from tracker.questions.queries.question_list import HISTORY_DAYS, compute_current_forecasts
from tracker.questions.queries.question_page import require_question
from tracker.questions.resolve_question import add_recalibrated, build_timelines, list_receipts
from tracker.questions.update_suggestion import compute_suggestion, load_background
from tracker.storage import (
    decisions,
    essays,
    evidence,
    evidence_cards,
    evidence_history,
    learned,
    questions,
    recalibrations,
    record,
    resolution_record,
    scenarios,
)
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class _KnownRecord:
    """Facts about a question that had been entered by an instant, in its wording of then.

    `until` is the instant, or the close if that is earlier; `last_suggestion` the time of the last
    suggestion that means anything.
    """

    at: datetime
    question: Question
    versions: tuple[QuestionVersion, ...]
    resolutions: tuple[Resolution, ...]
    acts: tuple[Forecast, ...]
    timelines: dict[ForecasterId, Timeline]
    lessons: Sequence[CrowdLessons]
    until: datetime
    last_suggestion: datetime

    @property
    def resolution(self) -> Resolution | None:
        """The resolution that was valid."""
        return latest_resolution(self.resolutions)


def build_question_page_at(session: Session, question_id: str, at: datetime) -> QuestionPage:
    """Gather everything about one question as of an instant, or its opening if that is later."""
    known = _load_record(session, question_id, at)
    question, at = known.question, known.at
    cards = _cards_by(session, question, at)
    pieces = _evidence_by(session, question, cards, known.last_suggestion)
    indicators = {i.id: i for i in questions.list_indicators(session, [question.id])}
    everyone = record.list_forecasters(session)
    suggestion = _compute_suggestion(session, known, pieces)
    return QuestionPage(
        summary=_summarise_question(known, cards, everyone),
        # A foreign key ensures that the essay exists.
        essay=essays.find_essay(session, question.essay_id),  # type: ignore[arg-type]
        claims=essays.claims_of_question(session, question),
        indicators=indicators,
        forecasters=everyone,
        acts=known.acts,
        timelines=known.timelines,
        suggestion=suggestion,
        evidence=cards,
        pieces=tuple(map(summarise_card, cards)),
        resolutions=known.resolutions,
        scores=_compute_scores(session, known),
        statements=describe_statements(session, question, known.versions, at),
        versions=known.versions,
        override=_find_override(session, question, at),
        scenarios=scenarios.find_scenario_set(session, question.id, at) is not None,
        marks=_marks_by(session, question, at),
    )


def _load_record(session: Session, question_id: str, at: datetime) -> _KnownRecord:
    newest = require_question(session, question_id)
    at = max(at, newest.opens_at)
    versions = list_versions_by(session, newest, at)
    question = word_as(newest, find_version(versions, at))
    resolutions = resolution_record.resolutions_of_question(session, question.id, at)
    acts = record.forecasts_of_question(session, question.id, entered_by=at)
    close = effective_close(question, latest_resolution(resolutions))
    until = min(at, close)
    lessons = load_crowd_lessons(session).get(question.kind, ())
    return _KnownRecord(
        at=at,
        question=question,
        versions=versions,
        resolutions=resolutions,
        acts=acts,
        timelines=build_timelines(question, acts, until, lessons),
        lessons=lessons,
        until=until,
        last_suggestion=_find_last_suggestion(acts, at, close),
    )


def list_versions_by(
    session: Session, question: Question, at: datetime
) -> tuple[QuestionVersion, ...]:
    """List the wordings of a question that were made by an instant."""
    made = [edit for edit in questions.edits_of_question(session, question.id) if edit.at <= at]
    return list_question_versions(questions.find_original_question(session, question.id), made)


def word_as(question: Question, version: QuestionVersion) -> Question:
    """Return the question in one of its wordings."""
    return replace(question, text=version.text, criteria=version.criteria, sources=version.sources)


def _compute_suggestion(
    session: Session, known: _KnownRecord, pieces: tuple[Evidence, ...]
) -> AnySuggestion:
    at, question = known.last_suggestion, known.question
    background = load_background(session, [question], at)
    return compute_suggestion(
        session, question, at, replace(background, evidence={question.id: pieces})
    )


def _compute_scores(session: Session, known: _KnownRecord) -> tuple[Score, ...]:
    """Scores by the answer of then, in the order of the rules."""
    if known.resolution is None:
        return ()
    consents = recalibrations.list_consents(session, known.at)
    timelines = add_recalibrated(known.question, known.timelines, consents, known.until)
    answered = stand(known.question, known.resolution, timelines)
    return tuple(sort_scores(list_receipts(answered)))


def _find_override(session: Session, question: Question, at: datetime) -> Override | None:
    override = questions.find_override(session, question.id)
    return override if override is not None and override.at <= at else None


def _marks_by(session: Session, question: Question, at: datetime) -> tuple[SignpostStatus, ...]:
    marks = scenarios.signpost_statuses_of_question(session, question.id)
    return tuple(mark for mark in marks if mark.at <= at)


def _find_last_suggestion(acts: Sequence[Forecast], at: datetime, close: datetime) -> datetime:
    """Last meaningful time of the suggestion: the instant, or its last move before the close."""
    if at < close:
        return at
    made = [a.made_at for a in acts if a.forecaster_id == SUGGESTION]
    return made[-1] if made else close


# Evidence


def _cards_by(session: Session, question: Question, at: datetime) -> tuple[EvidenceCard, ...]:
    """Evidence that had been logged by then, the newest first, each piece as judged then."""
    pieces = evidence.evidence_of_question(session, question.id, at)
    judged = _judge_by(pieces, decisions.load_decisions(session, [e.id for e in pieces]), at)
    cards = evidence_cards.build_cards(session, judged, at)
    return tuple(_cut_reports(card, at) for card in cards)[::-1]


def _judge_by(
    pieces: Iterable[Evidence], known: Mapping[EvidenceId, Sequence[Decision]], at: datetime
) -> list[Evidence]:
    """Judge the pieces that had been logged by then as the decisions of that time do."""
    then = {e.id: [decision for decision in known[e.id] if decision.at <= at] for e in pieces}
    return [
        judge_by_decisions(e, then[e.id]) for e in pieces if e.first_seen_at <= at and then[e.id]
    ]


def _cut_reports(card: EvidenceCard, at: datetime) -> EvidenceCard:
    reports = tuple(report for report in card.evidence.reports if report.first_seen_at <= at)
    return replace(card, evidence=replace(card.evidence, reports=reports))


def _evidence_by(
    session: Session, question: Question, cards: Sequence[EvidenceCard], at: datetime
) -> tuple[Evidence, ...]:
    """Evidence as a suggestion counted it then: stories merged by then count once."""
    logged = {card.evidence.id for card in cards}
    over_time = evidence_history.EvidenceOverTime(session, question.id)
    known = over_time.as_of(at, learned.load_values(session, "reliability", at))
    return tuple(piece for piece in known if piece.id in logged)


# The row of the question


def _summarise_question(
    known: _KnownRecord,
    cards: Sequence[EvidenceCard],
    everyone: Mapping[ForecasterId, Forecaster],
) -> QuestionSummary:
    """Summarise the question with its answer as a row."""
    history = _suggestion_history(known.acts, known.at)
    week_ago = [p for made_at, p in history if made_at <= known.at - timedelta(days=7)]
    return QuestionSummary(
        question=known.question,
        status=question_status(known.question, known.resolution, known.at),
        resolution=known.resolution,
        standings=_forecasts_at(known, everyone),
        history=history,
        change_7d=history[-1][1] - week_ago[-1] if week_ago else None,
        evidence=len(cards),
        waiting=sum(card.evidence.status == "logged" for card in cards),
    )


def _suggestion_history(
    acts: Sequence[Forecast], at: datetime
) -> tuple[tuple[datetime, float], ...]:
    """Suggestions over the days that a summary shows."""
    since = at - timedelta(days=HISTORY_DAYS)
    suggestions = (
        (a.made_at, p_yes(a.distribution))
        for a in acts
        if a.forecaster_id == SUGGESTION and a.made_at >= since
    )
    return tuple((made_at, p) for made_at, p in suggestions if p is not None)


def _forecasts_at(
    known: _KnownRecord, everyone: Mapping[ForecasterId, Forecaster]
) -> dict[ForecasterId, CurrentForecast]:
    """Current forecasts at an instant; at the close, those just before it."""
    last = {
        forecaster_id: [step for step in line.steps if step[0] <= known.until][-1:]
        for forecaster_id, line in known.timelines.items()
    }
    latest_acts = {
        forecaster_id: steps[0]
        for forecaster_id, steps in last.items()
        if steps and (forecaster_id not in RESERVED or forecaster_id == SUGGESTION)
    }
    return compute_current_forecasts(
        known.question, latest_acts, everyone, known.until, lessons=known.lessons
    )
