"""Compile a question by rules: statements in the words of headlines, and the names in it.

The statements are what news is compared with, so that dates, question words and remarks in
brackets must not be in them. Where the rules do not understand a question they keep its words.
"""

import re
from functools import lru_cache
from typing import Final, assert_never

from forecasts.essays.dates import MONTHS
from forecasts.essays.drafting.times import remove_claim_times
from forecasts.essays.english import third_person
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    CompiledQuestion,
    Statement,
)
from forecasts.questions.question import Kind, Question
from tracker.matching.headline_clauses import (
    agree,
    clean_subject,
    phrase_clause,
    phrase_perfect,
    phrase_plainly,
    phrase_predicate,
    phrase_state,
    starts_predicate,
)
from tracker.matching.question_names import REMARK, find_names, use_acronyms
from tracker.matching.question_verbs import find_main_verb, is_verb
from tracker.matching.short_forms import phrase_short_form

_ATTRIBUTION: Final = re.compile(
    r",?\s+(?:according to|as (?:announced|certified|confirmed|declared|measured|reported) by)\b"
    r"[^,]*,?",
    re.IGNORECASE,
)
_QUESTION_WORD: Final = re.compile(
    r"^(?:will|would|does|do|did|is|are|was|were|has|have|can|could|should)\b\s+", re.IGNORECASE
)
_BEFORE_QUESTION: Final = re.compile(
    r"^(?!(?:will|would|does|do|did|is|are|has|have|can|(?:\w+ )?(?:how|what|which|when))\b)"
    r"[^?]{2,150}?"
    r"(?:[,:–—-]\s+(?=(?:will|would|does|do|did|is|are|has|have|was|were|can)\b)"
    r"|(?<=\d)\s+(?=will\b))",
    re.IGNORECASE,
)
"""A time, a condition or a heading in front of the question proper."""

_IS_QUESTION: Final = re.compile(r"^(?:is|are|was|were)\b", re.IGNORECASE)
_FORECAST: Final = re.compile(r"^(?P<who>.+?) will (?P<deed>(?P<first>\S+).*)$")
"""A question that is worded as a statement: "Oslo will host the Games"."""

