"""Reading of the direction in which a claim says that a series moves."""

import re
from functools import cache
from typing import Final

from forecasts.essays.catalogue.lookup import CatalogueMatch
from forecasts.essays.catalogue.phrases import compile_phrases, inflect
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.english import read_words

_UP_VERBS: Final = read_words("rising_verbs")
_DOWN_VERBS: Final = read_words("falling_verbs")
_UP_WORDS: Final = read_words("rising_words")
_DOWN_WORDS: Final = read_words("falling_words")
_HIGH: Final = re.compile(r"\b(?:high|elevated|strong|strength|robust|dear|tight)\b", re.I)
_LOW: Final = re.compile(
    r"\b(?:low|depressed|weak|weakness|feeble|cheap|slack|stagnant|sluggish|an(?:a)?emic)\b", re.I
)
"""Levels that last, where no word says that they change."""


def read_direction(claim: str, match: CatalogueMatch, clause: Clause | None = None) -> int | None:
    """Return 1 if a claim is about a rise of the series, -1 for a fall, 0 for neither or both.

    A claim that denies a fall is about a fall. None: the series is a subject that moves something
    else, "oil prices will slow growth".

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> from forecasts.essays.catalogue.lookup import ClaimText, find_entries
    >>> from forecasts.essays.drafting.clauses import parse_clause
    >>> def direction(text):
    ...     match = find_entries(ClaimText(text), load_catalogue())[0]
    ...     return read_direction(text, match, parse_clause(text))
    >>> direction("Inflation in Norway will moderate."), direction("Oil prices will not fall.")
    (-1, -1)
    >>> direction("High oil prices will slow the economy.") is None
    True
    """
    sign = -1 if compile_phrases(match.entry.inverse).fullmatch(match.subject) else 1
    region = _find_region(claim, match, clause)
    if not region.strip():
        return None
    up_words = _patterns(_UP_VERBS, (*_UP_WORDS, *match.entry.up))
    down_words = _patterns(_DOWN_VERBS, (*_DOWN_WORDS, *match.entry.down))
    up, down = len(up_words.findall(region)), len(down_words.findall(region))
    up += bool(re.search(rf"\bmore(?: \w+)? {re.escape(match.subject)}", region, re.IGNORECASE))
    if up and down:  # the verb before what it moves: "cut rising prices"
        verb = region.split()[0]
        up, down = len(up_words.findall(verb)), len(down_words.findall(verb))
    if (up > 0) == (down > 0) and (region == claim or _STANDS.match(region)):
        up, down = len(_HIGH.findall(region)), len(_LOW.findall(region))
    if (up > 0) == (down > 0):
        return 0
    return sign if up else -sign


def _find_region(claim: str, match: CatalogueMatch, clause: Clause | None) -> str:
    """Return the words of a claim that move the series: the predicate, if there is one."""
    if clause is None or not clause.is_future or not clause.event or clause.asks == "number":
        return claim
    event, subject = clause.raw_event or clause.event, match.subject.lower()
    around = claim.lower().partition(subject)[0] if match.is_measure else clause.subject
    if _FAILS.match(event) or (_OF_CHANGE.search(around) and not _LASTING.match(event)):
        return ""
    if subject in event.lower():
        return event
    if _LASTING.match(event):
        return f"{event} {clause.subject}"
    return "" if _OBJECT.match(event) else event


_LASTING: Final = re.compile(
    r"(?:continue(?! to\b| [a-z]+ing\b)|persist|last|endure|remain|stay|return)\b"
)
"""Verbs after which the words beside the subject say how it stands."""

_FAILS: Final = re.compile(
    r"(?:fail|struggle|refuse|cease|stop|avoid|prevent|resist|halt|end|need|try|seek|aim|depend"
    r"|matter|be (?:able|unable|allowed))\b"
)
"""Verbs that take back what follows them, or only wish it."""

_OF_CHANGE: Final = re.compile(
    r"\b(?:growth|rise|increase|decline|fall|drop|gains?|change|slowdown|acceleration) (?:in|of)\b",
    re.IGNORECASE,
)
"""Subject that is itself a change: that it slows is no fall of the series."""

_STANDS: Final = re.compile(
    r"(?:continue|persist|last|endure|remain|stay|return|see|have|face|experience|bring|keep|run"
    r"|hold"
    r"|be (?:\w+ )?(?:high|low|strong|weak|elevated|depressed|stagnant|sluggish|tight|cheap))\b"
)
"""Verbs with which an adjective says how a series stands."""

_OBJECT: Final = re.compile(
    r"(?:(?:continue|begin|start|help|serve|tend) to )?(?P<verb>boost|slow|hit|hurt|help|raise"
    r"|lower"
    r"|cut|reduce|increase|decrease|curb|push|drive|fuel|dampen|depress|weaken|strengthen|deepen"
    r"|widen|accelerate|improve|ease|erode|lift|spur|shrink|expand|diminish|heighten|intensify"
    r"|cause|make|force|allow|let|enable|lead|double|triple|halve)"
    r"\s(?!(?:by|to|from|in|at|on|above|below|over|under|past|beyond|throughout|through|for|during"
    r"|until|between|into|again|further|even|more|less|faster|slower|and|or|as|than|with|within"
    r"|per|back"
    r"|up|down|out|off|next|this|\w+ly|steeply|again|sharply|\W?\d|across|around|ahead|after"
    r"|before|considerably|a little|a bit|significantly)\b)\w",
    re.IGNORECASE,
)
"""Verb that moves what follows it."""


def moves(event: str) -> bool:
    """Return True for a predicate whose object is moved, seen or reached: "raise prices".

    >>> moves("bring inflation down"), moves("write a book")
    (True, False)
    """
    first = event.partition(" ")[0]
    return (
        first in _SEES
        or _patterns(_UP_VERBS, ()).match(first) is not None
        or (_patterns(_DOWN_VERBS, ()).match(first) is not None)
    )


_SEES: Final = frozenset(read_words("object_verbs"))


def stays(event: str) -> bool:
    """Return True for a predicate by which a series stays as it is: "remain high".

    >>> stays("remain high"), stays("continue to rise")
    (True, False)
    """
    return _LASTING.match(event) is not None


@cache
def _patterns(verbs: tuple[str, ...], words: tuple[str, ...]) -> re.Pattern[str]:
    forms = [form for verb in verbs for form in inflect(verb)]
    more = [form for word in words for form in (inflect(word) if " " not in word else (word,))]
    return compile_phrases((*forms, *more))
