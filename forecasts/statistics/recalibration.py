"""Recalibration of a forecaster by shift and scale of their log-odds.

Both parameters are shrunk to the identity. Fit on forecasts at times fixed by the schedule, one a
question: sampling the time until resolution over-represents early YES.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import Floats, check_outcomes, check_probabilities
from forecasts.errors import ForecastsError

_MAX_ITERATIONS = 500
_STEP_TOLERANCE = 1e-12


def fit_logistic(
    features: Floats,
    answers: Floats,
    *,
    middle: Floats,
    precision: Floats,
    offset: Floats | None = None,
    weights: Floats | None = None,
) -> Floats:
    """Maximum a posteriori coefficients c, given outcomes (1 or 0) and one row of `features` each.

    logit P(1) = offset + features · c, with the priors c ~ N(middle, precision^−½) and row weights
    `weights` (0 or more; 1 by default). Newton's method with steps shortened by ln(1 + size)/size
    of the log-odds that they move: undamped it can diverge; this damping is proven to descend for
    every logistic loss (Sun & Tran-Dinh 2019, Mathematical Programming 178) and vanishes as the
    steps do. Raises `ForecastsError` if it does not converge, as under very wide priors.

    >>> one, rows = np.ones(1), np.ones((4, 1))
    >>> fit_logistic(rows, np.array([1.0, 1.0, 1.0, 0.0]), middle=0 * one,
    ...     precision=0.01 * one).round(2).tolist()
    [1.08]
    """
    from scipy.special import expit  # slow to import

    # Signs keep errors of 1e-20 near certainty, which p − 1 would round away.
    sides = 1.0 - 2.0 * answers
    start = np.zeros_like(answers) if offset is None else offset
    counts = np.ones_like(answers) if weights is None else weights
    fitted = middle.copy()
    for _ in range(_MAX_ITERATIONS):
        z = start + features @ fitted
        slope = features.T @ (counts * sides * expit(sides * z)) + precision * (fitted - middle)
        curvature = (features.T * (counts * expit(z) * expit(-z))) @ features + np.diag(precision)
        step = np.linalg.solve(curvature, -slope)
        if float(np.abs(step).max()) <= _STEP_TOLERANCE * (1.0 + float(np.abs(fitted).max())):
            return fitted
        size = float(np.abs(features @ step).max(initial=0.0))
        fitted = fitted + step * (math.log1p(size) / size if size > 0.0 else 1.0)
    raise ForecastsError(
        "the fit did not settle: use standard deviations of the priors nearer to 1"
    )


MIN_RECALIBRATION_QUESTIONS = 50
"""Minimum of resolved questions; with fewer a fit is as likely to harm as to help."""

CLIP = (0.01, 0.99)
"""Range to which probabilities are clipped, as certainty has infinite log-odds."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Map logit p ↦ a + b · logit p, with p clipped to `clip`.

    `a` above 0: forecasts were too low. `b` below 1: overconfident, above 1: underconfident. (0, 1)
    is the identity. `clip` lies inside 0 to 1; other ends raise `ForecastsError`.
    """

    a: float
    b: float
    clip: tuple[float, float] = CLIP

    def __post_init__(self) -> None:
        low, high = self.clip
        if not 0.0 < low < high < 1.0:
            raise ForecastsError(
                f"clip between two probabilities inside 0 to 1, such as {CLIP}, not {self.clip}"
            )

    def apply(self, p: ArrayLike) -> Floats:
        """Recalibrated probabilities, in the shape of the input.

        0 and 1 become what the ends of `clip` become, as overconfidence matters most there. Equal
        forecasts stay equal, and with b above 0 their order is kept. Raises `InvalidProbability`.

        >>> Recalibration(-0.2, 0.8).apply([0.0, 0.5, 0.9]).round(4).tolist()
        [0.0203, 0.4502, 0.826]
        """
        from scipy.special import expit

        return np.asarray(expit(self.a + self.b * _log_odds(p, self.clip)))


def fit_recalibration(
    p: ArrayLike,
    happened: ArrayLike,
    *,
    clip: tuple[float, float] = CLIP,
    sd_a: float = 0.5,
    sd_b: float = 0.35,
    weights: Floats | None = None,
) -> Recalibration:
    """Maximum a posteriori recalibration of n forecasts p, given their outcomes (1 or 0).

    Logistic regression of the outcome on logit p, with the priors a ~ N(0, sd_a) and b ~ N(1,
    sd_b). The priors keep it finite if all outcomes or all forecasts are equal; without any
    forecast the result is (0, 1). See `MIN_RECALIBRATION_QUESTIONS` for the sample needed.
    `weights` count a row less than once where it shares its outcome with others. Raises
    `InvalidProbability` for p, `ValueError` for an outcome other than 0 and 1, and `ForecastsError`
    when the lengths differ or a standard deviation is not above 0. Source: Cox 1958, Biometrika 45,
    with two priors added.

    >>> too_sure = fit_recalibration([0.95] * 40 + [0.05] * 40,
    ...     ([1] * 3 + [0]) * 10 + ([0] * 3 + [1]) * 10)
    >>> round(too_sure.a, 3), round(too_sure.b, 3)
    (0.0, 0.411)
    """
    unfitted = Recalibration(0.0, 1.0, clip)
    log_odds, answers = _log_odds(p, unfitted.clip), check_outcomes(happened)
    if log_odds.ndim != 1 or log_odds.shape != answers.shape:
        raise ForecastsError("give a flat list of forecasts and one outcome for each of them")
    if not (0.0 < sd_a < math.inf and 0.0 < sd_b < math.inf):
        raise ForecastsError(
            f"the standard deviations of the priors are above 0, not {sd_a} and {sd_b}"
        )
    features = np.column_stack([np.ones_like(log_odds), log_odds])
    priors = {"middle": np.array([0.0, 1.0]), "precision": np.array([sd_a, sd_b]) ** -2.0}
    a, b = fit_logistic(features, answers, **priors, weights=weights)
    return replace(unfitted, a=float(a), b=float(b))


def _log_odds(p: ArrayLike, clip: tuple[float, float]) -> Floats:
    from scipy.special import logit

    return np.asarray(logit(np.clip(check_probabilities(p), *clip)))
