"""Base rates of questions on a series, from its last value, its usual move and the time between.

A series without a trend is as likely to rise as to fall, and its changes add up like those of a
random walk: after so many years their standard deviation is that of one year times the square root
of the years. The usual move is a mean absolute change, which is 0.80 of a standard deviation if
changes are normal (R. C. Geary, *Biometrika* 27, 1935).
"""

import math
import re
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Final

from forecasts.essays.catalogue.entries import CatalogueEntry, KnownValue
from forecasts.questions.series import parse_period

_DEVIATIONS: Final = 1.25
"""Standard deviation of normal changes in their mean absolute size, √(π/2)."""

_MIN_PERCENT: Final = 3
"""Percentage that a proposed base rate has at least, and leaves at least to the other answer."""

_LEVELS: Final = (10, 50, 90)
_MAX_YEARS: Final = 6.0
"""Time up to which the quantiles of a number lie within its proposed range."""

_DAYS: Final = 365.25


@dataclass(frozen=True, slots=True)
class ProposedRate:
    """Base rate as a person would type it, "" if a figure is missing, and how it follows."""

    typed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drift:
    """Last value of a series, its usual move a year, and the years from that value to the answer.

    `deviation` is the standard deviation of the change in this time, in the unit of the series.
    """

    value: float
    move: float
    years: float
    unit: str
    period: str

    @property
    def deviation(self) -> float:
        """Standard deviation of the change from the last value to the answer."""
        return _DEVIATIONS * self.move * math.sqrt(self.years)

    @property
    def words(self) -> str:
        """Figures from which a base rate follows, and that no trend is among them."""
        return (
            f"last value {self.value:g} {self.unit} ({self.period}), usual move {self.move:g} a "
            f"year, {self.years:.1f} years to the answer, and no trend"
        )


def measure_drift(entry: CatalogueEntry, known: KnownValue | None, last: date) -> Drift | None:
    """Measure the time to the last day of an answer; None without value, move or time ahead."""
    period = parse_period(known.period) if known else None
    if known is None or period is None or not entry.usual_move or period.end >= last:
        return None
    years = (last - period.end).days / _DAYS
    return Drift(known.value, entry.usual_move, years, entry.unit, str(period))


def propose_level_rate(
    drift: Drift, number: float, *, is_fall: bool, width: float = 0.0, is_any: bool = False
) -> ProposedRate:
    """Propose how likely a series is beyond a number, within `width` of it, or there at any time.

    A series without a trend that ends beyond a number was as likely to turn there, so that it has
    been there at any time with twice the chance (the principle of reflection).

    >>> drift = Drift(2.9, 1.5, 1.0, "per cent", "August 2026")
    >>> propose_level_rate(drift, 3.0, is_fall=False).typed
    '48%'
    """
    spread = f"({_DEVIATIONS} × {drift.move:g} × √{drift.years:.1f})"
    if width:
        low, high = (
            NormalDist().cdf((number + sign * width - drift.value) / drift.deviation)
            for sign in (-1, 1)
        )
        ends = [f"Φ(({number + sign * width:g} − {drift.value:g})/{spread})" for sign in (1, -1)]
        return _word_rate(high - low, drift, " − ".join(ends))
    distance = (number - drift.value if is_fall else drift.value - number) / drift.deviation
    chance = NormalDist().cdf(distance) * (2 if is_any else 1)
    ends = [f"{drift.value:g}", f"{number:g}"]
    first, second = reversed(ends) if is_fall else ends
    factor = "2 × " if is_any else ""
    return _word_rate(chance, drift, f"{factor}Φ(({first} − {second})/{spread})")


def propose_change_rate(
    entry: CatalogueEntry, change: str, years: float, known: KnownValue | None
) -> ProposedRate | None:
    """Propose how likely a series moves by a change at least; None without a move or its size.

    A change in per cent is one of the last value.
    """
    size = re.match(r"[\d.]+", change)
    is_share = change.endswith("per cent")
    if not entry.usual_move or size is None or years <= 0 or (is_share and known is None):
        return None
    value = known.value if known else 0.0
    amount = float(size[0]) * (abs(value) / 100 if is_share else 1.0)
    deviation = _DEVIATIONS * entry.usual_move * math.sqrt(years)
    percent = _limit_chance(NormalDist().cdf(-amount / deviation))
    words = f"{change} of {value:g}, {amount:g} {entry.unit}" if is_share else change
    return ProposedRate(
        f"{percent}%",
        f"{percent}%: a change of {words}, usual move "
        f"{entry.usual_move:g} a year, {years:.1f} years between the two, and no trend: "
        f"Φ(−{amount:g}/({_DEVIATIONS} × {entry.usual_move:g} × √{years:.1f})).",
    )


def propose_quantiles(drift: Drift) -> ProposedRate | None:
    """Propose the tenth, middle and ninetieth percentile of a number; None for a distant day."""
    if drift.years > _MAX_YEARS:
        return None
    values = {
        level: drift.value + NormalDist().inv_cdf(level / 100) * drift.deviation
        for level in _LEVELS
    }
    typed = " ".join(f"{level}%={value:.4g}" for level, value in values.items())
    spread = f"{_DEVIATIONS} × {drift.move:g} × √{drift.years:.1f}"
    return ProposedRate(typed, f"{typed}: {drift.words}: {drift.value:g} ± 1.28 × {spread}.")


def _word_rate(chance: float, drift: Drift, formula: str) -> ProposedRate:
    percent = _limit_chance(chance)
    return ProposedRate(f"{percent}%", f"{percent}%: {drift.words}: {formula}.")


def _limit_chance(chance: float) -> int:
    return min(100 - _MIN_PERCENT, max(_MIN_PERCENT, round(100 * chance)))
