"""Cases of forecasts over time: means, coverage, skill, gaps and the daily grid."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.daily import daily_brier, score_daily
from forecasts.scoring.points import score_points
from forecasts.scoring.rules import brier
from forecasts.scoring.scores import Score, best_report, score_question
from tests.acceptance.oracles.asked import ONLY, Asked, binary, per_forecaster

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
    return per_forecaster(
        given, daily_brier(held, given["outcome"], opens_at=opens_at, ends_at=ends_at)
    )


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in the zone show, as if it were UTC, so that the zone's midnight is the
    grid's.
    """
    return at.astimezone(zone).replace(tzinfo=UTC)


def propriety_demo(given: Given) -> Any:
    """The best report under the mean over the realised life, and over the schedule."""
    by_life, by_schedule = best_report(
        given["p_true"], given["resolves_day"], given["scheduled_days"]
    )
    return {"mean_over_realised_life": by_life, "sum_over_schedule": by_schedule}


FUNCTIONS = {
    "time_weighted_brier": time_weighted_brier,
    "score_question": score_any,
    "gap_policy": gap_policy,
    "daily_brier": daily,
    "propriety_demo": propriety_demo,
}
