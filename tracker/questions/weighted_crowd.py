"""The crowd in which those count who made it better: learned from the questions that are
answered.
"""

from collections.abc import Mapping
from datetime import datetime

from forecasts.aggregation.crowd import weighted_crowd_timeline
from forecasts.aggregation.pooling import LEARNED_AFTER, contributions
from forecasts.distributions.distribution import p_yes
from forecasts.questions.cohorts import counts
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.points import spot_time
from tracker.model.read_models import WeightedCrowd
from tracker.storage import forecasts, questions, resolutions
from tracker.storage.sessions import Session


def weighted_crowd(
    session: Session,
    question: Question,
    members: Mapping[ForecasterId, Timeline],
    at: datetime,
    *,
    entered_by: datetime | None = None,
) -> WeightedCrowd | None:
    """What stands at `at`, weighted by contribution; None until each member has enough answered
    questions.

    Contributions are taken from what stood in the middle of each question's scheduled time, over
    binary questions of the same sort, live or retrospective, whose scheduled close has passed.
    Answers entered after `entered_by`, if that is given, teach nothing.
    """
    if question.kind != "binary" or len(members) < 2:
        return None
    history, outcomes = _history(
        session, question, members, (at, resolutions.current(session, entered_by))
    )
    resolved = {who: sum(p is not None for p in said) for who, said in history.items()}
    if min(resolved.values()) < LEARNED_AFTER:
        return None
    weights = {
        ForecasterId(who): points for who, points in contributions(history, outcomes).items()
    }
    held = p_yes(weighted_crowd_timeline(question, members, weights, until=at).at(at))
    return (
        None
        if held is None
        else WeightedCrowd(held, weights, {ForecasterId(w): n for w, n in resolved.items()})
    )


def _history(
    session: Session,
    question: Question,
    members: Mapping[ForecasterId, Timeline],
    then: tuple[datetime, Mapping[QuestionId, Resolution]],
) -> tuple[dict[str, list[float | None]], list[int]]:
    """What each member held half-way through each answered question, and how it was answered."""
    at, resolved = then
    answered = {q: r for q, r in resolved.items() if r.outcome in ("yes", "no")}
    history: dict[str, list[float | None]] = {who: [] for who in members}
    if len(answered) < LEARNED_AFTER:
        return history, []
    others = [
        q
        for q in questions.every(session)
        if q.id in answered and q.retrospective == question.retrospective and counts(q, at)
    ]
    middles = {other.id: spot_time(other) for other in others}
    stood = forecasts.stood_at(session, middles)
    for other in others:
        open_still = middles[other.id] < answered[other.id].known_at
        held = stood.get(other.id, {}) if open_still else {}
        for who, said in history.items():
            said.append(p_yes(held[ForecasterId(who)][1]) if who in held else None)
    return history, [int(answered[other.id].outcome == "yes") for other in others]
