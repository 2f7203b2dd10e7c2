"""Aggregation of several forecasts of one question.

- Few, careful and independent forecasters: `mean_log_odds`. Sensitive to extremes: an expert at 1 %
  weighs as much as one at 99 %, and a careless 0 dominates.
- Open teams of three or more: `recency_weighted_median`, robust to single forecasts; old ones fade.
- Long records, over 20 questions each: `pool_by_contribution`, which weighs forecasters by their
  past contribution to the crowd.
- Forecasters with private information: `extremise`. A team with a shared evidence log has little of
  it, so the exponent stays 1 until it is learned.
- Numbers and dates: `pool_curves`, the mean of curves; quantiles of different shapes do not add up.
- Comparison with others: `geometric_mean`, for peer scores; its sum need not be 1.

`pool_crowd` is the default for people: one forecast is itself, two are pooled in log-odds, from
three on the recency-weighted median. By default the suggestion is no member of the crowd, as it is
derived from the same evidence, and is shown separately.

For a binary question each aggregate lies between the lowest and the highest forecast (for
`mean_log_odds`: after clipping), unless it is extremised, and pooling the complements gives the
complement. "Oldest first" means ordered by the time at which the standing forecasts were made.
"""

import math
from collections.abc import Callable, Mapping, Sequence

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
from forecasts.distributions.probability import check_outcomes as checked_outcomes
from forecasts.errors import ForecastsError, InvalidForecast, InvalidProbability

CLIP = 0.01
"""Distance from 0 and 1 to which forecasts are clipped for mean log-odds, as one 0 would decide
all.
"""

MIN_RESOLVED_QUESTIONS = 20
"""Minimum of resolved questions of each forecaster for contribution weights."""

_TIE_TOLERANCE = 1e-12  # share of the total weight; covers rounding of its sums
_MIN_CONTRIBUTION = 1e-9  # points; smaller contributions are rounding errors


def mean(p: ArrayLike) -> float:
    """Mean of forecasts, (n,) → 0 to 1.

    Raises `InvalidForecast` without forecasts, `InvalidProbability` for an invalid one.

    >>> mean([0.25, 0.75, 0.5])
    0.5
    """
    return float(np.mean(_check_forecasts(p)))


def median(p: ArrayLike) -> float:
    """Median of forecasts, (n,) → 0 to 1. Raises as `mean` does.

    >>> median([0.1, 0.9, 0.2])
    0.2
    """
    return float(np.median(_check_forecasts(p)))


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


def weighted_median(p: ArrayLike, weights: ArrayLike) -> float:
    """Weighted median of forecasts, (n,) and (n,) → 0 to 1. Raises as `weighted_percentile`.

    >>> weighted_median([0.2, 0.6, 0.9], [1.0, 1.0, 3.0])
    0.9
    """
    return float(weighted_percentile(_check_forecasts(p), weights, 0.5))


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


def recency_weighted_median(p_oldest_first: ArrayLike) -> float:
    """Median under `recency_weights`, (n,) → 0 to 1. Raises as `mean` does.

    >>> recency_weighted_median([0.1, 0.6, 0.65, 0.7, 0.2, 0.68, 0.72, 0.3, 0.75, 0.8])
    0.72
    """
    forecasts = _check_forecasts(p_oldest_first)
    return weighted_median(forecasts, recency_weights(forecasts.size))


def mean_log_odds(p: ArrayLike, *, clip: float = CLIP) -> float:
    """Geometric mean of the odds, sigmoid(mean of logits), (n,) → `clip` to 1 − `clip`.

    Forecasts are first clipped to [clip, 1 − clip]. Raises as `mean` does, and `InvalidProbability`
    unless 0 < clip < ½. Source: Sevilla 2021, who finds it slightly better than mean and median on
    Metaculus data.

    >>> round(mean_log_odds([0.2, 0.7]), 4), round(mean_log_odds([0.0, 0.4, 0.5], clip=0.001), 3)
    (0.433, 0.08)
    """
    if not 0.0 < clip < 0.5:
        raise InvalidProbability(
            "forecasts are kept inside [clip, 1 − clip]: a clip lies above 0 and below ½, not "
            f"at {clip}"
        )
    return float(_mean_log_odds(_check_forecasts(p), clip))


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


