"""Cases of comparisons: is one better than another, or than a reference?"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecasts.scoring.skill import adjust_for_difficulty, skill_score, skill_vs_climatology
from forecasts.statistics.comparison import diebold_mariano
from forecasts.statistics.intervals import bootstrap_interval, sign_flip_test

Given = Mapping[str, Any]


def dm_test(given: Given) -> Any:
    """Statistic and p-value."""
    found = diebold_mariano(given["differences"], int(given.get("h", 1)))
    return {"stat": found.statistic, "p": found.p_value}


def paired_permutation(given: Given) -> Any:
    """The p-value of flipped signs; clusters flip together."""
    return sign_flip_test(
        given["differences"], given.get("clusters"), seed=int(given.get("seed", 0))
    )


def cluster_bootstrap_ci(given: Given) -> Any:
    """The interval of the mean difference."""
    level, seed = given.get("level", 0.95), int(given.get("seed", 0))
    return bootstrap_interval(given["differences"], given.get("clusters"), level=level, seed=seed)


def skill(given: Given) -> Any:
    """Skill against one reference for all, or one for each."""
    scores = given["scores"]
    return skill_score(
        scores, np.broadcast_to(np.asarray(given["reference"], dtype=np.float64), np.shape(scores))
    )


FUNCTIONS = {
    "dm_test": dm_test,
    "paired_permutation": paired_permutation,
    "paired_permutation_clustered": paired_permutation,
    "cluster_bootstrap_ci": cluster_bootstrap_ci,
    "skill_score": skill,
    "skill_vs_climatology": lambda given: skill_vs_climatology(given["p"], given["outcomes"]),
    "difficulty_adjusted": lambda given: (
        adjust_for_difficulty([tuple(row) for row in given["rows"]]).effects
    ),
}
