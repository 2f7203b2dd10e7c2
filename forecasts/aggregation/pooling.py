"""Aggregation of several forecasts of one question.

- Plain (`pool_crowd`, `pool_options`): one forecast is itself, two are pooled in log-odds, from
  three on the recency-weighted median counts: robust to single forecasts; old ones fade.
- Weighted (the same with `weights`): the mean of the log-odds, in which each forecaster weighs by
  skill and recency, and nobody is taken to be further than `REACH` from the weighted median. So a
  careless 0% moves it no more than a forecast at that distance. Weights come from
  `weigh_skills`; equal skills leave the recency alone.
- Extremised (`extremise`): forecasters who each know a part of what there is to know are together
  too cautious. A team with a shared evidence log has little of that, so the exponent is 1 until
  another is learned (`forecasts.aggregation.extremising`).
- Numbers and dates: `pool_curves`, the mean of curves; quantiles of different shapes do not add up.

By default the suggestion is no member of the crowd, as it is derived from the same evidence, and is
shown separately.

For a binary question each aggregate lies between the lowest and the highest forecast, unless it is
extremised, and pooling the complements gives the complement. "Oldest first" means ordered by the
time at which the standing forecasts were made. Sources: Metaculus for the recency; Atanasov et al.
2017, Management Science 63, for weights by skill and recency; Huber 1964 for the bounded reach.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.probability import (
    Floats,
    check_probabilities,
    check_sum_to_one,
    logit,
    sigmoid,
)
from forecasts.errors import ForecastsError, InvalidForecast

CLIP: Final = 0.01
"""Distance from 0 and 1 to which forecasts are clipped for mean log-odds, as one 0 would decide
all.
"""

REACH: Final = 2.0
"""Distance from the weighted median, in log-odds, beyond which a forecast pulls no harder."""

SKILL_SCALE: Final = 0.02
"""Skill, in units of loss, that makes a forecaster weigh e = 2.7 times as much: the spread of skill
that is expected beforehand."""

_MAX_EXPONENT = 50.0  # keeps weights finite and above 0
_TIE_TOLERANCE = 1e-12  # share of the total weight; covers rounding of its sums


def weighted_percentile(values: ArrayLike, weights: ArrayLike | None, share: float) -> Floats:
    """Weighted percentile by column, at `share` (0 to 1) of the weight; (n, …) → (…).

    The mean of the first value at which the cumulative weight reaches the share and the first at
    which it exceeds it; the two differ only in a tie. Shares 0 and 1 give the lowest and the
    highest value with weight. `weights` (n,) are not negative, and None means equal. Raises
    `InvalidForecast` when there are no values, when one is not finite, or when the weights do not
    fit. Source: Metaculus, `weighted_percentile_2d`.

    >>> weighted_percentile([[0.5, 0.5], [0.6, 0.4]], None, 0.5).tolist()
    [0.55, 0.45]
    >>> weighted_percentile([0.5, 0.6, 0.1], [0.1, 0.1, 1.0], 0.5).tolist()
    0.1
    """
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim == 0 or len(rows) == 0 or not np.isfinite(rows).all():
        raise InvalidForecast(
            "give at least one row of values to take a percentile of, and only finite ones"
        )
    all_weights = np.ones(len(rows)) if weights is None else _check_weights(weights, len(rows))
    positive = all_weights > 0.0
    columns = rows[positive].reshape(int(positive.sum()), -1)
    order = np.argsort(columns, axis=0, kind="stable")
    ordered = np.take_along_axis(columns, order, axis=0)
    so_far = np.cumsum(all_weights[positive][order], axis=0)
    target, slack = float(check_probabilities(share)) * so_far[-1], _TIE_TOLERANCE * so_far[-1]
    beyond = so_far > target + slack
    reaching = np.argmax(so_far >= target - slack, axis=0)
    exceeding = np.where(beyond.any(axis=0), np.argmax(beyond, axis=0), reaching)
    column_index = np.arange(columns.shape[1])
    pooled = (ordered[reaching, column_index] + ordered[exceeding, column_index]) / 2
    return np.asarray(pooled.reshape(rows.shape[1:]), dtype=np.float64)


def recency_weights(n: int) -> Floats:
    """Weights of n standing forecasts, oldest first: exp(√i − √n) for the i-th, (n,), 0 to 1.

    The newest has weight 1; up to two have equal weights. Raises `InvalidForecast` when n < 1.
    Source: Metaculus, `RecencyWeighted`.

    >>> recency_weights(2).tolist(), recency_weights(4).round(3).tolist()
    ([1.0, 1.0], [0.368, 0.557, 0.765, 1.0])
    """
    if n < 1:
        raise InvalidForecast("there is no forecast to pool: give at least one")
    return np.ones(n) if n <= 2 else np.exp(np.sqrt(np.arange(1, n + 1)) - math.sqrt(n))


def weigh_skills(skills: ArrayLike) -> Floats:
    """Weights of forecasters by adjusted skill in units of loss: exp(skill / `SKILL_SCALE`), (n,).

    1 for an average forecaster and for one of whom nothing is known, above 0. Skills come shrunken
    (`forecasts.scoring.adjusted_skill`), so that two lucky answers hardly weigh. Raises
    `ForecastsError` unless they are finite.

    >>> weigh_skills([0.0, 0.02, -0.02]).round(3).tolist()
    [1.0, 2.718, 0.368]
    """
    checked = np.asarray(skills, dtype=np.float64)
    if not np.isfinite(checked).all():
        raise ForecastsError("a skill is a finite number, 0 for the average")
    return np.exp(np.clip(checked / SKILL_SCALE, -_MAX_EXPONENT, _MAX_EXPONENT))


def extremise(p: float, a: float) -> float:
    """Extremised forecast p^a / (p^a + (1 − p)^a): away from ½ for a > 1, towards it for a < 1.

    Raises `InvalidProbability` for p, `ForecastsError` unless a is positive and finite. Sources:
    Satopää et al. 2014, International Journal of Forecasting 30; Baron et al. 2014, Decision
    Analysis 11.

    >>> round(extremise(0.6, 2.5), 4), extremise(0.5, 2.5)
    (0.7337, 0.5)
    """
    if not 0.0 < a < math.inf:
        raise ForecastsError(f"an extremising exponent is a positive number, 1 for none, not {a}")
    checked = float(check_probabilities(p))
    return checked if a == 1.0 else sigmoid(a * logit(checked))


def pool_crowd(p_oldest_first: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Aggregate of people, (n,) → 0 to 1; with `weights` (n,) above 0 the weighted one.

    One forecast is itself. Plain, two are pooled in log-odds, kept between the two, so that
    agreement beyond the clip stands; from three on the recency-weighted median counts. Weighted, it
    is the mean of the log-odds within `REACH` of their median. Raises `InvalidForecast` without
    forecasts or for weights that do not fit, `InvalidProbability` for an invalid forecast.

    >>> pool_crowd([0.3]), round(pool_crowd([0.2, 0.7]), 4), pool_crowd([0.0, 0.4, 0.5])
    (0.3, 0.433, 0.4)
    >>> round(pool_crowd([0.2, 0.7], [1.0, 3.0]), 4), round(pool_crowd([0.0, 0.4, 0.5], [1, 1, 1]),
    ...     4)
    (0.586, 0.3413)
    """
    return float(_pool_columns(_check_forecasts(p_oldest_first), weights))


