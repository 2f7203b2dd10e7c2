"""What feedparser is spared, and what came if it was no feed.

feedparser reads almost anything, but it was not written for enemies: a document of a few kilobytes
can hold it for minutes. Each limit names the measurement behind it (feedparser 6.0.14, one core;
"real feeds" are 3,000 documents from the tests of other readers). Within them 10 MB take it 10 s at
worst.
"""

import re
from dataclasses import dataclass
from typing import Final

EACH_END: Final = 1_000
"""Feeds run from new to old or from old to new, so the newest 500 of a monster are at one of its
ends. 100,000 entries take feedparser 8 s, these 2,000 a fraction of one."""

MOST_NAMESPACES: Final = 100
"""Different ones, which cost their square: 10,000 take 2 to 8 s, 50,000 minutes. Of 3,000 real
feeds none has more than 15, though some repeat theirs with each entry."""

MOST_ODD_NAMESPACES: Final = 1_000
"""Uses of the word in text, or declarations too long to compare."""

MOST_TAGS: Final = 400_000
"""They cost 10 to 35 µs each; no real feed has more than 46,000."""

MOST_REFERENCES: Final = 1_000_000
"""Uses of "&", which cost 2 to 3 µs each; no real feed has more than 195,000."""

MOST_BASES: Final = 1_000
"""Uses of xml:base, whose nesting costs their square: 160 KB of them take 7 s. No real feed has
more than 100.
"""

MANY_ATTRIBUTES: Final = re.compile(
    r"""<[^\s<>/!?"']++(?:\s++[^\s=<>"']++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')){300}"""
)
"""The attributes of one tag cost their square: 16,000 take 4 s, 100,000 minutes."""

# Each alternative ends at the end of the text if its own end is missing, so none is tried twice on
# the same text.
_PROLOG: Final = re.compile(
    r"(?:[^<]++|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^>\[]*+(?:\[.*?(?:\]\s*+>|\Z)|>|\Z)|<(?![A-Za-z_]))*+",
    re.DOTALL | re.IGNORECASE,
)
_NAMESPACE: Final = re.compile(
    r"""xmlns(?::[^\s=<>"']{1,100})?\s{0,9}=\s{0,9}(?:"[^"<]{0,300}"|'[^'<]{0,300}')"""
)
_ENTRY: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Screened:
    """A document as it may be read: from its first element on, at most 2,000 entries of it.

    `cut_from` is how many entries it had if some were cut out, else 0. `danger` says why it should
    not be read at all, "" if nothing speaks against it.
    """

    document: str
    cut_from: int
    danger: str


def screened(text: str) -> Screened:
    """Look a document over before it is read, in time proportional to its length."""
    document = after_prolog(text)
    tags = document.count("<")
    starts = [found.start() for found in _ENTRY.finditer(document)] if tags > 2 * EACH_END else []
    if len(starts) <= 2 * EACH_END:
        return Screened(document, 0, _danger(document, tags))
    ends = document[: starts[EACH_END]] + document[starts[-EACH_END] :]
    return Screened(ends, len(starts), _danger(ends, ends.count("<")))


def after_prolog(text: str) -> str:
    """The document from its first element on: without declaration, comments and document type.

    feedparser's patterns for these cost their square or cube (44 KB of `encoding=` in the first
    line take 8 minutes, 16 KB of empty lines 3 s), and the document type holds the entities of XML
    bombs.
    """
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


def _danger(document: str, tags: int) -> str:
    """Why feedparser should not see this document, or ""."""
    if _has_many_namespaces(document):
        return f"more than {MOST_NAMESPACES} namespaces"
    if tags > MOST_TAGS:
        return f"more than {MOST_TAGS:,} tags"
    if len(document) > MOST_REFERENCES and document.count("&") > MOST_REFERENCES:
        return f"more than {MOST_REFERENCES:,} references"
    if document.count("xml:base") > MOST_BASES:
        return f"more than {MOST_BASES:,} uses of xml:base"
    if MANY_ATTRIBUTES.search(document):
        return "a tag with 300 attributes or more"
    return ""


def _has_many_namespaces(document: str) -> bool:
    uses = document.count("xmlns")
    if uses <= MOST_NAMESPACES:
        return False
    declared = _NAMESPACE.findall(document)
    return len(set(declared)) > MOST_NAMESPACES or uses - len(declared) > MOST_ODD_NAMESPACES


_HTML: Final = re.compile(r"<html[\s>]", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
_KNOWN: Final = {
    "html": "an HTML page",
    "opml": "an OPML list of feeds",
    "sitemapindex": "a sitemap",
    "urlset": "a sitemap",
}


def is_page(document: str) -> bool:
    """Is it a page of a site, whatever else it holds?"""
    return bool(_HTML.match(document))


def what_came(text: str, document: str, content_type: str) -> str:
    """A document that is no feed, in words; `document` is what is left of `text` without its
    prolog.
    """
    root = _ROOT.match(document)
    name = root[1].lower() if root else ""
    kind = content_type.partition(";")[0].strip().lower()
    if text.startswith("%PDF"):
        return "a PDF document, not a feed"
    if "\ufffd" in text[:100] or kind.startswith(("image/", "audio/", "video/")):
        return f"not text but {kind or 'unknown data'}"
    if not name:
        return "plain text, not a feed"
    return f"{_KNOWN.get(name, f'an XML document <{name}>')}, not a feed"
