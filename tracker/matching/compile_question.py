"""Compile a question by rules: statements in the words of headlines, and the names in it.

The statements are what news is compared with, so that dates, question words and remarks in
brackets must not be in them. Where the rules do not understand a question they keep its words.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, assert_never

from forecasts.essays.dates import MONTHS
from forecasts.essays.drafting.times import remove_claim_times
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    CompiledQuestion,
    Statement,
)
from forecasts.questions.question import Kind, Question
from tracker.matching.headline_clauses import (
    agree,
    clean_subject,
    find_verb,
    is_also_noun,
    is_verb,
    phrase_clause,
    phrase_perfect,
    phrase_predicate,
    starts_predicate,
)
from tracker.matching.question_names import REMARK, find_names, use_acronyms

_Phrase = Callable[[re.Match[str]], tuple[str, str] | None]

_ATTRIBUTION: Final = re.compile(
    r",?\s+(?:according to|as (?:announced|certified|confirmed|declared|measured|reported) by)\b"
    r"[^,]*,?",
    re.IGNORECASE,
)
_QUESTION_WORD: Final = re.compile(
    r"^(?:will|would|does|do|did|is|are|has|have|can|could|should)\b\s+", re.IGNORECASE
)
_TIME_FIRST: Final = re.compile(
    r"^(?:after|as of|at|before|between|by|during|from|in|on|within)\b[^?]{3,80}?,\s+"
    r"(?=(?:will|would|does|do|is|are|has|have|can)\b)",
    re.IGNORECASE,
)
_EVER: Final = re.compile(r"\bever\s+(?!more\b|since\b|closer\b)")
_AMOUNT_QUESTION: Final = re.compile(
    r"^(?:by )?(?:how (?:many|much|high|low|large|big|far|long)|what(?: is| will be)?"
    r"|at what(?: price| level| rate)?|when)\b\s*",
    re.IGNORECASE,
)
_WHO: Final = re.compile(r"^(?:who|(?:which|what)(?: \w+){1,3}?) will (?P<predicate>.+)$", re.I)
_WHERE: Final = re.compile(r"^(?:where|in (?:which|what) \w+) will (?P<event>.+)$", re.IGNORECASE)
_HOW_MANY: Final = re.compile(r"^(?:by )?how (?P<how>many|much)\s+(?P<what>.+)$", re.IGNORECASE)
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
_OR_MORE: Final = re.compile(r"\s+or (?:more|higher|above|less|fewer|lower|below)\b")
_SEASON: Final = re.compile(r"\b((?:19|20)\d\d)[/–](?:\d\d){1,2}\b")
_OF_YEAR: Final = re.compile(rf"\b(?!(?:{'|'.join(MONTHS)})\b)([A-Z]\w+) of (?:19|20)\d\d\b")
_OPEN_COMPARISON: Final = re.compile(r"\s+than$")
"""Remainder of "than in January"."""

_AFTER_DAY: Final = re.compile(rf"\bafter \d{{1,2}} (?:{'|'.join(MONTHS)})(?: \d{{4}})?\b")
"""A day from which on something counts, which is no deadline."""

_GO_PUBLIC: Final = re.compile(r"\b(?:have an |hold an |complete an )?IPO$")
_YEAR_AS_SUBJECT: Final = re.compile(r"(?:19|20)\d\d\s+[a-z]")
_OUT: Final = re.compile(r"^(?P<who>(?:\S+\s+){0,4}\S+)\s+(?:be\s+)?out(?:\s+as\s+(?P<role>.+))?$")
_CLASH: Final = re.compile(
    r"^(?P<a>.+?)\s+(?:x|vs\.?|–|/)\s+(?P<b>.+?)\s+(?P<what>(?:military |armed |direct )?"
    r"(?:clash|conflict|war|strike|deal|agreement|ceasefire|meeting|talks|call|summit))$",
    re.IGNORECASE,
)
_FIGURE: Final = (
    r"(?P<n>[$€£¥]?\d[\d,.]*\s*(?:k|m|bn|trn|%|percent|per cent|basis points|bps|million"
    r"|billion|trillion)?\b%?[^,;]{0,40})"
)
_ABOVE: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:(?:(?:be|close|trade|end|finish|settle|stay|hit|rise|climb|go|stand|top"
    r"|reach|exceed|surpass|touch|cross|pass|average|come in|back|soar|jump|surge|cost)\s+)*"
    r"(?:at least|more than|above|over|higher than|≥|>=?|up to|at|of at least)"
    r"|(?:hit|reach|exceed|surpass|top|touch|cross|pass|rise to|climb to|average)|(?=[$€£¥]))\s*"
    rf"{_FIGURE}$",
    re.IGNORECASE,
)
_STAYS: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:still\s+)?(?:stay|remain|hold|keep|holds|stays|remains)\s+"
    r"(?P<measure>(?:\w+\s+){0,4}?)"
    r"(?P<side>above|over|below|under|at|at least|stronger than|weaker than)\s+"
    r"(?:Rs\.?\s*)?"
    rf"{_FIGURE}$",
    re.IGNORECASE,
)
_WITHOUT: Final = re.compile(
    r"^(?P<who>\S+(?:\s\S+){0,3}?)\s+(?:get|go|pass|make it|remain|stay|end|survive)s?\b"
    r"(?:\s\w+){0,3}?\s+without\s+(?:an?\s+)?(?P<what>(?!\w+ing\b).+)$",
    re.IGNORECASE,
)
_BELOW: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:(?:be|close|trade|end|finish|settle|fall|drop|go|dip|slide|sink|stay"
    r"|crash|plunge|slump|tumble|ease)\s+"
    rf")*(?:to\s+)?(?:at most|less than|fewer than|below|under|lower than|≤|<=?)\s*{_FIGURE}$",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"^(?:more than|over|at least)\s+(?P<what>\d[\d,.]*\s.+)$", re.IGNORECASE
)
_THERE: Final = re.compile(
    r"^there (?:be|going to be) (?P<no>no )?(?:an?\s+)?(?P<what>.+)$", re.IGNORECASE
)
_WEATHER: Final = re.compile(r"^it (?P<no>not )?(?P<what>(?:rain|snow|hail|thunder)\b.*)$", re.I)
_PERFECT: Final = re.compile(r"^(?:has|have)\s+", re.IGNORECASE)
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
            inverted = _QUESTION_WORD.sub("", _AMOUNT_QUESTION.sub("", body))
            return (_make_statement(*phrase_clause(inverted, is_inverted=True)),)
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
    if match := _HOW_MANY.match(body):
        amount = re.sub(r"\b(?:will|be)\s+", "", match["what"])
        less = "fewer" if match["how"].lower() == "many" else "less"
        return f"more {amount}", f"{less} {amount}"
    amount = clean_subject(_TO_BE.sub("", _AMOUNT_QUESTION.sub("", body)).strip())
    return f"{amount} rises", f"{amount} falls"


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
    'Will gold close at $3,200'
    """
    body = REMARK.sub("", use_acronyms(_SEASON.sub(r"\1", text))).split("?")[0].strip()
    body = _EVER.sub("", _ATTRIBUTION.sub("", _TIME_FIRST.sub("", body)))
    first, _, remainder = _GO_PUBLIC.sub("go public", _OR_MORE.sub("", body)).partition(" ")
    if not _YEAR_AS_SUBJECT.match(remainder):
        after_day = _AFTER_DAY.search(remainder)
        remainder = remove_claim_times(_OF_YEAR.sub(r"\1", _AFTER_DAY.sub("", remainder)))
        remainder += f" {after_day[0]}" if after_day else ""
    return _OPEN_COMPARISON.sub("", f"{first} {remainder}").strip()


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
    if _PERFECT.match(body) and (outcomes := phrase_perfect(inverted)):
        return outcomes
    body = inverted
    subject, to, predicate = body.partition(" to ")
    if not is_inverted and to and starts_predicate(subject, predicate):
        body = f"{subject} {predicate}"
        index = len(subject.split())
        return _phrase_pattern(body) or phrase_predicate(body.split(), index)
    return _phrase_pattern(body) or phrase_clause(body, is_inverted=is_inverted)


