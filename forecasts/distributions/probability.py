"""Validation of probabilities, and conversion to log-odds."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.errors import InvalidProbability

Floats = NDArray[np.float64]
"""Array of numbers of any shape."""

SUM_TOLERANCE = 1e-6
"""Tolerance of the sum of all options' probabilities."""


def check_probabilities(values: ArrayLike) -> Floats:
    """Check probabilities, 0 and 1 included, and return them as an array of the same shape.

    Raises `InvalidProbability` outside [0, 1] and for NaN.

    >>> check_probabilities([0.0, 0.63, 1.0]).tolist()
    [0.0, 0.63, 1.0]
    >>> check_probabilities(1.2)
    Traceback (most recent call last):
    forecasts.errors.InvalidProbability: a probability lies between 0 and 1, not 1.2
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 and 0.0 <= float(array) <= 1.0:
        return array  # fast path: array operations are slow for single numbers
    fits = (array >= 0.0) & (array <= 1.0)  # NaN fails every comparison
    if not fits.all():
        raise InvalidProbability(
            f"a probability lies between 0 and 1, not {float(array[~fits].flat[0])}"
        )
    return array


def check_sum_to_one(values: ArrayLike) -> Floats:
    """Check probabilities of exclusive, exhaustive options along the last axis.

    Raises `InvalidProbability` for an invalid probability, or when a row's sum differs from 1 by
    more than `SUM_TOLERANCE`; nothing is normalised.

    >>> check_sum_to_one([0.5, 0.3, 0.2]).tolist()
    [0.5, 0.3, 0.2]
    """
    array = check_probabilities(values)
    sums = array.sum(axis=-1)
    wrong = np.abs(sums - 1.0) > SUM_TOLERANCE
    if np.any(wrong):
        total = float(np.asarray(sums)[wrong].flat[0])
        raise InvalidProbability(f"the probabilities of all options add up to 1, not {total:.6g}")
    return array


def check_outcomes(values: ArrayLike) -> Floats:
    """Check outcomes, 1 or 0, and return them as an array; anything else raises `ValueError`.

    >>> check_outcomes([1, 0, True]).tolist()
    [1.0, 0.0, 1.0]
    """
    array = np.asarray(values, dtype=np.float64)
    fits = (array == 0.0) | (array == 1.0)
    if not fits.all():
        raise ValueError(
            f"the outcome of a binary question is 0 or 1, not {float(array[~fits].flat[0]):g}"
        )
    return array


def logit(p: float) -> float:
    """Log-odds of a probability, in nats: ln(p / (1 − p)); −inf at 0 and +inf at 1.

    >>> round(logit(0.75), 4)
    1.0986
    """
    if p <= 0.0:
        return -math.inf
    if p >= 1.0:
        return math.inf
    return math.log(p) - math.log1p(-p)


def sigmoid(z: float) -> float:
    """Probability with log-odds z; the inverse of `logit`.

    >>> sigmoid(0.0)
    0.5
    """
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)
