"""Likelihood ratios: combination, novelty, decay, counts and silence.

A likelihood ratio is P(evidence | YES) / P(evidence | NO). Above 1 it favours YES, below 1 NO; 1 is
uninformative. Its natural logarithm is measured in nats of log-odds, and independent pieces add up.
Discounting for reliability is `forecasts.evidence.effective_likelihood_ratio`; the effect of time
on a base rate is `forecasts.suggestion.binary.decay_prior`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from forecasts.distributions.probability import check_probabilities, logit, sigmoid
from forecasts.errors import ForecastsError


@dataclass(frozen=True, slots=True)
class ChanceWord:
    """Word for a probability from `low` (included) up to `high`."""

    word: str
    low: float
    high: float

    @property
    def midpoint(self) -> float:
        """Midpoint of the band, used as the probability of the word.

        >>> ChanceWord("likely", 0.55, 0.8).midpoint
        0.675
        """
        return (self.low + self.high) / 2.0


ICD_203_BANDS = (
    ChanceWord("almost no chance", 0.01, 0.05),
    ChanceWord("very unlikely", 0.05, 0.2),
    ChanceWord("unlikely", 0.2, 0.45),
    ChanceWord("roughly even chance", 0.45, 0.55),
    ChanceWord("likely", 0.55, 0.8),
    ChanceWord("very likely", 0.8, 0.95),
    ChanceWord("almost certain", 0.95, 0.99),
)
"""Seven probability terms of Intelligence Community Directive 203 (2015) of the United States."""

ICD_203: Mapping[str, float] = MappingProxyType(
    {band.word: band.midpoint for band in ICD_203_BANDS}
)
"""Word → midpoint of its band."""


def ratio_from_words(if_yes: str, if_no: str, midpoints: Mapping[str, float] = ICD_203) -> float:
    """Likelihood ratio of a report from its verbal likelihoods under YES and under NO.

    Range above 0; above 1 favours YES. Both are needed: a report that is likely under YES may be
    just as likely under NO, and is then uninformative. A word that `midpoints` does not have, or
    whose midpoint is not between 0 and 1, raises `ForecastsError`. Source: ratio of the midpoints
    of the ICD 203 bands.

    >>> round(ratio_from_words("likely", "unlikely"), 4), ratio_from_words("likely", "likely")
    (2.0769, 1.0)
    """
    return _find_midpoint(if_yes, midpoints) / _find_midpoint(if_no, midpoints)


def absence_ratio_from_words(
    if_yes: str, if_no: str, midpoints: Mapping[str, float] = ICD_203
) -> float:
    """Likelihood ratio of a missing report from its verbal likelihoods under YES and under NO.

    (1 − p_yes) / (1 − p_no), above 0; below 1 favours NO. Words and errors are those of
    `ratio_from_words`.

    >>> round(absence_ratio_from_words("very likely", "unlikely"), 4)
    0.1852
    """
    return (1.0 - _find_midpoint(if_yes, midpoints)) / (1.0 - _find_midpoint(if_no, midpoints))


def combine_likelihood_ratios(prior: float, likelihood_ratios: Iterable[float]) -> float:
    """Posterior by Bayes' rule from independent evidence: logit p = logit prior + Σ ln LR.

    Range 0 to 1; the order of the ratios does not matter. A prior of 0 or 1 is unchanged; a ratio
    of 0 rules out YES and an infinite one rules out NO. Raises `InvalidProbability` for the prior,
    `ForecastsError` for a ratio below 0 or NaN, and when YES and NO are both ruled out.

    >>> round(combine_likelihood_ratios(0.2, [3, 0.5, 6]), 4)
    0.6923
    >>> combine_likelihood_ratios(0.0, [1000.0]), combine_likelihood_ratios(0.3, [0.0])
    (0.0, 0.0)
    """
    ratios = list(likelihood_ratios)
    if not all(ratio >= 0.0 for ratio in ratios):  # NaN fails every comparison
        raise ForecastsError(
            f"a likelihood ratio is 0 or more, 1 where it says nothing: one of {ratios} is not"
        )
    logs = [logit(float(check_probabilities(prior))), *map(_ln, ratios)]
    if -math.inf in logs and math.inf in logs:
        raise ForecastsError(
            "prior and evidence rule out both YES and NO: one of the certain ones has to give"
        )
    return sigmoid(math.fsum(logs))


def novelty_total(ln_lr: float, n: int, delta: float) -> float:
    """Total weight, in nats, of n stories of one kind, each counting `delta` times the one before.

    ln LR · (1 + δ + δ² + … + δⁿ⁻¹). With delta 0.5 never more than twice the first. `delta` goes
    from 0 (only the first counts) to 1 (all count fully); no story weighs 0. Raises
    `ForecastsError` for n below 0 and `InvalidProbability` for a delta outside 0 to 1.

    >>> [round(novelty_total(1.0, n, 0.5), 4) for n in (0, 1, 2, 3, 50)]
    [0.0, 1.0, 1.5, 1.75, 2.0]
    """
    _check_not_negative(n, "a number of stories")
    if float(check_probabilities(delta)) == 1.0:
        return _multiply(n, ln_lr)
    return _multiply((1.0 - math.pow(delta, n)) / (1.0 - delta), ln_lr)


def decay_weight(ln_lr: float, age_days: float, half_life_days: float | None) -> float:
    """Weight after exponential decay over `age_days`: ln LR · 2^(−age / half-life), in nats.

    A half-life of None means no decay. Raises `ForecastsError` for an age below 0 or a half-life
    that is not above 0.

    >>> [decay_weight(1.0, age, 14) for age in (0, 14, 42)], decay_weight(1.0, 42, None)
    ([1.0, 0.5, 0.125], 1.0)
    """
    _check_not_negative(age_days, "an age in days")
    if half_life_days is None:
        return ln_lr
    return _multiply(
        math.pow(2.0, -age_days / _check_positive(half_life_days, "a half-life in days")), ln_lr
    )


def count_log_ratio(
    matched: float,
    total: float,
    rate_if_yes: float,
    rate_if_no: float,
    *,
    overdispersion: float = 1.0,
) -> float:
    """Log-likelihood ratio, in nats, of seeing `matched` of `total` items on a subject.

    [k ln(p₁/p₀) + (N − k) ln((1 − p₁)/(1 − p₀))] / φ, p₁ the share of items that match under YES
    and p₀ under NO. Above 0 favours YES. Items are taken as independent; as news comes in bursts,
    divide by an `overdispersion` φ of 1 or more (variance of the counts over that of a binomial).
    Count matched and total in the same set of sources. ±inf when the counts are impossible under
    one answer; under both it raises `ForecastsError`, as do counts other than 0 ≤ matched ≤ total.
    Source: ratio of two binomial likelihoods.

    >>> round(count_log_ratio(12, 400, 0.03, 0.01), 4), round(count_log_ratio(4, 400, 0.03, 0.01),
    ...     4)
    (5.2647, -3.6875)
    """
    if not 0 <= matched <= total < math.inf:
        raise ForecastsError(f"{matched} of {total} is no count: give 0 ≤ matched ≤ total")
    if not overdispersion >= 1.0:
        raise ForecastsError(
            f"overdispersion is 1 (independent items) or more, not {overdispersion}"
        )
    yes, no = map(float, check_probabilities([rate_if_yes, rate_if_no]))
    hits = _multiply(matched, _ln(yes) - _ln(no))
    misses = _multiply(total - matched, _ln(1.0 - yes) - _ln(1.0 - no))
    return _check_possible(hits + misses) / overdispersion


def silence_log_ratio(rate_yes: float, rate_no: float, days: float, count: float = 0) -> float:
    """Log-likelihood ratio, in nats, of `count` reports in `days` days; 0 reports mean silence.

    n ln(r₁/r₀) − (r₁ − r₀) t, with r₁ reports a day under YES and r₀ under NO. Below 0 favours NO.
    ±inf when the count is impossible under one answer; under both it raises `ForecastsError`, as do
    rates, days or counts below 0. Source: ratio of two Poisson likelihoods.

    >>> round(silence_log_ratio(0.5, 0.1, 7), 4), round(silence_log_ratio(0.5, 0.1, 7, 3), 4)
    (-2.8, 2.0283)
    """
    yes, no = (
        _check_not_negative(rate, "a number of reports a day") for rate in (rate_yes, rate_no)
    )
    time = _check_not_negative(days, "a number of days")
    seen = _check_not_negative(count, "a number of reports")
    return _check_possible(_multiply(seen, _ln(yes) - _ln(no))) - (yes - no) * time


@dataclass(frozen=True, slots=True)
class StreamIndependence:
    """Independent part of a stream of stories.

    `intensity` is, for each story, the expected rate (stories a day) given the earlier ones;
    `n_eff` is the effective number of independent stories, from above 0 to their number.
    """

    intensity: tuple[float, ...]
    n_eff: float


def hawkes_independence(
    times: Sequence[float], mu: float, alpha: float, beta: float
) -> StreamIndependence:
    """Effective number of independent stories of a stream under a Hawkes process.

    λ(tᵢ) = μ + Σ_{j<i} α exp(−β (tᵢ − tⱼ)): a background rate of μ stories a day; each story raises
    the rate by α, which decays at β a day. A story is independent with probability μ / λ(tᵢ);
    `n_eff` sums that. A measure of attention, not of probability. `times` are in days and do not
    fall; at the same instant the later one counts the earlier as its cause. Raises `ForecastsError`
    for times out of order, μ or β not above 0, or α below 0. Sources: Zhuang, Ogata & Vere-Jones
    2002, Journal of the American Statistical Association 97; the recursion is Ozaki's of 1979.

    >>> found = hawkes_independence([0.0, 0.5, 9.0], mu=0.3, alpha=1.2, beta=2.0)
    >>> [round(rate, 4) for rate in found.intensity], round(found.n_eff, 4)
    ([0.3, 0.7415, 0.3], 2.4046)
    """
    _check_positive(mu, "a background rate")
    _check_positive(beta, "a rate of dying away")
    _check_not_negative(alpha, "what a story adds to the rate")
    if not all(map(math.isfinite, times)) or not all(a <= b for a, b in pairwise(times)):
        raise ForecastsError("give the times of the stories in days, the earliest first")
    echo, intensity = 0.0, [mu] * min(1, len(times))
    for before, now in pairwise(times):
        echo = (echo + 1.0) * math.exp(-beta * (now - before))
        intensity.append(mu + alpha * echo)
    return StreamIndependence(tuple(intensity), math.fsum(mu / rate for rate in intensity))


def _find_midpoint(word: str, midpoints: Mapping[str, float]) -> float:
    if word not in midpoints:
        raise ForecastsError(
            f"{word!r} is no word for a chance here: use one of {', '.join(midpoints)}"
        )
    p = midpoints[word]
    if not 0.0 < p < 1.0:
        raise ForecastsError(f"the midpoint of {word!r} lies between 0 and 1, not at {p}")
    return p


def _ln(value: float) -> float:
    return math.log(value) if value > 0.0 else -math.inf


def _multiply(count: float, nats: float) -> float:
    """Product in which a count of 0 gives 0 even for infinite weights."""
    return count * nats if count > 0 else 0.0


def _check_possible(nats: float) -> float:
    if math.isnan(nats):  # −inf − −inf: a likelihood of 0 under YES and under NO
        raise ForecastsError(
            "what was seen is impossible under YES and under NO: one of the two rates has to give"
        )
    return nats


def _check_not_negative(value: float, label: str) -> float:
    if not 0.0 <= value < math.inf:
        raise ForecastsError(f"{label} is 0 or more and finite, not {value}")
    return value


def _check_positive(value: float, label: str) -> float:
    if not 0.0 < value < math.inf:
        raise ForecastsError(f"{label} is above 0 and finite, not {value}")
    return value
