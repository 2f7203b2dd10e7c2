"""Does an item match an indicator? By the terms that its author wrote, with the words as the reason.

`match` is the only door between items and indicators.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from forecasts.evidence import Indicator

IN_TITLE = 0.9
IN_SUMMARY = 0.6
"""Relevance when every term group is found in the headline, or when the summary is needed too.

Rough by nature: set by hand from reading matches, to be replaced by a measured P(relevant).
"""


Terms = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The text of an item that is matched: its headline and its summary, in plain text."""

    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Match:
    """An indicator that an item bears on: how surely (0..1) and by which words, as they stand in it."""

    indicator: Indicator
    relevance: float
    matched: tuple[str, ...]


def match(words: Words, indicators: Iterable[Indicator]) -> tuple[Match, ...]:
    """The indicators that the item bears on, the most relevant first; empty when nothing matches."""
    text = f"{words.title}\n{words.summary}"
    tried: dict[Terms, tuple[re.Match[str], ...]] = {}  # indicators of several questions share their terms
    found = []
    for indicator in indicators:
        if indicator.terms not in tried:
            tried[indicator.terms] = _hits(text, indicator.terms)
        hits = tried[indicator.terms]
        if hits and not (indicator.unless and _pattern(indicator.unless).search(text)):
            in_title = all(hit.end() <= len(words.title) for hit in hits)
            matched = tuple(dict.fromkeys(hit[0] for hit in hits))
            found.append(Match(indicator, IN_TITLE if in_title else IN_SUMMARY, matched))
    return tuple(sorted(found, key=lambda m: (-m.relevance, -m.indicator.strength, m.indicator.id)))


def _hits(text: str, terms: Terms) -> tuple[re.Match[str], ...]:
    """The first hit of each group, or nothing as soon as one group has none."""
    found = []
    for group in terms:
        hit = _pattern(group).search(text)
        if hit is None:
            return ()
        found.append(hit)
    return tuple(found)


@lru_cache(maxsize=20_000)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """Terms as one regular expression: whole words, any white space, `*` for any ending.

    The check that a word begins here stands once before all alternatives, which is what makes a search
    cheap. Scripts without spaces between words (Chinese) have no word borders and match anywhere.
    """
    anywhere = [_body(term) for term in terms if _without_borders(term)]
    words = [_body(term) + _ending(term) for term in terms if not _without_borders(term)]
    alternatives = [*anywhere, *([rf"(?<!\w)(?:{'|'.join(words)})"] if words else [])]
    return re.compile("|".join(alternatives), re.IGNORECASE)


def _body(term: str) -> str:
    return r"\s+".join(re.escape(word) for word in term.rstrip("*").split())


def _ending(term: str) -> str:
    return r"\w*" if term.endswith("*") else r"(?!\w)"


def _without_borders(term: str) -> bool:
    return re.search(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]", term) is not None
