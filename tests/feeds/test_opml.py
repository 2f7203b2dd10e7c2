"""Subscription lists both ways."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.discovery.opml import (
    MAX_CATEGORIES,
    MAX_LIST_BYTES,
    MAX_SKIPPED,
    OPML_NAMESPACE,
    FeedList,
    ListFailed,
    read_list,
)
from tracker.feeds.discovery.subscription_list import MAX_FIELD_LENGTH, ListedFeed, feed_from_list
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId


def opml(body: str, head: str = "", declared: str = "") -> bytes:
    return f"{declared}<opml version='2.0'><head>{head}</head><body>{body}</body></opml>".encode()


def outline(name: str = "News", inside: str = "", **attributes: str) -> str:
    said = {"text": name, "xmlUrl": f"https://{name.lower()}.example/rss"} | attributes
    return (
        "<outline "
        + " ".join(f'{key}="{value}"' for key, value in said.items())
        + f">{inside}</outline>"
    )


def folder(name: str, *inside: str) -> str:
    return f'<outline text="{name}">{"".join(inside)}</outline>'


def ours(**attributes: str) -> str:
    """A feed with attributes of our own."""
    own = {f"t:{name}": value for name, value in attributes.items()}
    return outline(**{"xmlns:t": OPML_NAMESPACE}, **own)


def read(document: bytes) -> FeedList:
    found = read_list(document)
    assert isinstance(found, FeedList), found
    return found


def only(document: bytes) -> ListedFeed:
    (listed,) = read(document).feeds
    return listed


# Reading


def test_a_list_is_its_title_feeds_and_folders() -> None:
    body = outline("News", type="rss", htmlUrl="https://news.example/") + outline("Wire")
    assert read(opml(body, "<title>My &amp; your feeds</title>")) == FeedList(
        "My & your feeds",
        (
            ListedFeed("https://news.example/rss", "News", "https://news.example/"),
            ListedFeed("https://wire.example/rss", "Wire"),
        ),
    )
    body = folder("World", folder("Asia", outline(category="/Economy/Trade, ,gas,World/Asia")))
    assert only(opml(body)).categories == (("World", "Asia"), ("Economy", "Trade"), ("gas",))
    body = folder("A", outline(category="x")) + folder(
        "B", outline("Else", xmlUrl="https://news.example/rss")
    )
    assert only(opml(body)) == ListedFeed(
        "https://news.example/rss", "News", categories=(("A",), ("x",), ("B",))
    )
    body = folder("A", outline(xmlUrl="feed://news.example/rss")) + folder(
        "B", outline(xmlUrl="http://news.example/rss")
    )
    assert only(opml(body)).categories == (("A",), ("B",))
    assert read(opml("")) == FeedList("", ())


@check_rows(
    [
        (opml(outline("Économie")), "Économie"),
        (opml(outline("Économie"), declared="<?xml version='1.0' encoding='utf-8'?>"), "Économie"),
        (b"\xef\xbb\xbf" + opml(outline("Économie")), "Économie"),
        (opml(outline("Économie")).decode().encode("utf-16"), "Économie"),
        (
            opml(outline("Économie"), declared="<?xml version='1.0' encoding='iso-8859-1'?>")
            .decode()
            .encode("latin1"),
            "Économie",
        ),
        (opml(outline("A  B\n\u200bC", xmlUrl="https://a.example/")), "A B C"),
        (
            opml(outline("a&gt;b &amp;amp; &quot;c&quot;", xmlUrl="https://a.example/")),
            'a>b &amp; "c"',
        ),
        (opml(outline("", title="Other", xmlUrl="https://a.example/")), "Other"),
    ]
)
def test_titles_are_read_whatever_their_encoding(document: bytes, title: str) -> None:
    assert only(document).title == title


@check_rows(
    [
        b"<opml><body><outline xmlUrl='https://news.example/rss'>",
        b"<OPML><Body><OUTLINE XMLURL=https://news.example/rss></Body>",
        b"<outline text='no root' xmlUrl='https://news.example/rss'/>",
        b"<opml><head><title/></head><body></outline></outline><outline xmlUrl=' https://news.example/rss '/>",
        b"<opml><outline text='a'><rdf:RDF></rdf:RDF></outline><outline xmlUrl='https://news.example/rss'/>",
        b"<!DOCTYPE opml [<!ENTITY x 'y'>]><opml><outline text='&x;' xmlUrl='https://news.example/rss'/>",
        b"<opml>\x00<body>\x01<outline xmlUrl='https://news.example/rss'/></foaf:group></rdf:rdf></ig:module>",
    ]
)
def test_malformed_lists_are_read(document: bytes) -> None:
    assert only(document).url == "https://news.example/rss"


def test_a_list_that_never_closes_its_outlines_is_read() -> None:
    body = "".join(f"<outline text='{n}' xmlUrl='https://news.example/{n}'>" for n in range(400))
    assert [listed.categories for listed in read(opml(body)).feeds] == [()] * 400


def test_other_formats_are_read() -> None:
    foaf = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://xmlns.com/foaf/0.1/"
        xmlns:rss="http://purl.org/rss/1.0/"><Group><name>World</name><member><Agent><name>News</name>
        <weblog><Document><rss:channel rdf:about="https://news.example/rss"/></Document></weblog>
        </Agent></member></Group></rdf:RDF>"""
    assert only(foaf) == ListedFeed("https://news.example/rss", "News", categories=(("World",),))
    module = '<ig:Module type="RSS"><ig:ModulePrefs xmlUrl="https://news.example/rss"/></ig:Module>'
    igoogle = f"""<GadgetTabML xmlns="http://schemas.google.com/GadgetTabML/2008" xmlns:ig="http://www.google.com/ig">
        <Tab title="A">{module}</Tab><Tab title="B">{module}</Tab></GadgetTabML>"""
    assert only(igoogle.encode()) == ListedFeed(
        "https://news.example/rss", categories=(("A",), ("B",))
    )


