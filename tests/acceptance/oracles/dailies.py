"""Sections of platform vectors on scores by the day, as Good Judgment Open, Cultivate and Fatebook
keep them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any

from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import check_sum_to_one
from forecasts.errors import InvalidForecast
from forecasts.questions.question import ForecasterId
from forecasts.questions.timeline import Timeline, build_timeline
from tests.acceptance.oracles.asked import OPENS, Asked, instant, question, resolution
from tests.acceptance.oracles.cases import is_list
from tests.acceptance.oracles.over_time import brier_scores, daily_scores
from tests.acceptance.oracles.scores import TWO_SIDED
from tests.forecasts.scored import score_daily

Given = Mapping[str, Any]

LEAP_YEAR = 2016
"""The year of dates that have none."""


def daily_brier_relative(given: Given) -> Any:
    """Relative Brier scores by the day, and mean Brier scores over the time each one was active."""
    outcome = 1 if given["outcome"] in ("YES", 1) else 0
    scale = TWO_SIDED if given.get("two_sided", True) else 1.0
    held = {ForecasterId(who): _days(acts) for who, acts in given["forecasts"].items()}
    asked = _asked(held, outcome, given["days"])
    daily = daily_scores(held, asked.resolution.outcome, opens_at=OPENS, ends_at=asked.ends_at)
    means = {who: score.mean_while_active for who, score in brier_scores(asked).items()}
    absolute = {who: None if found is None else scale * found for who, found in means.items()}
    return {
        "expect_relative": {who: scale * found["relative_brier"] for who, found in daily.items()},
        "expect_abs_single": absolute,
        "time_averaged_brier_instead": absolute
        if len(absolute) > 1
        else next(iter(absolute.values()), None),
    }


def _days(acts: Sequence[tuple[float, float]]) -> Timeline:
    return build_timeline((OPENS + timedelta(days=day), Binary(p)) for day, p in acts)


def gjo_accuracy(given: Given) -> Any:
    """Accuracy as Good Judgment Open keeps it, the last forecast of each calendar day counting.

    The FAQ leaves open whether a forecaster is held against the crowd on all days or on their own
    active ones.
    """
    acts = {who: own for who, own in given.items() if is_list(own) and own and is_list(own[0])}
    first = min(_date(day) for own in acts.values() for day, _ in own)
    held = {
        ForecasterId(who): build_timeline((OPENS + (_date(day) - first), _yes(p)) for day, p in own)
        for who, own in acts.items()
    }
    asked = _asked(
        held, given["outcome_index"], given.get("days", len(given.get("daily_median", ())))
    )
    daily = daily_scores(held, asked.resolution.outcome, opens_at=OPENS, ends_at=asked.ends_at)
    medians = _medians(asked)
    crowd = TWO_SIDED * fmean(found for found in medians if found is not None)
    own = {who: TWO_SIDED * (found["mean_daily_brier"] or 0.0) for who, found in daily.items()}
    share = {who: found["active_days"] / found["days"] for who, found in daily.items()}
    return {
        "avg_daily": own,
        "participation": share,
        "daily_median": [None if found is None else TWO_SIDED * found for found in medians],
        "crowd_all_days": crowd,
        "accuracy_variant_all_days": {who: (own[who] - crowd) * share[who] for who in held},
        "accuracy_variant_active_days": {
            who: TWO_SIDED * found["relative_brier"] for who, found in daily.items()
        },
    }


def _medians(asked: Asked) -> list[float | None]:
    """The median of everyone's Brier scores on each day; None on a day without any."""
    lines = [
        line
        for score in score_daily(asked.question, asked.resolution, asked.held)
        if score.rule == "daily_brier"
        for line in score.receipt
    ]
    ends = [OPENS + timedelta(days=n + 1) for n in range((asked.ends_at - OPENS).days)]
    days = [[line.score for line in lines if line.start < end <= line.end] for end in ends]
    return [median(day) if day else None for day in days]


def _date(text: str) -> datetime:
    return instant(text if len(text) > len("11-01") else f"{LEAP_YEAR}-{text}")


def _yes(p: Sequence[float]) -> Binary:
    if len(p) != 2:
        raise InvalidForecast(
            f"daily scores are of binary questions: give two probabilities, not {len(p)}"
        )
    return Binary(float(check_sum_to_one(p)[1]))


def _asked(held: dict[ForecasterId, Timeline], outcome: int, days: float) -> Asked:
    closes_at = OPENS + timedelta(days=days)
    return Asked(
        question(OPENS, closes_at), resolution("yes" if outcome == 1 else "no", closes_at), held
    )


FUNCTIONS = {"daily_brier_relative": daily_brier_relative, "gjo_accuracy": gjo_accuracy}
