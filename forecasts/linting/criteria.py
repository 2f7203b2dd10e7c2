"""Lint checks of the resolution criteria: sources, verdict, annulment and thresholds."""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.essays.dates import find_dates
from forecasts.linting.flaws import Flaw, FlawPlace, LintTarget
from forecasts.linting.wording import split_rules

_UNNAMED_SOURCE: Final = re.compile(
    r"\b(?:the|a|an|any|and|or|of|in|on|by|from|as|other|various|several|many|public|publicly"
    r"|available|open|official|officials?|news|newspapers?|media|press|outlets?|reports?|reporting"
    r"|reported|articles?|internet|web|website|sites?|online|google|search|sources?|data|statistics"
    r"|information|credible|reliable|major|leading|reputable|trusted|mainstream|international|local"
    r"|national|government|authorit(?:y|ies)|experts?|analysts?|common|knowledge|general"
    r"|consensus|social|tba|tbd|n/a|none|unknown|etc)\b",
    re.IGNORECASE,
)
_FALL_BACK: Final = re.compile(
    r"\bfall[- ]?backs?\b|\bfall(?:s|ing)? back\b|\bfailing (?:that|this|which)\b"
    r"|\bif (?:it|they|this|that|these|no|none|neither|the)\b[^.;]{0,120}"
    r"\b(?:no|not|nothing|fails?|stops?|ceases?|unavailable|down|silent|missing|publishes)\b"
    r"|\botherwise\b|\bin (?:its|their) (?:absence|place)\b|\bor,? if\b|\binstead\b|\bsubstitute\b"
    r"|\bbackup\b",
    re.IGNORECASE,
)
_ANNULMENT: Final = re.compile(
    r"\bannul|\bvoid(?:ed|s)?\b|\bcancel(?:s|led|ed|lation)?\b[^.;]{0,40}\b(?:question|resol)"
    r"|\bN/A\b|\bresolves? (?:as )?ambiguous"
    r"|\bif (?:no|none|neither|nothing)\b"
    r"|(?<!YES )(?<!NO )\bif (?:it|they|this|that|the)\b[^.;]{0,60}\b(?:is|are|was|were|be) not\b"
    r"|\bif [^.;]{0,60}\b(?:publish|releas|giv|issu)\w* (?:no|none|neither|nothing)\b",
    re.IGNORECASE,
)
_VERDICT: Final = re.compile(r"\b(?:YES|NO|(?i:resolves?|counts?|the answer is))\b")


