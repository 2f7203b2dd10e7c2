"""Checks of the options: is exactly one of them right, whatever happens?"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from forecasts.linting.flaws import Examined, Flaw

_WORDS: Final = {
    word: float(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"none": 0.0, "no": 0.0, "never": 0.0, "once": 1.0, "twice": 2.0}
_NUMBER: Final = rf"[-−]?[$€£¥]?[0-9][0-9,]*(?:\.[0-9]+)?|\b(?:{'|'.join(_WORDS)})\b"
_BETWEEN: Final = re.compile(
    rf"(?:between |from )?({_NUMBER})\D{{0,3}}?(?: ?(?:–|-|to|and|until|up to) ?)"
    rf"((?:just |but )?(?:below|under|less than) )?({_NUMBER})",
    re.I,
)
_UNDER: Final = re.compile(rf"(?:less than|fewer than|below|under|lower than|<) ?({_NUMBER})", re.I)
_AT_MOST: Final = re.compile(
    rf"(?:at most|up to|no more than|≤|<=) ?({_NUMBER})|({_NUMBER})\D{{0,20}}?or (?:less|fewer"
    r"|lower|below)",
    re.I,
)
_OVER: Final = re.compile(rf"(?:more than|above|over|higher than|exceeding|>) ?({_NUMBER})", re.I)
_AT_LEAST: Final = re.compile(
    rf"(?:at least|from|≥|>=) ?({_NUMBER})|({_NUMBER})\D{{0,20}}?(?:or (?:more|higher|above)|\+)"
    rf"|({_NUMBER})\+",
    re.I,
)
_SINGLE: Final = re.compile(rf"(?:exactly )?({_NUMBER})(?:\s?(?:%|[A-Za-z ]{{0,30}}))?", re.I)
_REST: Final = re.compile(
    r"\b(?:others?|another|none|nobody|no one|nothing|neither|elsewhere|else|remaining|rest|any"
    r" other)\b"
    r"|^(?:no|not) |\bunknown\b",
    re.IGNORECASE,
)
_JOINS: Final = re.compile(r"\b(?:and|or|with|plus|including)\b|[,/&+]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers that an option covers; a bound that is excluded is open."""

    name: str
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False


def options_flaws(question: Examined) -> Iterator[Flaw]:
    """Flaws of the options of a categorical or ordered question."""
    if question.kind not in ("categorical", "ordered") or not question.options:
        return
    spans = [span_of(name) for name in question.options]
    numbers = [span for span in spans if span is not None]
    others = [name for name in question.options if _REST.search(name)]
    if len(numbers) == len(spans) or (
        len(numbers) >= 2 and len(numbers) + len(others) >= len(spans)
    ):
        yield from _ranges(numbers, has_rest=len(numbers) < len(spans))
        return
    yield from _nested(question.options)
    if not others:
        ordered = question.kind == "ordered"
        named = ", ".join(f"“{name}”" for name in question.options)
        reason = f"something may happen that is none of {named}"
        fix = (
            "Add an option “Other” (or “none of these”), and let the criteria say what "
            "falls under it."
        )
        yield Flaw("options-gap", "advice" if ordered else "blocking", "options", reason, fix)


def span_of(name: str) -> Span | None:
    """The numbers that an option covers, None when it is no number and no range.

    >>> span_of("three or more"), span_of("Moscow")
    (Span(name='three or more', low=3.0, high=inf, low_open=False, high_open=False), None)
    >>> span_of("10–20 %").high
    20.0
    """
    said = name.strip()
    if match := _BETWEEN.match(said):
        low, high = _value(match[1]), _value(match[3])
        return Span(name, low, high, high_open=bool(match[2])) if low <= high else None
    for pattern, build in _OPEN:
        if match := pattern.match(said):
            return build(name, _value(next(filter(None, match.groups()))))
    if match := _SINGLE.fullmatch(said):
        value = _value(match[1])
        return Span(name, value, value) if not _is_only_no(said) else None
    return None


