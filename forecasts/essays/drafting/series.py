"""Questions on a published number that a claim says will rise, fall or reach a figure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import floor, log10
from typing import Final

from forecasts.essays.catalogue.lookup import CatalogueMatch, compile_phrases, inflect
from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.figures import Figure, parse_figures
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

_UP_VERBS: Final = (
    "rise grow increase climb soar surge jump gain expand accelerate double triple swell balloon"
    " strengthen deepen widen mount skyrocket recover rebound boom multiply escalate intensify"
    " spread improve heighten exceed surpass outpace"
)
_DOWN_VERBS: Final = (
    "fall drop decline decrease shrink sink plunge plummet slump tumble contract dwindle slow"
    " weaken halve ease moderate subside crash collapse narrow recede diminish erode wane dry"
    " stagnate suffer lessen"
)
_UP_WORDS: Final = (
    "higher", "greater", "larger", "stronger", "record", "growing", "rising", "up",
    "upward", "increasingly", "faster", "dearer", "deeper", "worse",
)  # fmt: skip
_DOWN_WORDS: Final = (
    "lower", "less", "fewer", "smaller", "weaker", "falling", "shrinking", "declining", "down",
    "downward", "slower", "cheaper", "decline",
)  # fmt: skip
_HIGH: Final = re.compile(r"\b(?:high|elevated|strong|strength|robust|dear|tight)\b", re.I)
_LOW: Final = re.compile(r"\b(?:low|depressed|weak|weakness|feeble|cheap|slack)\b", re.I)
"""Levels that last, where no word says that they change."""

_STRONG: Final = re.compile(
    r"\b(?:sharp|dramatic|drastic|steep|massive|significant|substantial|strong|huge|enormous"
    r"|soar|surge|skyrocket|plunge|plummet|collapse|crash|double|triple|halve|explo)\w*",
    re.IGNORECASE,
)
_SAME_UNITS: Final = {"%": "per cent", "percent": "per cent", "percentage points": "per cent"}


def read_direction(claim: str, match: CatalogueMatch) -> int:
    """Return 1 if a claim is about a rise of the series, -1 for a fall, 0 for neither or both.

    A claim that denies a fall is about a fall.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> from forecasts.essays.catalogue.lookup import ClaimText, find_entries
    >>> def direction(text):
    ...     return read_direction(text, find_entries(ClaimText(text), load_catalogue())[0])
    >>> direction("Inflation in Norway will moderate."), direction("Oil prices will not fall.")
    (-1, -1)
    """
    sign = -1 if compile_phrases(match.entry.inverse).fullmatch(match.subject) else 1
    up = len(_patterns(_UP_VERBS, (*_UP_WORDS, *match.entry.up)).findall(claim))
    up += bool(re.search(rf"\bmore(?: \w+)? {re.escape(match.subject)}", claim, re.IGNORECASE))
    down = len(_patterns(_DOWN_VERBS, (*_DOWN_WORDS, *match.entry.down)).findall(claim))
    if (up > 0) == (down > 0):
        up, down = len(_HIGH.findall(claim)), len(_LOW.findall(claim))
    if (up > 0) == (down > 0):
        return 0
    return sign if up else -sign


@cache
def _patterns(verbs: str, words: tuple[str, ...]) -> re.Pattern[str]:
    forms = [form for verb in verbs.split() for form in inflect(verb)]
    more = [form for word in words for form in (inflect(word) if " " not in word else (word,))]
    return compile_phrases([*forms, *more])


def plan_series(match: CatalogueMatch, claim: Claim, kind: Kind = "binary") -> QuestionPlan:
    """Plan a question on a series: against the claim's figure, its last value, or a year before."""
    entry, place = match.entry, match.place
    target = find_target_period(entry.period, claim.window)
    measure = place.fill(entry.measure) if place else entry.measure
    publisher = entry.name_publisher(place) or entry.publisher
    test = _choose_test(match, claim, target)
    published = add_days(target.last, entry.lag_days + _DELAY_DAYS)
    text, rule, bears_out = _word(test, measure or entry.measure, entry.unit, target, kind=kind)
    criteria = " ".join(
        [
            f"{rule} What {publisher} publishes first counts; later revisions do not.",
            *(f"{case.rstrip('.')}." for case in entry.edge_cases),
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
        edge_cases=entry.edge_cases,
        entry_id=entry.id,
        notes=_list_notes(match),
    )


@dataclass(frozen=True, slots=True)
class SeriesTest:
    """Comparison that decides: with a number, or with the base period if `number` is None.

    `direction` is what the claim is about: 1 for a rise or a floor, -1 for a fall or a ceiling, 0
    if it says neither; `is_denied` if it denies that.
    """

    direction: int
    base: PublishedPeriod
    number: float | None = None
    is_inclusive: bool = False
    is_denied: bool = False
    last_value: float | None = None

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
    direction, is_denied = read_direction(claim.text.text, match), claim.clause.negated
    known = entry.last_value(opened, match.place.name if match.place else "")
    last_value = known.value if known else None
    if figure := _find_figure(claim.text.text, entry.unit):
        side = -1 if figure.is_upper else 1
        number = float(figure.value)
        return SeriesTest(side, base, number, not figure.is_strict, is_denied, last_value)
    if known is None or (opened - known.as_of) > _MAX_AGE or not direction:
        return SeriesTest(direction, base, is_denied=is_denied, last_value=last_value)
    move = (entry.usual_move or 0.0) * max(1.0, (target.last - opened).days / 365) ** 0.5
    is_strong = bool(_STRONG.search(claim.text.text))
    number = _round(known.value + direction * (move if is_strong else move / 2), entry.usual_move)
    return SeriesTest(direction, base, number, is_denied=is_denied, last_value=last_value)


def _find_figure(claim: str, unit: str) -> Figure | None:
    """Return the claim's figure if it counts in the unit of the series, and not a change "by"."""
    for figure in parse_figures(claim):
        named = _SAME_UNITS.get(figure.unit.lower(), figure.unit.lower())
        is_change = re.search(r"\bby\W*$", claim[: figure.start + 3])
        if unit.lower().startswith(named.replace(" a ", " per ")) and not is_change:
            return figure
    return None


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
            else f"{side[1]} than {test.base.phrase}"
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
            f"Will {measure} be {side[1]} {target.phrase} than {test.base.phrase}?",
            f"YES if {measure} {target.phrase} is {side[1]} than {test.base.phrase}. NO if it is "
            "the same or " + ("higher." if test.direction < 0 else "lower."),
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
