"""Answer a question and score everyone on it, in one transaction."""

from datetime import datetime

from forecasts.forecaster import HAZARD, PRIOR
from forecasts.question import ForecasterId, Question, Resolution, check_resolution
from forecasts.scoring import RULES, Score, score
from forecasts.suggestion import hazard_timeline
from forecasts.timeline import Timeline, timeline, timeline_of
from tracker.store import forecasts, resolutions
from tracker.store.engine import Session
from tracker.store.forecasts import acts_by_forecaster


def resolve(session: Session, question: Question, resolution: Resolution) -> tuple[Score, ...]:
    """Append the resolution and replace the question's scores; annulled ones have none."""
    check_resolution(question, resolution)
    resolutions.add(session, resolution)
    scores = score_everyone(session, question, resolution)
    resolutions.replace_scores(session, question.id, scores)
    return scores


def score_everyone(session: Session, question: Question, resolution: Resolution) -> tuple[Score, ...]:
    """Every forecaster who held anything, and the prior and the hazard, by every rule."""
    held = timelines(session, question, question.closes_at)
    pairs = [(who, steps, rule) for who, steps in held.items() for rule in RULES]
    found = (score(question, resolution, who, steps, rule) for who, steps, rule in pairs)
    return tuple(s for s in found if s is not None)


def timelines(session: Session, question: Question, until: datetime) -> dict[ForecasterId, Timeline]:
    """What each forecaster held over time; the computed ones are worked out up to `until`."""
    acts = acts_by_forecaster(forecasts.of_question(session, question.id))
    computed = {
        PRIOR: timeline([(question.opens_at, question.prior)]),
        HAZARD: hazard_timeline(question, question.opens_at, min(until, question.closes_at)),
    }
    return {**{who: timeline_of(own) for who, own in acts.items()}, **computed}
