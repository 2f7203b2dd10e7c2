"""Rules by which the numbers of a series settle a question.

    value in 2026-12 more than 60            binary: a measure of a period, and a threshold
    mean of Q1 2026                          numeric: the number itself; options: the band it is in
    first day on which value at least 100    date

A rule reads first releases: what a source said first of a period that was over stays the answer,
whatever it revised later. `apply_rule` says what the series gives, or what is missing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final, Literal, cast

from forecasts.distributions.cdf import date_from_day_number
from forecasts.errors import InvalidQuestion
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Question
from forecasts.questions.series import (
    Period,
    SeriesId,
    SeriesValue,
    find_widening,
    format_quantity,
    parse_number,
    parse_period,
)

Measure = Literal[
    "value", "mean", "last", "max", "min", "change", "percent change", "standing", "first day"
]
Comparison = Literal["more than", "at least", "at most", "less than"]

_TESTS: Final[dict[Comparison, Callable[[float, float], bool]]] = {
    "more than": lambda value, limit: value > limit,
    "at least": lambda value, limit: value >= limit,
    "at most": lambda value, limit: value <= limit,
    "less than": lambda value, limit: value < limit,
}
_COMPARISON: Final = r"(?P<comparison>more than|at least|at most|less than|>=|<=|>|<|≥|≤)"
_SYMBOLS: Final = {
    ">": "more than",
    ">=": "at least",
    "≥": "at least",
    "<": "less than",
    "<=": "at most",
    "≤": "at most",
}
_PERIOD_RULE: Final = re.compile(
    r"(?P<measure>value|mean|last|max|min|percent change|change|standing)"
    rf" (?:in|of|on|at|over) (?P<period>.+?)(?: {_COMPARISON} (?P<threshold>.+))?",
    re.IGNORECASE,
)
_DAY_RULE: Final = re.compile(
    rf"first day (?:on which|with|when) value {_COMPARISON} (?P<threshold>.+)", re.IGNORECASE
)
EXAMPLES: Final = (
    "“value in 2026-12 more than 60”, “mean of Q1 2026”, “first day on which value at least 100”"
)


@dataclass(frozen=True, slots=True)
class SettlementRule:
    """A measure of a series over a period, and the comparison that makes it an answer, if any."""

    measure: Measure
    period: Period | None = None
    comparison: Comparison | None = None
    threshold: float = 0.0

    def __str__(self) -> str:
        """Return the rule as it is typed."""
        limit = f" {self.comparison} {format_quantity(self.threshold)}" if self.comparison else ""
        if self.measure == "first day":
            return f"first day on which value{limit}"
        joint = "in" if self.measure == "value" else "at" if self.measure == "standing" else "of"
        return f"{self.measure} {joint} {self.period}{limit}"

    def is_met(self, value: float) -> bool:
        """Return True if a number passes the comparison."""
        return self.comparison is not None and _TESTS[self.comparison](value, self.threshold)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The series and the rule that settle a question; `rule` is text as it was typed."""

    series_id: SeriesId
    rule: str


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Result of a rule: `number`, or `day` for a date rule (None if it never came).

    `values` are the ones that decided it, `event_at` when it happened, `known_at` when it was first
    known here.
    """

    number: float
    day: date | None
    values: tuple[SeriesValue, ...]
    event_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class MissingValue:
    """Reason why a rule has no result yet; `due` is the period that is waited for, if one is."""

    reason: str
    due: Period | None = None


def parse_rule(text: str) -> SettlementRule:
    """Parse a rule; raises `InvalidQuestion` with examples of the accepted forms.

    >>> str(parse_rule("Value in Dec 2026 > 60 USD"))
    'value in December 2026 more than 60'
    """
    typed = " ".join(text.split())
    if match := _DAY_RULE.fullmatch(typed):
        return SettlementRule("first day", None, *_parse_limit(match))
    match = _PERIOD_RULE.fullmatch(typed)
    if match is None:
        raise InvalidQuestion(f"{text!r} is no rule: write it like {EXAMPLES}")
    period = parse_period(match["period"], alone=True)
    if period is None:
        raise InvalidQuestion(
            f"{match['period']!r} is no period: write 2026-12-31, 2026-12, Q4 2026 or 2026"
        )
    measure = cast(Measure, match["measure"].lower())
    if match["comparison"] is None:
        return SettlementRule(measure, period)
    return SettlementRule(measure, period, *_parse_limit(match))


def _parse_limit(match: re.Match[str]) -> tuple[Comparison, float]:
    word = match["comparison"].lower()
    threshold = parse_number(match["threshold"])
    if threshold is None:
        raise InvalidQuestion(f"{match['threshold']!r} is not a number: write 60 or 1,200.5")
    return cast(Comparison, _SYMBOLS.get(word, word)), threshold


def check_rule(question: Question, rule: SettlementRule) -> None:
    """Raise `InvalidQuestion` for a rule that cannot answer a question of this kind."""
    if (rule.measure == "first day") != (question.kind == "date"):
        raise InvalidQuestion(
            f"{question.id} asks for a date: write “first day on which value at least 100”"
            if question.kind == "date"
            else f"{question.id} asks for no date: write a rule like “value in 2026-12”"
        )
    if question.kind == "binary" and rule.comparison is None:
        raise InvalidQuestion(
            f"{question.id} is answered yes or no: end the rule with a threshold, such as "
            "“more than 60”"
        )
    if question.kind not in ("binary", "date") and rule.comparison is not None:
        raise InvalidQuestion(
            f"{question.id} asks for a number or a band: leave “{rule.comparison} "
            f"{format_quantity(rule.threshold)}” out"
        )


# From the values of a series to the result of a rule


def first_releases(values: Sequence[SeriesValue], read_at: datetime) -> tuple[SeriesValue, ...]:
    """Return one value for each period that was over when the series was read, by period.

    It is what the source said first after the end of the period; if it had said it before, and
    nothing else since, it counts from the end on. Later revisions are left out.
    """
    widen = find_widening(tuple(values))
    by_period = sorted(
        (replace(value, period=widen(value.period)) for value in values),
        key=lambda value: (value.period, value.known_at),
    )
    releases = []
    for period, group in groupby(by_period, key=attrgetter("period")):
        versions = list(group)
        later = [v for v in versions if v.known_at.date() >= period.end]
        if later:
            releases.append(later[0])
        elif read_at >= end_of_period(period):
            releases.append(replace(versions[-1], known_at=end_of_period(period)))
    return tuple(releases)


def end_of_period(period: Period) -> datetime:
    """Return the first instant after a period, in UTC."""
    return datetime.combine(period.end, time(), UTC) + timedelta(days=1)


def apply_rule(
    question: Question,
    rule: SettlementRule,
    values: Sequence[SeriesValue],
    read_at: datetime,
) -> RuleResult | MissingValue:
    """Return what a series gives under a rule, as of its last reading, or what is missing."""
    result = _measure_releases(question, rule, first_releases(values, read_at), read_at)
    if isinstance(result, MissingValue) and result.due is not None:
        return _name_early_value(result, result.due, values)
    return result


def _name_early_value(
    missing: MissingValue, due: Period, values: Sequence[SeriesValue]
) -> MissingValue:
    """Name the value that a series has for a period that was not over when it was read."""
    widen = find_widening(tuple(values))
    early = [value for value in values if widen(value.period) == due]
    if not early:
        return missing
    newest = max(early, key=attrgetter("known_at"))
    return MissingValue(
        f"the value for {due}, {newest.text}, was read before that was over and may still change",
        due,
    )


def _measure_releases(
    question: Question,
    rule: SettlementRule,
    releases: Sequence[SeriesValue],
    read_at: datetime,
) -> RuleResult | MissingValue:
    if rule.period is None:
        return _find_first_day(question, rule, releases)
    inside = [value for value in releases if value.period in rule.period]
    if rule.measure == "value":
        return _find_single_value(rule.period, inside, releases)
    if rule.measure == "standing":
        return _find_standing(rule.period, releases, read_at)
    early = next((v for v in inside if _decides_early(rule, v.value)), None)
    if early is not None:
        return _result(early.value, (early,), early.known_at, early.period)
    closing = next((v for v in releases if v.period.end >= rule.period.end), None)
    if not inside or closing is None:
        return _describe_gap(rule.period, releases)
    return _measure_period(rule, inside, closing, releases)


def _decides_early(rule: SettlementRule, value: float) -> bool:
    """Return True if one value decides a maximum or minimum, whatever follows in the period."""
    upwards = rule.comparison in ("more than", "at least")
    if rule.comparison is None or rule.measure not in ("max", "min"):
        return False
    return rule.is_met(value) if upwards == (rule.measure == "max") else not rule.is_met(value)


def _find_single_value(
    period: Period, inside: Sequence[SeriesValue], releases: Sequence[SeriesValue]
) -> RuleResult | MissingValue:
    exact = [value for value in inside if value.period == period]
    if exact:
        return _result(exact[0].value, exact, exact[0].known_at, period)
    if len(inside) > 1:
        return MissingValue(
            f"the series has {len(inside)} values in {period}: let the rule say the mean, last, "
            "max or min of it"
        )
    closing = next((v for v in releases if v.period.start > period.end), None)
    if not inside or closing is None:
        return _describe_gap(period, releases)
    known_at = max(inside[0].known_at, closing.known_at)
    return _result(inside[0].value, inside, known_at, period)


def _find_standing(
    period: Period, releases: Sequence[SeriesValue], read_at: datetime
) -> RuleResult | MissingValue:
    """Return the last value dated by the end of a period, such as a rate until it is changed."""
    before = [value for value in releases if value.period.start <= period.end]
    if not before or read_at < end_of_period(period):
        return _describe_gap(period, releases)
    known_at = max(before[-1].known_at, end_of_period(period))
    return _result(before[-1].value, before[-1:], known_at, period)


def _measure_period(
    rule: SettlementRule,
    inside: Sequence[SeriesValue],
    closing: SeriesValue,
    releases: Sequence[SeriesValue],
) -> RuleResult | MissingValue:
    period = cast(Period, rule.period)
    deciding, last = list(inside), inside[-1]
    numbers = [value.value for value in inside]
    match rule.measure:
        case "mean":
            number = sum(numbers) / len(numbers)
        case "max" | "min":
            deciding = [(max if rule.measure == "max" else min)(inside, key=attrgetter("value"))]
            number = deciding[0].value
        case "last":
            deciding, number = [last], last.value
        case _:
            base = next((v for v in reversed(releases) if v.period.end < period.start), None)
            if base is None:
                return MissingValue(f"the series has no value before {period} to compare with")
            if rule.measure == "percent change" and not base.value:
                return MissingValue(f"the value before {period} is 0: no change in percent of it")
            deciding, number = [base, last], last.value - base.value
            if rule.measure == "percent change":
                number *= 100 / abs(base.value)
    known_at = max(closing.known_at, *(value.known_at for value in inside))
    return _result(number, deciding, known_at, period)


def _find_first_day(
    question: Question, rule: SettlementRule, releases: Sequence[SeriesValue]
) -> RuleResult | MissingValue:
    assert question.scale is not None  # a question about a date has one
    first = date_from_day_number(question.scale.lower).date()
    last = date_from_day_number(question.scale.upper).date()
    window = [value for value in releases if first <= value.period.start <= last]
    crossing = next((value for value in window if rule.is_met(value.value)), None)
    if crossing is not None:
        only = Period(crossing.period.start, crossing.period.start)
        return replace(
            _result(crossing.value, (crossing,), crossing.known_at, only), day=only.start
        )
    closing = next((value for value in releases if value.period.end >= last), None)
    if closing is None:
        return _describe_gap(Period(first, last), releases)
    return _result(closing.value, (closing,), closing.known_at, Period(first, last))


def _result(
    number: float, values: Sequence[SeriesValue], known_at: datetime, period: Period
) -> RuleResult:
    event_at = min(known_at, datetime.combine(period.end, time(), UTC))
    return RuleResult(number, None, tuple(values), event_at, known_at)


def _describe_gap(period: Period, releases: Sequence[SeriesValue]) -> MissingValue:
    newest = releases[-1] if releases else None
    if newest is None:
        return MissingValue("the series has no value yet", period)
    if newest.period.start > period.end and not any(v.period in period for v in releases):
        return MissingValue(
            f"the series has no value for {period}, but later ones: name another period, or let "
            "the rule say “standing at” for the last value before"
        )
    is_begun = newest.period.end >= period.start
    words = f"{period} is not complete in the series" if is_begun else f"no value for {period} yet"
    return MissingValue(f"{words}; the newest is {newest.text} for {newest.period}", period)


# From the result to an answer


def answer_question(
    question: Question,
    rule: SettlementRule,
    result: RuleResult,
    find_option: Callable[[float], str | None],
) -> str | None:
    """Return the answer as a person would type it; None if the number is in no option's band."""
    match question.kind:
        case "binary":
            return "yes" if rule.is_met(result.number) else "no"
        case "date":
            return NEVER if result.day is None else result.day.isoformat()
        case "numeric":
            return _clamp_number(question, result.number)
        case _:
            return find_option(result.number)


def _clamp_number(question: Question, number: float) -> str:
    scale = question.scale
    if scale is not None and number > scale.upper and scale.open_upper:
        return ABOVE
    if scale is not None and number < scale.lower and scale.open_lower:
        return BELOW
    return f"{round(number, 10):.15g}"


def describe_distance(rule: SettlementRule, newest: SeriesValue, unit: str) -> str:
    """Say how far the newest value is from the threshold of a rule; "" for a rule without one."""
    if rule.comparison is None or rule.measure in ("change", "percent change"):
        return ""
    gap = newest.value - rule.threshold
    side = "above" if gap > 0 else "below"
    place = f"{format_quantity(abs(gap))} {side}" if gap else "exactly at"
    units = f" {unit}" if unit else ""
    return (
        f"The newest value, {format_quantity(newest.value)}{units} for {newest.period}, is {place} "
        f"the threshold of {format_quantity(rule.threshold)}."
    )
