"""The headline of a page: what it declares for sharing, else its title; hostile pages cost little."""

import time
from datetime import UTC, datetime

from tests.tables import check_rows
from tracker.feeds.discovery.article import MAX_HEADLINE_LENGTH, read_headline

HTML = "text/html; charset=utf-8"


@check_rows(
    [
        ("<title>Leaders meet</title>", "Leaders meet"),
        ("<TITLE>\n Leaders &amp; envoys\n meet </TITLE>", "Leaders & envoys meet"),
        ("<title>Paper</title><meta property=og:title content='Leaders meet'>", "Leaders meet"),
        ("<meta name='twitter:title' content='Leaders'><title>T</title>", "Leaders"),
        ("<meta property=og:title content=''><title>Leaders</title>", "Leaders"),
        ("<svg><title>Icon</title></svg>", "Icon"),
        ("<title>A</title><title>B</title>", "A"),
        ("<title>&lt;script&gt;x()&lt;/script&gt;Leaders\u202e meet</title>", "Leaders meet"),
        ("<title>习近平会见普京</title>", "习近平会见普京"),
        ("<p>no head</p>", None),
        ("<title> \u200b </title>", None),
        ("", None),
    ],
    "page",
    "expected",
)
def test_a_headline_is_plain_text(page: str, expected: str | None) -> None:
    headline = read_headline(page.encode(), HTML)
    assert (None if headline is None else headline.title) == expected


@check_rows(
    [
        ("2026-11-30T08:00:00+02:00", datetime(2026, 11, 30, 6, tzinfo=UTC)),
        ("2026-11-30T08:00:00Z", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
        ("30 November", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
    "text",
    "expected",
)
def test_the_date_is_what_the_page_claims(text: str, expected: datetime | None) -> None:
    page = f"<title>T</title><meta property='article:published_time' content='{text}'>"
    headline = read_headline(page.encode(), HTML)
    assert headline is not None
    assert headline.published_at == expected


@check_rows(["application/pdf", "image/png", "application/json", "video/mp4"], "kind")
def test_what_is_no_page_has_no_headline(kind: str) -> None:
    assert read_headline(b"<title>T</title>", kind) is None


@check_rows(["<meta ", "<title>", "<!--", "<", "<meta property=x content=y>", "&#x41;"], "piece")
def test_hostile_pages_are_read_in_a_moment(piece: str) -> None:
    begin = time.process_time()
    headline = read_headline(f"<title>T{piece * 400_000}".encode(), HTML)
    assert headline is None or len(headline.title) <= MAX_HEADLINE_LENGTH
    assert time.process_time() - begin < 3.0