def _phrase_pattern(body: str) -> tuple[str, str] | None:
    """Return the headlines of a question in one of the short forms of prediction markets."""
    for pattern, phrase in _SHORT_FORMS:
        if (match := pattern.match(body)) and (outcomes := phrase(match)):
            return outcomes
    return None


def _phrase_out(match: re.Match[str]) -> tuple[str, str]:
    role = f" as {match['role']}" if match["role"] else ""
    return f"{match['who']} steps down or is removed{role}", f"{match['who']} stays on{role}"


def _phrase_clash(match: re.Match[str]) -> tuple[str, str]:
    sides = f"{match['a']} and {match['b']}"
    return f"{sides} {match['what']}", f"{sides} avoid {match['what']}"


def _phrase_there(match: re.Match[str]) -> tuple[str, str]:
    happens, missing = match["what"], f"no {match['what']}"
    return (missing, happens) if match["no"] else (happens, missing)


def _phrase_count(match: re.Match[str]) -> tuple[str, str]:
    counted = re.sub(r"\bbe\b", "are", match["what"], count=1)
    return f"More than {counted}", f"Fewer than {counted}"


def _phrase_without(match: re.Match[str]) -> tuple[str, str]:
    return f"{match['who']} avoids {match['what']}", f"{match['who']}: {match['what']}"


