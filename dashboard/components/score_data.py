"""Data frames of one question's scores and receipts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording.numbers import display_name, percent_number
from dashboard.wording.questions import format_forecast
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Forecaster, ForecasterId, Kind, Question
from forecasts.questions.timeline import Forecast
from forecasts.scoring.rulebook import HEADLINE, RULES, ScoringRule
from forecasts.scoring.scores import Score


def list_rules_for(kind: Kind) -> tuple[ScoringRule, ...]:
    """List the scoring rules for a kind of question, headline rule first."""
    applicable = [rule for rule in RULES.values() if kind in rule.kinds]
    return tuple(sorted(applicable, key=lambda rule: rule.name != HEADLINE[kind]))


def forecaster_scores_frame(
    question: Question,
    scores: Sequence[Score],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """One row per forecaster on one question, best skill first. Columns:

    who, forecaster, skill (gain of the headline rule over knowing nothing, ×100), one column per
    rule of the kind under its name (mean while active, or points), coverage (percent of the
    scheduled time).
    """
    rules = list_rules_for(question.kind)
    by_forecaster: dict[ForecasterId, dict[str, Score]] = {}
    for score in scores:
        by_forecaster.setdefault(score.forecaster_id, {})[score.rule] = score
    names = ("skill", *(rule.name for rule in rules), "coverage")
    types = {"who": "str", "forecaster": "str", **dict.fromkeys(names, "float64")}
    rows = [
        (
            forecaster_id,
            display_name(forecasters[forecaster_id], me),
            _drop_negative_zero(100 * by_rule[rules[0].name].skill_over_schedule),
            *(_score_number(rule, by_rule.get(rule.name)) for rule in rules),
            percent_number(by_rule[rules[0].name].coverage),
        )
        for forecaster_id, by_rule in by_forecaster.items()
        if rules[0].name in by_rule
    ]
    return build_frame(types, sorted(rows, key=lambda row: -row[2]))


def list_possible_answers(question: Question, typed_answer: str, at: datetime) -> tuple[str, ...]:
    """List the answers whose scores are worth comparing, as typed, `typed_answer` first.

    YES and NO, or the options offered at that time; for numbers and dates only the typed answer and
    the open bounds.
    """
    if question.kind == "binary":
        other_answers: tuple[str, ...] = ("yes", "no")
    elif question.scale is None:
        other_answers = question.offered_options(at)
    else:
        above = NEVER if question.kind == "date" else ABOVE
        other_answers = (
            *([BELOW] if question.scale.open_lower else []),
            *([above] if question.scale.open_upper else []),
        )
    return tuple(dict.fromkeys((typed_answer, *other_answers)))


def hypothetical_scores_frame(
    question: Question,
    scored: Mapping[str, Sequence[Score]],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """Everyone's scores under several outcomes, in their order. Columns: outcome, and those of the
    frame for one outcome. Outcomes under which nobody is scored have no row.
    """
    parts = [
        forecaster_scores_frame(question, scores, forecasters, me).assign(outcome=outcome)
        for outcome, scores in scored.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _score_number(rule: ScoringRule, score: Score | None) -> float | None:
    if score is None:
        return None
    return (
        _drop_negative_zero(score.skill_over_schedule)
        if rule.is_points
        else score.mean_while_active
    )


def _drop_negative_zero(gain: float) -> float:
    """Replace a gain that would be written −0.0 by 0.0."""
    return gain if abs(gain) >= 0.05 else 0.0


def score_receipt_frame(question: Question, score: Score) -> pd.DataFrame:
    """One row per interval of a score's receipt. Columns:

    start and end (time), days, said (the forecast in words), weight (percent of the scheduled
    time), score (of this forecast), contribution (to the mean while active).
    """
    rows: list[tuple[Any, ...]] = [
        (
            i.start,
            i.end,
            (i.end - i.start) / timedelta(days=1),
            format_forecast(question, i.forecast),
            100 * i.weight,
            i.score,
            i.contribution,
        )
        for i in score.receipt
    ]
    return build_frame(
        ("start:time end:time days:float said weight:float score:float contribution:float"), rows
    )


def hindsight_frame(
    question: Question,
    late: Sequence[Forecast],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """Forecasts made after the answer was known. Columns: forecaster, made (time), said."""
    rows = [
        (
            display_name(forecasters[f.forecaster_id], me),
            f.made_at,
            format_forecast(question, f.distribution),
        )
        for f in late
    ]
    return build_frame("forecaster made:time said", rows)