def test_what_is_no_web_feed_is_skipped_and_said() -> None:
    body = (
        outline("Local", xmlUrl="file:///etc/passwd")
        + outline("Script", xmlUrl="javascript:alert(1)")
        + '<outline type="include" text="Others" url="https://lists.example/a.opml"/>'
        + '<outline type="rss" text="" htmlUrl="https://page.example/"/>'
        + outline()
    )
    found = read(opml(body))
    assert [listed.title for listed in found.feeds] == ["News"]
    assert found.skipped == (
        "Local: not an http(s) address",
        "Script: not an http(s) address",
        "Others: another list, not a feed; import it by itself",
        "https://page.example/: a page without a feed; look for its feed",
    )
    skipped = read(
        opml(
            outline("x", xmlUrl="ftp://x")
            + "".join(outline(xmlUrl=f"ftp://{n}") for n in range(1_500))
        )
    )
    assert len(skipped.skipped) == MAX_SKIPPED + 1
    assert skipped.skipped[-1] == "and 501 more"


@check_rows(
    [
        (b"", "not an OPML list"),
        (b"hello", "not an OPML list; export one from your reader"),
        (b"%PDF-1.7", "not an OPML list"),
        (b"\xff\x00" * 500, "not an OPML list"),
        (b"<!doctype html><html><body>Hello</body></html>", "an HTML page, not an OPML list"),
        (
            b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title></channel></rss>",
            "a feed, not a list",
        ),
        (
            b"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>",
            "add it by its address",
        ),
        (
            b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
            b"<channel rdf:about='https://news.example/'><title>x</title></channel></rdf:RDF>",
            "a feed, not a list",
        ),
        (b"<opml>" + b" " * MAX_LIST_BYTES, "more than 10 MB"),
        (opml("<outline/>" * 100_001), "more than 100,000 entries"),
        (opml("<outline text='a'>" * 1_000), "more than 500 deep"),
        (b"<html>" + b"<p>" * 30_000, "very much else"),
    ]
)
def test_what_is_no_list_is_refused_with_what_to_do(document: bytes, why: str) -> None:
    failed = read_list(document)
    assert isinstance(failed, ListFailed)
    assert why in failed.reason


