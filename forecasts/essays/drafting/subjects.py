"""Parsing of the subject: the whole noun phrase before the verb, and nothing more.

In "The IMF says that the central bank of Arland, which ..., will" the subject is the bank.
"""

import re
from functools import cache
from typing import Final

from forecasts.essays.catalogue.entries import load_catalogue
from forecasts.essays.drafting.grammar import FINITE
from forecasts.essays.drafting.times import remove_claim_times
from forecasts.essays.english import is_past, lowercase_subject, match_words

ACTOR_GAP: Final = "[… who]"
OWNER_GAP: Final = "[… whose]"
UNIT_GAP: Final = "[… unit]"
"""Placeholders for what a claim does not say."""

_NO_ADVERB: Final = (
    r"(?:italy|sicily|july|emily|kelly|sally|molly|billy|holly|family|supply|assembly|ally|anomaly"
    r"|monopoly|reply|rally|bully|fly|butterfly|jelly|early|only|elderly|friendly|costly|deadly"
    r"|(?:half-)?yearly|quarterly|monthly|weekly|daily)\b"
)
"""Words in -ly that may belong to a subject."""

LEADING_WORDS: Final = re.compile(
    r"^\W*(?:(?:but|and|yet|so|or|however|thus|therefore|hence|still|then|nevertheless|nonetheless"
    r"|sooner or later|in time"
    r"|moreover|furthermore|meanwhile|instead|indeed|besides|perhaps|maybe|also|for now|for example"
    r"|of course|in addition|in the end|in short|in fact|in turn|in other words|in the long run"
    r"|in the near future|at the same time|as a result|on the other hand|by contrast|to be sure"
    r"|by then|by now|first|second|third"
    rf"|(?!{_NO_ADVERB}|[a-z]+ly (?:will|would|may|might|could|can|should|is|has)\b)[a-z]+ly)"
    r",?\s+)+",
    re.IGNORECASE,
)
FILLER_WORDS: Final = re.compile(
    r"^(?:(?:also|always|ever|again|thus|therefore|then|still|soon|eventually|probably|likely"
    r"|almost|certainly"
    r"|surely|now|even|only|just|further|increasingly|likewise|inevitably|ultimately|possibly"
    r"|perhaps|easily|well|not|never|no longer|hardly|all|be (?:bound|likely|able|unlikely|unable"
    r"|forced|set|certain|sure|expected|obliged) to|have to"
    r"|(?!(?:app|re|supp|rep|comp|imp|multip|f|al|bul|ral)ly\b)(?-i:[a-z]+ly))\b,?\s+)+",
    re.IGNORECASE,
)
LEADING_PHRASE: Final = re.compile(
    r"^(?:By|In|For|With|Under|Over|At|On|From|After|Before|Despite|Without|Through|During|Given"
    r"|Like|Unlike|To|Among"
    r"|Across|According to|Within|Until|Since|Because of|Thanks to)\b[^,]{2,160},\s+(?=\S)",
    re.IGNORECASE,
)
_REPORTING_VERBS: Final = (
    r"(?:sa(?:ys?|id)|added|adds|notes?|noted|wrote|writes|thinks?|thought|believes?|believed"
    r"|argues?|argued|warns?|warned|insists?"
    r"|insisted|predicts?|predicted|expects?|expected|reckons?|suggests?|maintains?|assumes?"
    r"|concludes?|concluded)\b(?!\s(?:of|to|in|on|at|for|by|about|with|from|and|or|tanks?)\b)"
    r"|(?:hopes?|fears?|claims?|reports?|forecasts?|estimates?|promises?|announces?|bets?|guess"
    r"|suspects?|means?|knows?)\b(?=\s(?:(?:the|an?|its|their|his|her|our|my|no)\b|(?-i:[A-Z])))"
)
"""Reporting verbs. Those that are also nouns require the start of a new phrase."""