def pool_crowds(instants: Sequence[Sequence[float]]) -> list[float]:
    """`pool_crowd` at many instants, each with its forecasts, oldest first.

    >>> pool_crowds([[0.3], [0.0, 0.4, 0.5], [0.9]])
    [0.3, 0.4, 0.9]
    """
    pooled = np.zeros(len(instants))
    by_size: dict[int, list[int]] = {}
    for place, forecasts in enumerate(instants):
        by_size.setdefault(len(forecasts), []).append(place)
    for places in by_size.values():
        columns = _check_rows(check_probabilities([instants[place] for place in places])).T
        pooled[places] = _pool_columns(columns, None)
    return pooled.tolist()


def pool_options(matrix: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Aggregate over options: rows are forecasters, oldest first; (n, K) → (K,), sums to 1.

    Each option is pooled as in `pool_crowd`, then all are divided by their sum; for K = 2 that is
    `pool_crowd`. When all medians are 0 (each is certain of another option) the recency-weighted
    mean is used. Metaculus subtracts its floor of 0.001 before the division and adds it afterwards;
    here 0 is allowed, so there is no floor. Raises `InvalidForecast` without rows,
    `InvalidProbability` for a row that does not sum to 1.

    >>> pool_options([[0.5, 0.3, 0.2], [0.6, 0.4, 0.0], [0.6, 0.2, 0.2]]).round(3).tolist()
    [0.545, 0.273, 0.182]
    """
    rows = _check_rows(check_sum_to_one(_check_rows(matrix)))
    pooled = _pool_columns(rows, weights)
    if not pooled.any():
        pooled = np.average(rows, axis=0, weights=recency_weights(len(rows)))
    return np.asarray(pooled / pooled.sum(), dtype=np.float64)


def pool_curves(
    cdfs: Sequence[Cdf | tuple[ArrayLike, ArrayLike]], weights: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Aggregate of curves: (x, F) per forecaster, oldest first → one (x, F) on all their knots.

    Curves are linear between knots and constant beyond them; their mean under `recency_weights`
    (plain for one or two), times `weights` if given, is exact on the union of knots. x rises
    strictly, F does not fall, 0 to 1. Raises `InvalidForecast` without curves or for an invalid
    one, `InvalidProbability` for its numbers.

    >>> x, share = pool_curves([([0, 10], [0.0, 1.0]), ([0, 5, 10], [0.0, 0.1, 0.9])])
    >>> x.tolist(), share.round(3).tolist()
    ([0.0, 5.0, 10.0], [0.0, 0.3, 0.95])
    """
    shares_of_weight = _combine_weights(len(cdfs), weights)
    curves = [c if isinstance(c, Cdf) else Cdf(*map(_to_floats, c)) for c in cdfs]
    knots = np.unique(np.concatenate([curve.x for curve in curves]))
    shares = np.array([np.interp(knots, curve.x, curve.p) for curve in curves])
    # Rounding can break bounds and monotonicity in the last bit.
    pooled = np.clip(
        np.average(shares, axis=0, weights=shares_of_weight), shares.min(axis=0), shares.max(axis=0)
    )
    return knots, np.maximum.accumulate(pooled)


def _check_forecasts(p: ArrayLike) -> Floats:
    checked = check_probabilities(p)
    if checked.ndim != 1 or checked.size == 0:
        raise InvalidForecast(
            "pooling takes a list of forecasts of one question: give at least one"
        )
    return checked


def _check_rows(matrix: ArrayLike) -> Floats:
    rows = np.asarray(matrix, dtype=np.float64)
    if rows.ndim != 2 or rows.size == 0:
        raise InvalidForecast(
            "pooling takes one row for each forecaster, one column for each option"
        )
    return rows


def _check_weights(weights: ArrayLike, n: int) -> Floats:
    checked = np.asarray(weights, dtype=np.float64)
    if (
        checked.shape != (n,)
        or not (np.isfinite(checked) & (checked >= 0.0)).all()
        or not checked.any()
    ):
        raise InvalidForecast(f"give {n} weights, none below 0 and not all of them 0")
    return checked


def _to_floats(values: ArrayLike) -> tuple[float, ...]:
    return tuple(np.ravel(np.asarray(values, dtype=np.float64)).tolist())


def _combine_weights(n: int, weights: ArrayLike | None) -> Floats:
    recency = recency_weights(n)
    return recency if weights is None else recency * _check_weights(weights, n)


def _map_elements(function: Callable[[float], float], values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return np.array(
        [function(value) for value in array.ravel().tolist()], dtype=np.float64
    ).reshape(array.shape)


def _exact_logit(p: float) -> float:
    """`scipy.special.logit` of 0 < p < 1, bit-identical as stored scores depend on it.

    Importing scipy takes a quarter of a second, which every list of questions would pay.
    """
    if not 0.3 <= p <= 0.65:
        return math.log(p / (1.0 - p))
    s = 2.0 * (p - 0.5)
    return math.log1p(s) - math.log1p(-s)


def _exact_sigmoid(z: float) -> float:
    """`scipy.special.expit` of the log-odds from `_exact_logit`, bit-identical."""
    return 1.0 / (1.0 + math.exp(-z))


def _pool_columns(p: Floats, weights: ArrayLike | None) -> Floats:
    """Aggregate by column, oldest first, between the lowest and the highest forecast."""
    if weights is not None:
        pooled = _pool_log_odds(p, _combine_weights(len(p), weights))
    elif len(p) == 2:
        odds = _map_elements(_exact_logit, np.clip(p, CLIP, 1.0 - CLIP))
        pooled = _map_elements(_exact_sigmoid, odds.mean(axis=0))
    else:
        pooled = weighted_percentile(p, recency_weights(len(p)), 0.5)
    return np.asarray(np.clip(pooled, p.min(axis=0), p.max(axis=0)), dtype=np.float64)


def _pool_log_odds(p: Floats, weights: Floats) -> Floats:
    """Weighted mean of the log-odds by column, each drawn to within `REACH` of the median."""
    odds = _map_elements(_exact_logit, np.clip(p, CLIP, 1.0 - CLIP))
    centre = weighted_percentile(odds, weights, 0.5)
    near = np.clip(odds, centre - REACH, centre + REACH)
    return _map_elements(_exact_sigmoid, np.average(near, axis=0, weights=weights))
