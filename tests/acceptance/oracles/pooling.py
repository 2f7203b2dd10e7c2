"""Cases of several forecasters made into one."""

from collections.abc import Mapping
from typing import Any

from forecasts.aggregation import pooling

Given = Mapping[str, Any]

EPS = 0.001
"""How near to 0 and 1 forecasts come in mean log-odds, where a case does not say."""


def aggregate(given: Given) -> Any:
    """Every way of pooling binary forecasts, oldest first."""
    p = given["p_oldest_first"]
    pooled = pooling.mean_log_odds(p, clip=given.get("eps", EPS))
    return {
        "mean": pooling.mean(p),
        "median": pooling.median(p),
        "recency_weights": pooling.recency_weights(len(p)),
        "recency_weighted_median": pooling.recency_weighted_median(p),
        "geo_mean_odds": pooled,
        "extremised_2_5": pooling.extremise(pooled, 2.5),
        "geo_mean_odds_neyman": pooling.extremise(pooled, pooling.neyman_factor(len(p))),
        "crowd": pooling.pool_crowd(p),
    }


def cwm(given: Given) -> Any:
    """The contribution-weighted model."""
    history, outcomes = given["history"], given["outcomes"]
    found: dict[str, Any] = {"contribution": pooling.crowd_contributions(history, outcomes)}
    if "new" in given:
        found["forecast"] = pooling.pool_by_contribution(history, outcomes, given["new"])
    return found


def weighted_percentile(given: Given) -> Any:
    """A row for each of the percentages asked for."""
    return [
        pooling.weighted_percentile(given["values"], given.get("w"), share / 100.0)
        for share in given["pct"]
    ]


FUNCTIONS = {"aggregate": aggregate, "cwm": cwm, "weighted_percentile": weighted_percentile}
