"""Compile a question by rules: statements in the words of headlines, and the names in it.

The statements are what news is compared with, so that dates, question words and remarks in
brackets must not be in them. Where the rules do not understand a question they keep its words.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, assert_never

from forecasts.essays.drafting.subjects import remove_times
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    MAX_NAMES,
    CompiledQuestion,
    Statement,
)
from forecasts.questions.question import Kind, Question
from tracker.matching.headline_clauses import (
    clean_subject,
    find_verb,
    phrase_clause,
    phrase_predicate,
    starts_predicate,
)

_Phrase = Callable[[re.Match[str]], tuple[str, str] | None]

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_LOOSE_TIME: Final = re.compile(
    r",?\s*\b(?:by|before|in|on|at|until|through|during|between|from|after|as of|this|next)?\s*"
    r"(?:the\s+)?(?:(?:end|start|beginning|close|middle) of\s+)?(?:the\s+year\s+)?"
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+(?:19|20)\d\d)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?:19|20)\d\d)?"
    rf"|{_MONTH}\s+(?:19|20)\d\d|(?:this|next) (?:year|month|week|quarter)|christmas|easter"
    r"|ramadan|new year"
    rf"|(?<=by )(?:mid-|late |early )?{_MONTH}|(?<=before )(?:the )?{_MONTH}|(?<=in ){_MONTH}"
    rf"|(?<=of )(?:this )?{_MONTH}|(?<=until ){_MONTH}|(?<=through ){_MONTH}|(?<=this ){_MONTH}"
    r"|this (?:spring|summer|autumn|fall|winter)|the (?:summer|winter)"
    r"|(?<![\d$€£,.])(?:19|20)\d\d(?![\d,%]|\.\d| (?:points|people|tonnes)))(?!['’\w-])",
    re.IGNORECASE,
)
_DANGLING: Final = re.compile(
    r"[\s,;:–-]+(?:in any (?:quarter|month)(?: of)?|by|before|in|on|at|until|through"
    r"|during|between|from|after|as of|to|and|or|the"
    r"|the end of)$",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|https?://\S+")
_QUESTION_WORD: Final = re.compile(r"^(?:will|would|does|do|is|are|has|have|can|should)\b\s+", re.I)
_AMOUNT_QUESTION: Final = re.compile(
    r"^(?:by )?(?:how (?:many|much|high|low|large|big|far|long)|what(?: is| will be)?|at what|when)"
    r"\b\s*",
    re.IGNORECASE,
)
_WHO: Final = re.compile(r"^(?:who|(?:which|what)(?: \w+){1,3}?) will (?P<predicate>.+)$", re.I)
_WHERE: Final = re.compile(r"^(?:where|in (?:which|what) \w+) will (?P<event>.+)$", re.IGNORECASE)
_OPTION_QUESTION: Final = re.compile(
    r"^(?:(?:which|what) \w+ (?:fits|describes|matches|best describes)|which|what|who|where|how)\b"
    r"\s*",
    re.IGNORECASE,
)
_OR_MORE: Final = re.compile(r"\s+or (?:more|higher|above|less|fewer|lower|below)\b")
_GO_PUBLIC: Final = re.compile(r"\b(?:have an |hold an |complete an )?IPO$")
_LAST_WEEK: Final = re.compile(
    r"\s+(?:in|during) the (?:first|second|last|final) (?:week|half|days?) of "
    rf"(?:{_MONTH}|20\d\d)\b",
    re.IGNORECASE,
)
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
    r"|reach|exceed|surpass|touch|cross|pass|average|come in|back)\s+)*"
    r"(?:at least|more than|above|over|higher than|≥|>=?|up to|at|of at least)"
    r"|(?:hit|reach|exceed|surpass|top|touch|cross|pass|rise to|climb to|average)|(?=[$€£¥]))\s*"
    rf"{_FIGURE}$",
    re.IGNORECASE,
)
_STAYS: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:still\s+)?(?:stay|remain|hold|keep|holds|stays|remains)\s+"
    rf"(?P<side>above|over|below|under|at|at least|stronger than|weaker than)\s+{_FIGURE}$",
    re.IGNORECASE,
)
_WITHOUT: Final = re.compile(
    r"^(?P<who>\S+(?:\s\S+){0,3}?)\s+(?:get|go|pass|make it|remain|stay|end|survive)s?\b"
    r"(?:\s\w+){0,3}?\s+without\s+(?:an?\s+)?(?P<what>(?!\w+ing\b).+)$",
    re.IGNORECASE,
)
_BELOW: Final = re.compile(
    r"^(?P<what>.+?)\s+(?:(?:be|close|trade|end|finish|settle|fall|drop|go|dip|slide|sink|stay)\s+"
    rf")*(?:to\s+)?(?:at most|less than|fewer than|below|under|lower than|≤|<=?)\s*{_FIGURE}$",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"^(?:more than|over|at least)\s+(?P<what>\d[\d,.]*\s.+)$", re.IGNORECASE
)
_THERE: Final = re.compile(r"^there be (?P<no>no )?(?:an?\s+)?(?P<what>.+)$", re.IGNORECASE)
_NAME: Final = re.compile(
    r"\b[A-Z][\w’'.-]*(?:\s+(?:(?:of|the|de|al|bin|van|von|der)\s+)*(?:al-|el-)?[A-Z0-9][\w’'.-]*)*"
)
_POSSESSIVE: Final = re.compile(r"[’']s\b")
_NO_NAMES: Final = frozenset(
    """will would does do is are has have can the a an what which who where when how by yes no if
    any and or at in on both there this that""".split()
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
            amount = re.sub(r"\bwill (?:be )?", "", _AMOUNT_QUESTION.sub("", body))
            return (_make_statement(f"{amount} rises", f"{amount} falls"),)
        case _:
            assert_never(kind)


def _phrase_option(body: str, option: str) -> str:
    """Return the headline of an option: of "Who will win?", "Where will they meet?" and others."""
    if match := _WHO.match(body):
        return phrase_clause(f"{option} {match['predicate']}", is_inverted=True)[0]
    if match := _WHERE.match(body):
        return f"{phrase_clause(match['event'], is_inverted=True)[0]} in {option}"
    return f"{option}: {_OPTION_QUESTION.sub('', body)}"


def strip_question(text: str) -> str:
    """Return a question's words without question mark, times and remarks.

    >>> strip_question("Will gold close at $3,200 or more at the end of 2025? (COMEX)")
    'Will gold close at $3,200'
    """
    body = _REMARK.sub("", text).split("?")[0].strip()
    first, _, remainder = _GO_PUBLIC.sub("go public", _OR_MORE.sub("", body)).partition(" ")
    remainder = _LAST_WEEK.sub("", remainder)
    previous = None
    while previous != remainder and not _YEAR_AS_SUBJECT.match(remainder):
        previous = remainder
        remainder = _DANGLING.sub("", _LOOSE_TIME.sub("", f" {remainder}")).strip(" ,;:")
    if not _YEAR_AS_SUBJECT.match(remainder):
        remainder = _DANGLING.sub("", remove_times(remainder))
    return f"{first} {remainder}".strip()


def phrase_outcomes(body: str) -> tuple[str, str]:
    """Return the headlines of YES and NO of a yes/no question that `strip_question` has stripped.

    >>> phrase_outcomes("Starmer out")
    ('Starmer steps down or is removed', 'Starmer stays on')
    >>> phrase_outcomes("Bitcoin above $150K")
    ('Bitcoin rises above $150K', 'Bitcoin stays below $150K')
    >>> phrase_outcomes("Will there be no change in interest rates")
    ('no change in interest rates', 'change in interest rates')
    """
    inverted = _QUESTION_WORD.sub("", body)
    is_inverted = inverted != body
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
    return f"More than {match['what']}", f"Fewer than {match['what']}"


def _phrase_without(match: re.Match[str]) -> tuple[str, str]:
    return f"{match['who']} avoids {match['what']}", f"{match['who']}: {match['what']}"


def _phrase_stays(match: re.Match[str]) -> tuple[str, str]:
    if match["side"].lower() in ("below", "under"):
        return _phrase_threshold(match, "stays below", "rises above")
    return _phrase_threshold(match, "stays above", "falls below")


def _phrase_below(match: re.Match[str]) -> tuple[str, str]:
    return _phrase_threshold(match, "falls below", "stays above")


def _phrase_above(match: re.Match[str]) -> tuple[str, str] | None:
    if _starts_clause(match["what"]):
        return None
    return _phrase_threshold(match, "rises above", "stays below")


_SHORT_FORMS: Final[tuple[tuple[re.Pattern[str], _Phrase], ...]] = (
    (_OUT, _phrase_out),
    (_CLASH, _phrase_clash),
    (_THERE, _phrase_there),
    (_COUNT, _phrase_count),
    (_WITHOUT, _phrase_without),
    (_STAYS, _phrase_stays),
    (_BELOW, _phrase_below),
    (_ABOVE, _phrase_above),
)


def _starts_clause(subject: str) -> bool:
    """Return True if a threshold's subject has a verb of its own: "EU import at least …"."""
    return find_verb([*subject.split(), "…"]) > 0


