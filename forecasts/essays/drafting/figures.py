"""Parsing of figures in a claim: number, unit, and on which side of it the claim comes true."""

import re
from dataclasses import dataclass
from typing import Final

from forecasts.essays.dates import find_dates
from forecasts.essays.drafting.subjects import UNIT_GAP

_SCALE: Final = r"(?:(?:hundred|thousand|million|billion|trillion)\b|(?:bn|mn|tn|m|k)\b)"
_PER_UNITS: Final = (
    "barrel|tonne|ton|day|week|month|year|hour|share|litre|gallon|(?:troy )?ounce"
    "|kilo|person|head|cubic "
    "metre|(?:kilo|mega|giga)watt-hour|[kmg]wh"
)
_FIGURE: Final = re.compile(
    r"(?P<cue>at least|at most|no more than|not more than|more than|no fewer than|fewer than|no"
    r" less than|less than|up to|over|above|below|under|beyond|exceed(?:ing)?|surpass|pass|reach"
    r"|top|hit"
    rf"|fall to|drop to|rise to|grow to|by|to)?\s?"
    r"(?:about |around |some |roughly |nearly |almost |the )?(?P<money>US\$|[$€£¥₹]|\b(?:USD|EUR"
    rf"|GBP|JPY|CHF)\b)?\s?(?P<n>[0-9][0-9,]*(?:\.[0-9]+)?)\s?(?P<scale>{_SCALE})?\s?"
    rf"(?P<unit>(?:a|an|per) (?:{_PER_UNITS})\b|%|per ?cent(?:age points?)?|percentage points|°C"
    rf"|[A-Za-z][A-Za-z-]*(?: (?:an?|per) (?:{_PER_UNITS})\b| per [a-z-]+| [a-z-]+)?)?",
    re.IGNORECASE,
)
_NOT_UNIT: Final = re.compile(
    r"^(?:by|in|on|at|before|until|during|for|and|or|the|a|if|when|as|this|next|within|from|to"
    r"|between|than|is|are|of"
    r"|with|after|since|per(?! ?cent)|that|which|its|their|st|nd|rd|th)\b",
    re.IGNORECASE,
)
_TRAILING_WORD: Final = re.compile(
    r" (?:by|in|on|at|before|until|during|for|and|or|the|a|if|when|as|from|to|than|of|with|after"
    r"|since|through|out|above|below|lower|higher|more|less|cheaper|dearer|fewer)$"
)
_VERB_WITH_UP: Final = re.compile(
    r"\b(?:pick|go|move|edge|creep|inch|speed)(?:s|es|d|ed)?\s?$", re.IGNORECASE
)
"""Verbs that take "up" themselves: "pick up to 2%"."""

