"""Cases of rules for one forecast, and of those for curves, quantiles and ensembles."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from forecasts.calibration.decomposition import check_pairs
from forecasts.distributions.cdf import day_number
from forecasts.scoring import crps, rules
from forecasts.statistics.dynamics import measure_movement
from tests.acceptance.oracles.asked import instant

Given = Mapping[str, Any]


def binary_scores(given: Given) -> Any:
    """One binary forecast by every rule."""
    return _binary(given["p"], given["outcome"])


def mean_binary_scores(given: Given) -> Any:
    """The means over several questions."""
    return {
        name: np.mean(found)
        for name, found in _binary(*check_pairs(given["p"], given["outcomes"])).items()
    }


def _binary(p: Any, outcome: Any) -> dict[str, Any]:
    return {
        "brier": rules.brier(p, outcome),
        "brier_gjo": rules.brier_two_sided(p, outcome),
        "log_loss": rules.log_score(p, outcome, clip=0.0),
        "log_loss_clip_001": rules.log_score(p, outcome),
        "spherical": rules.spherical(p, outcome),
    }


def categorical_scores(given: Given) -> Any:
    """One forecast over options by every rule; those for ordered options are there to be asked
    for.
    """
    p, outcome = given["p"], given["outcome_index"]
    return {
        "brier": rules.brier_options(p, outcome),
        "brier_gjo": rules.brier_options_two_sided(p, outcome),
        "log_loss": rules.log_score_options(p, outcome, clip=0.0),
        "log_loss_clip_001": rules.log_score_options(p, outcome),
        "spherical": rules.spherical_options(p, outcome),
        "rps": rules.ranked_probability_score(p, outcome),
        "brier_ordinal": rules.brier_ordered(p, outcome),
        "gjp_ordered": rules.brier_ordered_two_sided(p, outcome),
    }


def crps_date(given: Given) -> Any:
    """A date question in days: 0 on the day of origin, and null for what did not come."""
    knots = [(given["origin"], 0.0), *given["cdf"]]
    x = [day_number(instant(text)) for text, _ in knots]
    y = math.inf if given.get("y") in (None, "never") else day_number(instant(given["y"]))
    return crps.crps_cdf(x, [p for _, p in knots], y)


FUNCTIONS = {
    "binary_scores": binary_scores,
    "mean_binary_scores": mean_binary_scores,
    "categorical_scores": categorical_scores,
    "brier_index": lambda given: rules.brier_index(given["brier"]),
    "crps_normal": lambda given: crps.crps_normal(given["mu"], given["sigma"], given["y"]),
    "crps_ensemble": lambda given: crps.crps_ensemble(given["members"], given["y"]),
    "crps_quantiles": lambda given: crps.quantile_score(
        given["alpha"], given["values"], given["y"]
    ),
    "wis": lambda given: crps.weighted_interval_score(
        given["median"], given["intervals"], given["y"]
    ),
    "crps_cdf": lambda given: crps.crps_cdf(given["x"], given["cdf"], given["y"]),
    "crps_date": crps_date,
    "belief_movement": lambda given: measure_movement(given["path"]),
}
