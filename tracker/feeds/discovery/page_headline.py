"""Read the headline of an article from its page: what it declares for sharing, else its title.

A page may be hostile: only its beginning is read, in linear time, and all texts are plain.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tracker.feeds.markup import decode_page, parse_markup
from tracker.feeds.plain_text import markup_to_text, remove_invisible, shorten_text

MAX_PAGE_BYTES: Final = 1_000_000
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
    parse_markup(decode_page(page, content_type, MAX_PAGE_BYTES), reader)
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