def _is_only_no(said: str) -> bool:
    return bool(re.match(r"no ", said, re.IGNORECASE)) and not re.search(r"[0-9]", said)


def _ranges(spans: Sequence[Span], *, has_rest: bool) -> Iterator[Flaw]:
    in_order = sorted(spans, key=lambda span: (span.low, span.low_open, span.high))
    overlaps = [(a, b) for a, b in pairwise(in_order) if _overlap(a, b)]
    if overlaps:
        a, b = overlaps[0]
        reason = f"“{a.name}” and “{b.name}” hold {b.low:g} both"
        fix = f"Let one of them end below {b.low:g}, such as “less than {b.low:g}”."
        yield Flaw("options-overlap", "blocking", "options", reason, fix)
    if has_rest:
        return
    gaps = [_gap(a, b) for a, b in pairwise(in_order) if not _overlap(a, b)]
    low, high = in_order[0], in_order[-1]
    if low.low > 0:
        gaps.append(f"nothing below “{low.name}”")
    if math.isfinite(high.high):
        gaps.append(f"nothing above “{high.name}”")
    if found := [gap for gap in gaps if gap]:
        fix = (
            "Close the gap, with “less than …” at one end and “… or more” at the other, or "
            "add “Other”."
        )
        yield Flaw("options-gap", "blocking", "options", f"there is {'; '.join(found)}", fix)


def _overlap(a: Span, b: Span) -> bool:
    return b.low < a.high or (b.low == a.high and not a.high_open and not b.low_open)


def _gap(a: Span, b: Span) -> str:
    """What lies between two spans; whole numbers that follow one another leave nothing."""
    whole = all(float(x).is_integer() for x in (a.high, b.low))
    adjacent = b.low == a.high and not (a.high_open and b.low_open)
    follows = (
        whole
        and b.low - a.high == 1.0
        and not a.high_open
        and not b.low_open
        and not _has_unit_of_measure(a, b)
    )
    return "" if adjacent or follows else f"nothing between “{a.name}” and “{b.name}”"


def _has_unit_of_measure(a: Span, b: Span) -> bool:
    """Whether the numbers are measured and not counted, so that something lies between 10 and
    11.
    """
    return bool(
        re.search(
            r"%|per ?cent|[$€£¥]|\b(?:million|billion|trillion|tonnes|dollars|euros|km)\b",
            f"{a.name} {b.name}",
        )
    )


def _nested(names: Sequence[str]) -> Iterator[Flaw]:
    for one, other in combinations(names, 2):
        short, long = sorted((one, other), key=len)
        inside = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", long, re.IGNORECASE)
        if not inside or _REST.search(long) or _REST.search(short):
            continue
        rest = (long[: inside.start()] + long[inside.end() :]).strip()
        # "South Sudan" is another country than "Sudan", but "Russia and China" is also "Russia"
        is_name = (
            bool(rest)
            and all(word[0].isupper() for word in rest.split())
            and not _JOINS.search(rest)
        )
        reason = f"“{short}” is also in “{long}”"
        fix = (
            f"Say what sets them apart, such as “only {short}”."
            if is_name
            else f"Write “only {short}”, or drop one of them."
        )
        yield Flaw("options-overlap", "advice" if is_name else "blocking", "options", reason, fix)
        return


def _value(text: str) -> float:
    said = text.lower()
    if said in _WORDS:
        return _WORDS[said]
    return float(re.sub(r"[^0-9.-]", "", said.replace("−", "-")))


def _below(name: str, value: float) -> Span:
    return Span(name, -math.inf, value, high_open=True)


def _at_most(name: str, value: float) -> Span:
    return Span(name, -math.inf, value)


def _over(name: str, value: float) -> Span:
    return Span(name, value, math.inf, low_open=True)


def _at_least(name: str, value: float) -> Span:
    return Span(name, value, math.inf)


_OPEN: Final = ((_UNDER, _below), (_AT_MOST, _at_most), (_OVER, _over), (_AT_LEAST, _at_least))
