"""One question's scores and receipts, by the rules of its kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import in_short, named, percent_number
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId, Kind, Question
from forecasts.questions.timeline import Forecast
from forecasts.scoring.rulebook import HEADLINE, RULES, Rule
from forecasts.scoring.scores import Score


def rules_of(kind: Kind) -> tuple[Rule, ...]:
    """The rules that judge a kind of question, the headline rule first."""
    fit = [rule for rule in RULES.values() if kind in rule.kinds]
    return tuple(sorted(fit, key=lambda rule: rule.name != HEADLINE[kind]))


def question_scores_frame(
    question: Question,
    scores: Sequence[Score],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """Everyone's scores on one question, the best skill first. Columns:

    who, forecaster, skill (gain of the headline rule over knowing nothing, ×100), a column a rule
    of the kind under its name (mean while active; for points, the points), coverage (percent of the
    scheduled time).
    """
    rules = rules_of(question.kind)
    found: dict[ForecasterId, dict[str, Score]] = {}
    for score in scores:
        found.setdefault(score.forecaster_id, {})[score.rule] = score
    names = ("skill", *(rule.name for rule in rules), "coverage")
    types = {"who": "str", "forecaster": "str", **dict.fromkeys(names, "float64")}
    rows = [
        (who, named(forecasters[who], me), _settled(100 * own[rules[0].name].skill_over_schedule),
         *(_number(rule, own.get(rule.name)) for rule in rules), percent_number(own[rules[0].name].coverage))
        for who, own in found.items()
        if rules[0].name in own
    ]  # fmt: skip
    return frame_of(types, sorted(rows, key=lambda row: -row[2]))


def possible(question: Question, given: str, at: datetime) -> tuple[str, ...]:
    """The answers whose scores are worth comparing, as they are typed, the given one first.

    YES and NO, or the options that are offered at an instant; of numbers and dates, which are too
    many, the given one and what lies beyond open bounds.
    """
    if question.kind == "binary":
        others: tuple[str, ...] = ("yes", "no")
    elif question.scale is None:
        others = question.offered(at)
    else:
        above = NEVER if question.kind == "date" else ABOVE
        others = (
            *([BELOW] if question.scale.open_lower else []),
            *([above] if question.scale.open_upper else []),
        )
    return tuple(dict.fromkeys((given, *others)))


def would_score_frame(
    question: Question,
    scored: Mapping[str, Sequence[Score]],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """What everyone would score under several outcomes, in their order. Columns: outcome, and those
    of `question_scores_frame`. Outcomes under which nobody is scored have no row.
    """
    parts = [
        question_scores_frame(question, scores, forecasters, me).assign(outcome=outcome)
        for outcome, scores in scored.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _number(rule: Rule, score: Score | None) -> float | None:
    if score is None:
        return None
    return _settled(score.skill_over_schedule) if rule.is_points else score.mean_while_active


def _settled(gain: float) -> float:
    """A gain that would be written −0.0 is none."""
    return gain if abs(gain) >= 0.05 else 0.0


def intervals_frame(question: Question, score: Score) -> pd.DataFrame:
    """What a score is made of. Columns:

    start and end (time), days, said (the forecast in words), weight (percent of the scheduled
    time), score (of this forecast), contribution (to the mean while active).
    """
    types = {
        "start": TIME,
        "end": TIME,
        "days": "float64",
        "said": "str",
        "weight": "float64",
        "score": "float64",
        "contribution": "float64",
    }
    rows: list[tuple[Any, ...]] = [
        (i.start, i.end, (i.end - i.start) / timedelta(days=1), in_short(question, i.forecast), 100 * i.weight,
         i.score, i.contribution)
        for i in score.receipt
    ]  # fmt: skip
    return frame_of(types, rows)


def hindsight_frame(
    question: Question,
    late: Sequence[Forecast],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """Forecasts made when the answer was known. Columns: forecaster, made (time), said."""
    rows = [
        (named(forecasters[f.forecaster_id], me), f.made_at, in_short(question, f.distribution))
        for f in late
    ]
    return frame_of({"forecaster": "str", "made": TIME, "said": "str"}, rows)
