"""Scores of numeric and date forecasts: CRPS and quantile scores.

The continuous ranked probability score (CRPS) is the integral over all thresholds of the Brier
score of "at or below this threshold". It is in the unit of the answer and lower is better; a point
forecast scores its absolute error. To average over questions, divide each score by its question's
range first.

A date is a number of days. Give the CDF a knot at the opening day with 0, and y = +infinity for
"not within the window"; the mass above the last knot is the probability of that.

Sources: Gneiting & Raftery 2007, Journal of the American Statistical Association 102; Gneiting &
Ranjan 2011, Journal of Business & Economic Statistics 29.
"""

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import InvalidForecast, InvalidResolution


def crps_cdf(
    x: ArrayLike, cdf: ArrayLike, y: ArrayLike, *, zero_point: float | None = None
) -> Floats:
    """Exact CRPS, over [x₀, x_K], of a CDF that is linear in x between its knots.

    `x` are the knots, strictly increasing, `cdf` the probability of at or below each,
    non-decreasing. It may begin above 0 and end below 1: that mass lies outside the knots, at an
    unknown distance. A y outside, ±infinity included, scores as just outside. Restricting the
    integral (threshold weighting) keeps the score proper.

    With `zero_point` z, below all knots, the integral is taken along a log scale, over ln(x − z),
    and is in nats of it; the CDF stays linear in x, so that inserting knots on it changes nothing.

    `x` and `cdf` have the shape (…, K) and y broadcasts with the rest: of one CDF and many y the
    result has the shape of y. In the unit of y; 0 to x_K − x₀, or with `zero_point` to
    ln((x_K − z)/(x₀ − z)); lower is better. Raises `InvalidForecast` for bad knots
    or a zero point among them, `InvalidProbability` for a cdf outside [0, 1], and
    `InvalidResolution` when y is NaN. Source: Gneiting & Ranjan 2011, for the threshold weighting.

    >>> crps_cdf([0, 10], [0, 1], [5, 10, 99]).round(4).tolist()
    [0.8333, 3.3333, 3.3333]
    >>> round(float(crps_cdf([1, 10], [0, 1], 10, zero_point=0)), 4)
    0.4173
    """
    knots, levels = _check_knots(x, cdf)
    answers = _check_answers(y)
    if zero_point is not None and not (zero_point < knots[..., 0]).all():
        raise InvalidForecast(
            f"the zero point of a log scale lies below all knots, not at {zero_point}"
        )
    left, right, a, b = knots[..., :-1], knots[..., 1:], levels[..., :-1], levels[..., 1:]
    split = np.clip(answers[..., np.newaxis], left, right)
    middle = a + (b - a) * ((split - left) / (right - left))
    below = _integrate_square(left, split, a=a, b=middle, zero_point=zero_point)
    above = _integrate_square(split, right, a=1.0 - middle, b=1.0 - b, zero_point=zero_point)
    total: Floats = (below + above).sum(axis=-1)
    return total


def quantile_score(levels: ArrayLike, values: ArrayLike, y: ArrayLike) -> Floats:
    """Quantile score: the mean over the given levels of twice the pinball loss.

    Pinball at level a and value v is a·(y − v) for y above v, (1 − a)·(v − y) below. `levels` (L,)
    in any order, each once; `values` (…, L); y broadcasts with the rest. In the unit of y; 0 when
    every value is y; lower is better. It is proper for these quantiles and nears the CRPS as levels
    are added; it says nothing about the rest. Raises `InvalidForecast` for levels outside (0, 1) or
    given twice, values that are not finite or that fall as the level rises; `InvalidResolution`
    unless y is finite. Source: Gneiting & Raftery 2007, section 6.

    >>> round(float(quantile_score([0.05, 0.25, 0.5, 0.75, 0.95], [10, 20, 26, 35, 60], 41)), 4)
    7.9
    """
    ordered_levels, ordered_values = _check_quantiles(levels, values)
    errors = _check_finite_answers(y)[..., np.newaxis] - ordered_values
    scores: Floats = 2.0 * np.maximum(
        ordered_levels * errors, (ordered_levels - 1.0) * errors
    ).mean(axis=-1)
    return scores


