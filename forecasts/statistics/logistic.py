"""Logistic regression with normal priors, for recalibration and all fitted parameters."""

import math

import numpy as np
from scipy.special import expit

from forecasts.distributions.probability import Floats
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
