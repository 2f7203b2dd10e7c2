"""A question as of an earlier instant: only what had been entered by then, reviewed as it was then.

Everything is derived from facts that are appended with their time, so nothing here can become
stale. What cannot be derived for an instant, such as silent feeds, is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Evidence, IndicatorId
from forecasts.questions.amendments import QuestionVersion, find_version, list_question_versions
from forecasts.questions.question import (
    RESERVED,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
    latest_resolution,
    question_status,
)
from forecasts.questions.timeline import Forecast, Timeline
from forecasts.scoring.rulebook import RULES
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import Leaning, OptionSuggestion, measure_leaning
from tracker.model.evidence import EvidenceCard
from tracker.model.read_models import CurrentForecast, QuestionPage, QuestionSummary
from tracker.questions.queries.question_list import HISTORY_DAYS, compute_current_forecasts
from tracker.questions.queries.question_page import compute_weighted_crowd, require_question
from tracker.questions.resolve_question import build_timelines, compute_scores, exclude_computed
from tracker.questions.update_suggestion import compute_suggestion, load_background
from tracker.storage import (
    essays,
    evidence,
    evidence_cards,
    evidence_history,
    learned,
    questions,
    record,
    scenarios,
)
from tracker.storage.sessions import Session


def build_question_page_at(session: Session, question_id: str, at: datetime) -> QuestionPage:
    """Gather everything about one question as of an instant, or its opening if that is later."""
    newest = require_question(session, question_id)
    at = max(at, newest.opens_at)
    wordings = _versions_by(session, newest, at)
    question = _as_worded(newest, find_version(wordings, at))
    answered = tuple(
        r for r in record.resolutions_of_question(session, question.id) if r.entered_at <= at
    )
    acts = tuple(
        a for a in record.forecasts_of_question(session, question.id) if a.entered_at <= at
    )
    resolution = latest_resolution(answered)
    close = effective_close(question, resolution)
    timelines = build_timelines(question, acts, min(at, close))
    cards = _cards_by(session, question, at)
    last_suggestion = _find_last_suggestion(acts, at, close)
    pieces = _evidence_by(session, question, cards, last_suggestion)
    everyone = record.list_forecasters(session)
    indicators = {i.id: i for i in questions.list_indicators(session, [question.id])}
    suggestion = compute_suggestion(
        session,
        question,
        last_suggestion,
        replace(
            load_background(session, [question], last_suggestion), evidence={question.id: pieces}
        ),
    )
    override = questions.find_override(session, question.id)
    scores = () if resolution is None else compute_scores(question, resolution, timelines)
    return QuestionPage(
        summary=_summarise_question(
            question,
            resolution,
            acts=acts,
            cards=cards,
            at=at,
            standings=_forecasts_at(question, timelines, everyone, min(at, close)),
        ),
        # A foreign key ensures that the essay exists.
        essay=essays.find_essay(session, question.essay_id),  # type: ignore[arg-type]
        claims=tuple(
            c
            for c in essays.claims_of_essay(session, question.essay_id)
            if c.id in question.claim_ids
        ),
        indicators=indicators,
        forecasters=everyone,
        acts=acts,
        timelines=timelines,
        suggestion=suggestion if isinstance(suggestion, Suggestion) else None,
        option_suggestion=suggestion if isinstance(suggestion, OptionSuggestion) else None,
        leaning=_compute_leaning(question, pieces, indicators, last_suggestion),
        evidence=cards,
        resolutions=answered,
        scores=tuple(sorted(scores, key=lambda s: (list(RULES).index(s.rule), s.forecaster_id))),
        weighted_crowd=compute_weighted_crowd(
            session, question, exclude_computed(timelines), min(at, close), entered_by=at
        ),
        versions=wordings,
        override=override if override is not None and override.at <= at else None,
        scenarios=scenarios.find_scenario_set(session, question.id, at) is not None,
        marks=tuple(
            mark
            for mark in scenarios.signpost_statuses_of_question(session, question.id)
            if mark.at <= at
        ),
    )


def _versions_by(session: Session, question: Question, at: datetime) -> tuple[QuestionVersion, ...]:
    made = [edit for edit in questions.edits_of_question(session, question.id) if edit.at <= at]
    return list_question_versions(questions.find_original_question(session, question.id), made)


def _as_worded(question: Question, version: QuestionVersion) -> Question:
    return replace(question, text=version.text, criteria=version.criteria, sources=version.sources)


def _compute_leaning(
    question: Question,
    pieces: Sequence[Evidence],
    indicators: Mapping[IndicatorId, object],
    at: datetime,
) -> Leaning | None:
    if question.kind not in ("numeric", "date"):
        return None
    return measure_leaning(question, pieces, indicators, at)  # type: ignore[arg-type]


def _find_last_suggestion(acts: Sequence[Forecast], at: datetime, close: datetime) -> datetime:
    """Last meaningful time of the suggestion: the instant, or its last move before the close."""
    if at < close:
        return at
    made = [a.made_at for a in acts if a.forecaster_id == SUGGESTION]
    return made[-1] if made else close


# Evidence


def _cards_by(session: Session, question: Question, at: datetime) -> tuple[EvidenceCard, ...]:
    """Evidence that had been logged by then, the newest first, each piece as reviewed then."""
    cards = evidence_cards.build_cards(
        session, evidence.evidence_of_question(session, question.id, at)
    )
    return tuple(_as_judged(card, at) for card in cards if _was_logged(card, at))[::-1]


def _was_logged(card: EvidenceCard, at: datetime) -> bool:
    return card.evidence.first_seen_at <= at and any(
        decision.at <= at for decision in card.decisions
    )


def _as_judged(card: EvidenceCard, at: datetime) -> EvidenceCard:
    decisions = tuple(decision for decision in card.decisions if decision.at <= at)
    last = decisions[-1]
    reports = tuple(report for report in card.evidence.reports if report.first_seen_at <= at)
    judged = replace(
        card.evidence,
        status=last.status,
        direction=last.direction,
        strength=last.strength,
        judged_by=last.by,
        reports=reports,
    )
    items = tuple(
        replace(item, revisions=tuple(r for r in item.revisions if r.seen_at <= at))
        for item in card.items
        if item.item.first_seen_at <= at
    )
    return replace(card, evidence=judged, decisions=decisions, items=items or card.items[:1])


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
    question: Question,
    resolution: Resolution | None,
    *,
    acts: Sequence[Forecast],
    cards: Sequence[EvidenceCard],
    at: datetime,
    standings: Mapping[ForecasterId, CurrentForecast],
) -> QuestionSummary:
    """Summarise the question with its answer as a row."""
    history = _suggestion_history(acts, at)
    week_ago = [p for made_at, p in history if made_at <= at - timedelta(days=7)]
    return QuestionSummary(
        question=question,
        status=question_status(question, resolution, at),
        resolution=resolution,
        standings=standings,
        history=history,
        change_7d=history[-1][1] - week_ago[-1] if week_ago else None,
        evidence=len(cards),
        waiting=sum(card.evidence.status == "logged" for card in cards),
        last_evidence_at=max((card.evidence.first_seen_at for card in cards), default=None),
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
    question: Question,
    timelines: Mapping[ForecasterId, Timeline],
    everyone: Mapping[ForecasterId, Forecaster],
    at: datetime,
) -> dict[ForecasterId, CurrentForecast]:
    """Current forecasts at an instant; at the close, those just before it."""
    last = {
        forecaster_id: [step for step in line.steps if step[0] <= at][-1:]
        for forecaster_id, line in timelines.items()
    }
    latest_acts = {
        forecaster_id: steps[0]
        for forecaster_id, steps in last.items()
        if steps and (forecaster_id not in RESERVED or forecaster_id == SUGGESTION)
    }
    return compute_current_forecasts(question, latest_acts, everyone, at)
