"""Current forecasts on a question at an instant, stored or computed."""

from collections.abc import Mapping
from datetime import datetime

from forecasts.crowd import crowd_at
from forecasts.distribution import Binary
from forecasts.forecaster import CROWD, HAZARD, PRIOR, RESERVED, Forecaster
from forecasts.hazard import hazard
from forecasts.question import ForecasterId, Question
from forecasts.timeline import timeline
from tracker.store.forecasts import Stood
from tracker.summaries import Standing


def standings(
    question: Question,
    latest_acts: Mapping[ForecasterId, Stood],
    people: Mapping[ForecasterId, Forecaster],
    at: datetime,
) -> dict[ForecasterId, Standing]:
    """Compute everyone's current forecast from their last act; withdrawn ones are left out.

    Base rate, time and crowd follow from the question and the acts. The crowd is as old as its
    newest member's act.
    """
    current_forecasts = {PRIOR: Standing(people[PRIOR], question.prior, question.opens_at)}
    if question.kind == "binary":
        current_forecasts[HAZARD] = Standing(people[HAZARD], Binary(hazard(question, at)), at)
    for forecaster_id, (since, distribution) in latest_acts.items():
        if distribution is not None:
            current_forecasts[forecaster_id] = Standing(people[forecaster_id], distribution, since)
    members = {
        forecaster_id: timeline([(s.since, s.distribution)])
        for forecaster_id, s in current_forecasts.items()
        if forecaster_id not in RESERVED
    }
    crowd = crowd_at(question, members, at) if members else None
    if crowd is not None:
        current_forecasts[CROWD] = Standing(
            people[CROWD],
            crowd,
            max(current_forecasts[forecaster_id].since for forecaster_id in members),
        )
    return current_forecasts
