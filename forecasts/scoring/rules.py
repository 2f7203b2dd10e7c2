"""Proper scoring rules for single forecasts and arrays.

All functions broadcast over numbers and arrays, and return one score per forecast. Binary rules
take p, the probability of YES, and an outcome of 1 or 0. Rules for options take probabilities along
the last axis, and the index of the option that happened.

Only the log score and the points clip probabilities. Brier scores count one side, 0 to 1; platforms
that count both show twice the number.

Sources: Brier 1950; Good 1952; Epstein 1969; Gneiting & Raftery 2007, Journal of the American
Statistical Association 102; the scoring pages of Good Judgment Open, Metaculus and ForecastBench.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import (
    Floats,
    check_outcomes,
    check_probabilities,
    check_sum_to_one,
)
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidResolution

LOG_CLIP = 0.001
"""Clip of the log score, so that a wrong certainty costs 6.9 instead of infinity."""

POINTS_CLIP = 0.001
"""Clip of points; Metaculus accepts no probability outside 0.001 to 0.999."""


def brier(p: ArrayLike, outcome: ArrayLike) -> Floats:
    """Brier score (p − o)²: squared error of a binary forecast.

    Range 0 (certain and right) to 1 (certain and wrong); lower is better; always 50% scores 0.25.
    Raises `InvalidProbability` for a p outside [0, 1] and `ValueError` for an outcome that is not 0
    or 1. Source: Brier 1950, Monthly Weather Review 78, halved so that one option is counted and
    not both.

    >>> brier([0.8, 0.8], [1, 0]).round(4).tolist()
    [0.04, 0.64]
    """
    return (check_probabilities(p) - check_outcomes(outcome)) ** 2


def log_score(p: ArrayLike, outcome: ArrayLike, *, clip: float = LOG_CLIP) -> Floats:
    """Logarithmic score −ln(probability of the outcome), in nats.

    Range 0.001 (certain and right) to 6.908 (certain and wrong), as p is moved into [clip, 1 −
    clip] for this; with clip=0.0 nothing is moved, and the range is 0 to infinity. Lower is better;
    always 50% scores ln 2 = 0.693. Proper with any clip. Raises `InvalidProbability` for a p
    outside [0, 1] or a clip outside [0, 0.5), `ValueError` for an outcome that is not 0 or 1.
    Source: Good 1952, Journal of the Royal Statistical Society B 14.

    >>> log_score([0.8, 0.0], 1).round(4).tolist()
    [0.2231, 6.9078]
    >>> log_score([0.8, 0.0], 1, clip=0.0).round(4).tolist()
    [0.2231, inf]
    """
    return _negative_log(_outcome_probability(p, outcome), clip)


def spherical(p: ArrayLike, outcome: ArrayLike) -> Floats:
    """Spherical score: probability of the outcome, divided by √(p² + (1 − p)²).

    Range 0 (certain and wrong) to 1 (certain and right); HIGHER is better, unlike the Brier and log
    scores; always 50% scores 0.707. Raises as `brier` does. Source: Gneiting & Raftery 2007,
    section 4.

    >>> spherical([0.8, 0.8], [1, 0]).round(4).tolist()
    [0.9701, 0.2425]
    """
    yes = check_probabilities(p)
    return _outcome_probability(yes, outcome) / np.sqrt(yes**2 + (1.0 - yes) ** 2)


def brier_options(p: ArrayLike, outcome: ArrayLike) -> Floats:
    """Brier score for exclusive options, ½ Σ (pₖ − oₖ)²; with two options it equals `brier`.

    p has shape (…, K), outcome holds the indices 0 to K − 1 of what happened. Range 0 (certain and
    right) to 1 (certain and wrong); lower is better; equal shares score (1 − 1/K)/2. Raises
    `InvalidProbability` for numbers outside [0, 1] or a sum further than 1e-6 from 1,
    `InvalidForecast` for fewer than two options, `InvalidResolution` for an index that is no
    option. Source: Brier 1950, halved.

    >>> round(float(brier_options([0.5, 0.3, 0.2], 0)), 4)
    0.19
    """
    shares, happened = _check_options(p, outcome)
    return 0.5 * _sum_last_axis((shares - happened) ** 2)


def log_score_options(p: ArrayLike, outcome: ArrayLike, *, clip: float = LOG_CLIP) -> Floats:
    """Logarithmic score −ln(probability of the option that happened), in nats.

    Shapes as in `brier_options`. Range 0.001 to 6.908, as that probability is moved into [clip, 1 −
    clip]; 0 to infinity with clip=0.0. Lower is better; equal shares score ln K. Strictly proper
    without a clip; with one, three or more options and a belief near the clip, up to (K − 1)·clip
    nats can be had by giving 0 instead. Raises as `brier_options` does, and `InvalidProbability`
    for a clip outside [0, 0.5). Source: Good 1952, Journal of the Royal Statistical Society B 14.

    >>> log_score_options([[0.5, 0.3, 0.2], [0.6, 0.4, 0.0]], [0, 2]).round(4).tolist()
    [0.6931, 6.9078]
    """
    shares, happened = _check_options(p, outcome)
    return _negative_log(_sum_last_axis(shares * happened), clip)


def spherical_options(p: ArrayLike, outcome: ArrayLike) -> Floats:
    """Spherical score for exclusive options: pₖ of the option that happened, divided by √(Σ pₖ²).

    Shapes and errors as in `brier_options`. Range 0 to 1; HIGHER is better; equal shares score
    1/√K. Source: Gneiting & Raftery 2007, section 4.

    >>> round(float(spherical_options([0.5, 0.3, 0.2], 0)), 4)
    0.8111
    """
    shares, happened = _check_options(p, outcome)
    score: Floats = _sum_last_axis(shares * happened) / np.sqrt(_sum_last_axis(shares**2))
    return score


def brier_ordered(p: ArrayLike, outcome: ArrayLike) -> Floats:
    """Ordered Brier score (brier_ordinal): the mean of the binary Brier scores at the K − 1 cuts.

    A cut is the event "this option or a lower one", so near misses cost less than far ones. Shapes
    and errors as in `brier_options`. Range 0 to 1 whatever K is; lower is better; with two options
    it equals `brier`. The ranked probability score is their sum. Source: Epstein 1969, Journal of
    Applied Meteorology 8; the division as in the Good Judgment Project's ordered rule.

    >>> round(float(brier_ordered([0.15, 0.45, 0.25, 0.15], 2)), 4)
    0.135
    """
    shares, happened = _check_options(p, outcome)
    gaps = np.cumsum(shares - happened, axis=-1)[..., :-1]  # the last cut is trivial
    per_cut: Floats = _sum_last_axis(gaps**2) / (shares.shape[-1] - 1)
    return per_cut


def baseline_points(p_given: ArrayLike, options: int = 2) -> Floats:
    """Metaculus baseline points at one instant: 100·ln(p·K)/ln K, p given to the outcome.

    For a binary question 100·(1 + log₂ p). p is moved into [0.001, 0.999] first, so that the range
    for K = 2 is −897 to +99.9; HIGHER is better; equal shares earn 0. Raises `InvalidProbability`
    for a p outside [0, 1], `InvalidForecast` for fewer than two options: ln 1 = 0, and there is
    nothing to forecast. Source: Metaculus, scores FAQ.

    >>> baseline_points([0.9, 0.5, 0.0]).round(1).tolist()
    [84.8, 0.0, -896.6]
    """
    if options < 2:
        raise InvalidForecast(f"points need at least two options to choose from, not {options}")
    p = np.clip(check_probabilities(p_given), POINTS_CLIP, 1.0 - POINTS_CLIP)
    return 100.0 * (1.0 + np.log(p) / math.log(options))


def baseline_points_continuous(mass: ArrayLike, *, base: ArrayLike) -> Floats:
    """Metaculus baseline points of a numeric or date forecast at one instant: 50·ln(mass/base).

    `mass` is the probability given to the bucket of the answer, `base` that of a uniform forecast.
    HIGHER is better; the uniform forecast earns 0. Unlimited below: a mass of 0 earns −infinity, so
    forecasts need a floor. Raises `InvalidProbability` for a number outside [0, 1] or a base of 0.
    Source: Metaculus, scores FAQ.

    >>> baseline_points_continuous([0.01, 0.005], base=0.005).round(2).tolist()
    [34.66, 0.0]
    """
    flat = check_probabilities(base)
    if (flat == 0.0).any():
        raise InvalidProbability(
            "the base is what a flat forecast gives to the bucket: more than 0"
        )
    with np.errstate(divide="ignore"):
        return 50.0 * (np.log(check_probabilities(mass)) - np.log(flat))


def _outcome_probability(p: ArrayLike, outcome: ArrayLike) -> Floats:
    """Probability given to the outcome."""
    yes, happened = check_probabilities(p), check_outcomes(outcome)
    return np.where(happened == 1.0, yes, 1.0 - yes)


def _negative_log(probability: Floats, clip: float) -> Floats:
    if not 0.0 <= clip < 0.5:
        raise InvalidProbability(f"the clip of a log score lies from 0 up to 0.5, not {clip}")
    with np.errstate(divide="ignore"):  # 0 for the outcome scores infinity
        return 0.0 - np.log(np.clip(probability, clip, 1.0 - clip))


def _check_options(p: ArrayLike, outcome: ArrayLike) -> tuple[Floats, Floats]:
    """Probabilities, and indicators of the outcome: 1 for the option that happened, 0 elsewhere."""
    if np.shape(p)[-1:] < (2,):  # () for a single number
        raise InvalidForecast("give the probabilities of at least two options, along the last axis")
    shares = check_sum_to_one(p)
    count = shares.shape[-1]
    index = np.asarray(outcome, dtype=np.float64)
    fits = (index >= 0.0) & (index < count) & (index == np.floor(index))
    if not fits.all():
        wrong = float(index[~fits].flat[0])
        raise InvalidResolution(
            f"the outcome is the index of an option, 0 to {count - 1}, not {wrong:g}"
        )
    return shares, np.equal(np.arange(count), index[..., np.newaxis]).astype(np.float64)


def _sum_last_axis(values: Floats) -> Floats:
    total: Floats = values.sum(axis=-1)
    return total
