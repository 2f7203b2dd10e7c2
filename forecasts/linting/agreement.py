"""Lint checks of the criteria: they decide the event of the text, add to it, and agree with it."""

import re
from collections.abc import Iterator
from typing import Final

from forecasts.essays.dates import MONTHS, remove_dates
from forecasts.essays.english import possible_bases
from forecasts.linting.flaws import RULES, Flaw, LintTarget, Severity, compile_regex, split_rules
from forecasts.linting.measures import has_number

_ANNULMENT: Final = compile_regex("annulment")
_VERDICT: Final = re.compile(r"\b(?:YES|NO|(?i:resolves?|counts?|the answer is))\b")
_SIDE_RULE: Final = compile_regex("side_rule", re.NOFLAG)
_PLAIN_ACT: Final = compile_regex("plain_act", re.NOFLAG)
"""Acts that everybody sees alike, so that criteria may repeat them."""

_QUANTITY: Final = re.compile(
    r"\b(?:per\s?cent|hundred|thousand|million|billion)\b|%", re.IGNORECASE
)
_FILLERS: Final = frozenset(RULES["words"]["fillers"].split())
_WORD: Final = re.compile(r"[^\W_]+(?:[’'][a-z]+)?")
_STEM_LENGTH: Final = 4
_LONG_CRITERIA: Final = 60
"""Number of words from which criteria define their words, so that an overlap proves nothing."""

_FEW_WORDS: Final = 5
"""Number of words from which criteria may tell an event in words of their own."""

_YES_RULE: Final = compile_regex("yes_rule")
_NEGATION: Final = compile_regex("negation")
_TEXT_NEGATION: Final = compile_regex("text_negation")
_OPPOSITES: Final = tuple(
    (re.compile(rf"\b(?:{a})\b", re.IGNORECASE), re.compile(rf"\b(?:{b})\b", re.IGNORECASE))
    for pair in RULES["opposites"]["pairs"]
    for a, b in (pair, pair[::-1])
)
_TWO_SIDED: Final = re.compile(
    r"\b(?:not|never|no|without|fail\w*|un\w+)\b|n[’']t\b", re.IGNORECASE
)
_ELSEWHERE: Final = compile_regex("elsewhere", re.NOFLAG)
"""Criteria that point to the text or elsewhere, or measure the event by a proxy."""

_SUBJECT: Final = re.compile(
    r"^\W*(?:Will|Does|Do|Is|Are|Has|Have|Can) (?:the )?(?P<name>[A-Z][\w’-]+(?: [A-Z][\w’-]+)*)"
)
_RULE_SUBJECT: Final = re.compile(r"^\W*(?:[a-z, ]{0,20}\b)?(?:the )?(?P<name>[A-Z][\w’-]+)")