_EVER: Final = re.compile(r"\bever\s+(?!more\b|since\b|closer\b)")
_AMOUNT_QUESTION: Final = re.compile(
    r"^(?:by )?(?:how (?:many|much|high|low|large|big|far|long)|what(?: is| will be)?"
    r"|at what(?: price| level| rate)?|when)\b\s*",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(r"(?<!the )\bfirst (?=(?:be|close|reach|exceed|rise|fall|drop|pass)\b)")
_WHO: Final = re.compile(r"^(?:who|(?:which|what)(?: \w+){1,3}?) will (?P<predicate>.+)$", re.I)
_WHERE: Final = re.compile(r"^(?:where|in (?:which|what) \w+) will (?P<event>.+)$", re.IGNORECASE)
_HOW_MANY: Final = re.compile(r"^(?:by )?how (?P<how>many|much)\s+(?P<what>.+)$", re.IGNORECASE)
_HOW_OFTEN: Final = re.compile(
    r"^(?:how (?:many times|often)|on how many days)\b[^?]*?\b(?P<event>will .+)$", re.IGNORECASE
)
_SCALE: Final = re.compile(r"^(?:hundred|thousand|million|billion|trillion)\s+")
_IN_UNIT: Final = re.compile(r"\s*,\s+(?:(?:measured|expressed) )?in [^,]+,?\s*$")
_TO_BE: Final = re.compile(
    r"^(?:will|is|are)\s+|\b(?:will|be)\b(?:\s+(?:close|trade|end|stand|settle|finish|be)\b)?"
    r"(?:\s+at)?|\s+(?:be|close|trade|end|stand|settle|finish)(?:\s+at)?$",
    re.IGNORECASE,
)
_WHAT_ACT: Final = re.compile(
    r"^(?:what|how) will (?P<who>.+?) (?:do|decide|act|vote|respond|react)\b", re.IGNORECASE
)
_OPTION_QUESTION: Final = re.compile(
    r"^(?:(?:which|what) \w+ (?:fits|describes|matches|best describes)|which|what|who|where|how)\b"
    r"\s*",
    re.IGNORECASE,
)
_OR_MORE: Final = re.compile(
    r"(?:\b(?:at|an?)\s+)?(?P<n>(?<![\w-])-?[$€£¥]?\d\S*(?:\s+(?!or\b|be\b)[^\s,;\d]+){0,6}?)"
    r"\s+or\s+(?:(?P<more>more|higher|above|greater|over)|less|fewer|lower|below|under)\b",
    re.IGNORECASE,
)
_SEASON: Final = re.compile(r"\b((?:19|20)\d\d)[/–](?:\d\d){1,2}\b")
_OF_YEAR: Final = re.compile(rf"\b(?!(?:{'|'.join(MONTHS)})\b)([A-Z]\w+) of (?:19|20)\d\d\b")
_MONTH_OF_YEAR: Final = re.compile(rf"\b({'|'.join(MONTHS)})(?:,| of) (?=(?:19|20)\d\d\b)")
_YEAR_END: Final = re.compile(r"\b((?:19|20)\d\d) (?:year[ -])?end\b")
_TIME_REST: Final = re.compile(
    r"\s+(?:between|(?:in|during) (?:any|the|each) (?:\w+ )?(?:day|week|month|quarter|half) of)"
    r"(?:,? inclusive)?$|,? inclusive$"
)
"""Remainder of "between 3 May and 6 June, inclusive" and "in any quarter of 2027"."""

_OPEN_COMPARISON: Final = re.compile(r"\s+than$")
"""Remainder of "than in January"."""

_AFTER_DAY: Final = re.compile(rf"\bafter \d{{1,2}} (?:{'|'.join(MONTHS)})(?: \d{{4}})?\b")
"""A day from which on something counts, which is no deadline."""

_GO_PUBLIC: Final = re.compile(
    r"\b(?:(?:have|hold|complete) an IPO|(?<!\ban )(?<!\bthe )IPO)(?=$| and\b| or\b)"
)
_YEAR_AS_SUBJECT: Final = re.compile(rf"(?:(?:{'|'.join(MONTHS)}) )?(?:19|20)\d\d\s+[a-z]")
_PERFECT: Final = re.compile(r"^(?:has|have)\s+", re.IGNORECASE)
_NO_LONGER: Final = re.compile(r"^(?P<who>.+?) no longer (?P<deed>[a-z].+)$")
_NEGATED: Final = re.compile(
    r"^(?P<who>(?:(?!or\b)\S+\s+){1,6})not\s+(?P<deed>(?P<verb>[a-z]+)\b.*)$"
)


def compile_question(question: Question) -> CompiledQuestion:
    """Compile a question by rules.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> question = build_question(NewQuestion("rodynske", "Will Russia capture Rodynske by May 31?",
    ...     "As the map shows it.", ("https://example.org",), utc("2026-01-01"), utc("2026-06-01"),
    ...     utc("2026-06-02")))
    >>> compile_question(question).statements[0]
    Statement(yes='Russia captures Rodynske', no='Russia fails to capture Rodynske', option='')
    """
    return compile_text(question.text, question.kind, question.offered_options(question.opens_at))


@lru_cache(maxsize=20_000)
def compile_text(text: str, kind: Kind, options: tuple[str, ...]) -> CompiledQuestion:
    """Compile a question of this text, kind and options by rules."""
    body = strip_question(text)
    return CompiledQuestion(_make_statements(body, kind, options), find_names(text))


def _make_statements(body: str, kind: Kind, options: tuple[str, ...]) -> tuple[Statement, ...]:
    match kind:
        case "categorical" | "ordered":
            return tuple(
                Statement(_shorten(_capitalise(_phrase_option(body, option))), "", option)
                for option in options
            )
        case "binary":
            return (_make_statement(*phrase_outcomes(body)),)
        case "date":
            event = _FIRST.sub("", _AMOUNT_QUESTION.sub("", body))
            return (_make_statement(*phrase_outcomes(event)),)
        case "numeric":
            return (_make_statement(*_phrase_amount(body)),)
        case _:
            assert_never(kind)


def _phrase_amount(body: str) -> tuple[str, str]:
    """Return the headlines of a number that turns out higher, and lower.

    >>> _phrase_amount("What will the price of Brent be")
    ('price of Brent rises', 'price of Brent falls')
    >>> _phrase_amount("How many ships will pass the canal")
    ('more ships pass the canal', 'fewer ships pass the canal')
    """
    if match := _HOW_OFTEN.match(body):
        return phrase_outcomes(match["event"])
    if match := _HOW_MANY.match(body):
        return _phrase_count_of(match)
    amount = _IN_UNIT.sub("", _TO_BE.sub("", _AMOUNT_QUESTION.sub("", body)).strip())
    amount = clean_subject(amount)
    return f"{amount} {agree(amount, 'rises')}", f"{amount} {agree(amount, 'falls')}"


def _phrase_count_of(match: re.Match[str]) -> tuple[str, str]:
    """Return the headlines of "How many cars will Tesla sell", and of cars that do something."""
    less = "fewer" if match["how"].lower() == "many" else "less"
    counted, _, clause = match["what"].partition(" will ")
    words = clause.split()
    if clause and not is_verb(words[0]) and (index := find_main_verb(words)):
        subject, tail = clean_subject(" ".join(words[:index])), " ".join(words[index + 1 :])
        deed = f"{subject} {agree(subject, third_person(words[index]))}"
        goods = f"{_SCALE.sub('', counted)} {tail}".strip()
        return f"{deed} more {goods}", f"{deed} {less} {goods}"
    amount = re.sub(r"\b(?:will|be)\s+", "", match["what"])
    return f"more {amount}", f"{less} {amount}"


def _phrase_option(body: str, option: str) -> str:
    """Return the headline of an option: of "Who will win?", "Where will they meet?" and others."""
    if match := _WHO.match(body):
        return phrase_clause(f"{option} {match['predicate']}", is_inverted=True)[0]
    if match := _WHAT_ACT.match(body):
        return _phrase_act(clean_subject(match["who"]), option)
    if match := _WHERE.match(body):
        return f"{phrase_clause(match['event'], is_inverted=True)[0]} in {option}"
    return f"{option}: {_OPTION_QUESTION.sub('', body)}"


def _phrase_act(actor: str, act: str) -> str:
    """Return the headline of somebody who acts as an option says: "Cut by 25 points"."""
    first, _, remainder = act.partition(" ")
    if first[:1].isalpha() and starts_predicate(actor, f"{first.lower()} {remainder}"):
        return phrase_predicate(
            [*actor.split(), first.lower(), *remainder.split()], len(actor.split())
        )[0]
    return f"{actor}: {act}"


def strip_question(text: str) -> str:
    """Return a question's words without question mark, times and remarks.

    >>> strip_question("Will gold close at $3,200 or more at the end of 2025? (COMEX)")
    'Will gold close at least $3,200'
    """
    body = _YEAR_END.sub(r"the end of \1", _MONTH_OF_YEAR.sub(r"\1 ", _SEASON.sub(r"\1", text)))
    body = REMARK.sub("", use_acronyms(body)).split("?")[0].strip()
    body = _EVER.sub("", _ATTRIBUTION.sub("", _BEFORE_QUESTION.sub("", body)))
    first, _, remainder = _OR_MORE.sub(_name_bound, body).partition(" ")
    if not _YEAR_AS_SUBJECT.match(remainder):
        after_day = _AFTER_DAY.search(remainder)
        remainder = remove_claim_times(_OF_YEAR.sub(r"\1", _AFTER_DAY.sub("", remainder)))
        remainder += f" {after_day[0]}" if after_day else ""
    body = _TIME_REST.sub("", _OPEN_COMPARISON.sub("", f"{first} {remainder}"))
    if _QUESTION_WORD.match(body):
        body = _GO_PUBLIC.sub("go public", body)
    return re.sub(r"\s+,", ",", body).strip(" ,")


def _name_bound(match: re.Match[str]) -> str:
    return f"{'at least' if match['more'] else 'at most'} {match['n']}"


def phrase_outcomes(body: str) -> tuple[str, str]:
    """Return the headlines of YES and NO of a yes/no question that `strip_question` has stripped.

    >>> phrase_outcomes("Starmer out")
    ('Starmer steps down or is removed', 'Starmer stays on')
    >>> phrase_outcomes("Bitcoin above $150K")
    ('Bitcoin rises above $150K', 'Bitcoin stays below $150K')
    >>> phrase_outcomes("Will there be no change in interest rates")
    ('no change in interest rates', 'change in interest rates')
    >>> phrase_outcomes("Will the Fed not raise rates")
    ('Fed holds or cuts rates', 'Fed raises rates')
    """
    inverted = _QUESTION_WORD.sub("", body)
    is_inverted = inverted != body
    if is_inverted and (negated := _NEGATED.match(inverted)) and is_verb(negated["verb"]):
        happens, fails = phrase_outcomes(f"Will {negated['who']}{negated['deed']}")
        return fails, happens
    if not is_inverted and (forecast := _FORECAST.match(body)):
        is_clause = is_verb(forecast["first"]) or forecast["first"].endswith("ly")
        event = f"{forecast['who']} {forecast['deed']}"
        return phrase_outcomes(f"Will {event}") if is_clause else phrase_plainly(body)
    if is_inverted and (ended := _NO_LONGER.match(inverted)):
        lasts, ends = phrase_outcomes(f"Will {ended['who']} {ended['deed']}")
        return ends, lasts
    if _PERFECT.match(body) and (outcomes := phrase_perfect(inverted)):
        return outcomes
    is_state, body = _IS_QUESTION.match(body), inverted
    subject, to, predicate = body.partition(" to ")
    if not is_inverted and to and starts_predicate(subject, predicate):
        body = f"{subject} {predicate}"
        index = len(subject.split())
        return phrase_short_form(body, is_inverted=False) or phrase_predicate(body.split(), index)
    if outcomes := phrase_short_form(body, is_inverted=is_inverted):
        return outcomes
    if is_state:
        return phrase_state(body)
    return phrase_clause(body, is_inverted=is_inverted)


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _make_statement(yes: str, no: str) -> Statement:
    first, second = _shorten(_capitalise(yes)), _shorten(_capitalise(no))
    return Statement(first, second if second != first else "")


def _shorten(line: str) -> str:
    return " ".join(line.split())[:MAX_LINE_LENGTH].strip()
