"""Questions on a published number that a claim says will rise, fall or reach a figure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from math import floor, log10
from typing import Final

from forecasts.essays.catalogue.lookup import CatalogueMatch, list_local_cases
from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.directions import read_direction
from forecasts.essays.drafting.levels import (
    find_change,
    find_growth,
    find_level,
    is_difference,
    is_plausible,
    is_price_fall,
)
from forecasts.essays.drafting.plan import Claim, QuestionPlan
from forecasts.essays.drafting.window import (
    PublishedPeriod,
    add_days,
    find_base_period,
    find_target_period,
)
from forecasts.questions.question import Kind

_DELAY_DAYS: Final = 21
"""Time allowed beyond the usual delay of a release."""

_MAX_AGE: Final = timedelta(days=550)
"""Age from which a known value says too little to set a threshold by it."""

_STRONG: Final = re.compile(
    r"\b(?:sharp|dramatic|drastic|steep|massive|significant|substantial|strong|huge|enormous"
    r"|soar|surge|skyrocket|plunge|plummet|collapse|crash|double|triple|halve|explo)\w*",
    re.IGNORECASE,
)


def plan_series(match: CatalogueMatch, claim: Claim, kind: Kind = "binary") -> QuestionPlan:
    """Plan a question on a series: against the claim's figure, its last value, or a year before."""
    entry, place = match.entry, match.place
    target = find_target_period(entry.period, claim.window)
    measure = place.fill(entry.measure) if place else entry.measure
    publisher = entry.name_publisher(place) or entry.publisher
    test, cases = _choose_test(match, claim, target), list_local_cases(match)
    published = add_days(target.last, entry.lag_days + _DELAY_DAYS)
    text, rule, bears_out = _word(test, measure or entry.measure, entry.unit, target, kind=kind)
    criteria = " ".join(
        [
            f"{rule} What {publisher} publishes first counts; later revisions do not.",
            *(f"{case.rstrip('.')}." for case in cases),
            f"If nothing is published by {format_long_date(published)}, {entry.fallback} counts.",
        ]
    )
    source = (place.fill(entry.source) if place else entry.source) or entry.source
    source = source if publisher in source else f"{publisher}, {source}"
    last_value = test.last_value
    return QuestionPlan(
        kind=kind,
        shape="event_by" if kind == "date" else "state_at",
        text=text,
        criteria=criteria,
        sources=(source, f"{entry.fallback}, as fall-back"),
        last=target.last,
        published=published,
        bears_out=bears_out,
        unit=entry.unit if kind == "numeric" else "",
        centre=last_value,
        spread=entry.usual_move,
        base_rate=_describe_base(match, claim),
        edge_cases=cases,
        entry_id=entry.id,
        notes=_list_notes(match),
    )


@dataclass(frozen=True, slots=True)
class SeriesTest:
    """Comparison that decides: with a number, or with the base period if `number` is None.

    `direction` is what the claim is about: 1 for a rise or a floor, -1 for a fall or a ceiling, 0
    if it says neither; `is_denied` if it denies that. `change` is how much at least it
    moves against the base period, "" for any change.
    """

    direction: int
    base: PublishedPeriod
    number: float | None = None
    is_inclusive: bool = False
    is_denied: bool = False
    last_value: float | None = None
    change: str = ""

    @property
    def outcome(self) -> str:
        """Answer that bears the claim out, of a question with a number."""
        if not self.direction or self.number is None:
            return ""
        is_ceiling = (self.direction < 0) ^ self.is_denied
        words = ("at most", "less than") if is_ceiling else ("at least", "more than")
        return f"{words[0 if self.is_inclusive ^ self.is_denied else 1]} {self.number:g}"