def _phrase_stays(match: re.Match[str]) -> tuple[str, str]:
    if match["side"].lower() in ("below", "under", "weaker than"):
        return _phrase_threshold(match, "stays below", "rises above")
    return _phrase_threshold(match, "stays above", "falls below")


def _phrase_below(match: re.Match[str]) -> tuple[str, str] | None:
    return _phrase_threshold(match, "falls below", "stays above") if _is_level(match) else None


def _phrase_above(match: re.Match[str]) -> tuple[str, str] | None:
    return _phrase_threshold(match, "rises above", "stays below") if _is_level(match) else None


def _is_level(match: re.Match[str]) -> bool:
    """Return False for an amount that is the object of a verb: "Ikea close more than 10 stores"."""
    subject = match["what"]
    if _starts_clause(subject) or _CLAUSE.search(subject) or subject.split()[-1] in _LOOSE_ENDS:
        return False
    link = match.string[match.end("what") : match.start("n")].lower()
    if not _AMOUNT_END.search(link):
        return True
    verbs = _AMOUNT_END.sub("", link).split()
    is_counted = _COUNTED.search(match["n"]) is not None
    return bool(verbs) and not (is_counted and verbs[-1] in _TAKES_OBJECT)


_CLAUSE: Final = re.compile(r"^\S+(?: \S+){0,3} [a-z]+ an? [a-z]+$")
"""A name, a verb and its object: "Met Office record a temperature"."""

_LOOSE_ENDS: Final = frozenset("of to in by for with at from".split())
_AMOUNT_END: Final = re.compile(r"(?:at least|at most|more than|less than|fewer than)\s*$")
_TAKES_OBJECT: Final = frozenset("close end finish settle trade top pass back touch cross".split())
_COUNTED: Final = re.compile(
    r"^[\d,.]+(?:\s(?:million|billion|thousand|hundred))?(?:\s[a-z-]+)?"
    r"\s(?!percents|points|basis|dollars|euros|pounds|francs|degrees|barrels|tonnes)[a-z]+s\b"
)
"""Figure with a noun that is counted."""


_SHORT_FORMS: Final[tuple[tuple[re.Pattern[str], _Phrase], ...]] = (
    (_OUT, _phrase_out),
    (_CLASH, _phrase_clash),
    (_THERE, _phrase_there),
    (_WEATHER, _phrase_there),
    (_COUNT, _phrase_count),
    (_WITHOUT, _phrase_without),
    (_STAYS, _phrase_stays),
    (_BELOW, _phrase_below),
    (_ABOVE, _phrase_above),
)


def _starts_clause(subject: str) -> bool:
    """Return True if a threshold's subject has a verb of its own: "EU import at least …"."""
    words = subject.split()
    index = find_verb([*words, "…"])
    return index > 0 and (index == len(words) - 1 or not is_also_noun(words[index]))


def _phrase_threshold(match: re.Match[str], yes: str, no: str) -> tuple[str, str]:
    subject, figure = clean_subject(match["what"]), match["n"].strip()
    if measure := (match.groupdict().get("measure") or "").strip():
        subject = f"{measure} in {subject}"
    return f"{subject} {agree(subject, yes)} {figure}", f"{subject} {agree(subject, no)} {figure}"


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _make_statement(yes: str, no: str) -> Statement:
    first, second = _shorten(_capitalise(yes)), _shorten(_capitalise(no))
    return Statement(first, second if second != first else "")


def _shorten(line: str) -> str:
    return " ".join(line.split())[:MAX_LINE_LENGTH].strip()