def neyman_factor(n: int) -> float:
    """Extremising exponent for n forecasters: n(√(3n² − 3n + 1) − 2) / (n² − n − 1), from 1 to √3.

    Raises `InvalidForecast` when n < 1. Source: Neyman & Roughgarden 2021, "Are you smarter than a
    random expert?".

    >>> neyman_factor(1), round(neyman_factor(2), 4), round(neyman_factor(100), 4)
    (1.0, 1.2915, 1.7208)
    """
    if n < 1:
        raise InvalidForecast("there is no forecast to extremise: give at least one")
    return n * (math.sqrt(3 * n * n - 3 * n + 1) - 2) / (n * n - n - 1)


def crowd_contributions(
    history: Mapping[str, Sequence[float | None]], outcomes: ArrayLike
) -> Mapping[str, float]:
    """Gain of the crowd's mean by each forecaster, in points of 100 − 100 · Brier.

    `history` has one forecast per question, None where there was none; a question counts for those
    who forecast it with at least one other. Range −100 to 100; above 0 the crowd was better with
    them; 0 without shared questions. Raises `InvalidForecast` when a history is not as long as
    `outcomes` (1 or 0), `InvalidProbability` for its numbers. Source: Budescu & Chen 2015,
    Management Science 61.

    >>> found = crowd_contributions({"ann": [0.9, 0.2], "bob": [0.5, 0.5]}, [1, 0])
    >>> {name: round(points, 3) for name, points in found.items()}
    {'ann': 14.375, 'bob': -8.125}
    """
    happened = checked_outcomes(outcomes)
    for name, forecasts in history.items():
        if len(forecasts) != happened.size:
            raise InvalidForecast(
                f"{name} has {len(forecasts)} forecasts on {happened.size} questions: put None "
                "where there is none"
            )
    if not history:
        return {}
    known = _check_with_gaps(
        [[math.nan if p is None else p for p in forecasts] for forecasts in history.values()]
    )
    present = ~np.isnan(known)
    filled, count = np.where(present, known, 0.0), present.sum(axis=0)
    with_all = filled.sum(axis=0) / np.maximum(count, 1)
    without = (filled.sum(axis=0) - filled) / np.maximum(count - 1, 1)
    counted = present & (count >= 2)
    gain = np.where(counted, (without - happened) ** 2 - (with_all - happened) ** 2, 0.0)
    points = 100.0 * gain.sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    points[np.abs(points) < _MIN_CONTRIBUTION] = 0.0
    return dict(zip(history, points.tolist(), strict=True))


def pool_by_contribution(
    history: Mapping[str, Sequence[float | None]], outcomes: ArrayLike, new: Mapping[str, float]
) -> float:
    """Mean of new forecasts weighted by max(contribution, 0), 0 without history.

    Falls back to the plain mean of `new` without a positive contribution. Short histories are
    mostly luck: use it from `MIN_RESOLVED_QUESTIONS` resolved questions each. Raises as
    `crowd_contributions` and `mean`. Source: Budescu & Chen 2015.

    >>> past = {"ann": [0.9, 0.2], "bob": [0.5, 0.5]}
    >>> pool_by_contribution(past, [1, 0], {"ann": 0.8, "bob": 0.4})
    0.8
    >>> pool_by_contribution(past, [1, 0], {"bob": 0.4,
    ...     "cy": 0.8})  # nobody has shown anything: the mean
    0.6000000000000001
    """
    earned = crowd_contributions(history, outcomes)
    weights = np.array([max(earned.get(name, 0.0), 0.0) for name in new])
    p = _check_forecasts(list(new.values()))
    return float(np.average(p, weights=weights)) if weights.any() else mean(p)


