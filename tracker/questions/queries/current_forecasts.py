"""Who holds what on a question at an instant: people and the suggestion by their last acts, all
others worked out.
"""

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
    stood: Mapping[ForecasterId, Stood],
    people: Mapping[ForecasterId, Forecaster],
    at: datetime,
) -> dict[ForecasterId, Standing]:
    """What everyone holds, by the last act of each up to the instant; who holds nothing any more is
    left out.

    Base rate, time and crowd follow from the question and the acts. The crowd is as old as its
    newest member's act.
    """
    held = {PRIOR: Standing(people[PRIOR], question.prior, question.opens_at)}
    if question.kind == "binary":
        held[HAZARD] = Standing(people[HAZARD], Binary(hazard(question, at)), at)
    for who, (since, distribution) in stood.items():
        if distribution is not None:
            held[who] = Standing(people[who], distribution, since)
    members = {
        who: timeline([(s.since, s.distribution)]) for who, s in held.items() if who not in RESERVED
    }
    crowd = crowd_at(question, members, at) if members else None
    if crowd is not None:
        held[CROWD] = Standing(people[CROWD], crowd, max(held[who].since for who in members))
    return held


BOARD = (CROWD, SUGGESTION, PRIOR)
"""Precedence of the forecast that represents a question: crowd, suggestion, base rate."""


Asked = Mapping[QuestionId, QuestionSummary]


def on_the_board(summary: QuestionSummary) -> Standing:
    """Return the forecast that represents a question."""
    return next(
        summary.standings[forecaster] for forecaster in BOARD if forecaster in summary.standings
    )
