"""Cases of several forecasters made into one."""

from collections.abc import Mapping
from typing import Any

from forecasts.aggregation import pooling

Given = Mapping[str, Any]


def aggregate(given: Given) -> Any:
    """The crowd's ways of pooling binary forecasts, oldest first."""
    p = given["p_oldest_first"]
    weights = pooling.recency_weights(len(p))
    return {
        "recency_weights": weights,
        "recency_weighted_median": pooling.weighted_percentile(p, weights, 0.5),
        "crowd": pooling.pool_crowd(p),
    }


def weighted_percentile(given: Given) -> Any:
    """A row for each of the percentages asked for."""
    return [
        pooling.weighted_percentile(given["values"], given.get("w"), share / 100.0)
        for share in given["pct"]
    ]


FUNCTIONS = {"aggregate": aggregate, "weighted_percentile": weighted_percentile}