def find_criteria_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of sources, rules and thresholds."""
    yield from _check_sources(question)
    if question.kind == "binary" and not _VERDICT.search(question.criteria):
        reason = "the criteria do not say what the answer YES takes"
        yield Flaw(
            "no-verdict",
            "advice",
            "criteria",
            reason,
            "Write “YES if …”, and what looks alike but does not count.",
        )
    if not _ANNULMENT.search(question.criteria):
        reason = "nothing says when there is no answer, or what counts if the source is silent"
        yield Flaw(
            "no-annul-rule",
            "advice",
            "criteria",
            reason,
            "Add “Annulled if …”: the one thing without which it makes no sense.",
        )
    yield from _check_thresholds(question)


def is_named_source(source: str) -> bool:
    """Return True for a source that can be found: a name or an address, not “the media”.

    >>> sources = "Reuters", "customs.gov.cn", "official news sources"
    >>> tuple(is_named_source(source) for source in sources)
    (True, True, False)
    """
    return bool(re.search(r"\w", _UNNAMED_SOURCE.sub(" ", source)))


def _check_sources(question: LintTarget) -> Iterator[Flaw]:
    named_sources = [
        source for source in dict.fromkeys(question.sources) if is_named_source(source)
    ]
    if not named_sources:
        quoted_sources = ", ".join(f"“{source}”" for source in question.sources) or "an empty list"
        reason = f"{quoted_sources} names nobody who publishes the answer"
        fix = "Name who publishes it and where, such as “UN Digital Library, voting data”."
        yield Flaw("no-source", "blocking", "sources", reason, fix)
    elif len(named_sources) == 1 and not _FALL_BACK.search(
        f"{named_sources[0]} {question.criteria}"
    ):
        reason = f"“{named_sources[0]}” is the only source, and it may fail"
        yield Flaw(
            "no-fall-back",
            "blocking",
            "sources",
            reason,
            "Add another one, such as “Reuters, as fall-back”.",
        )


_CURRENCY: Final = r"(?P<{0}>[A-Z]{{0,3}}[$€£¥₹]\s?|[A-Z]{{3}}\s)?"
_DIGITS: Final = r"[0-9][0-9.,\u202f\u00a0 ]{0,24}(?<![., ])"
_OR_MORE: Final = r"or (?:more|higher|above|fewer|less|lower|below)\b"
_AMOUNT: Final = re.compile(
    r"\b(?:at least|at most|more than|fewer than|less than|no more than|no fewer than|not less"
    r" than|up to|over|above|below|under|beyond|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?"
    r"|reach(?:es|ed|ing)?|a minimum of|a maximum of|(?:fall|drop|rise|grow|climb|decline"
    r"|increase)(?:s|ed)? (?:to|by)) (?:about |some |the )?"
    rf"{_CURRENCY.format('before')}(?P<number>{_DIGITS})(?P<after>.{{0,40}})"
    rf"|{_CURRENCY.format('before2')}\b(?P<number2>{_DIGITS})(?P<after2> {_OR_MORE}.{{0,30}})"
)
_SCALE_WORD: Final = re.compile(
    r"^\s*(?:(?:hundred|thousand|million|billion|trillion|dozen)s?\b|(?:bn|mn|tn|m|k)\b"
    rf"|{_OR_MORE}|(?:full|further|other|additional|new|different|distinct|separate)\b)"
)
_UNIT: Final = re.compile(r"^\s*[-–]?\s*(?:%|‰|°|[$€£¥₹]|[A-Za-z][\w/-]*|of\b)")
_NO_UNIT: Final = re.compile(
    r"^\s*(?:by|in|on|at|before|until|till|during|for|and|or|the|a|if|when|as|this|next|within"
    r"|from|to|between|than|is|are|was|were|will|would|has|have|after|since|through|with|per|that"
    r"|which|again|ever|any|its|their|according|compared|January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b"
)
_UNIT_WORDS: Final = re.compile(
    r"[%‰°$€£¥₹]|\b(?:per ?cent(?:age)?|dollars?|USD|euros?|EUR|yuan|renminbi|roubles?|rubles?"
    r"|pounds?|yen|rupees?|tonnes?|tons?|barrels?|degrees?|celsius|votes?|seats?|points?|km"
    r"|kilomet\w+|miles?|hectares?|index|score|ratio|magnitude|number of|how many|count of"
    r"|rank(?:ing)?|place|share of|GW|MW|TWh|kWh|days?|weeks?|months?|years?"
    r"|people)\b",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")


def _check_thresholds(question: LintTarget) -> Iterator[Flaw]:
    parts: tuple[tuple[FlawPlace, str], ...] = (
        ("text", question.text),
        ("criteria", question.criteria),
    )
    for where, text in parts:
        bare_numbers = [
            number for sentence in split_rules(text) for number in _find_bare_amounts(sentence)
        ]
        if bare_numbers and not (
            where == "text" and _criteria_give_unit(bare_numbers, question.criteria)
        ):
            numbers = ", ".join(f"“{number}”" for number in dict.fromkeys(bare_numbers))
            fix = (
                "Write the unit behind the number: per cent, US dollars, tonnes, or what is "
                "counted."
            )
            yield Flaw("threshold-unit", "blocking", where, f"{numbers} has no unit", fix)
    if (
        question.kind == "numeric"
        and question.scale is not None
        and not question.scale.unit.strip()
    ):
        reason = f"the range {question.scale.lower:g} to {question.scale.upper:g} has no unit"
        yield Flaw(
            "scale-unit",
            "blocking",
            "scale",
            reason,
            "Give the range a unit, such as “billion US dollars” or “meetings”.",
        )


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
