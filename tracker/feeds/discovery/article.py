"""The text of an article without what stands around it on its page. The only file that knows
trafilatura.

On 250 pages of its own evaluation set trafilatura in its fast mode takes 11 ms a page and finds the
text with F1 .913; readability takes 15 ms for .868, resiliparse 1.4 ms for .846. It touches no
network here: it is given the page. On hostile pages it can take long (the square of the tags inside
one), so pages are measured first, and this is meant to run in a process that can be killed.
"""

import logging
import re
from dataclasses import dataclass
from typing import Final

from tracker.feeds.markup import page_text, read_markup
from tracker.feeds.text import shortened, visible

LONGEST_PAGE: Final = 3_000_000
"""Bytes of a page that are looked at; the article is near its beginning."""

MOST_TAGS: Final = 20_000
MOST_INSIDE_ONE: Final = 2_000
"""Tags inside one that cost their square: 10,000 links in a paragraph take 20 s. An article has
some 50 paragraphs.
"""

MOST_ATTRIBUTES: Final = 300
"""Of one tag, which cost their square as well: 100,000 take 90 s."""

MOST_TYPES: Final = 1_000
"""Uses of "@type" in the data for search engines, each of which may make trafilatura look through
all that follows.
"""

LONGEST_TEXT: Final = 20_000
SHORTEST_TEXT: Final = 200
"""Characters. Less is the teaser before a paywall, a cookie banner or a page that scripts would
fill.
"""

_RULE_OF_TABLE: Final = re.compile(r"[|\s-]*")


@dataclass(frozen=True, slots=True)
class Article:
    """The text of an article, at most 20,000 characters if nothing else was asked for; a line is a
    paragraph.
    """

    text: str


@dataclass(frozen=True, slots=True)
class NoArticle:
    """The page holds no article that can be read, and why in one line."""

    reason: str


def extract(
    html: bytes, content_type: str, url: str, longest: int = LONGEST_TEXT
) -> Article | NoArticle:
    """The article on a page that was fetched from `url`, or the first `longest` characters of
    it.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if html.startswith(b"%PDF") or kind == "application/pdf":
        return NoArticle("a PDF document, not a page")
    if kind.startswith(("image/", "audio/", "video/")):
        return NoArticle(f"{shortened(visible(kind), 60)}, not a page")
    page = page_text(html, content_type, LONGEST_PAGE)
    if not page.strip():
        return NoArticle("an empty page")
    if _is_tangled(page):
        return NoArticle("a page with too many tags, which would take too long")
    return _read(page, url, longest)


def _read(page: str, url: str, longest: int) -> Article | NoArticle:
    import trafilatura  # 0.2 s, which only those pay who read articles

    logging.getLogger("trafilatura").setLevel(
        logging.CRITICAL
    )  # what it complains of is a reason here
    try:
        found = trafilatura.extract(page, url=url or None, fast=True, include_comments=False)
    except MemoryError:  # the process is what it hits
        raise
    except (
        Exception
    ) as error:  # on some broken pages it stumbles in many ways, as lxml does below it
        return NoArticle(f"trafilatura stumbled over it ({type(error).__name__})")
    text = "\n".join(line for raw in (found or "").splitlines() if (line := _line(raw)))
    if len(text) < SHORTEST_TEXT:
        return NoArticle(
            f"only {len(text)} characters of text: behind a paywall, or filled in by scripts"
            if text
            else "no text"
        )
    return Article(shortened(text, longest))


def _is_tangled(page: str) -> bool:
    try:
        read_markup(page, _Measure())
    except _TangledError:
        return True
    return page.count('"@type"') > MOST_TYPES


class _TangledError(Exception):  # it travels inside this file only
    pass


class _Measure:
    """Hears the tags of a page until there are too many; takes a tenth of the time that trafilatura
    takes.
    """

    def __init__(self) -> None:
        self.tags = 0
        self.inside = [0]  # for each open tag, how many were opened right inside it

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.tags += 1
        self.inside[-1] += 1
        if (
            self.tags > MOST_TAGS
            or self.inside[-1] > MOST_INSIDE_ONE
            or len(attrs) > MOST_ATTRIBUTES
        ):
            raise _TangledError
        self.inside.append(0)

    def end(self, tag: str) -> None:
        self.inside.pop()  # the parser closes only what it has opened

    def data(self, data: str) -> None:
        """Text costs nothing."""

    def close(self) -> None:
        """Nothing is left to do."""


def _line(raw: str) -> str:
    """A paragraph in plain text. Rows of tables come with bars between their cells and a row of
    dashes.
    """
    line = visible(raw).strip()
    if line.startswith("|"):
        line = "" if _RULE_OF_TABLE.fullmatch(line) else line.replace("|", " ")
    return " ".join(line.split())
