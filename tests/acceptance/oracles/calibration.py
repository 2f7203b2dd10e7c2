"""Cases of calibration: decompositions, bands, intervals and diagnostics."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecasts.calibration.band import (
    POINTWISE_LEVEL,
    CalibrationTest,
    fit_pointwise_band,
    judge_calibration,
)
from forecasts.calibration.corp import corp
from forecasts.calibration.decomposition import BINS, measure_gap, murphy
from forecasts.statistics.intervals import jeffreys, wilson

Given = Mapping[str, Any]

RESAMPLES = 6000
"""How often chance is tried where a case does not say: the error left is far below the tolerance of
such cases.
"""


def corp_parts(given: Given) -> Any:
    """The decomposition with its recalibrated values."""
    found = corp(given["p"], given["outcomes"], rule=given.get("rule", "brier"))
    return {
        "recal": found.recalibrated,
        "score": found.score,
        "mcb": found.mcb,
        "dsc": found.dsc,
        "unc": found.unc,
    }


def murphy_parts(given: Given) -> Any:
    """The decomposition over the case's edges, or over a number of equal bins."""
    edges = given.get(
        "bin_edges", np.linspace(0.0, 1.0, int(given["bins"]) + 1) if "bins" in given else None
    )
    return murphy(given["p"], given["outcomes"], edges)


def proportion_ci(given: Given) -> Any:
    """Both intervals for a share."""
    share = given["k"], given["n"], given.get("level", 0.95)
    return {"wilson": wilson(*share), "jeffreys": jeffreys(*share)}


def _test(given: Given) -> CalibrationTest:
    outcomes = given.get("outcomes", np.zeros(len(given["p"])))
    draws = int(given.get("resamples", RESAMPLES))
    return judge_calibration(
        given["p"], outcomes, given.get("clusters"), draws=draws, seed=int(given.get("seed", 0))
    )


def pointwise_band(given: Given) -> Any:
    """The band at each forecast by itself, at the one level that the product shows."""
    if given.get("level", POINTWISE_LEVEL) != POINTWISE_LEVEL:
        raise NotImplementedError(f"the band has level {POINTWISE_LEVEL} only")
    draws = int(given.get("resamples", RESAMPLES))
    return fit_pointwise_band(
        given["p"], given.get("clusters"), draws=draws, seed=int(given.get("seed", 0))
    )


def gap(given: Given) -> float:
    """The calibration error, in the number of bins that the product uses."""
    if int(given.get("bins", BINS)) != BINS:
        raise NotImplementedError(f"there are {BINS} bins only")
    return measure_gap(given["p"], given["outcomes"])


def gap_of_perfect(given: Given) -> float:
    """The mean calibration error of calibrated forecasts, over even forecasts drawn anew."""
    rng = np.random.default_rng(int(given.get("seed", 0)))
    n = int(given["n"])
    found = [
        judge_calibration(rng.random(n), np.zeros(n), draws=60).expected_gap for _ in range(200)
    ]
    return float(np.mean(found))


FUNCTIONS = {
    "murphy": murphy_parts,
    "corp": corp_parts,
    "corp_consistency_band": pointwise_band,
    "mcb_test": lambda given: _test(given).p_value,
    "proportion_ci": proportion_ci,
    "ece": gap,
    "ece_bias": gap_of_perfect,
}
