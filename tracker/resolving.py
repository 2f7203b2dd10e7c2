"""Answer a question and score everyone on it, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from forecasts.answers import check_resolution
from forecasts.crowd import crowd_timeline
from forecasts.forecaster import CROWD, HAZARD, PRIOR, RESERVED
from forecasts.question import ForecasterId, Question, Resolution, effective_close
from forecasts.scoring.daily import score_daily
from forecasts.scoring.points import score_points
from forecasts.scoring.scores import Score, score_question
from forecasts.suggestion import hazard_timeline
from forecasts.timeline import Forecast, Timeline, timeline, timeline_of
from tracker.store import forecasts, log, properties, questions, resolutions
from tracker.store.engine import Session
from tracker.store.forecasts import acts_by_forecaster

SCORES_VERSION = "3"
"""Raised when the rules change: stored scores of another version are worked out again when the tracker opens."""

Held = Mapping[ForecasterId, Timeline]


def resolve(session: Session, question: Question, resolution: Resolution) -> tuple[Score, ...]:
    """Append the resolution and replace this question's scores alone; annulled ones have none."""
    check_resolution(question, resolution)
    resolutions.add(session, resolution)
    scores = score_everyone(session, question, resolution)
    resolutions.replace_scores(session, question.id, scores)
    return scores


def score_everyone(session: Session, question: Question, resolution: Resolution) -> tuple[Score, ...]:
    """Every forecaster who held anything, and the computed ones, by every rule that fits the question.

    People alone are held against each other: whoever is computed for every question has no peers.
    """
    return scores_of(question, resolution, timelines(session, question, effective_close(question, resolution)))


def scores_of(question: Question, resolution: Resolution, held: Held) -> tuple[Score, ...]:
    """The same, from what everyone held; none where there is nothing to score against."""
    peers = people(held)
    alone = score_question(question, resolution, held)
    return (*alone, *score_points(question, resolution, peers), *score_daily(question, resolution, peers))


def people(held: Held) -> Held:
    """Those of them who are not computed."""
    return {who: steps for who, steps in held.items() if who not in RESERVED}


def timelines(session: Session, question: Question, until: datetime) -> dict[ForecasterId, Timeline]:
    """What each forecaster held over time; the computed ones are worked out up to `until`."""
    return timelines_of(question, forecasts.of_question(session, question.id), until)


def timelines_of(question: Question, acts: Sequence[Forecast], until: datetime) -> dict[ForecasterId, Timeline]:
    """The same, from the acts on the question in the order they were entered."""
    held = {who: timeline_of(own) for who, own in acts_by_forecaster(acts).items()}
    held[PRIOR] = timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        held[HAZARD] = hazard_timeline(question, question.opens_at, min(until, question.closes_at))
    if members := people(held):
        held[CROWD] = crowd_timeline(question, members, until=until)
    return held


def scores_are_current(session: Session) -> bool:
    """Whether the stored scores were worked out under the rules of this code."""
    return properties.read(session, "scores") == SCORES_VERSION


def bring_up_to_date(session: Session) -> None:
    """Work out all scores anew, and note under which rules; nothing is done twice when several open the database."""
    log.wait_turn(session)
    if scores_are_current(session):
        return
    rescore(session)
    properties.write(session, "scores", SCORES_VERSION)


def rescore(session: Session) -> int:
    """Work out the scores of all questions again from the facts; the number of questions with an answer."""
    log.wait_turn(session)  # two who replace the same scores would both insert them
    answered = resolutions.current(session)
    for question in questions.every(session):
        resolution = answered.get(question.id)
        scores = () if resolution is None else score_everyone(session, question, resolution)
        resolutions.replace_scores(session, question.id, scores)
    return len(answered)