_BOUNDARY: Final = re.compile(
    r"[;:—]|\s[–-]\s|\b(?:that|whether|how|why|because|since|while|although|though|as|so|if|unless"
    r"|when|where|which|(?-i:who)"
    rf"|whose|until|but|than|and)\b(?=\s)|\b(?:{_REPORTING_VERBS})(?=\s)",
    re.IGNORECASE,
)
_RELATIVE: Final = frozenset("that which who whose where".split())
_BEFORE_AS: Final = re.compile(r"\b(?:such|same|times|twice|so|as \w+)\s$", re.IGNORECASE)
_BEFORE_REPORTED_SPEECH: Final = re.compile(
    rf"\b(?:{_REPORTING_VERBS.replace('(?=', '(?:')}|says?|said|thinks?|see[sn]?|knows?"
    r"|shows?|showed|shown"
    r"|finds?|found|means?|hopes?|fears?|claims?|reports?|clear|certain|sure|likely|unlikely"
    r"|possible|doubts?|chance|risk|danger|view|idea|fact|sign|signs|odds|evidence|belief"
    r"|expectation|prospect|possibility|confident|afraid|now|so|in|is|are|given"
    r"|forecasts?|forecasting|notes?|projects?|estimates?|predictions?|believes?|expects?"
    r"|provided|assuming|promise|pledge|news|hope|warning|threat|assumption|claim|idea|argument"
    r"|guess|ask|asks|decide|decides|it|this"
    r"|(?:forecast|project|predict|estimat|expect|show|suggest|say|warn|argu)(?:ed|ing))\s$",
    re.IGNORECASE,
)
"""Words after which "that" starts reported speech, not a relative clause."""

_PREPOSITION: Final = re.compile(r"\b(?:in|on|at|of|for|by|from|to|under|with)\s$", re.IGNORECASE)
_DETERMINED: Final = re.compile(r"\ban?\s[a-z-]+\s$", re.IGNORECASE)
"""Article with an adjective, whose noun is still to come."""

_BRACKETS: Final = re.compile(r"\s?\([^()]{0,160}\)")
_PRONOUN: Final = re.compile(
    r"^(?:nor\s.*|it|they|this|that|these|those|he|she|we|i|you|one|both|which|who|what|such"
    r"|some|most)$",
    re.I,
)
_POSSESSIVE: Final = re.compile(r"^(?:its|their|his|her)\s", re.IGNORECASE)
_LEADING_PREPOSITION: Final = re.compile(
    rf"(?!at (?:least|most)\b){match_words('prepositions')}\s", re.IGNORECASE
)
_TRAILING: Final = re.compile(
    r"\s(?:of|in|for|on|by|to|from|at|during|that|(?-i:who)|which|also|still|now|soon|then|too|thus"
    r"|itself|himself|herself|themselves"
    r"|therefore|again"
    rf"|(?!{_NO_ADVERB}|(?-i:[A-Z]))[a-z]+ly)$",
    re.IGNORECASE,
)
_MAX_SUBJECT_WORDS: Final = 16


def parse_subject(before: str) -> tuple[str, str]:
    """Return the subject at the end of the text before the verb, and the pronoun if it is one.

    Both are "" if it is unclear, which leaves a placeholder instead of a wrong name.

    >>> parse_subject("The IMF expects that the central bank of Arland")
    ('the central bank of Arland', '')
    >>> parse_subject("Critics warn the party that won the vote"), parse_subject("They say that it")
    (('the party that won the vote', ''), ('', 'it'))
    """
    text = LEADING_PHRASE.sub(
        "",
        remove_claim_times(_BRACKETS.sub("", before))
        + ("," if before.rstrip().endswith(",") else ""),
        count=1,
    )
    if text.endswith(","):  # "China, the largest buyer, will"
        text = text.split(",", 1)[0]
    phrase = _last_phrase(text)
    is_list = re.search(r", (?:[^,]+ )?(?:and|or) |^(?:the|an?) \w+, ", phrase, re.IGNORECASE)
    phrase = phrase if is_list else phrase.split(", ")[-1]
    phrase = phrase if phrase.startswith("all ") else FILLER_WORDS.sub("", phrase)
    bare = _strip_trailing(LEADING_WORDS.sub("", f"{phrase} ").strip(' ,“”"'))
    phrase = bare or (phrase if phrase[:1].isupper() else "")
    last = phrase.rsplit(" ", 1)[-1]
    if _PRONOUN.match(phrase) or last.lower() == "what":
        return "", last.lower()
    is_unclear = _LEADING_PREPOSITION.match(phrase) or len(phrase.split()) > _MAX_SUBJECT_WORDS
    return (
        ("", "")
        if is_unclear
        else (_POSSESSIVE.sub(f"{OWNER_GAP} ", lowercase_subject(phrase)), "")
    )


