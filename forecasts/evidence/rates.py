"""Rates of news: what a count of reports, and what silence says for one answer against the other.

If the answer is the other one, reports come at a rate r; if it is the favoured one, ρ times as
often. r is unknown: its prior is a Gamma distribution by the author's words, updated by the reports
before the question opened. ρ is unknown, too: its logarithm is normal around ln of the stated
likelihood ratio. With a chance that falls with r an indicator says something at all, for news that
is routine seldom foretells. A report is worth what it makes of these two likelihoods of the whole
count, so seen, seen often and not seen follow from the same numbers, and the expected likelihood
ratio is 1 if the answer is the other one. Source: ratio of two Gamma–Poisson mixtures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.distributions.probability import Floats

YEAR_DAYS: Final = 365.0

RATIO_SPREAD: Final = 0.4
"""Standard deviation of ln ρ around ln of the stated likelihood ratio."""

ROUTINE_DAYS: Final = 135.0
"""Interval of reports below which they are more likely routine than a sign; see `_CHANCES`."""

ROUTINE_SIGN_CHANCE: Final = 0.1
"""Chance that an indicator whose reports are routine says something all the same."""

RECENT_CHANCE: Final = 0.2
"""Chance that the rate is raised by the half-life's profile, and not since the opening."""

VAGUE_PRIOR: Final = (0.5, 10.0)
"""Gamma prior (events, days) of a rate on which the author says nothing."""

STATED_EVENTS: Final = 4.0
"""Weight of a stated rate, in events."""

STATED_CHANCE: Final = 0.9
"""Chance that a stated rate is about right."""

MIN_RATE: Final = 1e-3
"""Reports a year below which a stated rate is taken for this."""

MIN_ARCHIVE_DAYS: Final = 30.0
"""Archive before the opening from which a usual rate is told in words."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_SPREAD: Final = _NODES * RATIO_SPREAD
_SPREAD_CHANCES: Final = _WEIGHTS / _WEIGHTS.sum()

_SIGN_FACTORS: Final = np.array([3.0, -3.0, 1.0, 0.0]) * (1.0 - ROUTINE_SIGN_CHANCE) + np.array(
    [0.0, 0.0, 0.0, ROUTINE_SIGN_CHANCE]
)
_SIGN_DAYS: Final = np.array([1.0, 2.0, 3.0, 0.0]) * ROUTINE_DAYS
"""P(says something | r) = c + (1 − c) (1 − (1 − exp(−q r))³), written as Σ factor · exp(−days · r).

