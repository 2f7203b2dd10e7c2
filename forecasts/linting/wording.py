"""Lint checks of the wording: gaps, forms that no answer fits, vague words, and death."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, get_args

from forecasts.linting.flaws import (
    RULES,
    Flaw,
    FlawPlace,
    LintTarget,
    Severity,
    compile_regex,
    split_rules,
)
from forecasts.linting.measures import has_number
from forecasts.questions.question import Kind

_FIXED_PHRASE: Final = compile_regex("fixed_phrase")
_QUOTATION: Final = compile_regex("quotation", re.NOFLAG)


@dataclass(frozen=True, slots=True)
class VagueWord:
    """Vague word at `text[start:end]` with a replacement; `is_certain` is False if it is only often
    vague.
    """

    word: str
    start: int
    end: int
    is_certain: bool
    replacement: str


def find_vague_words(text: str) -> tuple[VagueWord, ...]:
    """Return the vague words of a text in order, except in quotations and names.

    >>> [word.word for word in find_vague_words("Will Major Tom see a “big”, significant fall?")]
    ['significant']
    """
    return tuple(_find_words(blank_quotations(text)))


def blank_quotations(text: str) -> str:
    """Replace quotations by blanks of the same length.

    >>> blank_quotations('says "soon" now')
    'says        now'
    """
    return _QUOTATION.sub(lambda match: " " * len(match[0]), text)


def _find_words(text: str) -> Iterator[VagueWord]:
    fixed_spans = [match.span() for match in _FIXED_PHRASE.finditer(text)]
    for match in _VAGUE_WORD.finditer(text):
        if _is_capitalised_name(match, text) or any(
            start <= match.start() < end for start, end in fixed_spans
        ):
            continue
        surely, instead = _REPLACEMENTS[match[0].lower()]
        yield VagueWord(match[0], match.start(), match.end(), surely, instead)


def _is_capitalised_name(match: re.Match[str], text: str) -> bool:
    before = text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".?!:;("


def _split_list(words: str) -> Iterator[str]:
    singles, *phrases = words.split("|")
    yield from singles.split()
    yield from (" ".join(phrase.split()) for phrase in phrases)


_REPLACEMENTS: Final = {
    word: (is_certain, replacement)
    for is_certain, table in ((False, RULES["loose"]), (True, RULES["vague"]))
    for replacement, words in table.items()
    for word in _split_list(words)
}
_VAGUE_WORD: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(_REPLACEMENTS, key=len, reverse=True)))})"
    r"(?![\w-])",
    re.IGNORECASE,
)


_PATTERNS: Final = tuple(
    rule
    | {
        "pattern": re.compile(rule["pattern"], re.IGNORECASE),
        "unless": re.compile(rule.get("unless", "(?!)"), re.IGNORECASE),
        "unless_text": re.compile(rule.get("unless_text", "(?!)")),
    }
    for rule in RULES["patterns"]
)
_PLACEHOLDER: Final = re.compile(
    r"\[[^\[\]]{0,200}?(?:…|\.\.\.)(?:[^\[\]]{0,200}\])?|\bTBD\b|\bTODO\b|\?\?\?|_{3,}|\bXXX+\b"
)
_QUESTION_MARK: Final = re.compile('[?？؟⸮;]\\s*["”’)]*\\s*$|\\?')


def find_wording_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of the wording of text and criteria."""
    yield from _check_placeholders(question)
    yield from _check_patterns(question)
    yield from _check_vague_words(question)
    yield from _check_death(question)
    yield from _check_double_barrelled(question)
    if not _QUESTION_MARK.search(question.text):
        yield Flaw("no-question", "advice", "text", "the text has no question mark")


def _check_patterns(question: LintTarget) -> Iterator[Flaw]:
    text = blank_quotations(question.text)
    codes = set[str]()
    for rule in _PATTERNS:
        match = rule["pattern"].search(text)
        if match is None or rule["code"] in codes or question.kind not in rule.get("kinds", _KINDS):
            continue
        is_clear = rule["unless_text"].search(text, 0, match.start())
        if not is_clear and not rule["unless"].search(question.criteria):
            codes.add(rule["code"])
            reason = rule["reason"].format(match[0].strip()[-60:])
            yield Flaw(rule["code"], "blocking", "text", reason)


_KINDS: Final = get_args(Kind)


def _check_placeholders(question: LintTarget) -> Iterator[Flaw]:
    parts: tuple[tuple[FlawPlace, str], ...] = (
        ("text", question.text),
        ("criteria", question.criteria),
        ("sources", " | ".join(question.sources)),
        ("options", " | ".join(question.options)),
        ("prior", question.prior_reason),
    )
    for where, text in parts:
        if gaps := _PLACEHOLDER.findall(text):
            yield Flaw(
                "placeholder",
                "blocking",
                where,
                f"still open: {_quote_words(gaps)}",
            )


