"""Who or what will do it: the whole phrase that stands before the verb, and no more than that.

"The IMF says that the central bank of Arland, which ..., will": the bank acts, and the IMF only
says so.
"""

import re
from typing import Final

from forecasts.drafts.blanks import WHOSE
from forecasts.drafts.casing import lowered
from forecasts.drafts.deadlines import SEASON
from forecasts.moving_dates import without_moving_times
from forecasts.said_dates import without_times

_NO_ADVERB: Final = (
    r"(?:italy|sicily|july|emily|kelly|sally|molly|billy|holly|family|supply|assembly|ally|anomaly"
    r"|monopoly|reply|rally"
    r"|bully|fly|butterfly|jelly|early|only|elderly|friendly|costly|deadly|(?:half-)?yearly"
    r"|quarterly|monthly|weekly"
    r"|daily)\b"
)
"""Words in -ly that belong to who does something."""

LEAD: Final = re.compile(
    r"^\W*(?:(?:but|and|yet|so|or|however|thus|therefore|hence|still|then|nevertheless|nonetheless"
    r"|moreover|furthermore"
    r"|meanwhile|instead|indeed|besides|perhaps|maybe|also|for now|for example|of course|in"
    r" addition|in the end"
    r"|in short|in fact|in turn|in other words|in the long run|in the near future|at the same time"
    r"|as a result"
    r"|on the other hand|by contrast|to be sure|by then|by now|first|second|third"
    rf"|(?!{_NO_ADVERB})[a-z]+ly),?\s+)+",
    re.IGNORECASE,
)
FILLERS: Final = re.compile(
    r"^(?:(?:also|thus|therefore|then|still|soon|eventually|probably|likely|almost|certainly"
    r"|surely|now|even|only|just"
    r"|further|increasingly|likewise|inevitably|ultimately|possibly|perhaps|easily|well|not|never"
    r"|no longer|hardly|all"
    r"|be (?:bound|likely|able|unlikely|unable|forced|set|certain|sure|expected|obliged) to|have"
    r" to|need to"
    r"|(?:try|continue to try|seek|want|wish|hope) to)\b,?\s+)+",
    re.IGNORECASE,
)
PREFIX: Final = re.compile(
    r"^(?:By|In|For|With|Under|Over|At|On|From|After|Before|Despite|Without|Through|During|Given"
    r"|Like|Unlike|To|Among"
    r"|Across|According to|Within|Until|Since|Because of|Thanks to)\b[^,]{2,160},\s+(?=\S)",
    re.IGNORECASE,
)
_SAYING: Final = (
    r"(?:sa(?:ys?|id)|thinks?|thought|believes?|believed|argues?|argued|warns?|warned|insists?"
    r"|insisted|predicts?"
    r"|predicted|expects?|expected|reckons?|suggests?|maintains?|assumes?|concludes?|concluded)\b"
    r"(?!\s(?:of|to|in|on|at|for|by|about|with|from|and|or|tanks?)\b)"
    r"|(?:hopes?|fears?|claims?|reports?|forecasts?|estimates?|promises?|announces?|bets?|guess"
    r"|suspects?|means?|knows?)"
    r"\b(?=\s(?:(?:the|an?|its|their|his|her|our|my|no)\b|(?-i:[A-Z])))"
)
"""Verbs before what somebody else will do. Those that are as often nouns need a word that begins a
new phrase.
"""

_BOUNDARY: Final = re.compile(
    r"[;:—]|\s[–-]\s|\b(?:that|whether|how|why|because|since|while|although|though|as|so|if|unless"
    r"|when|where|which|who"
    rf"|whose|until|but|than|and)\b(?=\s)|\b(?:{_SAYING})(?=\s)",
    re.IGNORECASE,
)
_RELATIVE: Final = frozenset("that which who whose where".split())
_BEFORE_AS: Final = re.compile(r"\b(?:such|same|times|twice|so|as \w+)\s$", re.IGNORECASE)
_TELLING: Final = re.compile(
    rf"\b(?:{_SAYING.replace('(?=', '(?:')}|says?|said|thinks?|see[sn]?|knows?|shows?|showed|shown"
    r"|finds?|found|means?"
    r"|hopes?|fears?|claims?|reports?|clear|certain|sure|likely|unlikely|possible|doubts?|chance"
    r"|risk|danger|view|idea"
    r"|fact|sign|signs|odds|evidence|belief|expectation|prospect|possibility|confident|afraid|now"
    r"|so|in|is|are|given"
    r"|provided|assuming|promise|pledge|news|hope|warning|threat|assumption|claim|idea|argument"
    r"|guess|ask|asks|decide|decides|it|this)\s$",
    re.IGNORECASE,
)
"""Words after which "that" begins what is said, and not what somebody or something is like."""

