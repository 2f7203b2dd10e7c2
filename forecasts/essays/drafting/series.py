"""Questions on a published number that a claim says will rise, fall or reach a figure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import floor, log10
from typing import Final

from forecasts.essays.catalogue.lookup import CatalogueMatch, compile_phrases, inflect
from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import parse_figures
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
    " spread improve heighten exceed surpass outpace raise boost lift push drive fuel spur stoke"
)
_DOWN_VERBS: Final = (
    "fall drop decline decrease shrink sink plunge plummet slump tumble contract dwindle slow"
    " weaken halve ease moderate subside crash collapse narrow recede diminish erode wane dry"
    " stagnate suffer lessen cut reduce curb dampen depress cool tame disappear vanish evaporate"
    " decelerate deflate slide sag"
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
_LOW: Final = re.compile(
    r"\b(?:low|depressed|weak|weakness|feeble|cheap|slack|stagnant|sluggish|an(?:a)?emic)\b", re.I
)
"""Levels that last, where no word says that they change."""

_STRONG: Final = re.compile(
    r"\b(?:sharp|dramatic|drastic|steep|massive|significant|substantial|strong|huge|enormous"
    r"|soar|surge|skyrocket|plunge|plummet|collapse|crash|double|triple|halve|explo)\w*",
    re.IGNORECASE,
)
_SAME_UNITS: Final = {"%": "per cent", "percent": "per cent", "percentage points": "per cent"}


def read_direction(claim: str, match: CatalogueMatch, clause: Clause | None = None) -> int:
    """Return 1 if a claim is about a rise of the series, -1 for a fall, 0 for neither or both.

    A claim that denies a fall is about a fall. A subject that moves something else, "oil prices
    will slow growth", moves in no direction itself.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> from forecasts.essays.catalogue.lookup import ClaimText, find_entries
    >>> from forecasts.essays.drafting.clauses import parse_clause
    >>> def direction(text):
    ...     match = find_entries(ClaimText(text), load_catalogue())[0]
    ...     return read_direction(text, match, parse_clause(text))
    >>> direction("Inflation in Norway will moderate."), direction("Oil prices will not fall.")
    (-1, -1)
    >>> direction("High oil prices will slow the economy.")
    0
    """
    sign = -1 if compile_phrases(match.entry.inverse).fullmatch(match.subject) else 1
    region = _find_region(claim, match, clause)
    up_words = _patterns(_UP_VERBS, (*_UP_WORDS, *match.entry.up))
    down_words = _patterns(_DOWN_VERBS, (*_DOWN_WORDS, *match.entry.down))
    if pressure := _PRESSURE.search(region):
        return sign if pressure["side"].lower() == "downward" else -sign
    up, down = len(up_words.findall(region)), len(down_words.findall(region))
    up += bool(re.search(rf"\bmore(?: \w+)? {re.escape(match.subject)}", region, re.IGNORECASE))
    if up and down:  # the verb before what it moves: "cut rising prices"
        verb = region.split()[0]
        up, down = len(up_words.findall(verb)), len(down_words.findall(verb))
    if (up > 0) == (down > 0) and (region == claim or _STANDS.match(region)):
        up, down = len(_HIGH.findall(region)), len(_LOW.findall(region))
    if (up > 0) == (down > 0):
        return 0
    return sign if up else -sign


def _find_region(claim: str, match: CatalogueMatch, clause: Clause | None) -> str:
    """Return the words of a claim that move the series: the predicate, if there is one."""
    if clause is None or not clause.is_future or not clause.event or clause.asks == "number":
        return claim
    event, subject = clause.raw_event or clause.event, match.subject.lower()
    if subject in event.lower():
        return event
    if _LASTING.match(event):
        return f"{event} {clause.subject}"
    return " " if _OBJECT.match(event) else event


_LASTING: Final = re.compile(r"(?:continue(?! to)|persist|last|endure|remain|stay|return)\b")
"""Verbs after which the words beside the subject say how it stands."""

_STANDS: Final = re.compile(
    r"(?:continue|persist|last|endure|remain|stay|return|see|have|face|experience|bring|keep|run|hold"
    r"|be (?:\w+ )?(?:high|low|strong|weak|elevated|depressed|stagnant|sluggish|tight|cheap))\b"
)
"""Verbs with which an adjective says how a series stands."""

_OBJECT: Final = re.compile(
    r"(?:(?:continue|begin|start|help|serve|tend) to )?(?P<verb>boost|slow|hit|hurt|help|raise"
    r"|lower"
    r"|cut|reduce|increase|decrease|curb|push|drive|fuel|dampen|depress|weaken|strengthen|deepen"
    r"|widen|accelerate|improve|ease|erode|lift|spur|shrink|expand|diminish|heighten|intensify)"
    r"\s(?!(?:by|to|from|in|at|on|above|below|over|under|past|beyond|throughout|through|for|during"
    r"|until|into|again|further|even|more|less|faster|slower|and|or|as|than|with|within|per|back"
    r"|up|down|out|off|next|this|\w+ly|steeply|again|sharply|\W?\d|across|around|ahead|after"
    r"|before|considerably|a little|a bit|significantly)\b)\w",
    re.IGNORECASE,
)
"""Verb that moves what follows it."""

_PRESSURE: Final = re.compile(
    r"\b(?:reduc|eas|reliev|lessen|lower|moderat|dampen|lift|remov|tak)\w*\b[^,;]{0,30}?"
    r"\b(?P<side>upward|downward) pressure",
    re.IGNORECASE,
)
"""Pressure that is taken away."""


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
    if any(_DIFFERENCE.match(claim.text.text[f.end :]) for f in parse_figures(claim.text.text)):
        return SeriesTest(0, base)  # compared with another thing
    change = find_change(claim.text.text, entry.unit)
    if change and direction:
        return SeriesTest(direction, base, is_denied=is_denied, change=change)
    level = find_level(claim.text.text, entry.unit) or _find_growth(claim, match, direction)
    if level and _is_plausible(level.number, last_value, entry.usual_move):
        side = -1 if level.is_upper or (direction < 0 and not level.is_floor) else 1
        return SeriesTest(side, base, level.number, not level.is_strict, is_denied, last_value)
    is_fall = direction < 0 and _FALL.search(claim.text.main) is not None
    if is_fall and _is_price_fall(match):
        return SeriesTest(direction, base, 0.0, is_denied=is_denied, last_value=last_value)
    if known is None or (opened - known.as_of) > _MAX_AGE or not direction:
        return SeriesTest(direction, base, is_denied=is_denied, last_value=last_value)
    move = (entry.usual_move or 0.0) * max(1.0, (target.last - opened).days / 365) ** 0.5
    is_strong = bool(_STRONG.search(claim.text.text))
    number = _round(known.value + direction * (move if is_strong else move / 2), entry.usual_move)
    return SeriesTest(direction, base, number, is_denied=is_denied, last_value=last_value)


@dataclass(frozen=True, slots=True)
class Level:
    """Figure of a claim in the unit of a series. `is_floor`: its own words say "at least" or so."""

    number: float
    is_upper: bool = False
    is_strict: bool = False
    is_floor: bool = False


def has_figure(match: CatalogueMatch, claim: str) -> bool:
    """Return True if a claim names a level of the series."""
    return match.entry.kind == "series" and find_level(claim, match.entry.unit) is not None


def find_level(claim: str, unit: str) -> Level | None:
    """Return the claim's figure if it counts in the unit of the series and is a level.

    No level are a change "by" and the ends of a range; of "from 2 to 3 per cent" the second is. Of
    figures for several years the last one counts, as the last year is the deadline. A share in
    words is one in per cent: "more than half of".

    >>> find_level("Births will fall below 650,000.", "thousand births")
    Level(number=650.0, is_upper=True, is_strict=True, is_floor=False)
    >>> find_level("More than half of all ships will be electric.", "per cent").number
    50.0
    """
    if _RANGE.search(claim):
        return None
    scale, counted = _split_unit(unit)
    is_share = counted.startswith("per cent")
    for figure in reversed(parse_figures(claim, "" if is_share else counted)):
        factor, named = _split_unit(_SAME_UNITS.get(figure.unit.lower(), figure.unit.lower()))
        before = claim[: figure.start + 3]
        is_level = not re.search(r"\b(?:by|from)\W*$", before) and not re.search(
            r"\bfrom\W*$", claim[: figure.start]
        )
        if is_level and counted.startswith(named.replace(" a ", " per ")) and named:
            is_floor = _FLOOR.match(claim[figure.start :].lstrip()) is not None
            number = round(float(figure.value) * factor / scale, 6)
            return Level(number, figure.is_upper, figure.is_strict, is_floor)
    return _find_share(claim) if is_share else None


def _split_unit(unit: str) -> tuple[float, str]:
    """Return the scale of a unit and what it counts.

    >>> _split_unit("million US dollars a year")
    (1000000.0, 'us dollars a year')
    """
    first, _, counted = unit.lower().partition(" ")
    return (_SCALES[first], counted) if first in _SCALES else (1.0, unit.lower())


_SCALES: Final = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def _find_growth(claim: Claim, match: CatalogueMatch, direction: int) -> Level | None:
    """Return the change that a claim names as the level of a series of changes: "grow by 2 %"."""
    is_growth = re.search(r"\b(?:growth|change)\b", match.entry.measure) is not None
    change = _CHANGE.search(claim.text.text)
    if change is None or not is_growth or not direction or "point" in change["unit"].lower():
        return None
    return Level(direction * float(change["n"]), direction < 0, is_floor=direction > 0)


def _find_share(claim: str) -> Level | None:
    """Return a share in words, in per cent."""
    match = _SHARE.search(claim)
    if match is None:
        return None
    words = (match["cue"] or "").lower().strip()
    is_upper = words in ("less than", "fewer than", "under", "below")
    number = _SHARES[" ".join(match["share"].lower().replace("-", " ").split())]
    return Level(number, is_upper, words not in ("", "at least"), words in _FLOOR_WORDS)


_SHARES: Final = {
    "half": 50.0, "a half": 50.0, "a third": 33.0, "one third": 33.0, "two thirds": 67.0,
    "a quarter": 25.0, "one quarter": 25.0, "three quarters": 75.0, "a fifth": 20.0,
    "one fifth": 20.0, "a tenth": 10.0, "one tenth": 10.0, "the majority": 50.0, "a majority": 50.0,
}  # fmt: skip
_FLOOR_WORDS: Final = ("more than", "over", "at least", "above")
_SHARE: Final = re.compile(
    r"(?<!first )(?<!second )(?<!other )(?<!latter )(?<!last )(?<!next )"
    r"\b(?P<cue>more than |at least |over |less than |fewer than |under |below |above )?"
    r"(?P<share>(?:a |one )?half|(?:a|one|two)[ -]thirds?|(?:a|one|three)[ -]quarters?"
    r"|(?:a|one) fifth|(?:a|one) tenth|(?:the|a) majority) of\b",
    re.IGNORECASE,
)

_RANGE: Final = re.compile(r"\b(?:between|rang(?:e|es|ing))\b[^,;]*?\d", re.IGNORECASE)
_DIFFERENCE: Final = re.compile(
    r"(?:/\w+)?\W*(?:points? )?(?:lower|higher|more|less|above|below|fewer|cheaper|dearer)\b",
    re.IGNORECASE,
)
_FLOOR: Final = re.compile(
    r"(?:at least|no less|no fewer|over|above|more than|exceed|beyond|surpass|top)\b", re.IGNORECASE
)


def _is_plausible(number: float, last_value: float | None, move: float | None) -> bool:
    """Return False for a number so far from the last value that it counts something else."""
    if last_value is None or not move:
        return True
    return abs(number - last_value) <= _MAX_MOVES * move


def _is_price_fall(match: CatalogueMatch) -> bool:
    """Return True for a level that is published by its yearly change: it falls below 0."""
    is_change = _CHANGE_MEASURE.search(match.entry.measure) is not None
    is_level = not _CHANGE_SUBJECT.search(match.subject)
    return is_change and is_level and match.entry.unit.startswith("per cent")


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
_CHANGE_WORDS: Final = {
    re.compile(r"\bin half\b|\bhalve[sd]?\b|\bby half\b", re.IGNORECASE): "50 per cent",
    re.compile(r"\bdouble[sd]?\b", re.IGNORECASE): "100 per cent",
    re.compile(r"\btriple[sd]?\b|\btreble[sd]?\b", re.IGNORECASE): "200 per cent",
    re.compile(r"\bby (?:a|one) third\b", re.IGNORECASE): "33 per cent",
    re.compile(r"\bby (?:a|one) quarter\b", re.IGNORECASE): "25 per cent",
}


def find_change(claim: str, unit: str) -> str:
    """Return the relative change that a claim names, "" without one, for a series in a unit.

    >>> find_change("Exports will fall by more than 30 per cent.", "US dollars")
    '30 per cent'
    >>> find_change("Output will be cut in half.", "tonnes")
    '50 per cent'
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
    return next((text for word, text in _CHANGE_WORDS.items() if word.search(claim)), "")


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
