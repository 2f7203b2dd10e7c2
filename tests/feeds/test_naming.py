"""Ids, hosts and addresses of new feeds."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.feeds.urls import (
    MAX_ID_LENGTH,
    extract_host,
    make_feed_id,
    resolve_feed_link,
)

URL = "https://www.site.example/rss.xml"


@check_rows([
    ("BBC News, World", "bbc-news-world"),
    ("  The Économist — Zürich & Łódź ", "the-economist-zurich-odz"),
    ("Straßenblatt", "strassenblatt"), ("38 North", "38-north"), ("ＦＴ", "ft"), ("𝐍𝐞𝐰𝐬", "news"),
    ("snake_case/and.dots", "snake-case-and-dots"),
    ("word " * 20, "word-word-word-word-word-word-word-word-word-word-word-word"),
])  # fmt: skip
def test_an_id_is_made_of_the_title(title: str, name: str) -> None:
    assert make_feed_id(title, URL, ()) == name


@check_rows(["", " ", "!?", "Новости", "新华网新闻 RSS", "عربي", "🗞️"])
def test_a_title_without_latin_letters_leaves_the_host(title: str) -> None:
    assert make_feed_id(title, URL, ()) == "site-example"


@check_rows(["", "no address", "http://[", "https://новости.рф/rss"])
def test_with_neither_title_nor_host_there_is_still_a_name(url: str) -> None:
    assert make_feed_id("", url, ()) == "feed"


def test_a_taken_id_gets_the_next_number() -> None:
    assert make_feed_id("News", URL, {"news"}) == "news-2"
    assert make_feed_id("News", URL, {"news", "news-2", "news-4"}) == "news-3"
    long = "a" * 80
    assert make_feed_id(long, URL, {"a" * MAX_ID_LENGTH}) == "a" * (MAX_ID_LENGTH - 2) + "-2"


@given(st.text(max_size=100), st.text(max_size=50), st.sets(st.text(alphabet="ab-2", max_size=3)))
def test_an_id_is_always_short_plain_and_free(title: str, host: str, taken: set[str]) -> None:
    name = make_feed_id(title, f"https://{host}/", taken)
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
    assert len(name) <= MAX_ID_LENGTH
    assert name not in taken


@check_rows([
    ("https://www.Site.example:8080/x", "site.example"),
    ("http://feeds.site.example", "feeds.site.example"), ("http://[::1]/", "::1"),
    ("http://[::1", ""), ("site.example", ""), ("", ""),
])  # fmt: skip
def test_a_host_is_told_without_www(url: str, host: str) -> None:
    assert extract_host(url) == host


@check_rows(
    [
        ("feed://site.example/rss", "http://site.example/rss"),
        ("feed:https://site.example/rss", "https://site.example/rss"),
        ("FEED:http://site.example/rss", "http://site.example/rss"),
        (" https://site.example/rss\n", "https://site.example/rss"),
        ("feed:javascript:alert(1)", ""),
        ("feed:", ""),
        ("ftp://site.example/rss", ""),
        ("/rss", ""),
    ]
)
def test_readers_ways_to_link_a_feed_are_understood(link: str, address: str) -> None:
    assert resolve_feed_link(link) == address


def test_a_link_is_told_from_its_page() -> None:
    actual = resolve_feed_link("rss.xml", "https://site.example/news/")
    assert actual == "https://site.example/news/rss.xml"
