"""Cases of forecasts over time: means, coverage, skill, gaps and the daily grid."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId, Outcome
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.daily import count_midnights
from forecasts.scoring.rules import brier
from forecasts.scoring.scores import Score
from forecasts.scoring.span_table import Timelines
from forecasts.scoring.time_averages import to_microseconds
from tests.acceptance.oracles.asked import (
    ONLY,
    OPENS,
    Asked,
    binary,
    per_forecaster,
    question,
    resolution,
)
from tests.forecasts.scored import score_daily, score_points, score_question

Given = Mapping[str, Any]

NO_SKILL = float(brier(0.5, 1))
"""What the product's own skill is counted from; a case may name another reference."""

BASE_RATE = 0.2
"""What gaps are filled with where a case says nothing."""


def brier_scores(asked: Asked) -> dict[ForecasterId, Score]:
    """Everyone's Brier score over time; empty when nobody is scored."""
    found = score_question(asked.question, asked.resolution, asked.held)
    return {score.forecaster_id: score for score in found if score.rule == "brier"}


def time_weighted_brier(given: Given) -> Any:
    """Coverage, the mean while active, and skill over schedule against the case's own reference."""
    reference = given.get("reference_brier", NO_SKILL)
    found = {
        who: _over_time(score, reference) for who, score in brier_scores(binary(given)).items()
    }
    return per_forecaster(given, found)


def _over_time(score: Score, reference: float) -> dict[str, Any]:
    return {
        "coverage": score.coverage,
        "attainable_coverage": score.attainable_coverage,
        "mean_while_active": score.mean_while_active,
        # The gain over another reference is the gain over 50 %, plus what lies between the two
        # while active.
        "skill_over_schedule": score.skill_over_schedule + (reference - NO_SKILL) * score.coverage,
    }


def score_any(given: Given) -> Any:
    """The word "unscored" when no rule scores anybody, else as `time_weighted_brier`."""
    asked = binary(given)
    together = asked.question, asked.resolution, asked.held
    scored = [*score_question(*together), *score_points(*together), *score_daily(*together)]
    return time_weighted_brier(given) if scored else "unscored"


def gap_policy(given: Given) -> Any:
    """The mean with gaps left out, filled with 50 %, and filled with the base rate."""
    asked = binary(given)
    own = asked.held[ONLY]
    titled = re.search(r"base rate (0?\.\d+)", given.get("title", ""))
    base = given.get("base", given.get("base_rate", float(titled[1]) if titled else BASE_RATE))
    held = {
        ForecasterId("exclude"): own,
        ForecasterId("impute_half"): _filled(asked, own, 0.5),
        ForecasterId("impute_base"): _filled(asked, own, base),
    }
    found = brier_scores(Asked(asked.question, asked.resolution, held))
    return {who: score.mean_while_active for who, score in found.items()}


def _filled(asked: Asked, own: Timeline, p: float) -> Timeline:
    before = (
        min(asked.question.opens_at, *(at for at, _ in own.steps))
        if own.steps
        else asked.question.opens_at
    )
    return build_timeline(
        [
            (before, Binary(p)),
            *((at, Binary(p) if held is None else held) for at, held in own.steps),
        ]
    )


def daily(given: Given) -> Any:
    """Daily and relative Brier scores of everyone; days end at midnight in the case's time zone."""
    asked = binary(given)
    zone = ZoneInfo(given.get("timezone") or "UTC")
    held = {
        who: Timeline(tuple((_wall(at, zone), p) for at, p in own.steps))
        for who, own in asked.held.items()
    }
    opens_at, ends_at = _wall(asked.question.opens_at, zone), _wall(asked.ends_at, zone)
    outcome: Outcome = "yes" if given["outcome"] == 1 else "no"
    scores = daily_scores(held, outcome, opens_at=opens_at, ends_at=ends_at)
    return per_forecaster(given, scores)


def daily_scores(
    held: Timelines, outcome: Outcome, *, opens_at: datetime, ends_at: datetime
) -> dict[ForecasterId, dict[str, Any]]:
    """Daily scores as platforms show them: relative ones divided by the days up to the answer.

    So they are the scores of a question that was to close then.
    """
    if not opens_at < ends_at:
        return {who: _by_day(0, None, None) for who in held}
    found = {
        (score.rule, score.forecaster_id): score
        for score in score_daily(question(opens_at, ends_at), resolution(outcome, ends_at), held)
    }
    first, last = count_midnights(to_microseconds([opens_at, ends_at])).tolist()
    return {
        who: _by_day(last - first, found["daily_brier", who], found["relative_brier", who])
        for who in held
    }


def _by_day(days: int, plain: Score | None, relative: Score | None) -> dict[str, Any]:
    return {
        "days": days,
        "active_days": 0 if plain is None else round(plain.coverage * days),
        "mean_daily_brier": None if plain is None else plain.mean_while_active,
        "relative_brier": 0.0 if relative is None else -relative.skill_over_schedule,
    }


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in the zone show, as if it were UTC, so that the zone's midnight is the
    grid's.
    """
    return at.astimezone(zone).replace(tzinfo=UTC)


def propriety_demo(given: Given) -> Any:
    """The best report under the mean over the realised life, and over the schedule.

    The expected Brier score is a parabola in the report, so that three reports give the best one.
    """
    p_true, last = given["p_true"], given["resolves_day"]
    closes_at = OPENS + timedelta(days=given["scheduled_days"])

    def expect(report: float) -> tuple[float, float]:
        known = OPENS + timedelta(days=last)
        own = build_timeline([(OPENS, Binary(report)), (known, Binary(0.0))])
        came, never = (
            brier_scores(Asked(question(OPENS, closes_at), answer, {ONLY: own}))[ONLY]
            for answer in (resolution("yes", known), resolution("no", closes_at))
        )
        by_life = p_true * (came.mean_while_active or 0.0) + (1.0 - p_true) * (
            never.mean_while_active or 0.0
        )
        by_schedule = p_true * came.skill_over_schedule + (1.0 - p_true) * never.skill_over_schedule
        return by_life, -by_schedule

    lows, middles, highs = expect(0.0), expect(0.5), expect(1.0)
    best = [
        (3.0 * low - 4.0 * middle + high) / (4.0 * (low - 2.0 * middle + high))
        for low, middle, high in zip(lows, middles, highs, strict=True)
    ]
    return {"mean_over_realised_life": best[0], "sum_over_schedule": best[1]}


FUNCTIONS = {
    "time_weighted_brier": time_weighted_brier,
    "score_question": score_any,
    "gap_policy": gap_policy,
    "daily_brier": daily,
    "propriety_demo": propriety_demo,
}
