"""Current forecasts on a question at an instant, stored or computed."""

from collections.abc import Mapping
from datetime import datetime

from forecasts.aggregation.crowd import crowd_at
from forecasts.distributions.distribution import Binary
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR, RESERVED, SUGGESTION, Forecaster
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
)
from forecasts.questions.timeline import timeline
from forecasts.suggestion.time_decay import hazard
from tracker.model.read_models import QuestionSummary, Standing
from tracker.storage.forecasts import Stood


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


BOARD = (CROWD, SUGGESTION, PRIOR)
"""Precedence of the forecast that represents a question: crowd, suggestion, base rate."""


Asked = Mapping[QuestionId, QuestionSummary]


def on_the_board(summary: QuestionSummary) -> Standing:
    """Return the forecast that represents a question."""
    return next(
        summary.standings[forecaster] for forecaster in BOARD if forecaster in summary.standings
    )