def find_agreement_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of the criteria against the text."""
    if question.kind == "binary" and not _VERDICT.search(question.criteria):
        reason = "the criteria do not say what the answer YES takes"
        yield Flaw("no-verdict", "advice", "criteria", reason)
    if not _ANNULMENT.search(question.criteria):
        reason = "the criteria do not say what happens if the source publishes nothing"
        yield Flaw("no-annul-rule", "advice", "criteria", reason)
    if question.kind != "binary":
        return
    text = _list_stems(remove_dates(question.text))
    rules = [
        rule
        for rule in split_rules(question.criteria)
        if _YES_RULE.search(rule) or not _SIDE_RULE.search(rule)
    ]
    criteria = _list_stems(remove_dates(" ".join(rules)))
    yield from _check_event(question, text, criteria)
    yield from _check_contradiction(question, text)


def _check_event(
    question: LintTarget, text: dict[str, str], criteria: dict[str, str]
) -> Iterator[Flaw]:
    names = {stem for stem, word in text.items() if not word[:1].islower()}
    acts = text.keys() - names
    shared = (text.keys() & criteria.keys()) | _share_acronyms(text, criteria)
    is_long = len(question.criteria.split()) > _LONG_CRITERIA
    is_elsewhere = _ELSEWHERE.search(question.criteria) and (shared or len(criteria) >= _FEW_WORDS)
    is_decided = is_long or is_elsewhere or not text
    is_other_act = len(acts) > 1 and not acts & shared and len(names) <= 1
    if not is_decided and (not shared or is_other_act):
        missing = ", ".join(f"“{text[stem]}”" for stem in (*sorted(acts), *sorted(names))[:3])
        yield Flaw("other-event", "blocking", "criteria", f"the criteria say nothing of {missing}")
    elif not is_decided and (actors := _find_other_actor(question, shared)):
        reason = f"the text asks about “{actors[0]}”, the criteria about “{actors[1]}”"
        yield Flaw("other-event", "blocking", "criteria", reason)
    elif text and not criteria.keys() - text.keys() and not has_number(question.text):
        reason = "the criteria add nothing to the text that could be seen"
        severity: Severity = "advice" if _PLAIN_ACT.search(question.text) else "blocking"
        yield Flaw("circular", severity, "criteria", reason)


def is_plain_event(text: str) -> bool:
    """Return True if everybody sees alike what a question asks: a figure, or a plain act.

    >>> is_plain_event("Will cover be under 30 per cent by 31 August 2027?")
    True
    >>> is_plain_event("Will Ecuador abandon its neutrality by 31 August 2027?")
    False
    """
    is_measured = has_number(text) or _QUANTITY.search(text) is not None
    return is_measured or _PLAIN_ACT.search(text) is not None


def _find_other_actor(question: LintTarget, shared: set[str]) -> tuple[str, str] | None:
    """Return who acts in the text and who in the criteria, if they do the same but differ."""
    subject, rule = _SUBJECT.search(question.text), _YES_RULE.search(question.criteria)
    if subject is None or rule is None:
        return None
    clause = re.sub(r"^,? ?between [^,]{1,80},", "", rule["rule"].strip())
    actor = _RULE_SUBJECT.search(clause)
    verb = next(iter(_list_stems(question.text[subject.end() :])), "")
    if actor is None or actor["name"] in MONTHS or verb not in shared:
        return None
    is_named = re.search(rf"\b{re.escape(actor['name'][:_NAME_STEM])}", question.text)
    if is_named or _list_stems(subject["name"]).keys() & shared:
        return None
    return subject["name"], actor["name"]


def _share_acronyms(text: dict[str, str], criteria: dict[str, str]) -> set[str]:
    """Return the stems of acronyms of the text whose words the criteria spell out."""
    initials = "".join(word[0].lower() for word in criteria.values() if word[0].isupper())
    return {
        stem
        for stem, word in text.items()
        if word.isupper() and word.isalpha() and word.lower() in initials
    }


def _check_contradiction(question: LintTarget, text: dict[str, str]) -> Iterator[Flaw]:
    rule = _YES_RULE.search(question.criteria)
    if rule is None:
        return
    is_plain = not _TEXT_NEGATION.search(question.text)
    for match in _NEGATION.finditer(rule["rule"]):
        if is_plain and _list_stems(match["act"]).keys() & text.keys():
            reason = f"YES stands for “{match[0].strip()}”, which denies the text"
            yield Flaw("contradiction", "blocking", "criteria", reason)
            return
    if _TWO_SIDED.search(f"{question.text} {rule['rule']}"):
        return
    for here, there in _OPPOSITES:
        in_text, in_rule = here.search(question.text), there.search(rule["rule"])
        if in_text and in_rule and not (here.search(rule["rule"]) or there.search(question.text)):
            reason = f"the text says “{in_text[0]}”, and YES stands for “{in_rule[0]}”"
            yield Flaw("contradiction", "blocking", "criteria", reason)
            return


def _list_stems(text: str) -> dict[str, str]:
    """Return the content words of a text by their stems; a verb has the stem of its base, too."""
    stems: dict[str, str] = {}
    for word in _WORD.findall(text):
        plain = re.sub("[’']s?$", "", word).lower()
        if plain in _FILLERS or (len(plain) < _MIN_WORD and word.islower()):
            continue
        for base in (plain, *possible_bases(plain)):
            stems.setdefault(base[:_STEM_LENGTH], word)
    return stems


_MIN_WORD: Final = 3
_NAME_STEM: Final = 3
"""Letters that a name shares with its adjective, such as Spain and Spanish."""