def _integrate_square(
    left: Floats, right: Floats, *, a: Floats, b: Floats, zero_point: float | None
) -> Floats:
    """Integral along the scale, from `left` to `right`, of the square of a line from `a` to `b`."""
    if zero_point is None:
        return (right - left) * (a * a + a * b + b * b) / 3.0
    # Over ln(x − z) = ln(left − z) + c·v, with v from 0 to 1, the line is a + (b − a)·w, w =
    # expm1(c·v)/expm1(c). Its mean square is the square of its mean plus its variance, and the mean
    # of w is ½ − c·(variance of w).
    c = np.log1p((right - left) / (left - zero_point))
    variance = _log_scale_variance(c)
    mean = a + (b - a) * (0.5 - c * variance)
    return np.asarray(c * (mean * mean + (b - a) ** 2 * variance))


_VARIANCE_SERIES = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160)
"""Series of `_log_scale_variance` in c²: the Bernoulli numbers B₂ₖ/(2k)!."""


def _log_scale_variance(c: Floats) -> Floats:
    """Variance of expm1(c·v)/expm1(c) for uniform v: (½ − 1/c + 1/expm1(c))/c, 1/12 at c = 0."""
    series = np.polynomial.polynomial.polyval(c * c, _VARIANCE_SERIES)
    exact = np.maximum(c, 0.3)  # below, the terms cancel and the series is exact
    return np.where(
        c < 0.3, series, (0.5 - 1.0 / exact - np.exp(-exact) / np.expm1(-exact)) / exact
    )


def _check_knots(x: ArrayLike, cdf: ArrayLike) -> tuple[Floats, Floats]:
    knots, levels = _check_numbers(x, "a knot"), check_probabilities(cdf)
    if knots.shape != levels.shape or knots.shape[-1:] < (2,):  # () for a single number
        raise InvalidForecast(
            f"a CDF needs two or more knots and one probability for each, not {knots.shape} and "
            f"{levels.shape}"
        )
    if not (np.diff(knots) > 0.0).all():
        raise InvalidForecast(
            "the knots of a CDF have to rise strictly: put them in order and each in once"
        )
    if not (np.diff(levels) >= 0.0).all():
        raise InvalidForecast("a CDF never falls: give the probability of at or below each knot")
    return knots, levels


def _check_quantiles(levels: ArrayLike, values: ArrayLike) -> tuple[Floats, Floats]:
    ordered_levels = _check_numbers(levels, "a level")
    ordered_values = _check_numbers(values, "a quantile")
    if (
        ordered_levels.ndim != 1
        or ordered_levels.size == 0
        or ordered_values.shape[-1:] != ordered_levels.shape
    ):
        raise InvalidForecast(
            f"give one value for each quantile level, not {ordered_values.shape} for "
            f"{ordered_levels.shape}"
        )
    order = np.argsort(ordered_levels)
    ordered_levels, ordered_values = ordered_levels[order], ordered_values[..., order]
    if (
        ordered_levels[0] <= 0.0
        or ordered_levels[-1] >= 1.0
        or not (np.diff(ordered_levels) > 0.0).all()
    ):
        raise InvalidForecast("quantile levels lie between 0 and 1, and each is given once")
    if not (np.diff(ordered_values, axis=-1) >= 0.0).all():
        raise InvalidForecast("quantiles cross: a higher level cannot have a lower value")
    return ordered_levels, ordered_values


def _check_numbers(values: ArrayLike, label: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise InvalidForecast(
            f"{label} has to be a finite number, not {float(array[~np.isfinite(array)].flat[0])}"
        )
    return array


def _check_answers(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if np.isnan(array).any():
        raise InvalidResolution(
            "the answer of a numeric question is a number, or infinity for never; not NaN"
        )
    return array


def _check_finite_answers(values: ArrayLike) -> Floats:
    array = _check_answers(values)
    if np.isinf(array).any():
        raise InvalidResolution(
            "this score needs a finite answer: score an open-ended one with crps_cdf"
        )
    return array