Exponential terms keep every marginal in closed form. Of kinds of news that come once a year nearly
all say something, of those that come once a month one in eight.
"""


@dataclass(frozen=True, slots=True)
class RateWords:
    """Words of an author on a kind of news: likelihood ratio (above 1), half-life, usual rate.

    `half_life_days`: how far before now a raised rate reaches, None for all the time.
    `usual_per_year`: reports a year in ordinary times, 0 if not stated.
    """

    likelihood_ratio: float
    half_life_days: float | None = None
    usual_per_year: float = 0.0


@dataclass(frozen=True, slots=True)
class NewsCount:
    """Count of reports: `before` in `before_days` of archive, then at `ages` in `days`.

    Ages are in days before now; `weights` (0 to 1) are the chances that each report is one.
    """

    before: float
    before_days: float
    days: float
    ages: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def total(self) -> float:
        """Expected number of true reports since the opening."""
        return math.fsum(self.weights)


def rate_log_ratio(words: RateWords, count: NewsCount) -> float:
    """Log-likelihood ratio, in nats, of a count for the favoured answer against the other.

    0 while no time has passed. Below 0 the silence speaks for the other answer.

    >>> words = RateWords(3.0, usual_per_year=1.0)
    >>> one = NewsCount(1.0, 365.0, 90.0, (10.0,), (1.0,))
    >>> [round(rate_log_ratio(words, count), 2) for count in (one, NewsCount(1.0, 365.0, 90.0))]
    [0.5, -0.44]
    """
    return float(log_ratios_with(words, count, [(0.0, 0.0)])[0])


def log_ratios_with(
    words: RateWords, count: NewsCount, changes: Sequence[tuple[float, float]]
) -> Floats:
    """Log-likelihood ratios of a count with one report changed each: by age and change of weight.

    All zeros while no time has passed.
    """
    if count.days <= 0.0:
        return np.zeros(len(changes))
    chances, logs, extra_days = _raise_rate(words, count, changes)
    shares, events, prior_days = np.array(_rate_priors(words)).T
    totals = count.total + np.array(changes)[:, 1]
    # Axes: change, prior of the rate, chance of saying something, way in which the rate is raised.
    shapes = np.maximum(totals, 0.0)[:, None] + events + count.before
    rates = prior_days + count.before_days + count.days
    levels = np.log(shares) + events * np.log(prior_days) - shapes * np.log(rates)
    levels += _log_gamma(shapes) - _log_gamma(events)
    quiet = levels[..., None] - shapes[..., None] * np.log1p(_SIGN_DAYS / rates[:, None])
    longer = np.log1p((_SIGN_DAYS[:, None] + extra_days) / rates[:, None, None])
    raised = levels[..., None, None] + logs[:, None, None] - shapes[..., None, None] * longer
    highest = levels.max(axis=1)
    top = np.maximum(highest, raised.max(axis=(1, 2, 3)))
    says = np.exp(raised - top[:, None, None, None]) * (_SIGN_FACTORS[:, None] * chances)
    nothing = np.exp(levels - top[:, None]).sum(axis=1) - (
        np.exp(quiet - top[:, None, None]) * _SIGN_FACTORS
    ).sum(axis=(1, 2))
    other = highest + np.log(np.exp(levels - highest[:, None]).sum(axis=1))
    ratios: Floats = top + np.log(np.maximum(nothing + says.sum(axis=(1, 2, 3)), _TINY)) - other
    return ratios


def _log_gamma(values: Floats) -> Floats:
    return np.array([math.lgamma(value) for value in values.flat]).reshape(values.shape)


_TINY: Final = 1e-300


def usual_counts(words: RateWords, count: NewsCount) -> tuple[float, float] | None:
    """Reports that would be usual by now for the favoured and for the other answer.

    None while neither the author nor an archive says how often they come: one of a month, and of a
    quarter of the time since.

    >>> words, none_yet = RateWords(3.0, usual_per_year=2.0), NewsCount(0.0, 0.0, 365.0)
    >>> [round(usual, 1) for usual in usual_counts(words, none_yet)]
    [6.0, 2.0]
    """
    is_watched = count.before_days >= max(MIN_ARCHIVE_DAYS, count.days / 4.0)
    if not is_watched and not words.usual_per_year:
        return None
    _, events, days = _rate_priors(words)[-1]
    usual = (events + count.before) / (days + count.before_days) * count.days
    return words.likelihood_ratio * usual, usual


def _rate_priors(words: RateWords) -> tuple[tuple[float, float, float], ...]:
    """Gamma priors of the rate: chance, events, days; what the author states comes last."""
    if not words.usual_per_year:
        return ((1.0, *VAGUE_PRIOR),)
    days = STATED_EVENTS * YEAR_DAYS / max(words.usual_per_year, MIN_RATE)
    return (1.0 - STATED_CHANCE, *VAGUE_PRIOR), (STATED_CHANCE, STATED_EVENTS, days)


def _raise_rate(
    words: RateWords, count: NewsCount, changes: Sequence[tuple[float, float]]
) -> tuple[Floats, Floats, Floats]:
    """Ways in which the rate is raised: chance, ln of the factor on the reports, days it adds.

    The factors are those of each change, in rows.
    """
    log_ratios = math.log(words.likelihood_ratio) + _SPREAD
    gains = np.expm1(log_ratios)
    ages, deltas = np.array(changes).T
    logs = (count.total + deltas)[:, None] * log_ratios
    half_life = words.half_life_days
    if half_life is None:
        return _SPREAD_CHANCES, logs, gains * count.days

    def raise_by_age(of: Floats) -> Floats:
        raised: Floats = np.log1p(gains * np.exp2(-of / half_life)[:, None])
        return raised

    weights = np.array(count.weights)[:, None]
    recent = (raise_by_age(np.array(count.ages)) * weights).sum(axis=0)
    recent_logs = recent + deltas[:, None] * raise_by_age(ages)
    reach = half_life / math.log(2.0)
    days = gains * reach * -math.expm1(-count.days / reach)
    chances = np.concatenate(
        [_SPREAD_CHANCES * (1.0 - RECENT_CHANCE), _SPREAD_CHANCES * RECENT_CHANCE]
    )
    return (
        chances,
        np.concatenate([logs, recent_logs], axis=1),
        np.concatenate([gains * count.days, days]),
    )
