"""The crowd in which those count who made it better: learned from the questions that are answered."""

from collections.abc import Mapping
from datetime import datetime

from forecasts.cohorts import counts
from forecasts.crowd import weighted_crowd_timeline
from forecasts.distribution import p_yes
from forecasts.pooling import LEARNED_AFTER, contributions
from forecasts.question import ForecasterId, Question
from forecasts.scoring.points import spot_time
from forecasts.timeline import Timeline, timeline_of
from tracker.store import forecasts, questions, resolutions
from tracker.store.engine import Session
from tracker.store.forecasts import acts_by_forecaster
from tracker.summaries import WeightedCrowd


def weighted_crowd(
    session: Session, question: Question, members: Mapping[ForecasterId, Timeline], at: datetime
) -> WeightedCrowd | None:
    """What stands at `at`, weighted by contribution; None until each member has enough answered questions.

    Contributions are taken from what stood in the middle of each question's scheduled time, over binary questions of
    the same sort, live or retrospective, whose scheduled close has passed.
    """
    if question.kind != "binary" or len(members) < 2:
        return None
    history, outcomes = _history(session, question, members, at)
    resolved = {who: sum(p is not None for p in said) for who, said in history.items()}
    if min(resolved.values()) < LEARNED_AFTER:
        return None
    weights = {ForecasterId(who): points for who, points in contributions(history, outcomes).items()}
    held = p_yes(weighted_crowd_timeline(question, members, weights, until=at).at(at))
    return None if held is None else WeightedCrowd(held, weights, {ForecasterId(w): n for w, n in resolved.items()})


def _history(
    session: Session, question: Question, members: Mapping[ForecasterId, Timeline], at: datetime
) -> tuple[dict[str, list[float | None]], list[int]]:
    """What each member held half-way through each answered question, and how it was answered."""
    answered = {q: r for q, r in resolutions.current(session).items() if r.outcome in ("yes", "no")}
    history: dict[str, list[float | None]] = {who: [] for who in members}
    outcomes: list[int] = []
    if len(answered) < LEARNED_AFTER:
        return history, outcomes
    for other in questions.every(session):
        resolution = answered.get(other.id)
        if resolution is None or other.retrospective != question.retrospective or not counts(other, at):
            continue
        middle = spot_time(other)
        acts = acts_by_forecaster(forecasts.of_question(session, other.id))
        for who, said in history.items():
            held = timeline_of(acts.get(ForecasterId(who), [])).at(middle) if middle < resolution.known_at else None
            said.append(p_yes(held))
        outcomes.append(int(resolution.outcome == "yes"))
    return history, outcomes
