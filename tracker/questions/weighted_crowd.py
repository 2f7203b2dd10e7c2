"""Crowd forecast weighted by each member's contribution on answered questions."""

from collections.abc import Mapping
from datetime import datetime

from forecasts.aggregation.crowd import contribution_crowd_timeline
from forecasts.aggregation.pooling import MIN_RESOLVED_QUESTIONS, crowd_contributions
from forecasts.distributions.distribution import p_yes
from forecasts.questions.cohorts import is_past_close
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.points import spot_time
from tracker.model.read_models import WeightedCrowd
from tracker.storage import forecasts, questions, resolutions
from tracker.storage.sessions import Session


def compute_weighted_crowd(
    session: Session,
    question: Question,
    members: Mapping[ForecasterId, Timeline],
    at: datetime,
    *,
    entered_by: datetime | None = None,
) -> WeightedCrowd | None:
    """Compute the crowd forecast at `at`, weighted by contribution.

    None until each member has enough answered questions. Contributions are computed from the
    forecasts in the middle of each question's scheduled time, over binary questions of the same
    sort, live or retrospective, whose scheduled close has passed. Answers entered after
    `entered_by`, if given, are ignored.
    """
    if question.kind != "binary" or len(members) < 2:
        return None
    resolved_then = resolutions.load_current_resolutions(session, entered_by)
    history, outcomes = _collect_history(session, question, members, at=at, resolved=resolved_then)
    resolved = {
        member: sum(p is not None for p in probabilities)
        for member, probabilities in history.items()
    }
    if min(resolved.values()) < MIN_RESOLVED_QUESTIONS:
        return None
    weights = {
        ForecasterId(member): points
        for member, points in crowd_contributions(history, outcomes).items()
    }
    probability = p_yes(contribution_crowd_timeline(question, members, weights, until=at).at(at))
    return (
        None
        if probability is None
        else WeightedCrowd(
            probability, weights, {ForecasterId(member_id): n for member_id, n in resolved.items()}
        )
    )


def _collect_history(
    session: Session,
    question: Question,
    members: Mapping[ForecasterId, Timeline],
    *,
    at: datetime,
    resolved: Mapping[QuestionId, Resolution],
) -> tuple[dict[str, list[float | None]], list[int]]:
    """Forecast of each member half-way through each answered question, and the outcomes."""
    answered = {q: r for q, r in resolved.items() if r.outcome in ("yes", "no")}
    history: dict[str, list[float | None]] = {member: [] for member in members}
    if len(answered) < MIN_RESOLVED_QUESTIONS:
        return history, []
    earlier = [
        q
        for q in questions.list_questions(session)
        if q.id in answered and q.retrospective == question.retrospective and is_past_close(q, at)
    ]
    middles = {other.id: spot_time(other) for other in earlier}
    forecasts_then = forecasts.load_last_acts_at(session, middles)
    for other in earlier:
        still_open = middles[other.id] < answered[other.id].known_at
        by_member = forecasts_then.get(other.id, {}) if still_open else {}
        for member, probabilities in history.items():
            forecast = by_member.get(ForecasterId(member))
            probabilities.append(None if forecast is None else p_yes(forecast[1]))
    return history, [int(answered[other.id].outcome == "yes") for other in earlier]
