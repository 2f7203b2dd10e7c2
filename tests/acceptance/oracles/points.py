"""Cases of points, everyone on one question at once."""

from collections.abc import Mapping
from typing import Any

from forecasts.questions.question import ForecasterId
from forecasts.scoring.rulebook import RuleName
from forecasts.scoring.scores import Score
from tests.acceptance.oracles.asked import Asked, binary, curve, instant, options, per_forecaster
from tests.forecasts.scored import score_points, score_question

Given = Mapping[str, Any]

CURVES = ("numeric", "continuous", "discrete", "date")


def metaculus_points(given: Given) -> Any:
    """Baseline, peer and spot points with their coverage, by forecaster."""
    asked = _asked(given)
    spot = given.get("spot_time")
    together = asked.question, asked.resolution, asked.held
    scores = (
        *score_question(*together),
        *score_points(*together, spots=None if spot is None else (instant(spot),)),
    )
    by_rule: dict[tuple[ForecasterId, RuleName], Score] = {
        (each.forecaster_id, each.rule): each for each in scores
    }
    return per_forecaster(given, {who: _points(who, by_rule) for who in asked.held})


def _asked(given: Given) -> Asked:
    kind = given.get("type", "binary")
    if kind in CURVES:
        return curve(given)
    return binary(given) if kind == "binary" else options(given)


def _points(
    who: ForecasterId, by_rule: Mapping[tuple[ForecasterId, RuleName], Score]
) -> dict[str, float]:
    own, peer = by_rule[who, "baseline"], by_rule[who, "peer"]
    return {
        "baseline": own.skill_over_schedule,
        "baseline_coverage": own.coverage,
        "peer": peer.skill_over_schedule,
        "peer_coverage": peer.coverage,
        "spot_baseline": by_rule[who, "spot_baseline"].skill_over_schedule,
        "spot_peer": by_rule[who, "spot_peer"].skill_over_schedule,
        "spot_coverage": by_rule[who, "spot_peer"].coverage,
    }


FUNCTIONS = {"metaculus_points": metaculus_points}
