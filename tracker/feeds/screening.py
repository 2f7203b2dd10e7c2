"""What feedparser is spared.

feedparser reads almost anything, but it was not written for enemies: a document of a few kilobytes can
hold it for minutes. Each limit names the measurement behind it (feedparser 6.0.14, one core; "real
feeds" are 3,000 documents from the tests of other readers). Within them 10 MB take it 10 s at worst.
"""

import re
from dataclasses import dataclass
from typing import Final

EACH_END: Final = 1_000
"""Feeds run from new to old or from old to new, so the newest 500 of a monster are at one of its ends.
100,000 entries take feedparser 8 s, these 2,000 a fraction of one."""

MOST_NAMESPACES: Final = 100
"""Different ones, which cost their square: 10,000 take 2 to 8 s, 50,000 minutes. Of 3,000 real feeds none has more
than 15, though some repeat theirs with each entry."""

MOST_ODD_NAMESPACES: Final = 1_000
"""Uses of the word in text, or declarations too long to compare."""

MOST_TAGS: Final = 400_000
"""They cost 10 to 35 µs each; no real feed has more than 46,000."""

MOST_REFERENCES: Final = 1_000_000
"""Uses of "&", which cost 2 to 3 µs each; no real feed has more than 195,000."""

MANY_ATTRIBUTES: Final = re.compile(r"""<[^\s<>/!?"']++(?:\s++[^\s=<>"']++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')){300}""")
"""The attributes of one tag cost their square: 16,000 take 4 s, 100,000 minutes."""

# Each alternative ends at the end of the text if its own end is missing, so none is tried twice on the same text.
_PROLOG: Final = re.compile(
    r"(?:[^<]++|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^>\[]*+(?:\[.*?(?:\]\s*+>|\Z)|>|\Z)|<(?![A-Za-z_]))*+",
    re.DOTALL | re.IGNORECASE,
)
_NAMESPACE: Final = re.compile(r"""xmlns(?::[^\s=<>"']{1,100})?\s{0,9}=\s{0,9}(?:"[^"<]{0,300}"|'[^'<]{0,300}')""")
_ENTRY: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Screened:
    """A document as it may be read: from its first element on, at most 2,000 entries of it.

    `cut_from` is how many entries it had if some were cut out, else 0. `danger` says why it should not
    be read at all, "" if nothing speaks against it.
    """

    document: str
    cut_from: int
    danger: str


def screened(text: str) -> Screened:
    """Look a document over before it is read, in time proportional to its length."""
    document = text[_end_of_prolog(text) :]
    starts = [found.start() for found in _ENTRY.finditer(document)]
    if len(starts) <= 2 * EACH_END:
        return Screened(document, 0, _danger(document))
    ends = document[: starts[EACH_END]] + document[starts[-EACH_END] :]
    return Screened(ends, len(starts), _danger(ends))


def _end_of_prolog(text: str) -> int:
    """Where the first element begins: after the declaration, comments and the document type.

    feedparser's patterns for these cost their square or cube (44 KB of `encoding=` in the first line
    take 8 minutes, 16 KB of empty lines 3 s), and the document type holds the entities of XML bombs.
    """
    prolog = _PROLOG.match(text)
    return prolog.end() if prolog else 0


def _danger(document: str) -> str:
    """Why feedparser should not see this document, or ""."""
    namespaces = _NAMESPACE.findall(document)
    if len(set(namespaces)) > MOST_NAMESPACES or document.count("xmlns") - len(namespaces) > MOST_ODD_NAMESPACES:
        return f"more than {MOST_NAMESPACES} namespaces"
    if document.count("<") > MOST_TAGS:
        return f"more than {MOST_TAGS:,} tags"
    if document.count("&") > MOST_REFERENCES:
        return f"more than {MOST_REFERENCES:,} references"
    if MANY_ATTRIBUTES.search(document):
        return "a tag with 300 attributes or more"
    return ""
