"""Figures of a claim as levels and changes of a series, in its unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.essays.catalogue.entries import CatalogueEntry
from forecasts.essays.catalogue.lookup import CatalogueMatch
from forecasts.essays.dates import find_dates
from forecasts.essays.drafting.figures import Figure, parse_figures

_SAME_UNITS: Final = {"%": "per cent", "percent": "per cent", "percentage points": "per cent"}


@dataclass(frozen=True, slots=True)
class Level:
    """Figure of a claim in the unit of a series.

    `is_floor`: its own words say "at least" or so; `is_loose`: they say "about" or "nearly". `end`
    is where its words end in the claim.
    """

    number: float
    is_upper: bool = False
    is_strict: bool = False
    is_floor: bool = False
    is_loose: bool = False
    end: int = 0

    @property
    def has_side(self) -> bool:
        """True if the words beside the figure say on which side of it the claim comes true."""
        return self.is_upper or self.is_strict or self.is_floor


@dataclass(frozen=True, slots=True)
class Change:
    """Amount by which a claim says that a series moves, in words."""

    words: str


@dataclass(frozen=True, slots=True)
class OtherFigure:
    """Figure of a claim that counts something else than the series, or a range of it."""


def read_figure(
    claim: str, match: CatalogueMatch, direction: int, known: float | None = None
) -> Level | Change | OtherFigure | None:
    """Read the figure of a claim about a series whose last value is `known`; None without one."""
    entry = match.entry
    figures = parse_figures(claim)
    if any(_DIFFERENCE.match(claim[figure.end :]) for figure in figures):
        return OtherFigure()  # compared with another thing
    level = find_level(claim, entry.unit) or _find_growth(claim, entry, direction)
    if level is None and (change := find_change(claim, entry.unit)):
        return Change(change) if direction else OtherFigure()
    if level is None:
        return OtherFigure() if figures else None
    if _is_of_other_year(claim, level, count_levels(claim, entry.unit)):
        return OtherFigure()
    is_near = not (known is not None and entry.usual_move) or (
        abs(level.number - known) <= _MAX_MOVES * entry.usual_move
    )
    return level if is_near else OtherFigure()


def _is_of_other_year(claim: str, level: Level, count: int) -> bool:
    """Return True for a figure that stands before another of several dates than the last.

    Of several figures the last one needs a date of its own.
    """
    dates = [mention.last for mention in find_dates(claim)]
    tail = claim[level.end :] if level.end else ""
    after = [mention.last for mention in find_dates(tail)]
    return len(dates) > 1 and (after[0] != max(dates) if after else count > 1)


def has_figure(match: CatalogueMatch, claim: str) -> bool:
    """Return True if a claim names a level of the series."""
    return match.entry.kind == "series" and find_level(claim, match.entry.unit) is not None


def find_level(claim: str, unit: str) -> Level | None:
    """Return the claim's figure if it counts in the unit of the series and is a level.

    No level are a change "by" and the ends of a range; of "from 2 to 3 per cent" the second is. Of
    figures for several years the last one counts, as the last year is the deadline.

    >>> find_level("Births will fall below 650,000.", "thousand births").number
    650.0
    """
    if _RANGE.search(claim):
        return None
    return next(reversed([*_iterate_levels(claim, unit)]), None)


def count_levels(claim: str, unit: str) -> int:
    """Return how many levels a claim names in a unit: "2% next year and 3% in 2028" has two."""
    return len({level.number for level in _iterate_levels(claim, unit)}) or int(
        find_level(claim, unit) is not None
    )


def _iterate_levels(claim: str, unit: str) -> Iterator[Level]:
    """Yield the levels of a claim in the order of the text."""
    unit = f"{unit} {_COUNTED}" if unit in _SCALES else unit
    counted = _split_unit(unit)[1]
    for figure in parse_figures(claim, "" if counted.startswith("per cent") else counted):
        number = _convert(figure, unit)
        before = claim[: figure.start + 3]
        is_change = re.search(r"\b(?:by|from)\W*$", before) or re.search(
            r"\b(?:from|instead of|target of)(?: [a-z]+){0,4}\W*$", claim[: figure.start]
        )
        if number is None or is_change:
            continue
        words = claim[figure.start :].lstrip()
        is_loose = _LOOSE.match(words) is not None
        yield Level(
            number,
            figure.is_upper or _OR_LESS.match(claim[figure.end :]) is not None,
            figure.is_strict,
            (_FLOOR.match(words) or _OR_MORE.match(claim[figure.end :])) is not None,
            is_loose or _LOOSE_BEFORE.search(claim[: figure.start]) is not None,
            figure.end,
        )


def _convert(figure: Figure, unit: str) -> float | None:
    """Return the number of a figure in the unit of a series, None if it counts something else."""
    scale, counted = _split_unit(unit)
    factor, named = _split_unit(_SAME_UNITS.get(figure.unit.lower(), figure.unit.lower()))
    is_same = counted.startswith(named) or (
        named.partition(" ")[0] in _ANY_UNITS and counted.partition(" ")[0] in _ANY_UNITS
    )
    return round(float(figure.value) * factor / scale, 6) if named and is_same else None


_ANY_UNITS: Final = frozenset(("units", "vehicles", "cars"))


def _split_unit(unit: str) -> tuple[float, str]:
    """Return the scale of a unit and what it counts.

    >>> _split_unit("million US dollars per tonne")
    (1000000.0, 'us dollars a tonne')
    """
    words = re.sub(r" (?:annually|a year|yearly)$|(?<=a )troy ", "", _unify(unit))
    first, _, counted = words.partition(" ")
    return (_SCALES[first], counted) if first in _SCALES else (1.0, words)


def _unify(unit: str) -> str:
    words = unit.lower().replace(" per ", " a ").replace(" an ", " a ")
    return re.sub(r"\bton\b", "tonne", words)


_COUNTED: Final = "counted"
"""Stands for what a series counts whose unit is a scale alone: "thousand"."""

_SCALES: Final = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def _find_growth(claim: str, entry: CatalogueEntry, direction: int) -> Level | None:
    """Return the change that a claim names as the level of a series of changes: "grow by 2%"."""
    change = next(reversed([*_CHANGE.finditer(claim)]), None)
    is_growth = re.search(r"\b(?:growth|change)\b", entry.measure) is not None
    if change is None or not is_growth or not direction or "point" in change["unit"].lower():
        return None
    number = direction * float(change["n"])
    return Level(number, direction < 0, is_floor=direction > 0, end=change.end())


_RANGE: Final = re.compile(
    r"\b(?:between|rang(?:e|es|ing))\b(?! (?:19|20)\d\d\b)[^,;]*?\d|\d\W{0,2}[–-]\W{0,2}\d",
    re.IGNORECASE,
)
_DIFFERENCE: Final = re.compile(
    r"(?:/\w+)?\W*(?:points? )?(?:lower|higher|more|less|above|below|fewer|cheaper|dearer)\b",
    re.IGNORECASE,
)
_FLOOR: Final = re.compile(
    r"(?:at least|no less|no fewer|over|above|more than|exceed|beyond|surpass|pass|top)\b",
    re.IGNORECASE,
)
_OR_LESS: Final = re.compile(r"\W*or (?:lower|less|below|fewer|under)\b")
_OR_MORE: Final = re.compile(r"\W*or (?:higher|more|above|over)\b")
_LOOSE_WORDS: Final = r"(?:about|around|some|roughly|nearly|almost|close to|just under)"
_LOOSE: Final = re.compile(rf"(?:[a-z]+ ){{0,2}}{_LOOSE_WORDS}\b", re.IGNORECASE)
_LOOSE_BEFORE: Final = re.compile(rf"\b{_LOOSE_WORDS}\W*$", re.IGNORECASE)


def is_price_fall(claim: str, match: CatalogueMatch) -> bool:
    """Return True for a level that is published by its yearly change: it falls below 0."""
    is_change = _CHANGE_MEASURE.search(match.entry.measure) and _FALL.search(claim)
    is_level = not _CHANGE_SUBJECT.search(match.subject)
    return bool(is_change and is_level) and match.entry.unit.startswith("per cent")


_FALL: Final = re.compile(
    r"\b(?:fall|drop|declin|decreas|shrink|sink|plung|plummet|tumbl|come down|lower|cheaper|collaps"
    r"|crash)\w*\b(?! (?:\w+ )?pressure)",
    re.IGNORECASE,
)
_CHANGE_MEASURE: Final = re.compile(r"\b(?:twelve-month|annual|yearly) change in\b")
_CHANGE_SUBJECT: Final = re.compile(
    r"inflation|growth|rises?\b|increases?\b|change|stability|spiral|rising|cost of living", re.I
)

_MAX_MOVES: Final = 15
_CHANGE: Final = re.compile(
    r"\b(?:by|(?:rise|grow|fall|drop|shrink|decline|increase|jump|climb|decrease|plunge))"
    r" (?:(?:about|at least|almost|nearly|over|more than|around|as much as|up to|some|roughly"
    r"|another|an?) )*(?P<n>\d+(?:\.\d+)?) ?(?P<unit>%|per ?cent(?:age points?)?|points?)",
    re.IGNORECASE,
)
_CHANGE_WORD: Final = re.compile(r"\b(?:in half|halved?|by half|doubled?)\b", re.IGNORECASE)
_ALMOST: Final = 0.9
"""Share of a change in words that "almost" asks for."""


def find_change(claim: str, unit: str) -> str:
    """Return the change that a claim names, "" without one, for a series in a unit.

    >>> find_change("Exports will fall by more than 30 per cent.", "US dollars")
    '30 per cent'
    >>> find_change("Output will be cut in half.", "tonnes")
    '50 per cent'
    >>> find_change("Demand will grow by 2 million barrels per day.", "million barrels a day")
    '2 million barrels a day'
    >>> find_change("It will fall by 2 %.", "per cent")
    ''
    """
    is_share = unit.lower().startswith(("per cent", "percent"))
    if match := _CHANGE.search(claim):
        is_points = "point" in match["unit"].lower()
        if is_points != is_share:
            return ""
        return f"{match['n']} {'percentage points' if is_points else 'per cent'}"
    if is_share:
        return ""
    for figure in parse_figures(claim):
        number = _convert(figure, unit)
        if number is not None and re.search(r"\bby\W*$", claim[: figure.start + 2]):
            return f"{number:g} {unit}"
    if match := _CHANGE_WORD.search(claim):
        percent = 100 if match[0].lower().startswith("double") else 50
        is_loose = _LOOSE_BEFORE.search(claim[: match.start()])
        return f"{percent * _ALMOST if is_loose else percent:g} per cent"
    return ""
