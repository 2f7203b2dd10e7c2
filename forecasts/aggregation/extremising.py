"""The exponent that extremises the weighted crowd, learned from answers.

Maximum likelihood, with a prior for the logarithm of the exponent that is centred on 0 (exponent
1). Each family of questions counts as one observation, and each question by the share of its
scheduled time on which the crowd stood. Sources: Satopää et al. 2014, International Journal of
Forecasting 30, for the model; Baron et al. 2014, Decision Analysis 11, for why it may exceed 1.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from forecasts.distributions.probability import Floats
from forecasts.questions.families import FamilyId

PRIOR_SPREAD: Final = 0.3
"""Standard deviation of the logarithm of the exponent that is expected beforehand."""

MAX_EXPONENT: Final = 4.0
"""Largest exponent, and the inverse of the smallest."""


class PooledQuestion(NamedTuple):
    """Log-odds of a crowd over time on a yes-no question, and whether the answer was YES.

    `weights` are shares of the scheduled time, together at most 1.
    """

    family: FamilyId
    happened: bool
    log_odds: Floats
    weights: Floats


def fit_exponent(questions: Sequence[PooledQuestion]) -> float:
    """Fit the exponent a of p^a / (p^a + (1 − p)^a), 1 without questions.

    Above 1 the crowd was too cautious, below 1 too bold.

    >>> cautious = [PooledQuestion(FamilyId(str(n)), n % 5 > 0, np.array([0.5]), np.array([1.0]))
    ...     for n in range(100)]
    >>> round(fit_exponent(cautious), 2), fit_exponent([])
    (1.93, 1.0)
    """
    if not questions:
        return 1.0
    from scipy.optimize import minimize_scalar  # slow to import

    sizes = Counter(question.family for question in questions)
    signed = np.concatenate([(1 if q.happened else -1) * q.log_odds for q in questions])
    weights = np.concatenate([q.weights / sizes[q.family] for q in questions])

    def loss(log_exponent: float) -> float:
        surprise = np.logaddexp(0.0, -np.exp(log_exponent) * signed)
        return float(weights @ surprise) + (log_exponent / PRIOR_SPREAD) ** 2 / 2.0

    limit = float(np.log(MAX_EXPONENT))
    best = minimize_scalar(loss, bounds=(-limit, limit), method="bounded")
    return float(np.exp(best.x))