def _phrase_threshold(match: re.Match[str], yes: str, no: str) -> tuple[str, str]:
    subject, figure = clean_subject(match["what"]), match["n"].strip()
    return f"{subject} {yes} {figure}", f"{subject} {no} {figure}"


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _make_statement(yes: str, no: str) -> Statement:
    first, second = _shorten(_capitalise(yes)), _shorten(_capitalise(no))
    return Statement(first, second if second != first else "")


def _shorten(line: str) -> str:
    return " ".join(line.split())[:MAX_LINE_LENGTH].strip()


def find_names(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the names in a question, in order; of a person the last name is a spelling, too.

    >>> find_names("Will Xi Jinping visit the European Union by May 2026?")
    (('Xi Jinping', 'Jinping'), ('European Union',))
    """
    names: dict[str, tuple[str, ...]] = {}
    for match in _NAME.finditer(_POSSESSIVE.sub(" |", _LOOSE_TIME.sub("", _REMARK.sub("", text)))):
        words = match[0].split()
        while words and words[0].lower() in _NO_NAMES:
            words.pop(0)
        name = " ".join(words).strip(".’'-")
        if len(name) > 1 and name not in names:
            is_person = len(words) == 2 and all(w.isalpha() and not w.isupper() for w in words)
            last = (words[-1],) if is_person and words[-1] not in _COMMON_LAST else ()
            names[name] = (name, *last)
    return tuple(names.values())[:MAX_NAMES]


_COMMON_LAST: Final = frozenset(
    """Union States Kingdom Korea Sea Council Bank House Court Party Index Street Reserve Treasury
    Nations City Assembly Administration Forces Army Strait""".split()
)
