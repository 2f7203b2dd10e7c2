"""Questions on a published number that a claim says will rise, fall or reach a figure."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor, log10
from typing import Final

from forecasts.essays.catalogue.entries import CatalogueEntry, KnownValue
from forecasts.essays.catalogue.lookup import CatalogueMatch, list_local_cases
from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.acts import note_part
from forecasts.essays.drafting.base_rates import (
    ProposedRate,
    measure_drift,
    propose_change_rate,
    propose_level_rate,
    propose_quantiles,
)
from forecasts.essays.drafting.directions import read_direction, stays
from forecasts.essays.drafting.levels import (
    Change,
    Level,
    OtherFigure,
    count_levels,
    is_price_fall,
    read_figure,
)
from forecasts.essays.drafting.plan import Claim, QuestionPlan
from forecasts.essays.drafting.window import (
    PublishedPeriod,
    add_days,
    find_claim_base,
    find_named_period,
    find_period,
)
from forecasts.questions.question import Kind

_DELAY_DAYS: Final = 21
"""Time allowed beyond the usual delay of a release."""

_DAYS_A_YEAR: Final = 365
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
    measure = (place.fill(entry.measure) if place else entry.measure) or entry.measure
    publisher = entry.name_publisher(place) or entry.publisher
    test, cases = _choose_test(match, claim), list_local_cases(match)
    target = test.target
    published = add_days(target.last, entry.lag_days + _DELAY_DAYS)
    text, rule, bears_out = _word(test, measure, entry.unit, kind=kind)
    criteria = " ".join(
        [
            f"{rule} What {publisher} publishes first counts; later revisions do not.",
            *([target.rule] if target.rule else []),
            *(f"{case.rstrip('.')}." for case in cases),
            f"If nothing is published by {format_long_date(published)}, {entry.fallback} counts.",
        ]
    )
    rate = _propose_rate(test, match, claim, kind)
    source = (place.fill(entry.source) if place else entry.source) or entry.source
    source = source if publisher in source else f"{publisher}, {source}"
    return QuestionPlan(
        kind=kind,
        shape="event_by" if kind == "date" or target.is_any else "state_at",
        text=text,
        criteria=criteria,
        sources=(source, f"{entry.fallback}, as fall-back"),
        last=target.last,
        published=published,
        bears_out=bears_out,
        unit=entry.unit if kind == "numeric" else "",
        centre=test.last_value,
        spread=entry.usual_move,
        base_rate=rate.reason,
        rate=rate.typed,
        edge_cases=cases,
        notes=_list_notes(match, claim),
    )


@dataclass(frozen=True, slots=True)
class SeriesTest:
    """Comparison that decides: with a number, or with the base period if `number` is None.

    `direction` is what the claim is about: 1 for a rise or a floor, -1 for a fall or a ceiling, 0
    if it says neither; `is_denied` if it denies that. `change` is how much at least it
    moves against the base period, "" for any change; `width` how far from the number a claim may be
    that names it as it is.
    """

    direction: int
    target: PublishedPeriod
    base: PublishedPeriod
    number: float | None = None
    is_inclusive: bool = False
    is_denied: bool = False
    last_value: float | None = None
    change: str = ""
    width: float = 0.0

    @property
    def outcome(self) -> str:
        """Answer that bears the claim out, of a question with a number."""
        if not self.direction or self.number is None or self.width:
            return ""
        is_ceiling = (self.direction < 0) ^ self.is_denied
        words = ("at most", "less than") if is_ceiling else ("at least", "more than")
        return f"{words[0 if self.is_inclusive ^ self.is_denied else 1]} {self.number:g}"


def _choose_test(match: CatalogueMatch, claim: Claim) -> SeriesTest:
    """Choose the claim's own figure, else the last known value and a usual move, else a base."""
    entry, opened, text = match.entry, claim.window.first, claim.text.main
    figures = text.replace(match.subject, "it")  # no figure of a name: "the S&P 500"
    known = _find_last_value(match, claim)
    count = count_levels(figures, entry.unit)
    moved = read_direction(text, match, claim.clause)
    direction = moved if moved and count < 2 else 0
    figure = (
        OtherFigure()
        if moved is None
        else read_figure(figures, match, direction, known.value if known else None)
    )
    target = find_named_period(entry, claim.dated or text, claim.window, count)
    base = find_claim_base(entry.period, text, target, opened)
    test = SeriesTest(
        direction,
        target,
        base,
        is_denied=claim.clause.negated,
        last_value=known.value if known else None,
    )
    match figure:
        case OtherFigure():
            return replace(test, direction=0)
        case Change():
            return replace(test, change=figure.words)
        case Level():
            return _test_level(test, figure, entry, text)
    if not direction or base.is_named:
        return test
    if direction < 0 and is_price_fall(text, match):
        return replace(test, number=0.0)
    is_stable = stays(claim.clause.event)
    if known is None or (opened - known.as_of) > _MAX_AGE:
        return replace(test, direction=0 if is_stable else direction)
    move = (entry.usual_move or 0.0) * max(1.0, (target.last - opened).days / _DAYS_A_YEAR) ** 0.5
    share = -0.25 if is_stable else 1.0 if _STRONG.search(text) else 0.5
    return replace(test, number=_round(known.value + direction * share * move, entry.usual_move))