def _check_vague_words(question: LintTarget) -> Iterator[Flaw]:
    """Yield the vague words of the text, and those of the criteria that decide."""
    is_measured = has_number(question.criteria)
    for sentence in (question.text, *_list_deciding_rules(question.criteria)):
        where: FlawPlace = "text" if sentence is question.text else "criteria"
        words = find_vague_words(sentence)
        open_words = [
            word for word in words if word.is_certain and not _is_defined(word, question.criteria)
        ]
        if open_words and not has_number(sentence) and not (where == "text" and is_measured):
            quoted = _quote_words(word.word for word in open_words)
            reason = f"readers measure {quoted} by different yardsticks"
            yield Flaw(
                "vague-word", "blocking", where, reason, f"Write {_join_replacements(open_words)}."
            )
        elif words:
            reason = f"{_quote_words(word.word for word in words)} may be vague"
            fix = f"If it decides the answer, write {_join_replacements(words)}."
            yield Flaw("vague-word", "advice", where, reason, fix)


def _list_deciding_rules(criteria: str) -> list[str]:
    """List the rules that begin with their answer; without one, short criteria decide whole."""
    rules = split_rules(criteria)
    deciding = [rule for rule in rules if _DECIDES.match(rule)]
    return deciding or (rules if len(criteria.split()) <= _SHORT_CRITERIA else [])


_SHORT_CRITERIA: Final = 30
_DECIDES: Final = re.compile(
    r"(?:[“\"]?YES[”\"]?|Resolves YES)\b[^.;]{0,30}?\bif\b|It (?:has to|must|needs to)\b",
    re.IGNORECASE,
)


def _is_defined(vague_word: VagueWord, criteria: str) -> bool:
    """Return True if the criteria say what the word means."""
    word = re.escape(vague_word.word)
    defines = r"(?:means?|is defined|are defined|counts? as|is meant|refers? to)"
    return bool(re.search(rf"\b{word}\b[\"”'’]?[^.;]{{0,40}}?\s{defines}", criteria, re.IGNORECASE))


_DEATH: Final = compile_regex("death", re.NOFLAG)
_NOT_A_PERSON: Final = compile_regex("not_a_person")
_PERSON: Final = compile_regex("person", re.NOFLAG)


def _check_death(question: LintTarget) -> Iterator[Flaw]:
    yes_rules = " ".join(s for s in split_rules(question.criteria) if s.startswith("YES"))
    for where, text in (("text", question.text), ("criteria", yes_rules)):
        for match in _DEATH.finditer(text):
            subject = match["who"]
            if subject is not None and (
                _NOT_A_PERSON.search(subject) or not _PERSON.search(subject)
            ):
                continue
            reason = f"“{match[0]}” is about the death of a person"
            yield Flaw("death", "blocking", "text" if where == "text" else "criteria", reason)
            return


_JOINED_VERBS: Final = compile_regex("joined_verbs", re.NOFLAG)
_SECOND_SUBJECT: Final = compile_regex("second_subject")
_COMBINATION_RULE: Final = compile_regex("combination_rule")
_SECOND_QUESTION: Final = re.compile(
    r"\?\s+(?:And|Or|Will|Does|Is|Are|How|When|What|Which|Who|If)\b"
)


def _check_double_barrelled(question: LintTarget) -> Iterator[Flaw]:
    text = blank_quotations(question.text)
    opening = re.match(
        r"\W*(?:Will|Would|Does|Do|Is|Are|Can|Has|Have|Did|When will|How \w+ .{0,60}?\bwill)\b",
        text,
    )
    joined_verbs = _JOINED_VERBS.search(text, opening.end()) if opening else None
    match = joined_verbs or _SECOND_SUBJECT.search(text) or _SECOND_QUESTION.search(text)
    if match is None or _COMBINATION_RULE.search(question.criteria):
        return
    joined = match.groupdict().get("join") or ""
    words = match[0].split()
    is_told = (
        f" {joined} " in question.criteria and words[-1].lower()[:4] in question.criteria.lower()
    )
    # "A or B" is one event; "A and B" leaves open what counts if only one happens.
    severity: Severity = "advice" if joined == "or" or (joined and is_told) else "blocking"
    reason = f"“{match[0][-60:].strip()}” joins two things that can turn out differently"
    yield Flaw("double-barrelled", severity, "text", reason)


def _quote_words(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))


def _join_replacements(words: Iterable[VagueWord]) -> str:
    return "; or ".join(dict.fromkeys(word.replacement for word in words))
