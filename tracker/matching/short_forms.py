"""Short forms of questions on prediction markets, and questions on a level: "Bitcoin above $150K".

Each form is a pattern of the words without time and question word, with the headlines of YES and
NO.
"""

import re
from collections.abc import Callable
from typing import Final

from tracker.matching.headline_clauses import agree, clean_subject, find_verb
from tracker.matching.question_verbs import find_main_verb, is_noun_in_headlines

_Phrase = Callable[[re.Match[str]], tuple[str, str] | None]

_OUT: Final = re.compile(r"^(?P<who>(?:\S+\s+){0,4}\S+)\s+(?:be\s+)?out(?:\s+as\s+(?P<role>.+))?$")
_CLASH: Final = re.compile(
    r"^(?P<a>.+?)\s+(?:x|vs\.?|–|/)\s+(?P<b>.+?)\s+(?P<what>(?:(?:military|armed|direct"
    r"|effective|permanent|formal|nuclear|peace|trade)\s)*"
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
_CHANGE: Final = re.compile(
    r"^(?P<what>.+?)\s+be\s+(?P<bound>(?:at least|at most|more than|over|less than) )?"
    r"(?P<n>\d[^,;]*?\s)?(?P<side>higher|lower|larger|smaller|greater)(?:\s+than\b"
    r"(?P<base> (?:in|at|on|a|one|the (?:year|month|week)|last|during|now|today)\b.*)?)?$"
)
"""A level compared with itself at another time: "be at least 5 per cent higher than in 2026"."""

_COUNT: Final = re.compile(
    r"^(?:more than|over|at least)\s+(?P<what>\d[\d,.]*%?\s.+)$", re.IGNORECASE
)
_THERE: Final = re.compile(
    r"^there (?:be|have been|going to be) (?P<no>no )?(?:an?\s+)?(?P<what>.+)$", re.IGNORECASE
)
_AT_LEAST: Final = re.compile(r"(?:at least|more than|over) (?=\d[\d,]*\s)", re.IGNORECASE)
_WEATHER: Final = re.compile(r"^it (?P<no>not )?(?P<what>(?:rain|snow|hail|thunder)\b.*)$", re.I)
_LOOSE_ENDS: Final = frozenset("of to in by for with at from".split())
_AMOUNT_END: Final = re.compile(r"(?:at least|at most|more than|less than|fewer than)\s*$")
_TAKES_OBJECT: Final = frozenset("close end finish settle trade top pass back touch cross".split())
_COUNTED: Final = re.compile(
    r"^[\d,.]+(?:\s(?:million|billion|thousand|hundred))?(?:\s[a-z-]+)?"
    r"\s(?!percents|points|basis|dollars|euros|pounds|francs|degrees|barrels|tonnes)[a-z]+s\b"
)
"""Figure with a noun that is counted."""


def phrase_short_form(body: str, *, is_inverted: bool) -> tuple[str, str] | None:
    """Return the headlines of a question in a short form or on a level; None for any other.

    `is_inverted`: the words stood after "Will".

    >>> phrase_short_form("Ghana vs Mali final", is_inverted=False) is None
    True
    >>> phrase_short_form("the share of coal be higher than in 2026", is_inverted=True)
    ('share of coal rises', 'share of coal falls')
    """
    for pattern, phrase in _SHORT_FORMS:
        match = pattern.match(body)
        if match is None or ("n" in pattern.groupindex and not _is_level(match, is_inverted)):
            continue
        if outcomes := phrase(match):
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
    if at_least := _AT_LEAST.match(happens):
        missing = f"fewer than {happens[at_least.end() :]}"
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


def _phrase_change(match: re.Match[str]) -> tuple[str, str]:
    """Return the headlines of a level that is higher than before: it rises, or falls."""
    subject, bound, amount = clean_subject(match["what"]), match["bound"], match["n"]
    up, down = agree(subject, "rises"), agree(subject, "falls")
    if match["side"] in ("lower", "smaller"):
        up, down = down, up
    if not amount:
        return f"{subject} {up}", f"{subject} {down}"
    fails = "more than" if bound in ("at most ", "less than ") else "less than"
    return f"{subject} {up} by {bound or ''}{amount}", f"{subject} {up} by {fails} {amount}"


def _phrase_below(match: re.Match[str]) -> tuple[str, str]:
    return _phrase_threshold(match, "falls below", "stays above")


def _phrase_above(match: re.Match[str]) -> tuple[str, str]:
    return _phrase_threshold(match, "rises above", "stays below")


def _is_level(match: re.Match[str], is_inverted: bool) -> bool:
    """Return False for an amount that is the object of a verb: "Ikea close more than 10 stores"."""
    words, length = match.string.split(), len(match["what"].split())
    if words[length - 1] in _LOOSE_ENDS:
        return False
    if is_inverted and find_main_verb(words) not in (0, length):
        return False
    if not is_inverted and _starts_clause(words[:length]):
        return False
    link = match.string[match.end("what") : match.start("n")].lower()
    if not _AMOUNT_END.search(link):
        return True
    verbs = _AMOUNT_END.sub("", link).split()
    is_counted = _COUNTED.search(match["n"]) is not None
    return bool(verbs) and not (is_counted and verbs[-1] in _TAKES_OBJECT)


def _starts_clause(words: list[str]) -> bool:
    """Return True if a subject without "will" has a verb of its own: "EU import at least …"."""
    index = find_verb([*words, "…"])
    return index > 0 and (index == len(words) - 1 or not is_noun_in_headlines(words[index]))


def _phrase_threshold(match: re.Match[str], yes: str, no: str) -> tuple[str, str]:
    subject, figure = clean_subject(match["what"]), match["n"].strip()
    if measure := (match.groupdict().get("measure") or "").strip():
        subject = f"{measure} in {subject}"
    return f"{subject} {agree(subject, yes)} {figure}", f"{subject} {agree(subject, no)} {figure}"


_SHORT_FORMS: Final[tuple[tuple[re.Pattern[str], _Phrase], ...]] = (
    (_OUT, _phrase_out),
    (_CLASH, _phrase_clash),
    (_THERE, _phrase_there),
    (_WEATHER, _phrase_there),
    (_COUNT, _phrase_count),
    (_WITHOUT, _phrase_without),
    (_CHANGE, _phrase_change),
    (_STAYS, _phrase_stays),
    (_BELOW, _phrase_below),
    (_ABOVE, _phrase_above),
)
