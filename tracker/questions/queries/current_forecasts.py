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
from forecasts.questions.timeline import build_timeline
from forecasts.suggestion.time_decay import hazard_probability
from tracker.model.read_models import CurrentForecast, QuestionSummary
from tracker.storage.forecasts import LastAct


def compute_current_forecasts(
    question: Question,
    latest_acts: Mapping[ForecasterId, LastAct],
    people: Mapping[ForecasterId, Forecaster],
    at: datetime,
) -> dict[ForecasterId, CurrentForecast]:
    """Compute everyone's current forecast from their last act; withdrawn ones are left out.

    Base rate, time and crowd follow from the question and the acts. The crowd is as old as its
    newest member's act.
    """
    current_forecasts = {PRIOR: CurrentForecast(people[PRIOR], question.prior, question.opens_at)}
    if question.kind == "binary":
        current_forecasts[HAZARD] = CurrentForecast(
            people[HAZARD], Binary(hazard_probability(question, at)), at
        )
    for forecaster_id, (since, distribution) in latest_acts.items():
        if distribution is not None:
            current_forecasts[forecaster_id] = CurrentForecast(
                people[forecaster_id], distribution, since
            )
    members = {
        forecaster_id: build_timeline([(s.since, s.distribution)])
        for forecaster_id, s in current_forecasts.items()
        if forecaster_id not in RESERVED
    }
    crowd = crowd_at(question, members, at) if members else None
    if crowd is not None:
        current_forecasts[CROWD] = CurrentForecast(
            people[CROWD],
            crowd,
            max(current_forecasts[forecaster_id].since for forecaster_id in members),
        )
    return current_forecasts


BOARD_PRECEDENCE = (CROWD, SUGGESTION, PRIOR)
"""Precedence of the forecast that represents a question: crowd, suggestion, base rate."""


SummariesByQuestion = Mapping[QuestionId, QuestionSummary]


def board_forecast(summary: QuestionSummary) -> CurrentForecast:
    """Return the forecast that represents a question."""
    return next(
        summary.standings[forecaster]
        for forecaster in BOARD_PRECEDENCE
        if forecaster in summary.standings
    )
