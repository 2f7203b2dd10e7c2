"""Cases of comparisons: is one better than another?"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.scoring.adjusted_skill import adjust_skill
from forecasts.scoring.common_time import LossPath
from forecasts.statistics.intervals import sign_flip_test

Given = Mapping[str, Any]


def paired_permutation(given: Given) -> Any:
    """The p-value of flipped signs; clusters flip together, as families do."""
    clusters = given.get("clusters", range(len(given["differences"])))
    sums: dict[Any, float] = {}
    for cluster, difference in zip(clusters, given["differences"], strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + difference
    return sign_flip_test(list(sums.values()), seed=int(given.get("seed", 0)))


def difficulty_adjusted(given: Given) -> Any:
    """Effects before they are drawn towards the average, against the plain mean; lower is better."""
    by_question: dict[str, dict[ForecasterId, LossPath]] = {}
    for forecaster, question, score in given["rows"]:
        path = LossPath(np.zeros(1), np.ones(1), np.array([score]), np.zeros((1, 1)))
        by_question.setdefault(question, {})[ForecasterId(forecaster)] = path
    skills = adjust_skill((FamilyId(q), None, paths) for q, paths in by_question.items())
    effects = {s.forecaster_id: -s.skill / (1.0 - s.pooling) for s in skills}
    mean = sum(effects.values()) / len(effects)
    return {name: effect - mean for name, effect in effects.items()}


FUNCTIONS = {
    "paired_permutation": paired_permutation,
    "paired_permutation_clustered": paired_permutation,
    "difficulty_adjusted": difficulty_adjusted,
}
