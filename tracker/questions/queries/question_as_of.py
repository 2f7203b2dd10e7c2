"""A question as it was known at an earlier instant: only what had been entered by then, judged as
it was then.

Everything is told from facts that are appended with their time, so nothing here is a copy that
could go stale. What an instant does not tell, such as whether feeds are silent now, is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Evidence, IndicatorId
from forecasts.questions.forecaster import RESERVED, SUGGESTION, Forecaster
from forecasts.questions.question import (
    ForecasterId,
    Question,
    Resolution,
    effective_close,
    latest,
    status,
)
from forecasts.questions.timeline import Forecast, Timeline
from forecasts.questions.versions import Version, version_at, versions
from forecasts.scoring.rulebook import RULES
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import Leaning, OptionSuggestion, leaning
from tracker.model.read_models import EvidenceCard, QuestionPage, QuestionSummary, Standing
from tracker.questions.queries.current_forecasts import standings
from tracker.questions.queries.question_list import HISTORY_DAYS
from tracker.questions.queries.question_page import question_or_refuse
from tracker.questions.resolve import people, scores_of, timelines_of
from tracker.questions.update_suggestion import background, suggested
from tracker.questions.weighted_crowd import weighted_crowd
from tracker.storage import (
    edits,
    evidence,
    forecasts,
    learned,
    questions,
    resolutions,
    reviews,
    scenarios,
    signposts,
)
from tracker.storage.sessions import Session


def page_at(session: Session, question_id: str, at: datetime) -> QuestionPage:
    """Everything about one question as it stood at an instant; before its opening, as it stood
    then.
    """
    newest = question_or_refuse(session, question_id)
    at = max(at, newest.opens_at)
    worded = _versions(session, newest, at)
    question = _as_worded(newest, version_at(worded, at))
    answered = tuple(r for r in resolutions.of_question(session, question.id) if r.entered_at <= at)
    acts = tuple(a for a in forecasts.of_question(session, question.id) if a.entered_at <= at)
    close = effective_close(question, latest(answered))
    held = timelines_of(question, acts, min(at, close))
    cards = _cards(session, question, at)
    last = _last_suggested(acts, at, close)
    seen = _seen(session, question, cards, last)
    everyone = forecasts.forecasters(session)
    indicators = {i.id: i for i in questions.indicators(session, [question.id])}
    found = suggested(
        session,
        question,
        last,
        replace(background(session, [question], last), evidence={question.id: seen}),
    )
    override = edits.override_of(session, question.id)
    base = QuestionPage(
        summary=_summary(
            (question, latest(answered)),
            acts,
            cards,
            (at, _standings(question, held, everyone, min(at, close))),
        ),
        essay=questions.essay(session, question.essay_id),  # type: ignore[arg-type]  # a foreign key says it is there
        claims=tuple(
            c for c in questions.claims_of(session, question.essay_id) if c.id in question.claim_ids
        ),
        indicators=indicators,
        forecasters=everyone,
        acts=acts,
        timelines=held,
        suggestion=found if isinstance(found, Suggestion) else None,
        option_suggestion=found if isinstance(found, OptionSuggestion) else None,
        leaning=_leaning(question, seen, indicators, last),
        evidence=cards,
        resolutions=answered,
        scores=(),
        weighted_crowd=weighted_crowd(
            session, question, people(held), min(at, close), entered_by=at
        ),
        versions=worded,
        override=override if override is not None and override.at <= at else None,
        scenarios=scenarios.of_question(session, question.id, at) is not None,
        marks=tuple(mark for mark in signposts.of_question(session, question.id) if mark.at <= at),
    )
    resolution = base.summary.resolution
    if resolution is None:
        return base
    scores = scores_of(question, resolution, held)
    return replace(
        base,
        scores=tuple(sorted(scores, key=lambda s: (list(RULES).index(s.rule), s.forecaster_id))),
    )


def _versions(session: Session, question: Question, at: datetime) -> tuple[Version, ...]:
    made = [edit for edit in edits.of_question(session, question.id) if edit.at <= at]
    return versions(questions.as_opened(session, question.id), made)


def _as_worded(question: Question, version: Version) -> Question:
    return replace(question, text=version.text, criteria=version.criteria, sources=version.sources)


def _leaning(
    question: Question,
    seen: Sequence[Evidence],
    indicators: Mapping[IndicatorId, object],
    at: datetime,
) -> Leaning | None:
    if question.kind not in ("numeric", "date"):
        return None
    return leaning(question, seen, indicators, at)  # type: ignore[arg-type]


def _last_suggested(acts: Sequence[Forecast], at: datetime, close: datetime) -> datetime:
    """When the suggestion last meant something: the instant itself, or its last move before the
    close.
    """
    if at < close:
        return at
    made = [a.made_at for a in acts if a.forecaster_id == SUGGESTION]
    return made[-1] if made else close


# Evidence


def _cards(session: Session, question: Question, at: datetime) -> tuple[EvidenceCard, ...]:
    """The evidence that had been logged by then, the newest first, each piece as it was judged
    then.
    """
    found = evidence.cards(session, evidence.of_question(session, question.id, at))
    return tuple(_as_judged(card, at) for card in found if _logged(card, at))[::-1]


def _logged(card: EvidenceCard, at: datetime) -> bool:
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


def _seen(
    session: Session, question: Question, cards: Sequence[EvidenceCard], at: datetime
) -> tuple[Evidence, ...]:
    """The evidence as a suggestion counted it then: stories that were one by then once."""
    logged = {card.evidence.id for card in cards}
    over_time = reviews.EvidenceOverTime(session, question.id)
    known = over_time.at(at, learned.values(session, "reliability", at))
    return tuple(piece for piece in known if piece.id in logged)


# The row of the question


def _summary(
    about: tuple[Question, Resolution | None],
    acts: Sequence[Forecast],
    cards: Sequence[EvidenceCard],
    stood: tuple[datetime, Mapping[ForecasterId, Standing]],
) -> QuestionSummary:
    """The question with its answer as a row; `stood` is when, and what everyone held then."""
    (question, resolution), (at, standings) = about, stood
    history = _history(acts, at)
    week_ago = [p for made_at, p in history if made_at <= at - timedelta(days=7)]
    return QuestionSummary(
        question=question,
        status=status(question, resolution, at),
        resolution=resolution,
        standings=standings,
        history=history,
        change_7d=history[-1][1] - week_ago[-1] if week_ago else None,
        evidence=len(cards),
        waiting=sum(card.evidence.status == "logged" for card in cards),
        last_evidence_at=max((card.evidence.first_seen_at for card in cards), default=None),
    )


def _history(acts: Sequence[Forecast], at: datetime) -> tuple[tuple[datetime, float], ...]:
    """The suggestion over the days that a summary shows."""
    since = at - timedelta(days=HISTORY_DAYS)
    own = (
        (a.made_at, p_yes(a.distribution))
        for a in acts
        if a.forecaster_id == SUGGESTION and a.made_at >= since
    )
    return tuple((made_at, p) for made_at, p in own if p is not None)


def _standings(
    question: Question,
    held: Mapping[ForecasterId, Timeline],
    everyone: Mapping[ForecasterId, Forecaster],
    at: datetime,
) -> dict[ForecasterId, Standing]:
    """What everyone held at an instant, and when that was last confirmed; at the close, just before
    it.
    """
    last = {who: [step for step in line.steps if step[0] <= at][-1:] for who, line in held.items()}
    stood = {
        who: steps[0]
        for who, steps in last.items()
        if steps and (who not in RESERVED or who == SUGGESTION)
    }
    return standings(question, stood, everyone, at)
