"""Sections of platform vectors: forecasts with start and end in days after the opening, one
forecaster each.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.distributions.probability import Floats
from forecasts.errors import InvalidForecast
from forecasts.scoring.points import average_peer_points
from forecasts.scoring.rules import (
    baseline_points,
    baseline_points_continuous,
    brier_options,
    brier_ordered,
)
from forecasts.scoring.time_averages import Counts, Windows, clip_intervals, to_microseconds
from tests.acceptance.oracles.asked import OPENS
from tests.acceptance.oracles.scores import TWO_SIDED

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
    found, (opens, ends, closes) = given["f"], _window(given)
    windows = Windows(*(_instants([days] * len(found)) for days in (opens, closes, ends)))
    starts = _instants([max(each.get("s", 0), opens) for each in found])
    stops = _instants([min(_end(each), ends) for each in found])
    pair, masses = np.arange(len(found)), [_given(each, given) for each in found]
    points = average_peer_points(pair, starts, stops, masses, halved=_is_curve(given))
    cut = clip_intervals(pair, starts, stops, windows)
    return np.column_stack([cut.over_schedule(points), cut.coverage])


def spot_peer(given: Given) -> Any:
    """Peer points of each forecast at one instant, against those that stand then."""
    then = [n for n, each in enumerate(given["f"]) if _stands(each, given["t"])]
    masses = [_given(given["f"][n], given) for n in then]
    start, end = np.zeros(len(then), dtype=np.int64), np.ones(len(then), dtype=np.int64)
    points = average_peer_points(
        np.arange(len(then)), start, end, masses, halved=_is_curve(given)
    ).tolist()
    found = dict(zip(then, points, strict=True))
    return [[found[n], 1.0] if n in found else [0.0, 0.0] for n in range(len(given["f"]))]


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
    """The mass of the bucket or option that happened; one not offered then is in the last one."""
    masses, bucket = _masses(forecast), given.get("bucket", 1)
    mass = masses[-1] if masses[bucket] is None else masses[bucket]
    if mass is None:
        raise InvalidForecast("the last option was always offered: it needs a mass")
    return mass


def _baseline(forecast: Given, given: Given) -> float:
    masses, bucket = _masses(forecast), given.get("bucket", 1)
    if forecast.get("kind") != "cdf":
        return float(
            baseline_points(_given(forecast, given), sum(mass is not None for mass in masses))
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
    "bucket_index": bucket_index,
    "brier": lambda given: TWO_SIDED * brier_options(given["p"], given["true"]),
    "ordered_brier": lambda given: TWO_SIDED * brier_ordered(given["p"], given["true"]),
}