def _test_level(test: SeriesTest, level: Level, entry: CatalogueEntry, claim: str) -> SeriesTest:
    """Return the comparison with the claim's own figure: on its side of it, or about as much.

    A figure that is reached is reached from below, unless the last value lies above it or the
    series is a rate that may come from either side.
    """
    direction, slack = test.direction, abs(level.number) * _SLACK
    if not direction and _REACHES.search(claim):
        is_rate = test.last_value is None and entry.unit.startswith("per cent")
        is_fall = test.last_value is not None and level.number < test.last_value
        direction = 0 if is_rate else -1 if is_fall else 1
    if not direction and not level.has_side:
        last = find_period(entry.period, test.target.last)
        return replace(
            test,
            direction=1,
            target=last if test.target.is_any else test.target,
            number=level.number,
            is_inclusive=True,
            width=max(slack, (entry.usual_move or 0.0) / 2),
        )
    side = -1 if level.is_upper or (direction < 0 and not level.is_floor) else 1
    number = level.number - side * slack if level.is_loose else level.number
    return replace(test, direction=side, number=round(number, 6), is_inclusive=not level.is_strict)


_REACHES: Final = re.compile(r"\b(?:reach|hit|touch)", re.IGNORECASE)
_SLACK: Final = 0.05
"""Share of a figure that "about" leaves open."""


def _round(number: float, step: float | None) -> float:
    """Round to a tenth or a fifth of the usual move, or of the number, as people name figures."""
    size = step or abs(number) or 1.0
    unit = 10.0 ** floor(log10(size))
    unit = unit / 2 if size < 2 * unit else unit
    return round(round(number / unit) * unit, 10)


def _word(test: SeriesTest, measure: str, unit: str, *, kind: Kind) -> tuple[str, str, str]:
    """Return question, rule and the outcome that bears the claim out."""
    phrase = test.target.phrase
    if kind == "numeric":
        return (
            f"What will {measure} be {phrase}, in {unit}?",
            f"The value of {measure} {phrase}, in {unit}.",
            test.outcome,
        )
    goal, failure = _word_goal(test, unit, is_first=kind == "date")
    if kind == "date":
        last = test.target.last
        return (
            f"When will {measure} first be {goal}?",
            f"The last day of the first period after the opening in which {measure} is {goal}; "
            f"“never” if it is not by {format_long_date(last)} (UTC).",
            f"by {last.isoformat()}" if test.direction and not test.is_denied else "",
        )
    bears_out = "" if not test.direction else "no" if test.is_denied else "yes"
    if test.number is None:
        return (
            f"Will {measure} be {goal} {phrase} than {test.base.phrase}?",
            f"YES if {measure} {phrase} is {goal} than {test.base.phrase}. NO if it is {failure}.",
            bears_out,
        )
    return (
        f"Will {measure} be {goal} {phrase}?",
        f"YES if {measure} is {goal} {phrase}. NO if it is not.",
        bears_out,
    )


def _word_goal(test: SeriesTest, unit: str, *, is_first: bool) -> tuple[str, str]:
    """Return what the series has to be, and what it is if it fails a comparison."""
    is_fall = test.direction < 0
    side = ("below", "lower") if is_fall else ("above", "higher")
    if test.number is None:
        goal = _name_change(test, side[1])
        less = f"less than {test.change} {side[1]}, " if test.change else ""
        failure = f"{less}the same or {'higher' if is_fall else 'lower'}"
        return (f"{goal} than {test.base.phrase}" if is_first else goal), failure
    if test.width:
        low, high = (float(f"{test.number + sign * test.width:.3g}") for sign in (-1, 1))
        return f"from {low:g} to {high:g} {unit}", ""
    if test.is_inclusive:
        return f"{test.number:g} {unit} or {'less' if is_fall else 'more'}", ""
    return f"{side[0]} {test.number:g} {unit}", ""


def _name_change(test: SeriesTest, side: str) -> str:
    return f"at least {test.change} {side}" if test.change else side


def _propose_rate(
    test: SeriesTest, match: CatalogueMatch, claim: Claim, kind: Kind
) -> ProposedRate:
    """Propose a base rate; without one, describe what is known for whoever sets it."""
    entry, known = match.entry, _find_last_value(match, claim)
    drift, rate = measure_drift(entry, known, test.target.last), None
    if kind == "binary" and test.number is not None and drift:
        rate = propose_level_rate(
            drift,
            test.number,
            is_fall=test.direction < 0,
            width=test.width,
            is_any=test.target.is_any,
        )
    elif kind == "binary" and test.number is None and test.change:
        years = (test.target.last - test.base.last).days / _DAYS_A_YEAR
        rate = propose_change_rate(entry, test.change, years, known)
    elif kind == "numeric" and drift:
        rate = propose_quantiles(drift)
    return rate or ProposedRate("", _describe_base(entry, known))


def _find_last_value(match: CatalogueMatch, claim: Claim) -> KnownValue | None:
    return match.entry.last_value(claim.window.first, match.place.name if match.place else "")


def _describe_base(entry: CatalogueEntry, known: KnownValue | None) -> str:
    """Describe the last value and the usual move."""
    value = f"It was {known.value:g} {entry.unit} in {known.period}." if known else ""
    move = entry.usual_move
    change = f"It usually moves by {move:g} {entry.unit} in a year." if move else ""
    prompt = "" if value and change else "Look up the last five values: how often did it do so?"
    return " ".join(filter(None, [value, change, prompt]))


def _list_notes(match: CatalogueMatch, claim: Claim) -> tuple[str, ...]:
    place, notes = match.place, note_part(match, claim)
    if place is not None and match.is_place_carried:
        notes.append(f"The claim names no place: {place.name} is taken from the text before it.")
    return tuple(notes)
