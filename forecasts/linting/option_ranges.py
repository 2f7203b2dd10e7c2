"""Lint checks of the options: they must exclude each other and cover every outcome."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from forecasts.linting.flaws import Flaw, LintTarget

_NUMBER_WORDS: Final = {
    word: float(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"none": 0.0, "no": 0.0, "never": 0.0, "once": 1.0, "twice": 2.0}
_NUMBER: Final = rf"[-−]?[$€£¥]?[0-9][0-9,]*(?:\.[0-9]+)?|\b(?:{'|'.join(_NUMBER_WORDS)})\b"
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
_REMAINDER: Final = re.compile(
    r"\b(?:others?|another|none|nobody|no one|nothing|neither|elsewhere|else|remaining|rest|any"
    r" other)\b"
    r"|^(?:no|not) |\bunknown\b",
    re.IGNORECASE,
)
_CONJUNCTION: Final = re.compile(r"\b(?:and|or|with|plus|including)\b|[,/&+]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OptionRange:
    """Range of numbers that an option covers; an excluded bound is open."""

    name: str
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False


def find_option_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of the options of a categorical or ordered question."""
    if question.kind not in ("categorical", "ordered") or not question.options:
        return
    parsed = [parse_option_range(name) for name in question.options]
    ranges = [span for span in parsed if span is not None]
    remainder_names = [name for name in question.options if _REMAINDER.search(name)]
    if len(ranges) == len(parsed) or (
        len(ranges) >= 2 and len(ranges) + len(remainder_names) >= len(parsed)
    ):
        yield from _check_ranges(ranges, has_remainder=len(ranges) < len(parsed))
        return
    yield from _find_nested_names(question.options)
    if not remainder_names:
        is_ordered = question.kind == "ordered"
        quoted_names = ", ".join(f"“{name}”" for name in question.options)
        reason = f"something may happen that is none of {quoted_names}"
        fix = (
            "Add an option “Other” (or “none of these”), and let the criteria say what "
            "falls under it."
        )
        yield Flaw("options-gap", "advice" if is_ordered else "blocking", "options", reason, fix)


def parse_option_range(name: str) -> OptionRange | None:
    """Parse the range of an option's name; None if it is neither a number nor a range.

    >>> parse_option_range("three or more"), parse_option_range("Moscow")
    (OptionRange(name='three or more', low=3.0, high=inf, low_open=False, high_open=False), None)
    >>> parse_option_range("10–20 %").high
    20.0
    """
    text = name.strip()
    if match := _BETWEEN.match(text):
        low, high = _parse_number(match[1]), _parse_number(match[3])
        return OptionRange(name, low, high, high_open=bool(match[2])) if low <= high else None
    for pattern, is_low, is_open in _OPEN_RANGES:
        if match := pattern.match(text):
            value = _parse_number(next(filter(None, match.groups())))
            if is_low:
                return OptionRange(name, value, math.inf, low_open=is_open)
            return OptionRange(name, -math.inf, value, high_open=is_open)
    if match := _SINGLE.fullmatch(text):
        value = _parse_number(match[1])
        return OptionRange(name, value, value) if not _is_bare_negation(text) else None
    return None


def _is_bare_negation(text: str) -> bool:
    return bool(re.match(r"no ", text, re.IGNORECASE)) and not re.search(r"[0-9]", text)


def _check_ranges(spans: Sequence[OptionRange], *, has_remainder: bool) -> Iterator[Flaw]:
    in_order = sorted(spans, key=lambda span: (span.low, span.low_open, span.high))
    overlaps = [(a, b) for a, b in pairwise(in_order) if _is_overlapping(a, b)]
    if overlaps:
        a, b = overlaps[0]
        reason = f"“{a.name}” and “{b.name}” hold {b.low:g} both"
        fix = f"Let one of them end below {b.low:g}, such as “less than {b.low:g}”."
        yield Flaw("options-overlap", "blocking", "options", reason, fix)
    if has_remainder:
        return
    gaps = [_describe_gap(a, b) for a, b in pairwise(in_order) if not _is_overlapping(a, b)]
    first, last = in_order[0], in_order[-1]
    if first.low > 0:
        gaps.append(f"nothing below “{first.name}”")
    if math.isfinite(last.high):
        gaps.append(f"nothing above “{last.name}”")
    if present_gaps := [gap for gap in gaps if gap]:
        fix = (
            "Close the gap, with “less than …” at one end and “… or more” at the other, or "
            "add “Other”."
        )
        yield Flaw("options-gap", "blocking", "options", f"there is {'; '.join(present_gaps)}", fix)


def _is_overlapping(a: OptionRange, b: OptionRange) -> bool:
    return b.low < a.high or (b.low == a.high and not a.high_open and not b.low_open)


def _describe_gap(a: OptionRange, b: OptionRange) -> str:
    """Describe the gap between two ranges; consecutive whole numbers leave none."""
    is_whole = all(float(x).is_integer() for x in (a.high, b.low))
    is_adjacent = b.low == a.high and not (a.high_open and b.low_open)
    is_consecutive = (
        is_whole
        and b.low - a.high == 1.0
        and not a.high_open
        and not b.low_open
        and not _has_unit_of_measure(a, b)
    )
    return "" if is_adjacent or is_consecutive else f"nothing between “{a.name}” and “{b.name}”"


def _has_unit_of_measure(a: OptionRange, b: OptionRange) -> bool:
    """Return True for measured numbers, which have values between 10 and 11."""
    return bool(
        re.search(
            r"%|per ?cent|[$€£¥]|\b(?:million|billion|trillion|tonnes|dollars|euros|km)\b",
            f"{a.name} {b.name}",
        )
    )


def _find_nested_names(names: Sequence[str]) -> Iterator[Flaw]:
    for first, second in combinations(names, 2):
        short, long = sorted((first, second), key=len)
        match = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", long, re.IGNORECASE)
        if not match or _REMAINDER.search(long) or _REMAINDER.search(short):
            continue
        remainder = (long[: match.start()] + long[match.end() :]).strip()
        # "South Sudan" excludes "Sudan", but "Russia and China" includes "Russia"
        is_name = (
            bool(remainder)
            and all(word[0].isupper() for word in remainder.split())
            and not _CONJUNCTION.search(remainder)
        )
        reason = f"“{short}” is also in “{long}”"
        fix = (
            f"Say what sets them apart, such as “only {short}”."
            if is_name
            else f"Write “only {short}”, or drop one of them."
        )
        yield Flaw("options-overlap", "advice" if is_name else "blocking", "options", reason, fix)
        return


def _parse_number(text: str) -> float:
    word = text.lower()
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    return float(re.sub(r"[^0-9.-]", "", word.replace("−", "-")))


_OPEN_RANGES: Final = (
    (_UNDER, False, True),
    (_AT_MOST, False, False),
    (_OVER, True, True),
    (_AT_LEAST, True, False),
)
"""Patterns of open ranges, whether their number is the lower bound, and whether it is excluded."""
