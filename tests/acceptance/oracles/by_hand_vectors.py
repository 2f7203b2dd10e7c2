"""Platform vectors, with numbers that were worked out by hand."""

import math
from typing import Any

from tests.acceptance.oracles.by_hand import LN2


def forecast(
    p: Any, start: float = 0, end: float | None = None, kind: str = "binary"
) -> dict[str, Any]:
    """A forecast of a platform vector."""
    return {"kind": kind, "p": p, "s": start, "e": end}


PLATFORM: dict[str, Any] = {
    "_meta": {"precision": "eight decimals"},
    "note": "a section is a list; this is none",
    "baseline": [
        {"id": "empty", "f": [], "expect": []},
        {
            "f": [forecast(0.5, 3, 8), forecast(0.25, 12)],
            "t0": 0,
            "close": 5,
            "t1": 10,
            "expect": [[0, 0.2], [0, 0]],
        },
        {"f": [forecast(0.25)], "bucket": 1, "expect": [[-100, 1]]},
        {"f": [forecast([0.5, None, 0.5], kind="mc")], "bucket": 1, "expect": [[0, 1]]},
        {"f": [forecast([0, 0.25, 1], kind="cdf")], "bucket": 1, "expect": [[-50 * LN2, 1]]},
        {
            "f": [forecast([0.1, 0.5, 0.95], kind="cdf")],
            "bucket": 0,
            "open_bounds": 2,
            "expect": [[50 * LN2, 1]],
        },
        {
            "f": [forecast([0, 0.5, 0.9], kind="cdf")],
            "bucket": 3,
            "open_bounds": 1,
            "expect": [[50 * LN2, 1]],
        },
        {
            "f": [forecast([0, 0.475, 0.9], kind="cdf")],
            "bucket": 1,
            "open_bounds": 1,
            "expect": [[0, 1]],
        },
    ],
    "spot_baseline": [
        {
            "f": [forecast(0.25), forecast(0.25, 0, 3)],
            "bucket": 1,
            "t": 3,
            "expect": [[-100, 1], [0, 0]],
        },
        {"f": [forecast([0, math.e / 2, 1], kind="cdf")], "bucket": 1, "t": 3, "expect": [[50, 1]]},
    ],
    "peer": [
        {"f": [forecast(0.5), forecast(0.25, 5)], "expect": [[50 * LN2, 1], [-50 * LN2, 0.5]]},
        {
            "f": [forecast([0, 0.5, 1], kind="cdf"), forecast([0, 0.25, 1], kind="cdf")],
            "expect": [[50 * LN2, 1], [-50 * LN2, 1]],
        },
    ],
    "spot_peer": [
        {
            "f": [forecast(0.5), forecast(0.25), forecast(0.9, 7)],
            "t": 6,
            "expect": [[100 * LN2, 1], [-100 * LN2, 1], [0, 0]],
        }
    ],
    "bucket_index": [
        {
            "q": {"name": "even", "min": 0, "max": 4, "n": 4},
            "cases": [[-1, 0], [0, 1], [1, 1], [1.5, 2], [4, 4], [5, 5]],
        },
        {
            "q": {"name": "log", "min": 1, "max": 100, "n": 2, "zero": 0},
            "cases": [[0.5, 0], [9, 1], [11, 2], [200, 3]],
        },
    ],
    "weighted_percentile": [
        {
            "values": [[0.5, 0.5], [0.6, 0.4]],
            "w": None,
            "pct": [50, 40],
            "expect": [[0.55, 0.45], [0.5, 0.4]],
        }
    ],
    "brier": [{"p": [0.6, 0.4], "true": 1, "expect": 0.72}],
    "ordered_brier": [{"p": [0.2, 0.2, 0.2, 0.2, 0.2], "true": 0, "expect": 0.6}],
    "daily_brier_relative": [
        {
            "id": "two",
            "days": 2,
            "outcome": "YES",
            "two_sided": True,
            "forecasts": {"1": [[0, 0.9]], "2": [[1, 0.5]], "3": []},
            "expect_relative": {"1": -0.12, "2": 0.12},
            "expect_abs_single": {"1": 0.02, "3": None},
            "tol": 1e-6,
        },
        {
            "days": 1,
            "outcome": "NO",
            "two_sided": False,
            "forecasts": {"1": [[0, 0.1]]},
            "expect_abs_single": {"1": 0.01},
        },
        {
            "days": 0.5,
            "outcome": "YES",
            "forecasts": {"1": [[0, 0.9], [0.25, 0.7]]},
            "expect_abs_single": {"1": 0.08},
            "time_averaged_brier_instead": 0.1,
        },
    ],
    "gjo_accuracy": [
        {
            "outcome_index": 1,
            "george": [["11-01", [0.7, 0.3]]],
            "kramer": [["2016-11-02", [0.4, 0.6]]],
            "avg_daily": {"george": 0.98, "kramer": 0.32},
            "participation": {"george": 1, "kramer": 0.5},
            "daily_median": [0.98, 0.65],
            "crowd_all_days": 0.815,
            "accuracy_variant_all_days": {"george": 0.165, "kramer": -0.2475},
            "accuracy_variant_active_days": {"george": 0.165, "kramer": -0.165},
        }
    ],
}
"""Platform vectors, at least one of each section."""
