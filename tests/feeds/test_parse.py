"""Reading feeds: of every kind, malformed, hostile, and real ones."""

import gzip
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.feeds.item import ParsedItem
from tracker.feeds.parse import Parsed, ParseFailed, canonical_url, parse

URL = "https://feed.example/news/rss.xml"
CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason=f"the captured feeds are not at {CORPORA}")


def rss(*items: str, title: str = "News") -> bytes:
    channel = f"<channel><title>{title}</title>{''.join(items)}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


def entry(title: str = "A title", inside: str = "") -> str:
    return f"<item><title>{title}</title>{inside}</item>"


def read(body: bytes, content_type: str = "application/rss+xml") -> Parsed:
    parsed = parse(body, content_type, URL)
    assert isinstance(parsed, Parsed), parsed
    return parsed


def only(body: bytes) -> ParsedItem:
    (item,) = read(body).items
    return item


def refused(body: bytes, content_type: str = "application/rss+xml") -> str:
    parsed = parse(body, content_type, URL)
    assert isinstance(parsed, ParseFailed), parsed
    return parsed.reason


# Kinds of feed

RSS = rss(
    """<item><title>Talks on gas</title>
    <description>&lt;p&gt;Two &lt;b&gt;leaders&lt;/b&gt; met.&lt;/p&gt;</description>
    <link>https://www.wire.example/2022/gas/?utm_source=rss</link><guid isPermaLink="false">gas-7</guid>
    <pubDate>Wed, 01 Jun 2022 10:30:00 +0300</pubDate></item>"""
)
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title type="html">Talks on gas</title>
    <content type="html">&lt;p&gt;Two &lt;b&gt;leaders&lt;/b&gt; met.&lt;/p&gt;</content><id>gas-7</id>
    <link rel="alternate" href="https://www.wire.example/2022/gas/?utm_source=rss"/>
    <published>2022-06-01T10:30:00+03:00</published><updated>2022-06-02T00:00:00Z</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>News</title></channel>
    <item rdf:about="gas-7"><title>Talks on gas</title><description>Two leaders met.</description>
    <link>https://www.wire.example/2022/gas/?utm_source=rss</link><dc:date>2022-06-01T07:30:00Z</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize("body", [RSS, ATOM, RDF], ids=["RSS", "Atom", "RDF"])
def test_an_entry_reads_the_same_in_every_kind_of_feed(body: bytes) -> None:
    parsed = read(body)
    (item,) = parsed.items
    assert (parsed.title, parsed.warning) == ("News", None)
    assert item.key == "gas-7"
    assert (item.title, item.summary) == ("Talks on gas", "Two leaders met.")
    assert item.url == "https://www.wire.example/2022/gas/?utm_source=rss"
    assert item.canonical_url == canonical_url(item.url) == "wire.example/2022/gas"
    assert item.published_at == datetime(2022, 6, 1, 7, 30, tzinfo=UTC)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()) == Parsed("News", (), None)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16", "koi8-r"])
def test_text_arrives_in_any_encoding(encoding: str) -> None:
    body = rss(entry("Пекин и Москва")).decode().replace("1.0'", f"1.0' encoding='{encoding}'").encode(encoding)
    assert only(body).title == "Пекин и Москва"


def test_relative_links_are_resolved_against_the_feed() -> None:
    assert only(rss(entry(inside="<link>/a/b.html</link>"))).url == "https://feed.example/a/b.html"


