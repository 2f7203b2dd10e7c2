"""Correction of P(evidence) on one question or indicator, learned from the reviews of its matches.

One intercept in log-odds: logit P(accepted) = logit P(evidence) + c, with a normal prior of mean 0
on c. It is a random intercept, estimated by its posterior mode (Gelman & Hill 2007, *Data Analysis
Using Regression and Multilevel/Hierarchical Models*, chapter 14): few reviews say little, many
say what is peculiar about the question.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from forecasts.distributions.probability import check_probabilities, logit, sigmoid
from forecasts.evidence.parameters import CLIP

PRIOR_SD = 1.0
"""Standard deviation of c before any review, in log-odds: at an even chance .27 to .73."""

MAX_CORRECTION = 3.0
"""Bound of |c| in log-odds: no number of reviews makes the matcher's probability meaningless."""

MIN_INDICATOR_REVIEWS = 5
"""Reviews from which an indicator has a correction of its own, beside that of its question."""

MIN_REVIEWS_TO_OMIT = 5
"""Reviews of a question from which its correction may keep a match from being logged."""

_STEPS = 60
"""Halvings of the interval that holds c: below the resolution of a double."""


@dataclass(frozen=True, slots=True)
class MatchReview:
    """A match with the `probability` before this correction, and whether a person `accepted` it."""

    probability: float
    accepted: bool


def fit_correction(reviews: Iterable[MatchReview]) -> float:
    """Return the posterior mode of c, in log-odds from -3 to 3; 0 without reviews.

    It solves Σ (accepted − P) = c / sd² with P = sigmoid(logit p + c) and sd = 1. The left side
    falls in c and the right side rises, so there is one solution, whatever the order of the
    reviews. Keeping raises it and rejecting lowers it, the more the less it was expected. Raises
    `InvalidProbability`.

    >>> round(fit_correction([MatchReview(0.5, False)] * 10), 2)
    -1.63
    >>> round(fit_correction([MatchReview(0.5, False)]), 2)
    -0.4
    >>> fit_correction([MatchReview(0.5, True), MatchReview(0.5, False)])
    0.0
    >>> fit_correction([])
    0.0
    """
    rows = sorted((_clip_logit(review.probability), review.accepted) for review in reviews)

    def excess(c: float) -> float:
        return math.fsum(accepted - sigmoid(odds + c) for odds, accepted in rows) - c / PRIOR_SD**2

    if abs(excess(0.0)) < 1e-12:
        return 0.0
    low, high = -MAX_CORRECTION, MAX_CORRECTION
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return (low + high) / 2.0


def apply_correction(p: float, correction: float) -> float:
    """Return sigmoid(logit p + c); p itself where c is 0. Raises `InvalidProbability`.

    >>> round(apply_correction(0.7, -1.5), 3)
    0.342
    """
    check_probabilities(p)
    return p if correction == 0.0 else sigmoid(_clip_logit(p) + correction)


def _clip_logit(p: float) -> float:
    check_probabilities(p)
    return logit(min(max(p, CLIP[0]), CLIP[1]))