def _choose_test(match: CatalogueMatch, claim: Claim, target: PublishedPeriod) -> SeriesTest:
    """Choose the claim's own figure, else the last known value and a usual move, else a base."""
    entry, opened = match.entry, claim.window.first
    base = find_base_period(entry.period, target, opened)
    direction, is_denied = (
        read_direction(claim.text.main, match, claim.clause),
        claim.clause.negated,
    )
    known = entry.last_value(opened, match.place.name if match.place else "")
    last_value = known.value if known else None
    if is_difference(claim.text.text):
        return SeriesTest(0, base)  # compared with another thing
    change = find_change(claim.text.text, entry.unit)
    if change and direction:
        return SeriesTest(direction, base, is_denied=is_denied, change=change)
    level = find_level(claim.text.text, entry.unit) or find_growth(
        claim.text.text, match, direction
    )
    if level and is_plausible(level.number, last_value, entry.usual_move):
        side = -1 if level.is_upper or (direction < 0 and not level.is_floor) else 1
        return SeriesTest(side, base, level.number, not level.is_strict, is_denied, last_value)
    if direction < 0 and is_price_fall(claim.text.main, match):
        return SeriesTest(direction, base, 0.0, is_denied=is_denied, last_value=last_value)
    if known is None or (opened - known.as_of) > _MAX_AGE or not direction:
        return SeriesTest(direction, base, is_denied=is_denied, last_value=last_value)
    move = (entry.usual_move or 0.0) * max(1.0, (target.last - opened).days / 365) ** 0.5
    is_strong = bool(_STRONG.search(claim.text.text))
    number = _round(known.value + direction * (move if is_strong else move / 2), entry.usual_move)
    return SeriesTest(direction, base, number, is_denied=is_denied, last_value=last_value)


def _round(number: float, step: float | None) -> float:
    """Round to a tenth or a fifth of the usual move, or of the number, as people name figures."""
    size = step or abs(number) or 1.0
    unit = 10.0 ** floor(log10(size))
    unit = unit / 2 if size < 2 * unit else unit
    return round(round(number / unit) * unit, 10)


def _word(
    test: SeriesTest, measure: str, unit: str, target: PublishedPeriod, *, kind: Kind
) -> tuple[str, str, str]:
    """Return question, rule and the outcome that bears the claim out."""
    if kind == "numeric":
        return (
            f"What will {measure} be {target.phrase}, in {unit}?",
            f"The value of {measure} {target.phrase}, in {unit}.",
            test.outcome,
        )
    side = ("below", "lower") if test.direction < 0 else ("above", "higher")
    if kind == "date":
        goal = (
            f"{side[0]} {test.number:g} {unit}"
            if test.number is not None
            else f"{_name_change(test, side[1])} than {test.base.phrase}"
        )
        return (
            f"When will {measure} first be {goal}?",
            f"The last day of the first period after the opening in which {measure} is {goal}; "
            f"“never” if it is not by {format_long_date(target.last)} (UTC).",
            f"by {target.last.isoformat()}" if test.direction and not test.is_denied else "",
        )
    bears_out = "" if not test.direction else "no" if test.is_denied else "yes"
    if test.number is None:
        return (
            f"Will {measure} be {_name_change(test, side[1])} {target.phrase} than "
            f"{test.base.phrase}?",
            f"YES if {measure} {target.phrase} is {_name_change(test, side[1])} than "
            f"{test.base.phrase}. NO if it is "
            + (f"less than {test.change} {side[1]}, " if test.change else "")
            + ("the same or higher." if test.direction < 0 else "the same or lower."),
            bears_out,
        )
    goal = f"{side[0]} {test.number:g} {unit}"
    if test.is_inclusive:
        goal = f"{test.number:g} {unit} or {'less' if test.direction < 0 else 'more'}"
    return (
        f"Will {measure} be {goal} {target.phrase}?",
        f"YES if {measure} is {goal} {target.phrase}. NO if it is not.",
        bears_out,
    )


def _name_change(test: SeriesTest, side: str) -> str:
    return f"at least {test.change} {side}" if test.change else side


def _describe_base(match: CatalogueMatch, claim: Claim) -> str:
    """Describe the last value and the usual move, for whoever sets the base rate."""
    entry = match.entry
    known = entry.last_value(claim.window.first, match.place.name if match.place else "")
    value = f"It was {known.value:g} {entry.unit} in {known.period}." if known else ""
    move = entry.usual_move
    change = f"It usually moves by {move:g} {entry.unit} in a year." if move else ""
    prompt = "" if value and change else "Look up the last five values: how often did it do so?"
    return " ".join(filter(None, [value, change, prompt]))


def _list_notes(match: CatalogueMatch) -> tuple[str, ...]:
    place = match.place
    if place is not None and match.is_place_carried:
        return (f"The claim names no place: {place.name} is taken from the text before it.",)
    return ()