def pool_crowd(p_oldest_first: ArrayLike, *, extremising: float = 1.0) -> float:
    """Default aggregate of people, (n,) → 0 to 1, then extremised (1, the default, is off).

    One forecast is itself; two are pooled by `mean_log_odds`, kept between the two, so that
    agreement beyond the clip stands; from three on the recency-weighted median. Raises as `mean`
    and `extremise`.

    >>> pool_crowd([0.3]), round(pool_crowd([0.2, 0.7]), 4), pool_crowd([0.0, 0.4, 0.5])
    (0.3, 0.433, 0.4)
    """
    return extremise(float(_pool_columns(_check_forecasts(p_oldest_first))), extremising)


def pool_options(matrix: ArrayLike) -> Floats:
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
    pooled = _pool_columns(rows)
    if not pooled.any():
        pooled = np.average(rows, axis=0, weights=recency_weights(len(rows)))
    return np.asarray(pooled / pooled.sum(), dtype=np.float64)


def pool_curves(cdfs: Sequence[tuple[ArrayLike, ArrayLike]]) -> tuple[Floats, Floats]:
    """Aggregate of curves: (x, F) per forecaster, oldest first → one (x, F) on all their knots.

    Curves are linear between knots and constant beyond them; their mean under `recency_weights`
    (plain for one or two) is exact on the union of knots. x rises strictly, F does not fall, 0 to
    1. Raises `InvalidForecast` without curves or for an invalid one, `InvalidProbability` for its
    numbers.

    >>> x, share = pool_curves([([0, 10], [0.0, 1.0]), ([0, 5, 10], [0.0, 0.1, 0.9])])
    >>> x.tolist(), share.round(3).tolist()
    ([0.0, 5.0, 10.0], [0.0, 0.3, 0.95])
    """
    weights = recency_weights(len(cdfs))
    curves = [Cdf(_to_floats(x), _to_floats(share)) for x, share in cdfs]
    knots = np.unique(np.concatenate([curve.x for curve in curves]))
    shares = np.array([np.interp(knots, curve.x, curve.p) for curve in curves])
    # Rounding can break bounds and monotonicity in the last bit.
    pooled = np.clip(
        np.average(shares, axis=0, weights=weights), shares.min(axis=0), shares.max(axis=0)
    )
    return knots, np.maximum.accumulate(pooled)


def geometric_mean(pmfs: ArrayLike) -> Floats:
    """Geometric mean by column at one instant, (n, K) → (K,); in general its sum is not 1.

    Reference of peer scores. 0 where anyone has 0; NaN where anyone has NaN, an option not offered
    at the time. Raises `InvalidForecast` without rows, `InvalidProbability`. Source: Metaculus,
    `get_geometric_means`.

    >>> geometric_mean([[0.5, 0.5], [0.02, 0.98]]).round(3).tolist()
    [0.1, 0.7]
    """
    with np.errstate(divide="ignore"):
        return np.asarray(
            np.exp(np.log(_check_with_gaps(_check_rows(pmfs))).mean(axis=0)), dtype=np.float64
        )


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


def _check_with_gaps(values: ArrayLike) -> Floats:
    """Check probabilities, of which NaN ones are missing."""
    checked = np.asarray(values, dtype=np.float64)
    check_probabilities(checked[~np.isnan(checked)])
    return checked


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


def _mean_log_odds(p: Floats, clip: float) -> Floats:
    odds = _map_elements(_exact_logit, np.clip(p, clip, 1.0 - clip))
    return _map_elements(_exact_sigmoid, odds.mean(axis=0))


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


def _pool_columns(p: Floats) -> Floats:
    """Default aggregate by column, oldest first, between the lowest and the highest forecast."""
    pooled = (
        _mean_log_odds(p, CLIP)
        if len(p) == 2
        else weighted_percentile(p, recency_weights(len(p)), 0.5)
    )
    return np.asarray(np.clip(pooled, p.min(axis=0), p.max(axis=0)), dtype=np.float64)
