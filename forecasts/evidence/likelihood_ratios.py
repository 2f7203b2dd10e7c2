"""Likelihood ratios: from words, and what is left of one with age.

A likelihood ratio is P(evidence | YES) / P(evidence | NO). Above 1 it favours YES, below 1 NO; 1 is
uninformative. Its natural logarithm is measured in nats of log-odds, and independent pieces add up.
Discounting for reliability is `forecasts.evidence.effective_likelihood_ratio`; the ratio of a count
of reports, or of silence, is `forecasts.evidence.rates.rate_log_ratio`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
    share = math.pow(2.0, -age_days / _check_positive(half_life_days, "a half-life in days"))
    return ln_lr * share if share > 0.0 else 0.0


def _find_midpoint(word: str, midpoints: Mapping[str, float]) -> float:
    if word not in midpoints:
        raise ForecastsError(
            f"{word!r} is no word for a chance here: use one of {', '.join(midpoints)}"
        )
    p = midpoints[word]
    if not 0.0 < p < 1.0:
        raise ForecastsError(f"the midpoint of {word!r} lies between 0 and 1, not at {p}")
    return p


def _check_not_negative(value: float, label: str) -> float:
    if not 0.0 <= value < math.inf:
        raise ForecastsError(f"{label} is 0 or more and finite, not {value}")
    return value


def _check_positive(value: float, label: str) -> float:
    if not 0.0 < value < math.inf:
        raise ForecastsError(f"{label} is above 0 and finite, not {value}")
    return value