_SYMBOLS: Final = {
    "$": "US dollars", "US$": "US dollars", "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees",
    "USD": "US dollars", "EUR": "euros", "GBP": "pounds", "JPY": "yen", "CHF": "Swiss francs",
    "%": "per cent",
}  # fmt: skip
_SHORT_SCALES: Final = {
    "bn": "billion", "mn": "million", "m": "million", "tn": "trillion", "k": "thousand",
}  # fmt: skip
_UPPER_CUES: Final = re.compile(
    r"at most|no more than|not more than|fewer than|less than|up to|below|under|fall to|drop to"
)
_STRICT_CUES: Final = re.compile(
    r"more than|over|above|beyond|exceed|exceeding|surpass|pass|top|fewer than|less than|below"
    r"|under"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """Number with its unit at `text[start:end]`, and the direction of the threshold.

    `value` counts in `unit`, which includes the scale: 200 "billion US dollars". `is_upper`: the
    claim comes true at or below it; `is_strict`: not at the number itself.
    """

    value: str
    unit: str
    start: int
    end: int
    is_upper: bool = False
    is_strict: bool = False

    @property
    def words(self) -> str:
        """Number with its unit.

        >>> parse_figures("reach $200bn in trade")[0].words
        '200 billion US dollars'
        """
        return f"{self.value} {self.unit}"

    def bears_out(self, *, negated: bool) -> str:
        """Return the outcome condition, in the syntax of `Question.bears_out`.

        >>> parse_figures("exceed 5 %")[0].bears_out(negated=False)
        'more than 5'
        """
        is_upper, is_strict = self.is_upper ^ negated, self.is_strict ^ negated
        comparison = (
            ("less than" if is_strict else "at most")
            if is_upper
            else ("more than" if is_strict else "at least")
        )
        return f"{comparison} {self.value}"


def write_digits(text: str) -> str:
    """Write the number words before a unit or a scale as digits.

    >>> write_digits("The two banks will grow by seven per cent and one half.")
    'The two banks will grow by 7 per cent and one half.'
    >>> write_digits("at least a hundred countries")
    'at least 100 countries'
    """
    text = _ROUND_NUMBER.sub(lambda match: _ROUND_NUMBERS[match[1].lower()], text)
    return _WORD_NUMBER.sub(lambda match: str(_WORD_NUMBERS.index(match[0].lower()) + 1), text)


_ROUND_NUMBERS: Final = {"hundred": "100", "thousand": "1,000", "million": "1 million"}
_ROUND_NUMBER: Final = re.compile(
    r"\b(?:a|one) (hundred|thousand|million)\b(?= [a-z])(?! (?:years|times|and)\b)", re.IGNORECASE
)


_WORD_NUMBERS: Final = "one two three four five six seven eight nine ten eleven twelve".split()
_NUMBER: Final = rf"\d{{1,4}}|{'|'.join(_WORD_NUMBERS)}"
_CHANCE: Final = re.compile(
    r"\b(?P<before>\d{1,2}) ?(?:%|per ?cent) (?:chance|probability|likel)"
    r"|\b(?:chances?|odds|probability|likelihood)\b[^.;]{0,40}?"
    r" (?P<after>\d{1,2}) ?(?:%|per ?cent)",
    re.IGNORECASE,
)
_ODDS: Final = re.compile(
    rf"\b(?:chances?|odds|probability|likelihood)\b[^.;]{{0,40}}?\b(?P<part>{_NUMBER}) in "
    rf"(?P<whole>{_NUMBER})\b",
    re.IGNORECASE,
)
_WORD_NUMBER: Final = re.compile(
    rf"\b(?:{'|'.join(_WORD_NUMBERS)})(?= (?:per ?cent|percentage points?|million|billion"
    r"|trillion)\b)",
    re.IGNORECASE,
)


def find_chance(text: str) -> str:
    """Return the probability that a text names, "" without one.

    >>> find_chance("I would put the chance at one in ten."), find_chance("A 30 % chance of rain.")
    ('10%', '30%')
    >>> find_chance("One in ten ships will sink.")
    ''
    """
    if match := _CHANCE.search(text):
        return f"{match['before'] or match['after']}%"
    if match := _ODDS.search(text):
        part, whole = (_read_number(match[name]) for name in ("part", "whole"))
        return f"{100 * part / whole:.0f}%" if 0 < part < whole else ""
    return ""


def _read_number(word: str) -> int:
    return int(word) if word.isdecimal() else _WORD_NUMBERS.index(word.lower()) + 1


def parse_figures(text: str, counted_unit: str = "") -> tuple[Figure, ...]:
    """Return the numbers with a unit in a text, except dates.

    `counted_unit` is the unit of a bare number that is a threshold or has a scale: "reach 120
    million". Without it the unit of a threshold with a scale is a placeholder for a person to fill.

    >>> [figure.words for figure in parse_figures("exceed 40 billion")]
    ['40 billion [… unit]']
    """
    dates = [(mention.start, mention.end) for mention in find_dates(text)]
    found_figures = []
    for match in _FIGURE.finditer(text):
        if not match["money"] and any(a <= match.start("n") < b for a, b in dates):
            continue
        unit = _unit_words(match)
        if not unit and counted_unit and (match["cue"] or match["scale"]):
            unit = f"{_scale_word(match)} {counted_unit}".strip()
        if not unit and match["cue"] and match["scale"]:
            unit = f"{_scale_word(match)} {UNIT_GAP}"
        if unit:
            cue = (match["cue"] or "").lower()
            cue = "" if cue == "up to" and _VERB_WITH_UP.search(text[: match.start()]) else cue
            value = match["n"].replace(",", "").rstrip(".")
            tail = _TRAILING_WORD.search(match["unit"] or "")  # "million tonnes of"
            end = match.end() - (len(tail[0]) if tail else 0)
            found_figures.append(
                Figure(
                    value,
                    unit,
                    match.start(),
                    end,
                    _UPPER_CUES.fullmatch(cue) is not None,
                    _STRICT_CUES.fullmatch(cue) is not None,
                )
            )
    return tuple(found_figures)


def _scale_word(match: re.Match[str]) -> str:
    scale = (match["scale"] or "").lower()
    return _SHORT_SCALES.get(scale, scale)


def _unit_words(match: re.Match[str]) -> str:
    unit, scale = match["unit"] or "", _scale_word(match)
    money = _SYMBOLS.get((match["money"] or "").upper(), "")
    if money and re.match(r"(?:a|an|per) ", unit, re.IGNORECASE):
        return f"{scale} {money} {unit.lower()}".strip()
    unit = "" if _NOT_UNIT.match(unit) else _TRAILING_WORD.sub("", unit)
    unit = f"US {unit}" if unit.startswith("dollar") else unit
    name = money or ("per cent" if unit.lower() in ("%", "percent", "per cent") else unit)
    return f"{scale} {name}".strip() if name else ""