# Our own attributes


def test_our_own_attributes_are_read_under_any_prefix() -> None:
    listed = only(
        opml(
            ours(
                id="bbc_world-2",
                source_group="bbc",
                grade="a",
                theme="wire",
                importance="2.5",
                every_minutes="15",
                user_agent="Reader/2",
                max_megabytes="40",
                full_text="TRUE",
            )
        )
    )
    assert listed == ListedFeed(
        "https://news.example/rss",
        "News",
        "",
        (),
        "bbc_world-2",
        "bbc",
        "A",
        "wire",
        2.5,
        15.0,
        "Reader/2",
        40.0,
        True,
    )


@check_rows(
    [
        outline(grade="A", importance="3"),
        outline(**{"tracker:grade": "A"}),
        outline(**{"xmlns:t": "urn:other", "t:grade": "A"}),
        f"<outline xmlns:t='{OPML_NAMESPACE}'/>" + outline(**{"t:grade": "A"}),
    ]
)
def test_attributes_of_others_are_not_taken_for_ours(body: str) -> None:
    assert only(opml(body)) == ListedFeed("https://news.example/rss", "News")


@check_rows(
    [
        ("importance", "0", "a number above 0"),
        ("importance", "-1", "a number above 0"),
        ("importance", "nan", "a number above 0"),
        ("importance", "inf", "a number above 0"),
        ("importance", "", "a number above 0"),
        ("every_minutes", "4.9", "a number of minutes, at least 5"),
        ("every_minutes", "often", "a number of minutes, at least 5"),
        ("max_megabytes", "0", "a number above 0"),
        ("grade", "G", "a letter from A to F"),
        ("full_text", "maybe", "true or false"),
        ("id", "Not an id", "at most 60 of a-z, 0-9, '-' and '_'"),
        ("id", "a" * 61, "at most 60 of a-z, 0-9, '-' and '_'"),
    ]
)
def test_an_impossible_value_is_skipped_and_the_feed_kept(
    name: str, value: str, wanted: str
) -> None:
    found = read(opml(ours(**{name: value})))
    assert found.feeds == (ListedFeed("https://news.example/rss", "News"),)
    (said,) = found.skipped
    assert said.startswith(f'News: {name} "{value[:39]}')
    assert said.endswith(f"has to be {wanted}")


# From a list to a feed


def test_a_listed_feed_becomes_a_feed() -> None:
    listed = ListedFeed(
        "https://www.feeds.news.co.uk/rss", "News, World", categories=(("World", "Asia"), ("x",))
    )
    assert feed_from_list(listed, ()) == Feed(
        id=FeedId("news-world"),
        title="News, World",
        url="https://www.feeds.news.co.uk/rss",
        source_group="news.co.uk",
        grade="C",
        theme="world/asia",
        categories=(("World", "Asia"), ("x",)),
    )
    feed = feed_from_list(ListedFeed("https://www.news.example/rss"), ())
    assert (feed.title, feed.id, feed.theme) == ("news.example", "news-example", "")
    listed = ListedFeed("https://news.example/rss", "News", id="bbc_world")
    assert feed_from_list(listed, {"news"}).id == "bbc_world"
    assert feed_from_list(listed, {"bbc_world"}).id == "bbc-world"
    assert feed_from_list(listed, {"bbc_world", "bbc-world"}).id == "bbc-world-2"


