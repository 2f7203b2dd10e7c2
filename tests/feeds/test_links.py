"""Addresses of articles."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.feeds.urls import MAX_URL_LENGTH, canonical_url, resolve_web_link

FEED = "https://feed.example/news/rss.xml"


@check_rows([
    "https://example.org/news?id=7", "http://example.org/news?id=7",
    " HTTPS://EXAMPLE.org/news/?id=7 ", "https://www.example.org:443/news?id=7#top",
    "http://m.example.org:80/news?id=7", "https://www.m.example.org./news?id=7",
    "https://user:secret@example.org/news?id=7",
    "https://example.org/news?utm_source=rss&utm_medium=feed&id=7",
    "https://example.org/news?id=7&at_medium=RSS&fbclid=x&gclid=y&msclkid&mc_cid=1&WT.mc_id=2",
    "https://example.org/news?id=7&&cmpid=x&mod=rss_news",
])  # fmt: skip
def test_all_addresses_of_an_article_have_one_name(url: str) -> None:
    assert canonical_url(url) == "example.org/news?id=7"


@check_rows(
    [
        ("https://example.org/", "example.org"),
        ("https://example.org:8080/a/", "example.org:8080/a"),
        ("https://example.org/Case/Matters", "example.org/Case/Matters"),
        ("https://example.org/?mod=viewthread&utmost=1", "example.org?mod=viewthread&utmost=1"),
        ("https://example.org/a?b=%20c+d&e", "example.org/a?b=%20c+d&e"),
        ("https://www.com/", "www.com"),
        ("https://news.example.org/", "news.example.org"),
        ("http://[2001:DB8::1]:8080/x", "[2001:db8::1]:8080/x"),
    ]
)
def test_what_tells_articles_apart_stays(url: str, name: str) -> None:
    assert canonical_url(url) == name


@check_rows([
    "", "example.org/news", "ftp://example.org/", "javascript:alert(1)", "data:text/html,x",
    "mailto:a@example.org", "http://", "http://./", "http://[::1", "http://example.org:port/",
    "http://example.org:99999/",
])  # fmt: skip
def test_what_is_no_web_address_has_no_name(url: str) -> None:
    assert canonical_url(url) == ""


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(
            r"https?://(www\.|m\.){0,3}[A-Za-z.]{0,9}(:\d{1,6})?/?[a-z/]{0,9}(\?[a-z_=&]{0,20})?(#\w*)?",
            fullmatch=True,
        ),
    )
)
def test_a_name_is_its_own_name(url: str) -> None:
    name = canonical_url(url)
    assert name == "" or canonical_url(f"https://{name}") == name


@check_rows(
    [
        ("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&c=2"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("/2022/06/a.html", "https://feed.example/2022/06/a.html"),
        ("a.html", "https://feed.example/news/a.html"),
        ("//other.example/a", "https://other.example/a"),
        ("?id=7", "https://feed.example/news/rss.xml?id=7"),
        ("https://example.org/\u202egpj.exe", "https://example.org/gpj.exe"),
    ]
)
def test_links_become_absolute(link: str, absolute: str) -> None:
    assert resolve_web_link(link, FEED) == absolute


@check_rows([
    "", " ", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\u200bscript:alert(1)",
    "\x01javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "ftp://example.org/a", "tag:example.org,2022:7", "http://[::1/a",
    "https://example.org/" + "a" * MAX_URL_LENGTH,
])  # fmt: skip
def test_only_web_links_are_kept(link: str) -> None:
    assert resolve_web_link(link, FEED) == ""
