"""The feeds behind a page."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.discovery.feed_links import (
    COMMON_FEED_PATHS,
    MAX_CANDIDATES,
    MAX_PAGE_BYTES,
    FeedCandidate,
    find_page_feeds,
)

PAGE = "https://site.example/news/page.html"


def found(head: str = "", body: str = "", url: str = PAGE) -> list[FeedCandidate]:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return list(find_page_feeds(page.encode(), "text/html", url))


def urls(candidates: list[FeedCandidate], how: str = "link") -> list[str]:
    assert all(candidate.how == how for candidate in candidates), candidates
    return [candidate.url for candidate in candidates]


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}" title="News &amp; more">'


def test_a_named_feed_is_found_with_its_title() -> None:
    assert found(link("/rss.xml")) == [
        FeedCandidate("https://site.example/rss.xml", "News & more", "link")
    ]


@check_rows([
    "application/rss+xml", "application/atom+xml", "application/rdf+xml",
    "application/feed+json", "application/json", "Application/RSS+XML; charset=utf-8",
])  # fmt: skip
def test_every_kind_of_feed_is_known(kind: str) -> None:
    assert urls(found(link("/f", kind))) == ["https://site.example/f"]


@check_rows(
    [
        "<LINK REL=Alternate TYPE=application/rss+xml HREF=/f>",
        "<link rel='home  ALTERNATE' type='application/rss+xml' href=' /f\n'>",
        "<link href='&#47;f' type='application&#x2f;rss+xml' rel='alternate'/>",
        "<title>x</title><div><link rel=alternate type=application/rss+xml href=/f>",
        link("/f#top") + link("/f"),
    ]
)
def test_pages_may_write_it_in_many_ways(tag: str) -> None:
    assert urls(found(tag)) == ["https://site.example/f"]


@check_rows([
    link("/f", rel="stylesheet"), link("/f", "text/html"),
    link("/f", "application/json+oembed"), link("/wp-json/wp/v2/pages/7", "application/json"),
    link("javascript:alert(1)"), link("data:application/rss+xml,x"),
    link("ftp://site.example/f"), link(""), link(PAGE),
    "<link rel=alternate hreflang=de href=/de>",
    "<link rel=alternate type=application/rss+xml>", f"<!-- {link('/f')} -->",
    f"<script>{link('/f')}</script>",
])  # fmt: skip
def test_what_is_no_feed_is_not_taken_for_one(tag: str) -> None:
    assert {candidate.how for candidate in found(tag)} == {"guess"}


@check_rows(
    [
        ("", "rss.xml", "https://site.example/news/rss.xml"),
        ("", "//cdn.example/rss.xml", "https://cdn.example/rss.xml"),
        ("", "?feed=rss2", "https://site.example/news/page.html?feed=rss2"),
        ("/sub/", "rss.xml", "https://site.example/sub/rss.xml"),
        ("https://other.example/a/b", "rss.xml", "https://other.example/a/rss.xml"),
        ("javascript:alert(1)", "rss.xml", "https://site.example/news/rss.xml"),
        ("", "feed://site.example/rss.xml", "http://site.example/rss.xml"),
        ("", "/a?b=1&amp;c=2", "https://site.example/a?b=1&c=2"),
    ]
)
def test_links_are_told_from_the_page_or_its_base(base: str, href: str, url: str) -> None:
    assert urls(found((f'<base href="{base}">' if base else "") + link(href))) == [url]


@check_rows([
    "/feed", "/feed/", "/world/feeds/all", "/rss", "/RSS/", "/world.rss", "/index.rdf",
    "/world.xml", "/atom", "/atom.php", "/feed.json", "/?feed=rss2",
    "/news?lang=en&amp;format=rss", "https://feeds.site.example/world",
    "https://rss.site.example/world",
])  # fmt: skip
def test_a_link_like_a_feed_is_found_with_its_words(href: str) -> None:
    (candidate,) = found(body=f'<p><a href="{href}">All <b>the</b> news</a> and more</p>')
    assert (candidate.title, candidate.how) == ("All the news", "anchor")


@check_rows([
    "/", "/about", "/sitemap.xml", "/opensearch.xml", "/feedback", "/rss.html", "/img/rss.png",
    "/feed/icon.svg", "/press",
    "https://reader.example/subscription/feed/https://site.example/rss",
    "https://reader.example/add?url=https%3A%2F%2Fsite.example%2F&amp;format=rss",
    "mailto:rss@site.example", "http://[::1/feed", "#feed",
])  # fmt: skip
def test_a_link_elsewhere_is_no_feed(href: str) -> None:
    assert {candidate.how for candidate in found(body=f'<a href="{href}">x</a>')} == {"guess"}


def test_named_feeds_come_first_and_comments_last() -> None:
    head = link("/comments/feed/") + link("/named")
    body = (
        "<a href='/linked.rss'>x</a><a href='/named'>x</a><a href='/7/feed/'>Comments on this</a>"
    )
    assert [
        (candidate.url.removeprefix("https://site.example"), candidate.how)
        for candidate in found(head, body)
    ] == [
        ("/named", "link"),
        ("/linked.rss", "anchor"),
        ("/comments/feed/", "link"),
        ("/7/feed/", "anchor"),
    ]


def test_usual_places_are_guessed_only_when_the_page_says_nothing() -> None:
    guesses = found(body="<p>Welcome</p>")
    assert urls(guesses, "guess") == [f"https://site.example{path}" for path in COMMON_FEED_PATHS]
    assert find_page_feeds(b"", "", PAGE) == tuple(guesses)
    assert find_page_feeds(b"", "", "ftp://site.example/") == ()


def test_at_most_twenty_feeds_with_short_titles_come_out() -> None:
    assert len(found("".join(link(f"/{number}") for number in range(3_000)))) == MAX_CANDIDATES
    (candidate,) = found(
        "<link rel=alternate type=application/rss+xml href=/f title='&lt;b>A\u202e&lt;/b> "
        f"{'x' * 999}'>"
    )
    assert candidate.title.startswith("A xxx")
    assert len(candidate.title) <= 300


@check_rows(
    [
        ("cp1251", "text/html; charset=windows-1251", ""),
        ("cp1251", "text/html", "<meta charset=windows-1251>"),
        ("utf-8", "", ""),
        ("utf-16", "", ""),
    ]
)
def test_titles_are_read_in_the_page_s_encoding(
    encoding: str, content_type: str, head: str
) -> None:
    tag = "<link rel=alternate type=application/rss+xml href=/f title='Новости'>"
    (candidate,) = find_page_feeds(f"<html><head>{head}{tag}".encode(encoding), content_type, PAGE)
    assert candidate.title == "Новости"


@check_rows(["", " "])
def test_only_the_beginning_of_a_page_is_read(before: str) -> None:
    head = f"{before}<link rel=alternate type=application/rss+xml href=/f title='Ж'>"
    (candidate,) = found(head, "<p>" + "ж" * MAX_PAGE_BYTES + "<a href=/late.rss>")
    assert candidate.title == "Ж"


HOSTILE = {
    "comments": b"<!--" * 200_000,
    "brackets": b"<" * 600_000,
    "nested": b"<div>" * 200_000,
    "nested links": b"<a href=/feed>" * 50_000,
    "attributes": b"<link " + b" ".join(b"a%d=1" % number for number in range(60_000)),
    "references": b"<a title='" + b"&" * 600_000,
    "relations": b"<link rel='" + b"alternate " * 50_000 + b"' type=application/rss+xml href=/f>",
    "one long address": b"<a href='/" + b"feed/" * 100_000 + b"'>",
    "one long title": b"<a href='/feed' title='" + b"<!--" * 120_000 + b"'>",
    "many feeds": b"<a href='/feed/x' title='" + b"x" * 100 + b"'>" * 4_000,
    "unclosed formatting": b"<a><b><i><u>" * 50_000,
    "no text": b"\xff\x00\x80" * 200_000,
}


@check_rows(HOSTILE.values())
def test_a_hostile_page_ends(page: bytes) -> None:
    with patience():
        assert len(find_page_feeds(page, "text/html", PAGE)) <= MAX_CANDIDATES


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    "<link ", "<a ", "<base ", "rel=alternate ", "type=application/rss+xml ",
                    "href='", "'>",
                ]
            )
            | st.text(max_size=8),
            max_size=20,
        ).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")),
    ),
    st.text(max_size=20),
    st.sampled_from([PAGE, "http://[::1", "", "https://site.example"]),
)  # fmt: skip
def test_only_web_addresses_ever_come_out(page: bytes, content_type: str, url: str) -> None:
    candidates = find_page_feeds(page, content_type, url)
    assert all(
        candidate.url.lower().startswith(("http://", "https://")) for candidate in candidates
    )
    assert len({candidate.url for candidate in candidates}) == len(candidates) <= MAX_CANDIDATES
