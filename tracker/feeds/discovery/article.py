"""Extract the text of an article, or its headline, from its page.

The only module that imports trafilatura. On 250 pages of its own evaluation set trafilatura in its
fast mode takes 11 ms a page and finds the text with F1 .913; readability takes 15 ms for .868,
resiliparse 1.4 ms for .846. It is given the page and makes no requests. Hostile pages can take it
long (quadratic in the tags inside one), so pages are measured first, and this is meant to run in a
process that can be killed.
"""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tracker.feeds.markup import decode_page, parse_markup
from tracker.feeds.plain_text import markup_to_text, remove_invisible, shorten_text

MAX_PAGE_BYTES: Final = 3_000_000
"""Bytes of a page that are read; the article is near its beginning."""

MAX_TAGS: Final = 20_000
MAX_CHILD_TAGS: Final = 2_000
"""Tags inside one, which take quadratic time: 10,000 links in a paragraph take 20 s. An article has
some 50 paragraphs.
"""

MAX_TAG_ATTRIBUTES: Final = 300
"""Attributes of one tag, which take quadratic time as well: 100,000 take 90 s."""

MAX_JSON_LD_TYPES: Final = 1_000
"""Occurrences of "@type" in data for search engines; for each, trafilatura may scan all that
follows.
"""

MAX_ARTICLE_LENGTH: Final = 20_000
MIN_ARTICLE_LENGTH: Final = 200
"""Characters. Less is the teaser before a paywall, a cookie banner or a page filled by scripts."""

_TABLE_RULE: Final = re.compile(r"[|\s-]*")


@dataclass(frozen=True, slots=True)
class Article:
    """Text of an article, at most 20,000 characters by default; each line is a paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class NoArticle:
    """The page has no readable article; the reason in one line."""

    reason: str


def extract_article(
    html: bytes, content_type: str, url: str, longest: int = MAX_ARTICLE_LENGTH
) -> Article | NoArticle:
    """Extract the article of a page fetched from `url`, or its first `longest` characters."""
    kind = content_type.partition(";")[0].strip().lower()
    if html.startswith(b"%PDF") or kind == "application/pdf":
        return NoArticle("a PDF document, not a page")
    if kind.startswith(("image/", "audio/", "video/")):
        return NoArticle(f"{shorten_text(remove_invisible(kind), 60)}, not a page")
    page = decode_page(html, content_type, MAX_PAGE_BYTES)
    if not page.strip():
        return NoArticle("an empty page")
    if _has_too_many_tags(page):
        return NoArticle("a page with too many tags, which would take too long")
    return _run_trafilatura(page, url, longest)


def _run_trafilatura(page: str, url: str, longest: int) -> Article | NoArticle:
    import trafilatura  # takes 0.2 s, so only on demand

    # Its warnings are returned as reasons.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        extracted = trafilatura.extract(page, url=url or None, fast=True, include_comments=False)
    except MemoryError:  # affects the whole process
        raise
    except Exception as error:  # broken pages raise many kinds, also from lxml
        return NoArticle(f"trafilatura stumbled over it ({type(error).__name__})")
    text = "\n".join(
        line for raw in (extracted or "").splitlines() if (line := _clean_paragraph(raw))
    )
    if len(text) < MIN_ARTICLE_LENGTH:
        return NoArticle(
            f"only {len(text)} characters of text: behind a paywall, or filled in by scripts"
            if text
            else "no text"
        )
    return Article(shorten_text(text, longest))


def _has_too_many_tags(page: str) -> bool:
    try:
        parse_markup(page, _TagCounter())
    except _TooManyTagsError:
        return True
    return page.count('"@type"') > MAX_JSON_LD_TYPES


class _TooManyTagsError(Exception):  # internal
    pass


class _TagCounter:
    """Counts tags and stops when there are too many; takes a tenth of the time of trafilatura."""

    def __init__(self) -> None:
        self.tags = 0
        self.inside = [0]  # for each open tag, the number of its direct children

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.tags += 1
        self.inside[-1] += 1
        if (
            self.tags > MAX_TAGS
            or self.inside[-1] > MAX_CHILD_TAGS
            or len(attrs) > MAX_TAG_ATTRIBUTES
        ):
            raise _TooManyTagsError
        self.inside.append(0)

    def end(self, tag: str) -> None:
        self.inside.pop()  # the parser closes only open tags

    def data(self, data: str) -> None:
        """Ignore text."""

    def close(self) -> None:
        """Do nothing."""


def _clean_paragraph(raw: str) -> str:
    """Return a paragraph as plain text. Table rows have bars between their cells and a row of
    dashes.
    """
    line = remove_invisible(raw).strip()
    if line.startswith("|"):
        line = "" if _TABLE_RULE.fullmatch(line) else line.replace("|", " ")
    return " ".join(line.split())


MAX_HEADLINE_PAGE_BYTES: Final = 1_000_000
MAX_HEADLINE_LENGTH: Final = 500
MAX_SUMMARY_LENGTH: Final = 2_000

_TITLES: Final = ("og:title", "twitter:title", "title")
_SUMMARIES: Final = ("og:description", "description", "twitter:description")
_DATES: Final = ("article:published_time", "datepublished", "date", "dc.date.issued")
_PAGE_TYPES: Final = ("", "text/html", "application/xhtml+xml", "text/plain", "application/xml")


@dataclass(frozen=True, slots=True)
class PageHeadline:
    """Headline of a page with its summary, "" without one, and the date that the page claims."""

    title: str
    summary: str
    published_at: datetime | None


def read_headline(page: bytes, content_type: str) -> PageHeadline | None:
    """Return the headline of a page; None if it has none, or is no page."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _PAGE_TYPES or page.startswith(b"%PDF"):
        return None
    reader = _HeadReader()
    parse_markup(decode_page(page, content_type, MAX_HEADLINE_PAGE_BYTES), reader)
    title = reader.find_first(_TITLES, MAX_HEADLINE_LENGTH)
    if not title:
        return None
    dates = (_parse_date(reader.values.get(name, "")) for name in _DATES)
    return PageHeadline(
        title,
        reader.find_first(_SUMMARIES, MAX_SUMMARY_LENGTH),
        next((date for date in dates if date is not None), None),
    )


class _HeadReader:
    """Collects the page's title and the properties in its meta elements."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._in_title = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._in_title = tag == "title" and "title" not in self.values
        if self._in_title:
            self.values["title"] = ""
        if tag == "meta":
            name = attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or ""
            self.values.setdefault(name.strip().lower(), attrs.get("content", ""))

    def end(self, tag: str) -> None:
        self._in_title = False

    def data(self, data: str) -> None:
        if self._in_title:
            self.values["title"] += data

    def close(self) -> None:
        """Do nothing."""

    def find_first(self, names: tuple[str, ...], longest: int) -> str:
        """Return the first of these values that has text, as one line."""
        texts = (clean_line(self.values.get(name, ""), longest) for name in names)
        return next(filter(None, texts), "")


def clean_line(text: str, longest: int) -> str:
    """Return a text from outside as plain text in one line."""
    plain = markup_to_text(text, longest)
    return shorten_text(" ".join(remove_invisible(plain).split()), longest)


def _parse_date(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text.strip())
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