_PREPOSITION: Final = re.compile(r"\b(?:in|on|at|of|for|by|from|to|under|with)\s$", re.IGNORECASE)
_FINITE: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|did|will|would|could|may|might|can|shall|should|must"
    r"|said)\b|n[’']t\b",
    re.IGNORECASE,
)
_BRACKETS: Final = re.compile(r"\s?\([^()]{0,160}\)")
_PRONOUN: Final = re.compile(
    r"^(?:it|they|this|that|these|those|he|she|we|i|you|one|both|which|who|what|such|some|most)$",
    re.I,
)
_OWNED: Final = re.compile(r"^(?:its|their|his|her)\s", re.IGNORECASE)
_PLACES: Final = re.compile(
    r"^(?:within|by|in|during|after|before|since|until|despite|without|on|from|through|for|with"
    r"|to)\s",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(
    r"\s(?:of|in|for|on|by|to|from|at|during|that|who|which|also|still|now|soon|then|too|thus"
    r"|therefore|again"
    rf"|(?!{_NO_ADVERB}|(?-i:[A-Z]))[a-z]+ly)$",
    re.IGNORECASE,
)
_BY_THEN: Final = re.compile(r"\bby (?:then|now)\b", re.IGNORECASE)
_MOST_WORDS: Final = 16


def timeless(said: str) -> str:
    """The words without the times that they name."""
    bare = without_moving_times(without_times(_BY_THEN.sub("", SEASON.sub("", said))))
    return re.sub(r"\s+([,.;])", r"\1", " ".join(bare.split())).strip(" ,;")


def subject_of(before: str) -> tuple[str, str]:
    """The subject at the end of what stands before the verb, and the pronoun in its place, if it is
    one.

    Both are "" when it cannot be told, so that a gap is left and no wrong name.

    >>> subject_of("The IMF expects that the central bank of Arland")
    ('the central bank of Arland', '')
    >>> subject_of("Critics warn the party that won the vote"), subject_of("They say that it")
    (('the party that won the vote', ''), ('', 'it'))
    """
    said = PREFIX.sub(
        "",
        timeless(_BRACKETS.sub("", before)) + ("," if before.rstrip().endswith(",") else ""),
        count=1,
    )
    if said.endswith(","):  # "China, the largest buyer, will"
        said = said.split(",", 1)[0]
    named = _last_phrase(said)
    named = FILLERS.sub(
        "", named.split(", ")[-1] if not re.search(r", [^,]+ and ", named) else named
    )
    named = _without_ends(LEAD.sub("", f"{named} ").strip(' ,“”"'))
    last = named.rsplit(" ", 1)[-1]
    if _PRONOUN.match(named) or last.lower() == "what":
        return "", last.lower()
    unknown = _PLACES.match(named) or len(named.split()) > _MOST_WORDS
    return ("", "") if unknown else (_OWNED.sub(f"{WHOSE} ", lowered(named)), "")


def _last_phrase(said: str) -> str:
    """What follows the last word that begins a clause, unless that goes on with the phrase before
    it.
    """
    end = len(said)
    for boundary in reversed([*_BOUNDARY.finditer(said)]):
        if not said[boundary.end() : end].strip(" ,"):
            end = boundary.start()
        elif not _goes_on(said[: boundary.start()], boundary[0].lower()):
            return said[boundary.end() : end].strip(" ,")
    return said[:end].strip(" ,")


def _goes_on(before: str, word: str) -> bool:
    """Does the phrase before a word go on with it: "the party | that won the vote", "countries such
    | as Arland"?
    """
    clause = re.split(r"[,;:—]\s|\s[–-]\s", before)[-1]
    if word == "and":
        return not _FINITE.search(clause)
    if word == "than":
        return True
    if word == "as":
        return bool(_BEFORE_AS.search(before))
    if word == "which" and _PREPOSITION.search(before):
        return True  # "the room in which they meet"
    return (
        word in _RELATIVE
        and bool(clause.strip())
        and not (_TELLING.search(before) or _FINITE.search(clause))
    )


def _without_ends(named: str) -> str:
    """The phrase without the adverbs and prepositions that are left at its end."""
    while (bare := _TRAILING.sub("", named)) != named:
        named = bare
    return named
