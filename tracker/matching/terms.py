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
    found = [m for indicator in indicators if (m := _match_one(words, indicator)) is not None]
    return tuple(sorted(found, key=lambda m: (-m.relevance, -m.indicator.strength, m.indicator.id)))


def _match_one(words: Words, indicator: Indicator) -> Match | None:
    both = f"{words.title}\n{words.summary}"
    if indicator.unless and _pattern(indicator.unless).search(both):
        return None
    hits = [_pattern(group).search(both) for group in indicator.terms]
    if not all(hits):
        return None
    in_title = all(hit is not None and hit.end() <= len(words.title) for hit in hits)
    matched = dict.fromkeys(hit[0] for hit in hits if hit is not None)
    return Match(indicator, IN_TITLE if in_title else IN_SUMMARY, tuple(matched))


@lru_cache(maxsize=20_000)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_term, terms)), re.IGNORECASE)


def _term(term: str) -> str:
    """One term as a regular expression: whole words, any white space, `*` for any ending.

    Scripts without spaces between words (Chinese) match anywhere, since they have no word borders.
    """
    stem = term.rstrip("*").strip()
    body = r"\s+".join(re.escape(word) for word in stem.split())
    if not stem.isascii() and not re.search(r"[a-zа-яё]", stem, re.IGNORECASE):
        return body
    return rf"(?<!\w){body}" + (r"\w*" if term.endswith("*") else r"(?!\w)")
