"""Lint checks of measures: thresholds with their unit, changes and comparisons with their base."""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.essays.dates import find_dates
from forecasts.linting.flaws import (
    Flaw,
    FlawPlace,
    LintTarget,
    Severity,
    compile_regex,
    split_rules,
)

_AMOUNT: Final = compile_regex("amount", re.NOFLAG)
_SCALE_WORD: Final = compile_regex("scale_word", re.NOFLAG)
_UNIT: Final = re.compile(r"^\s*[-–]?\s*(?:%|‰|°|[$€£¥₹]|[A-Za-z][\w/-]*|of\b)")
_NO_UNIT: Final = compile_regex("no_unit", re.NOFLAG)
_UNIT_WORDS: Final = compile_regex("unit_words")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")


_DIGITS_ALONE: Final = re.compile(r"(?<![\w.])[$€£¥₹]?[0-9]")
_COUNT_WORD: Final = compile_regex("count_word")
_CHANGE: Final = compile_regex("change")
_COMPARISON: Final = compile_regex("comparison")
_BASE: Final = compile_regex("base", re.NOFLAG)


def has_number(text: str) -> bool:
    """Return True for a text with a number that is no date.

    >>> has_number("at least 20 % by 30 June 2027"), has_number("by 30 June 2027")
    (True, False)
    """
    spans = [(mention.start, mention.end) for mention in find_dates(text)]
    is_counted = any(
        not any(start <= match.start() < end for start, end in spans)
        for match in _DIGITS_ALONE.finditer(text)
    )
    return is_counted or bool(_COUNT_WORD.search(text))


def find_measure_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of thresholds, ranges, changes and comparisons."""
    yield from _check_units(question)
    yield from _check_change(question)


def _check_change(question: LintTarget) -> Iterator[Flaw]:
    """Yield a change or comparison of the text that neither text nor criteria measure."""
    if question.kind != "binary":
        return
    match = _COMPARISON.search(question.text) or _CHANGE.search(question.text)
    if match is None or has_number(question.text) or has_number(question.criteria):
        return
    if _BASE.search(question.criteria) or _BASE.search(question.text[match.end() :]):
        return
    reason = f"nothing says by how much, or compared with which value: “{match[0][-60:].strip()}”"
    yield Flaw("no-threshold", "blocking", "text", reason)


def _check_units(question: LintTarget) -> Iterator[Flaw]:
    parts: tuple[tuple[FlawPlace, str], ...] = (
        ("text", question.text),
        ("criteria", question.criteria),
    )
    for where, text in parts:
        bare = [number for sentence in split_rules(text) for number in _find_bare_amounts(sentence)]
        if bare and not (where == "text" and _criteria_give_unit(bare, question.criteria)):
            numbers = ", ".join(f"“{number}”" for number in dict.fromkeys(bare))
            severity: Severity = "blocking" if where == "text" else "advice"
            yield Flaw("no-unit", severity, where, f"{numbers} has no unit")
    scale = question.scale
    if question.kind == "numeric" and scale is not None and not scale.unit.strip():
        reason = f"the range {scale.lower:g} to {scale.upper:g} has no unit"
        yield Flaw("no-unit", "blocking", "scale", reason)


def _find_bare_amounts(sentence: str) -> list[str]:
    if _UNIT_WORDS.search(sentence):
        return []
    dates = [(mention.start, mention.end) for mention in find_dates(sentence)]
    amounts = []
    for match in _AMOUNT.finditer(sentence):
        is_suffix_form = match["number"] is None
        number, after = (
            match["number2" if is_suffix_form else "number"],
            match["after2" if is_suffix_form else "after"],
        )
        start = match.start("number2" if is_suffix_form else "number")
        is_date = any(a <= start < b for a, b in dates) or _YEAR.fullmatch(number)
        if (
            not is_date
            and not match["before2" if is_suffix_form else "before"]
            and not _has_unit_after(after)
        ):
            amounts.append(match[0][: len(match[0]) - len(after)].strip())
    return amounts


def _has_unit_after(after: str) -> bool:
    remainder = after
    while (scale_match := _SCALE_WORD.match(remainder)) is not None:
        remainder = remainder[scale_match.end() :]
    return bool(_UNIT.match(remainder)) and not _NO_UNIT.match(remainder)


def _criteria_give_unit(bare_numbers: list[str], criteria: str) -> bool:
    """Return True if the criteria give the same number with its unit."""
    numbers = {re.sub(r"\.0+$", "", re.sub(r"[^0-9.]", "", amount)) for amount in bare_numbers}
    for sentence in split_rules(criteria):
        sentence_numbers = {
            re.sub(r"\.0+$", "", number)
            for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", sentence.replace(",", ""))
        }
        if numbers <= sentence_numbers and _UNIT_WORDS.search(sentence):
            return True
    return False