def test_xml_base_moves_links_but_only_inside_its_element() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
        <entry xml:base="https://other.example/x/"><title>One</title><id>tag:1</id><link href="one"/></entry>
        <entry><title>Two</title><id>tag:2</id><link href="two"/></entry></feed>"""
    assert [i.url for i in read(body).items] == ["https://other.example/x/one", "https://feed.example/news/two"]


def test_a_permalink_guid_serves_as_the_link_and_other_guids_do_not() -> None:
    assert only(rss(entry(inside="<guid>https://wire.example/7</guid>"))).url == "https://wire.example/7"
    assert only(rss(entry(inside="<guid isPermaLink='false'>https://wire.example/7</guid>"))).url == ""


# Dates


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Wed, 01 Jun 2022 23:30:00 -0500", datetime(2022, 6, 2, 4, 30, tzinfo=UTC)),
        ("1 June 2022 08:00 GMT", datetime(2022, 6, 1, 8, tzinfo=UTC)),
        ("2022-06-01T08:00:00.123+08:00", datetime(2022, 6, 1, 0, tzinfo=UTC)),
        ("2022-06-01", datetime(2022, 6, 1, tzinfo=UTC)),
        ("20220601", datetime(2022, 6, 1, tzinfo=UTC)),
        ("Wed Jun  1 08:00:00 2022", datetime(2022, 6, 1, 8, tzinfo=UTC)),
        ("Wed, 01 Jun 2095 08:00:00 GMT", datetime(2095, 6, 1, 8, tzinfo=UTC)),  # the store decides about the future
    ],
)
def test_a_date_is_read_as_utc(said: str, at: datetime) -> None:
    item = only(rss(entry(inside=f"<pubDate>{said}</pubDate>")))
    assert (item.published_at, item.published_raw) == (at, " ".join(said.split()))


@pytest.mark.parametrize(
    "said",
    [
        "2024/05/06 10:00",  # feedparser alone reads the first of this month in 2024
        "2024年5月6日",
        "2024-13-40",
        "2022-02-31",
        "2022-06",
        "2022",
        "-2022",
        "1654070400",
        "99999-01-01",
        "Fri, 31 Dec 9999 23:00:00 GMT",
        "on 5 May 2019: 2022",
        "mer, 01 juin 2022 10:00:00 +0200",
        "yesterday",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0000",
    ],
)
def test_a_date_that_cannot_be_read_is_kept_as_said_and_not_invented(said: str) -> None:
    item = only(rss(entry(inside=f"<pubDate>{said}</pubDate>")))
    assert (item.published_at, item.published_raw) == (None, said)


def test_an_undated_entry_has_no_date() -> None:
    item = only(rss(entry()))
    assert (item.published_at, item.published_raw) == (None, "")


def test_the_first_date_that_can_be_read_is_taken() -> None:
    body = ATOM.replace(b"2022-06-01T10:30:00+03:00", b"last week")
    assert (only(body).published_at, only(body).published_raw) == (
        datetime(2022, 6, 2, tzinfo=UTC),
        "2022-06-02T00:00:00Z",
    )


# Text


def test_title_and_summary_are_bounded_plain_text() -> None:
    item = only(rss(entry("word " * 200, f"<description>{'text ' * 1000}</description>")))
    assert len(item.title) <= 300
    assert len(item.summary) <= 2_000
    assert (item.title[-5:], item.summary[-5:]) == ("word…", "text…")


def test_an_entry_without_title_takes_the_first_words_of_its_summary() -> None:
    item = only(rss(f"<item><description>&lt;p&gt;{'Leaders met. ' * 20}&lt;/p&gt;</description></item>"))
    assert item.title.startswith("Leaders met. Leaders met.")
    assert item.title.endswith("…")
    assert len(item.title) <= 100


def test_an_entry_that_says_nothing_is_left_out() -> None:
    body = rss(entry("<![CDATA[<img src='x'>]]>", "<link>https://wire.example/7</link>"), entry("Kept"))
    assert [i.title for i in read(body).items] == ["Kept"]


# Keys


def test_the_key_is_the_guid_else_the_link_else_the_content() -> None:
    link = "<link>https://wire.example/7</link>"
    by_guid = only(rss(entry(inside=f"<guid isPermaLink='false'> a  7 </guid>{link}")))
    by_link = only(rss(entry(inside=link)))
    by_content = only(rss(entry()))
    assert (by_guid.key, by_link.key) == ("a 7", "https://wire.example/7")
    assert by_content.key.startswith("sha256:")
    assert by_content.key == only(rss(entry(inside="<pubDate>Wed, 01 Jun 2022 10:30:00 GMT</pubDate>"))).key
    assert by_content.key != only(rss(entry("Another"))).key


def test_keys_do_not_change_when_the_feed_moves() -> None:
    body = rss(entry(inside="<guid isPermaLink='true'>/a/7</guid>"))
    moved = parse(body, "", "https://new-home.example/feed")
    assert isinstance(moved, Parsed)
    assert moved.items[0].key == only(body).key == "/a/7"


def test_an_endless_guid_becomes_a_short_key() -> None:
    long, other = (only(rss(entry(inside=f"<guid>{'x' * 600}{n}</guid>"))).key for n in (1, 2))
    assert len(long) == len("sha256:") + 64
    assert long != other


def test_a_guid_used_twice_is_told_apart_by_link_then_by_content() -> None:
    same = "<guid isPermaLink='false'>g</guid>"
    one, two = "<link>https://wire.example/1</link>", "<link>https://wire.example/2</link>"
    body = rss(
        entry("A", same + one),
        entry("B", same + two),
        entry("C", same + two),
        entry("C", same + two),  # a copy in every respect
        entry("D", "<guid isPermaLink='false'>h</guid>"),
    )
    items = read(body).items
    assert [i.title for i in items] == ["A", "B", "C", "D"]
    assert items[0].key == "g https://wire.example/1"
    assert items[1].key.startswith("g https://wire.example/2 sha256:")
    assert items[3].key == "h"
    assert len({i.key for i in items}) == 4


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "g", "h"]), st.sampled_from(["", "/1", "/2"]), st.sampled_from("AB")),
        max_size=12,
    )
)
def test_keys_are_unique_and_the_same_at_every_poll(entries: list[tuple[str, str, str]]) -> None:
    body = rss(
        *[
            entry(
                title, f"<guid isPermaLink='false'>{guid}</guid><link>{link}</link>" if guid else f"<link>{link}</link>"
            )
            for guid, link, title in entries
        ]
    )
    parsed = read(body)
    assert len({i.key for i in parsed.items}) == len(parsed.items) == len(set(entries))
    assert read(body) == parsed


# Odd and malformed documents


@pytest.mark.parametrize(
    "body",
    [
        rss(entry("First"), entry("Second & third")),
        rss(entry("First"), entry("Second &nbsp;third")),
        rss(entry("First"), entry("Second <b>third")),
        rss(entry("First"), entry("Second"))[:-22],
        b"<br />Warning: mysql is tired<br />\n" + rss(entry("First"), entry("Second")),
        rss(entry("First"), "<item><title>Second</title><x:y>z</x:y></item>"),
    ],
)
def test_a_malformed_feed_keeps_its_entries_and_says_so(body: bytes) -> None:
    parsed = read(body)
    assert [i.title.split()[0] for i in parsed.items] == ["First", "Second"]
    assert parsed.warning is not None
    assert parsed.warning.startswith("malformed: ")
    assert "\n" not in parsed.warning


def test_characters_that_xml_forbids_are_no_reason_to_complain() -> None:
    parsed = read(rss(entry("Bell\x07 &#0; &#xD83D; tolls")))
    assert (parsed.items[0].title, parsed.warning) == ("Bell \ufffd \ufffd tolls", None)


def test_neither_empty_lines_nor_comments_nor_a_document_type_come_before_a_feed_in_vain() -> None:
    prolog = b"\n\n<!-- <rss> --><?pi <x> ?><!DOCTYPE rss PUBLIC 'a' 'b' [<!ENTITY c '<d/>'> ]>\n< !>"
    assert only(prolog + rss(entry("First")).partition(b"?>")[2]).title == "First"


def test_a_document_on_which_feedparser_stumbles_is_a_failure() -> None:
    body = rss(entry(inside="<gml:pos xmlns:gml='http://www.opengis.net/gml'>1 2</gml:pos>"))
    assert refused(body) == "feedparser stumbled over it (KeyError)"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", "text/xml", "an empty answer"),
        (b" \r\n\t", "text/xml", "an empty answer"),
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "text/html", "an HTML page, not a feed"),
        (b"<HTML><body><item><title>x</title></item></body></HTML>", "text/html", "an HTML page, not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"content_html": "<p>x</p>"}]}',
         "application/feed+json", "a JSON document, not a feed in XML"),
        (b"[]", "", "a JSON document, not a feed in XML"),
        (b"<opml version='2.0'><body/></opml>", "text/xml", "an OPML list of feeds, not a feed"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "text/xml", "a sitemap, not a feed"),
        (b"<s:envelope xmlns:s='x'/>", "text/xml", "an XML document <envelope>, not a feed"),
        (b"Forbidden", "text/plain", "plain text, not a feed"),
        (b"%PDF-1.4 ...", "application/pdf", "a PDF document, not a feed"),
        (b"\x89PNG\r\n\x1a\n\x81\x8d", "image/png", "not text but image/png"),
        (b"\x81\x8d\x8f\x90\x9d" * 20, "", "not text but unknown data"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused_by_its_name(body: bytes, content_type: str, reason: str) -> None:
    assert refused(body, content_type) == reason


@settings(deadline=None)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_have_an_answer(body: bytes, content_type: str) -> None:
    assert isinstance(parse(body, content_type, URL), Parsed | ParseFailed)


@settings(deadline=None)
@given(st.text(alphabet="<>&/=!?[]-'\" abrsitemld:", max_size=300))
def test_any_broken_markup_has_an_answer(inside: str) -> None:
    assert isinstance(parse(rss(entry("Title"), inside), "", URL), Parsed | ParseFailed)


# Hostile documents


def test_nothing_hostile_comes_through_in_an_entry() -> None:
    item = only(
        rss(
            entry(
                "&lt;script&gt;alert(1)&lt;/script&gt;Ni\u202ece\u200b &amp;lt;img onerror=x&amp;gt;",
                "<link>javascript:alert(1)</link><description><![CDATA[<iframe src='x'>y</iframe>Text]]></description>",
            )
        )
    )
    assert (item.title, item.summary, item.url, item.canonical_url) == ("Nice", "Text", "", "")


def test_entities_of_the_document_expand_to_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    bomb = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    doctype = f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{bomb}<!ENTITY file SYSTEM '{secret.as_uri()}'>]>"
    parsed = read(doctype.encode() + rss(entry("A &l9; B"), entry("C &file; D")).partition(b"?>")[2])
    assert "hunter2" not in repr(parsed)
    assert "lollol" not in repr(parsed)
    assert [i.title[0] for i in parsed.items] == ["A", "C"]


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<a " + " ".join(f"xmlns:n{n}='urn:{n}'" for n in range(50_000)) + "/>", "more than 100 namespaces"),
        ("<a " + " ".join(f"xmlns:{'n' * 150}{n}='u'" for n in range(2_000)) + "/>", "more than 100 namespaces"),
        ("<a " + " ".join(f"a{n}='>'" for n in range(100_000)) + "/>", "a tag with 300 attributes or more"),
        ("<a>" * 500_000, "more than 400,000 tags"),
        ("&amp;" * 1_100_000, "more than 1,000,000 references"),
    ],
)  # fmt: skip
def test_a_document_that_would_hold_the_reader_for_minutes_is_refused(inside: str, reason: str) -> None:
    body = rss(entry(inside=inside))
    started = time.process_time()
    assert refused(body) == reason
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "body",
    [
        rss(entry(inside=f"<description><![CDATA[{'<!--' * 200_000}]]></description>")),
        rss(entry(inside=f"<author>{'a.' * 200_000}</author>")),
        rss(entry(inside="".join(f"<category>c{n}</category>" for n in range(20_000)))),
        rss(entry(inside="<a>" * 20_000 + "</a>" * 20_000)),
        b"\n" * 2_000_000 + rss(entry()).partition(b"?>")[2],
        b"<?xml " + b"encoding='" * 50_000 + b"?>" + rss(entry()).partition(b"?>")[2],
        rss(*["<item xmlns:a='urn:a'><title>A title</title></item>"] * 2_000),
    ],
    ids=["comments", "author", "categories", "nesting", "empty lines", "declaration", "same namespace"],
)
def test_a_document_that_is_only_odd_is_read_quickly(body: bytes) -> None:
    started = time.process_time()
    assert [i.title for i in read(body).items] == ["A title"]
    assert time.process_time() - started < 5


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_a_monster_the_newest_500_entries_are_read(newest_first: bool) -> None:
    dated = [
        entry(
            f"T{n}", f"<guid>g{n}</guid><pubDate>{datetime.fromtimestamp(n * 3600, UTC):%a, %d %b %Y %T} GMT</pubDate>"
        )
        for n in range(200_000, 300_000)
    ]
    body = rss(*(reversed(dated) if newest_first else dated))
    started = time.process_time()
    parsed = read(body)
    assert time.process_time() - started < 5
    assert {i.key for i in parsed.items} == {f"g{n}" for n in range(299_500, 300_000)}
    assert parsed.items[0].key == ("g299999" if newest_first else "g299500")
    assert parsed.warning == "100,000 entries, of which the newest 500 were read"


def test_undated_entries_of_a_long_feed_count_as_old_as_the_one_before() -> None:
    date = "<pubDate>Wed, 01 Jun 2022 10:30:00 GMT</pubDate>"
    older = "<pubDate>Tue, 31 May 2022 10:30:00 GMT</pubDate>"
    top, rest = [entry("Top"), entry("Dated", date), entry("Beside")], [entry(f"Old {n}", older) for n in range(600)]
    titles = [i.title for i in read(rss(*rest[:300], *top[1:], *rest[300:])).items]
    assert len(titles) == 500
    assert {"Dated", "Beside"} <= set(titles)
    assert next(i.title for i in read(rss(*top, *rest)).items) == "Top"
    assert [i.title for i in read(rss(*[entry(f"T{n}") for n in range(600)])).items] == [f"T{n}" for n in range(500)]


# Real documents


def captures() -> Iterator[tuple[str, bytes]]:
    for path in sorted((CORPORA / "rss_captures").glob("*/*.gz"))[::9]:
        yield path.parent.name, gzip.decompress(path.read_bytes())


@needs_corpora
@pytest.mark.slow
def test_captured_feeds_keep_every_entry_under_one_key_for_good() -> None:
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    documents = 0
    for feed, body in captures():
        parsed = read(body)
        documents += 1
        entries = sum(body.count(tag) for tag in (b"<item>", b"<item ", b"<entry>", b"<entry "))
        assert len({i.key for i in parsed.items}) == len(parsed.items) == entries
        assert parsed.warning is None
        assert all(i.title and i.canonical_url and i.published_at for i in parsed.items)
        for item in parsed.items:
            keys[feed, item.canonical_url].add(item.key)
    assert documents > 50
    assert Counter(map(len, keys.values())) == Counter({1: len(keys)})


@needs_corpora
@pytest.mark.slow
def test_odd_feeds_of_other_readers_tests_are_read_or_refused_with_a_reason() -> None:
    read_ones, refusals, entries = 0, Counter[str](), 0
    with tarfile.open(CORPORA / "feeds.tar.xz") as archive:
        for member in [m for m in archive if m.isfile() and "opml" not in m.name][::12]:
            stream = archive.extractfile(member)
            assert stream is not None
            body = stream.read()
            parsed = parse(body, "", URL)
            assert parse(body, "", URL) == parsed
            if isinstance(parsed, ParseFailed):
                refusals[parsed.reason] += 1
                continue
            read_ones += 1
            entries += len(parsed.items)
            assert len({i.key for i in parsed.items}) == len(parsed.items)
            assert all(i.key and i.title for i in parsed.items)
    assert read_ones > 200
    assert entries > 200
    assert sum(refusals.values()) < read_ones / 20, refusals
