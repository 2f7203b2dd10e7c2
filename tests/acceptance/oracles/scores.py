"""Cases of rules for one forecast, and of those for curves and quantiles.

Scales and forms that only platforms and papers have are worked out of the product's own rules: a
Brier score on two sides is twice one on one side, an ensemble is a curve of steps, and so on.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr

from forecasts.calibration.decomposition import check_pairs
from forecasts.distributions.cdf import day_number
from forecasts.distributions.probability import check_probabilities
from forecasts.errors import InvalidForecast
from forecasts.scoring import crps, rules
from forecasts.statistics.dynamics import measure_movement
from tests.acceptance.oracles.asked import instant

Given = Mapping[str, Any]

TWO_SIDED = 2.0
"""Some platforms count YES and NO, and so twice what the product does."""

REACH = 12.0
"""Standard deviations on both sides of a normal curve; what lies beyond is below 1e-32."""

POINTS = 400_001
"""Points of a normal curve; between them it is taken as straight, which costs less than 1e-10."""


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
        "brier_gjo": TWO_SIDED * rules.brier(p, outcome),
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
        "brier_gjo": TWO_SIDED * rules.brier_options(p, outcome),
        "log_loss": rules.log_score_options(p, outcome, clip=0.0),
        "log_loss_clip_001": rules.log_score_options(p, outcome),
        "spherical": rules.spherical_options(p, outcome),
        "rps": (np.shape(p)[-1] - 1) * rules.brier_ordered(p, outcome),
        "brier_ordinal": rules.brier_ordered(p, outcome),
        "gjp_ordered": TWO_SIDED * rules.brier_ordered(p, outcome),
    }


def brier_index(given: Given) -> Any:
    """The index of ForecastBench: 100 for perfect, 50 for always 50 %."""
    return 100.0 * (1.0 - np.sqrt(check_probabilities(given["brier"])))


def crps_normal(given: Given) -> Any:
    """A normal distribution as a curve of many points, wide enough to hold the answer."""
    mu, sigma, y = (np.asarray(given[name], dtype=np.float64) for name in ("mu", "sigma", "y"))
    if not sigma > 0.0:
        raise InvalidForecast("the standard deviation has to be above 0")
    reach = max(REACH * sigma, 1.01 * abs(y - mu))
    x = mu + reach * np.linspace(-1.0, 1.0, POINTS)
    return crps.crps_cdf(x, ndtr((x - mu) / sigma), y)


def crps_ensemble(given: Given) -> Any:
    """Equally likely members as a curve of steps, each as steep as floats allow."""
    members, counts = np.unique(np.asarray(given["members"], dtype=np.float64), return_counts=True)
    y = np.asarray(given["y"], dtype=np.float64)
    below, above = np.nextafter(members, -math.inf), members
    levels = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
    lowest, highest = min(below[0], y.min()) - 1.0, max(above[-1], y.max()) + 1.0
    x = [lowest, *np.column_stack([below, above]).ravel(), highest]
    p = [0.0, *np.column_stack([levels[:-1], levels[1:]]).ravel(), 1.0]
    return crps.crps_cdf(x, p, y)


def weighted_intervals(given: Given) -> Any:
    """Median and central intervals as the quantiles that they are."""
    levels, values = [0.5], [given["median"]]
    for alpha, low, high in given["intervals"]:
        levels += [alpha / 2.0, 1.0 - alpha / 2.0]
        values += [low, high]
    return crps.quantile_score(levels, values, given["y"])


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
    "brier_index": brier_index,
    "crps_normal": crps_normal,
    "crps_ensemble": crps_ensemble,
    "crps_quantiles": lambda given: crps.quantile_score(
        given["alpha"], given["values"], given["y"]
    ),
    "wis": weighted_intervals,
    "crps_cdf": lambda given: crps.crps_cdf(given["x"], given["cdf"], given["y"]),
    "crps_date": crps_date,
    "belief_movement": lambda given: measure_movement(given["path"]),
}
