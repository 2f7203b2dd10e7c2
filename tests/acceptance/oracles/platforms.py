"""Sections of platform vectors: forecasts with start and end in days after the opening, one
forecaster each.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from forecasts.aggregation.pooling import geometric_mean
from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.distributions.probability import Floats
from forecasts.scoring.points import HeldForecast, peer_points, peer_points_at, read_mass
from forecasts.scoring.rules import (
    baseline_points,
    baseline_points_continuous,
    brier_options_two_sided,
    brier_ordered_two_sided,
)
from forecasts.scoring.score_table import Counts, Windows, clip_intervals, to_microseconds
from tests.acceptance.oracles.asked import OPENS

Given = Mapping[str, Any]


def baseline(given: Given) -> Any:
    """Baseline points and coverage of each forecast, over time."""
    found, (opens, ends, closes) = given["f"], _window(given)
    windows = Windows(*(_instants([days] * len(found)) for days in (opens, closes, ends)))
    starts, stops = [each.get("s", 0) for each in found], [min(_end(each), ends) for each in found]
    cut = clip_intervals(np.arange(len(found)), _instants(starts), _instants(stops), windows)
    means, _ = cut.means(np.array([_baseline(each, given) for each in found], dtype=np.float64))
    points = cut.over_schedule(means)
    return np.column_stack([points, cut.coverage])


def spot_baseline(given: Given) -> Any:
    """Baseline points of each forecast at one instant; who does not stand then gets 0, and coverage
    0.
    """
    at = given["t"]
    return [
        [_baseline(each, given), 1.0] if _stands(each, at) else [0.0, 0.0] for each in given["f"]
    ]


def peer(given: Given) -> Any:
    """Peer points and coverage of each forecast, over time."""
    opens, ends, closes = _window(given)
    stood = {
        number: [
            HeldForecast(max(each.get("s", 0), opens), min(_end(each), ends), _given(each, given))
        ]
        for number, each in enumerate(given["f"])
    }
    found = peer_points(stood, closes - opens, halved=_is_curve(given))
    return [[found[number].points, found[number].coverage] for number in stood]


def spot_peer(given: Given) -> Any:
    """Peer points of each forecast at one instant, against those that stand then."""
    then = {
        n: _given(each, given) for n, each in enumerate(given["f"]) if _stands(each, given["t"])
    }
    found = peer_points_at(then, halved=_is_curve(given))
    return [
        [found[number], 1.0] if number in then else [0.0, 0.0] for number in range(len(given["f"]))
    ]


def geomean(given: Given) -> Any:
    """The geometric mean whenever a forecast starts or ends, with how many stand; one alone is
    counted as none.
    """
    found = given["f"]
    changes = sorted(
        {time for each in found for time in (each.get("s", 0), _end(each)) if time < math.inf}
    )
    rows = []
    for at in changes:
        standing = [_masses(each) for each in found if _stands(each, at)]
        if standing:
            pmf = geometric_mean(np.array(standing, dtype=np.float64))
            rows.append({"t": at, "n": len(standing) if len(standing) > 1 else 0, "pmf": pmf})
    return rows


def bucket_index(given: Given) -> Any:
    """The bucket of each value on a scale."""
    asked = given["q"]
    scale = Scale(asked["min"], asked["max"], zero_point=asked.get("zero"))
    return {str(value): scale.bucket(value, asked["n"]) for value, _ in given["cases"]}


def _window(given: Given) -> tuple[float, float, float]:
    """Opening, effective close and scheduled close."""
    return given.get("t0", 0), given.get("close", 10), given.get("t1", 10)


def _masses(forecast: Given) -> Sequence[float | None]:
    """What a forecast gave to each bucket: NO and YES; the options; or below, the steps of a curve,
    and above.
    """
    p = forecast.get("p", 0.5)
    match forecast.get("kind", "binary"):
        case "binary":
            return 1.0 - p, p
        case "cdf":
            return tuple(np.diff(p, prepend=0.0, append=1.0).tolist())
        case _:
            return tuple(p)


def _given(forecast: Given, given: Given) -> float:
    return read_mass(_masses(forecast), given.get("bucket", 1))


def _baseline(forecast: Given, given: Given) -> float:
    masses, bucket = _masses(forecast), given.get("bucket", 1)
    if forecast.get("kind") != "cdf":
        return float(
            baseline_points(read_mass(masses, bucket), sum(mass is not None for mass in masses))
        )
    mass = float(np.asarray(masses, dtype=np.float64)[bucket])
    # Only the ratio counts, and one of Metaculus' own vectors has a mass above 1.
    unit = max(mass, 1.0)
    base = _even_masses(len(masses) - 2, bucket, given.get("open_bounds", 0))[bucket]
    return float(baseline_points_continuous(mass / unit, base=base / unit))


def _even_masses(count: int, bucket: int, open_bounds: int) -> Floats:
    """What a flat forecast gives to each bucket; where one bound is open, it is the one on the
    answer's side.
    """
    scale = Scale(
        0.0,
        1.0,
        open_lower=open_bounds > 1 or bucket == 0,
        open_upper=open_bounds > 1 or bucket > count or (open_bounds == 1 and bucket > 0),
    )
    flat = uniform_curve(scale)
    return np.diff([flat.at(x) for x in np.linspace(0.0, 1.0, count + 1)], prepend=0.0, append=1.0)


def _is_curve(given: Given) -> bool:
    return any(each.get("kind") == "cdf" for each in given["f"])


def _end(forecast: Given) -> float:
    end = forecast.get("e")
    return math.inf if end is None else float(end)


def _stands(forecast: Given, at: float) -> bool:
    return bool(forecast.get("s", 0) <= at < _end(forecast))


def _instants(days: Sequence[float]) -> Counts:
    return to_microseconds([OPENS + timedelta(days=each) for each in days])


FUNCTIONS = {
    "baseline": baseline,
    "spot_baseline": spot_baseline,
    "peer": peer,
    "spot_peer": spot_peer,
    "geomean": geomean,
    "bucket_index": bucket_index,
    "brier": lambda given: brier_options_two_sided(given["p"], given["true"]),
    "ordered_brier": lambda given: brier_ordered_two_sided(given["p"], given["true"]),
}
