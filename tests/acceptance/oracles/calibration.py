"""Cases of calibration: decompositions, bands, intervals and diagnostics."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecasts.calibration.corp import consistency_band, corp, mcb_test
from forecasts.calibration.decomposition import ece, ece_of_perfect, murphy
from forecasts.statistics.intervals import effective_n, jeffreys, wilson

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


def _chance(given: Given) -> dict[str, Any]:
    return {
        "resamples": int(given.get("resamples", RESAMPLES)),
        "seed": _seed(given),
        "clusters": given.get("clusters"),
    }


def _seed(given: Given) -> int:
    return int(given.get("seed", 0))


FUNCTIONS = {
    "murphy": murphy_parts,
    "corp": corp_parts,
    "corp_consistency_band": lambda given: consistency_band(
        given["p"], level=given.get("level", 0.9), **_chance(given)
    ),
    "mcb_test": lambda given: mcb_test(given["p"], given["outcomes"], **_chance(given)),
    "proportion_ci": proportion_ci,
    "ece": lambda given: ece(given["p"], given["outcomes"], int(given.get("bins", 10))),
    "ece_bias": lambda given: ece_of_perfect(
        int(given["n"]), int(given.get("bins", 10)), seed=_seed(given)
    ),
    "n_eff": lambda given: effective_n(given["n"], given["rho"]),
}