@check_rows([("http://localhost:8080/rss", "localhost"), ("http://[::1]/rss", "::1")])
def test_a_host_without_a_domain_is_its_own_group(url: str, group: str) -> None:
    assert feed_from_list(ListedFeed(url), ()).source_group == group


# Hostile lists

TAGS = [
    *(
        "<opml>", "<body>", "<outline ", "xmlUrl='http://a.example/' ", "category='/a,b' ", ">",
        "/>", "</outline>",
    ),
    *(
        "text='x' ", "type='include' ", "url='http://b.example/' ", "<title>", "</title>",
        "</opml>", "<dateCreated>",
    ),
    *(
        "<foaf:Group>", "<foaf:name>", "</foaf:Group>", "<foaf:Person>", "</foaf:Person>",
        "<rss:channel ",
    ),
    *(
        "rdf:about='http://c.example/'>", "<rdf:RDF>", "</rdf:RDF>", "<foaf:Document ", "<ya:feed ",
        "<gtml:Tab>",
    ),
    *(
        "</gtml:Tab>",
        "<igoogle:Module type='RSS'>",
        "<igoogle:ModulePrefs ",
        f"xmlns:t='{OPML_NAMESPACE}' t:grade='A' ",
    ),
]  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from(TAGS) | st.text(max_size=5), max_size=40).map(
            lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
        ),
    )
)
def test_nothing_that_is_brought_raises(document: bytes) -> None:
    found = read_list(document)
    assert isinstance(found, FeedList | ListFailed)
    if isinstance(found, FeedList):
        for listed in found.feeds:
            feed_from_list(listed, ())


def rdf(inside: str) -> bytes:
    names = (
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns:foaf='http://xmlns.com/foaf/0.1/'"
    )
    return f"<rdf:RDF {names} xmlns:rss='http://purl.org/rss/1.0/'>{inside}".encode()


CHANNEL = "<rss:channel rdf:about='http://a.example/{}'/>"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nested": lambda: opml("<outline text='x'>" * 100_000),
    "nested unseen": lambda: opml(
        "<outline text='&#8203;'>" * 490 + "<outline xmlUrl='http://a.example/'/>" * 5_000
    ),
    "one address in many folders": lambda: opml(
        "".join(
            f"<outline text='{n}'><outline xmlUrl='http://a.example/'/></outline>"
            for n in range(10_000)
        )
    ),
    "one feed with many tags": lambda: opml(outline(category=",".join(map(str, range(1_000_000))))),
    "a long title": lambda: opml(outline("x" * 9_000_000, xmlUrl="http://a.example/")),
    "comments": lambda: b"<opml>" + b"<!--" * 2_000_000,
    "brackets": lambda: b"<opml>" + b"<" * 5_000_000,
    "attributes": lambda: (
        b"<opml><outline " + b" ".join(b"a%d=''" % n for n in range(100_000)) + b">"
    ),
    "namespaces": lambda: b"<opml " + b" ".join(b"xmlns:a%d=''" % n for n in range(75_000)) + b">",
    "dates": lambda: b"<opml><dateCreated>" + b"1 " * 1_000_000 + b"</dateCreated>",
    "people in people": lambda: rdf(
        "<foaf:Person>" + "".join(CHANNEL.format(n) for n in range(9_000)) + "<foaf:Person>" * 9_000
    ),
    "groups": lambda: rdf(
        "".join(
            f"<foaf:Group><foaf:name>{n}</foaf:name><foaf:Agent>{CHANNEL.format('')}</foaf:Agent></foaf:Group>"
            for n in range(2_000)
        )
    ),
}


@pytest.mark.slow
@check_rows(HOSTILE.values())
def test_a_hostile_list_ends(document: Callable[[], bytes]) -> None:
    with patience():
        found = read_list(document())
    if isinstance(found, FeedList):
        assert all(len(listed.categories) <= MAX_CATEGORIES for listed in found.feeds)
        assert all(len(listed.title) <= MAX_FIELD_LENGTH for listed in found.feeds)