def _last_phrase(text: str) -> str:
    """Return the text after the last clause boundary that does not continue the phrase."""
    end = len(text)
    for boundary in reversed([*_BOUNDARY.finditer(text)]):
        if not text[boundary.end() : end].strip(" ,"):
            end = boundary.start()
        elif not _continues_phrase(text[: boundary.start()], boundary[0].lower()):
            return text[boundary.end() : end].strip(" ,")
    return text[:end].strip(" ,")


def _continues_phrase(before: str, word: str) -> bool:
    """Return True if a word continues the phrase before it: "the party | that won the vote".

    | as Arland"?
    """
    clause = re.split(r"[,;:—]\s|\s[–-]\s", re.sub(r",\s*$", " ", before))[-1]
    if word == "and":
        words = clause.split() if before.rstrip().endswith(",") else ()
        is_told = any(is_past(word) and not word.endswith("ed") for word in words)
        return not (is_told or FINITE.search(clause))
    if word == "than":
        return True
    if word == "but":
        return bool(_DETERMINED.search(clause))  # "a realistic but bright future"
    if word == "as":
        return bool(_BEFORE_AS.search(before))
    if word == "which" and _PREPOSITION.search(before):
        return True  # "the room in which they meet"
    return (
        word in _RELATIVE
        and bool(clause.strip())
        and not (_BEFORE_REPORTED_SPEECH.search(before) or FINITE.search(clause))
    )


def _strip_trailing(phrase: str) -> str:
    """Strip adverbs and prepositions from the end of a phrase."""
    while (bare := _TRAILING.sub("", phrase)) != phrase:
        phrase = bare
    return phrase


def settle_case(subject: str, claim: str, around: str = "") -> str:
    """Write the first word of a subject small if the claim begins with it and it is no name.

    The words of the catalogue, and those around the claim, tell which ones are none.

    >>> settle_case("Paper money", "Paper money will vanish.")
    'paper money'
    >>> settle_case("Paper Corp", "Paper Corp will vanish."), settle_case("Oslo", "Oslo will grow.")
    ('Paper Corp', 'Oslo')
    """
    first, _, tail = subject.partition(" ")
    is_first = re.search(rf"(?:^\W*|: ){re.escape(first)}", claim) is not None
    may_be_name = not tail and not first.endswith("s")  # "Labour", but not "Births"
    is_known = first.lower() in list_common_words() and not may_be_name
    is_small = is_known or first.lower() in around.split() or _COMPOUND.fullmatch(first)
    if not is_first or tail[:1].isupper() or not first[1:].islower() or not is_small:
        return subject
    return f"{first.lower()} {tail}".strip()


_COMPOUND: Final = re.compile(r"[A-Z][a-z]+-[a-z]+")
"""Compound such as "Existing-home", which no name is."""

_COMMON_BODY: Final = re.compile(
    r"(?:the|a|an) (?:national |new |next |current |ruling |federal |central )*"
    r"(?:government|cabinet"
    r"|parliament|president|prime minister|chancellor|finance minister"
    r"|foreign minister|ministry|treasury|army|police|court|supreme court|constitutional court"
    r"|constitution|central bank|bank|senate|ruling party|regulator|state|authorities)",
    re.IGNORECASE,
)


def is_common_body(subject: str) -> bool:
    """Return True for a body that every country has.

    >>> is_common_body("the new government"), is_common_body("the government of Norway")
    (True, False)
    """
    return _COMMON_BODY.fullmatch(subject) is not None


@cache
def list_common_words() -> frozenset[str]:
    """Return the words that the catalogue always writes small."""
    catalogue = load_catalogue()
    entries = catalogue.entries
    names = {
        word.lower()
        for phrase in (
            *(subject for entry in entries for subject in (*entry.subjects, entry.measure)),
            *(word for place in catalogue.places for word in place.words),
        )
        for word in _NAME_WORD.findall(phrase)
    }
    texts = (
        text
        for entry in entries
        for text in (
            *entry.subjects,
            *entry.edge_cases,
            entry.name,
            entry.measure,
            entry.counts,
            entry.not_counts,
            entry.act,
        )
    )
    return frozenset(word for text in texts for word in _SMALL_WORD.findall(text)) - names


_NAME_WORD: Final = re.compile(r"\b[A-Z][a-z]+\b")
_SMALL_WORD: Final = re.compile(r"(?<![\w*’])[a-z]{3,}\b(?!\*)")
