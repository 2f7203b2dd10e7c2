"""Reading feeds: of every kind, malformed, and hostile ones."""

import pickle
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.plain_feedparser import as_feedparser
from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.parse import ParsedFeed, ParseFailed, parse_feed
from tracker.feeds.urls import canonical_url

URL = "https://feed.example/news/rss.xml"


def rss(*items: str, title: str = "News") -> bytes:
    channel = f"<channel><title>{title}</title>{''.join(items)}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


def entry(title: str = "A title", inside: str = "") -> str:
    return f"<item><title>{title}</title>{inside}</item>"


def read(body: bytes, content_type: str = "application/rss+xml") -> ParsedFeed:
    parsed = parse_feed(body, content_type, URL)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def only(body: bytes) -> ParsedItem:
    (item,) = read(body).items
    return item


def refused(body: bytes, content_type: str = "application/rss+xml") -> str:
    parsed = parse_feed(body, content_type, URL)
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


@check_rows(
    [
        (RSS, "RSS 2.0"),
        (ATOM, "Atom 1.0"),
        (RDF, "RSS 1.0"),
        (RSS.replace(b"version='2.0'", b"version='0.91'"), "RSS 0.91"),
        (RSS.replace(b"version='2.0'", b""), "RSS"),
    ],
    "body",
    "name",
)
def test_a_feed_has_the_name_of_its_format(body: bytes, name: str) -> None:
    assert read(body).format == name


@check_rows([RSS, ATOM, RDF])
def test_an_entry_reads_the_same_in_every_kind_of_feed(body: bytes) -> None:
    parsed = read(body)
    (item,) = parsed.items
    assert (parsed.title, parsed.warning) == ("News", None)
    assert item.key == "gas-7"
    assert (item.title, item.summary) == ("Talks on gas", "Two leaders met.")
    assert item.url == "https://www.wire.example/2022/gas/?utm_source=rss"
    assert item.canonical_url == canonical_url(item.url) == "wire.example/2022/gas"
    assert item.published_at == datetime(2022, 6, 1, 7, 30, tzinfo=UTC)


def test_a_feed_says_where_its_site_is() -> None:
    assert read(rss()) == ParsedFeed("News", (), None, format="RSS 2.0")
    assert read(rss("<link>/home</link>")).site_url == "https://feed.example/home"
    assert read(rss("<link>javascript:x</link>")).site_url == ""


@check_rows([read(RSS), ParseFailed("an empty answer")])
def test_what_comes_of_a_document_can_cross_to_another_process(
    result: ParsedFeed | ParseFailed,
) -> None:
    assert pickle.loads(pickle.dumps(result)) == result


@check_rows(
    [
        ("", 0),
        ("<ttl>60</ttl>", 3600),
        ("<ttl> 7.5 </ttl>", 450),
        ("<ttl>100000</ttl>", 86400),
        ("<ttl>-5</ttl>", 0),
        ("<ttl>soon</ttl>", 0),
        ("<ttl>1e9</ttl>", 0),
        ("<sy:updatePeriod> hourly </sy:updatePeriod>", 3600),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            900,
        ),
        (
            "<sy:updatePeriod>Daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            43200,
        ),
        (
            "<sy:updatePeriod>yearly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>",
            86400,
        ),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 0),
        ("<sy:updatePeriod>always</sy:updatePeriod>", 0),
        ("<sy:updateFrequency>4</sy:updateFrequency>", 0),
        ("<ttl>0</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
        ("<ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 900),
    ]
)
def test_a_feed_may_ask_for_a_pause(inside: str, seconds: float) -> None:
    body = rss(inside).replace(
        b"<rss ", b"<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' "
    )
    assert read(body).ttl_seconds == seconds


@check_rows(["utf-8", "windows-1251", "utf-16", "koi8-r"])
def test_text_arrives_in_any_encoding(encoding: str) -> None:
    body = (
        rss(entry("Пекин и Москва"))
        .decode()
        .replace("1.0'", f"1.0' encoding='{encoding}'")
        .encode(encoding)
    )
    assert only(body).title == "Пекин и Москва"


def test_relative_links_are_resolved_against_the_feed() -> None:
    assert only(rss(entry(inside="<link>/a/b.html</link>"))).url == "https://feed.example/a/b.html"


def test_xml_base_moves_links_but_only_inside_its_element() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
        <entry xml:base="https://other.example/x/"><title>One</title><id>tag:1</id><link href="one"/></entry>
        <entry><title>Two</title><id>tag:2</id><link href="two"/></entry></feed>"""
    assert [i.url for i in read(body).items] == [
        "https://other.example/x/one",
        "https://feed.example/news/two",
    ]


def test_only_a_permalink_guid_serves_as_link() -> None:
    actual = only(rss(entry(inside="<guid>https://wire.example/7</guid>"))).url
    assert actual == "https://wire.example/7"
    assert (
        only(rss(entry(inside="<guid isPermaLink='false'>https://wire.example/7</guid>"))).url == ""
    )


# Dates


@check_rows(
    [
        ("Wed, 01 Jun 2022 23:30:00 -0500", datetime(2022, 6, 2, 4, 30, tzinfo=UTC)),
        ("1 June 2022 08:00 GMT", datetime(2022, 6, 1, 8, tzinfo=UTC)),
        ("2022-06-01T08:00:00.123+08:00", datetime(2022, 6, 1, 0, tzinfo=UTC)),
        ("2022-06-01", datetime(2022, 6, 1, tzinfo=UTC)),
        ("20220601", datetime(2022, 6, 1, tzinfo=UTC)),
        ("Wed Jun  1 08:00:00 2022", datetime(2022, 6, 1, 8, tzinfo=UTC)),
        (
            "Wed, 01 Jun 2095 08:00:00 GMT",
            datetime(2095, 6, 1, 8, tzinfo=UTC),
        ),  # the store decides about the future
    ]
)
def test_a_date_is_read_as_utc(said: str, at: datetime) -> None:
    item = only(rss(entry(inside=f"<pubDate>{said}</pubDate>")))
    assert (item.published_at, item.published_raw) == (at, " ".join(said.split()))


@check_rows([
    "2024/05/06 10:00",  # feedparser alone reads the first of this month in 2024
    "2024年5月6日", "2024-13-40", "2022-02-31", "2022-06", "2022", "-2022", "1654070400",
    "99999-01-01", "Fri, 31 Dec 9999 23:00:00 GMT", "on 5 May 2019: 2022",
    "mer, 01 juin 2022 10:00:00 +0200", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT",
    "Mon, 01 Jan 0001 00:00:00 +0000",
])  # fmt: skip
def test_an_unreadable_date_is_kept_as_text_alone(said: str) -> None:
    item = only(rss(entry(inside=f"<pubDate>{said}</pubDate>")))
    assert (item.published_at, item.published_raw) == (None, said)


def test_dates_that_cannot_be_read_give_way_to_others() -> None:
    item = only(rss(entry()))
    assert (item.published_at, item.published_raw) == (None, "")
    body = ATOM.replace(b"2022-06-01T10:30:00+03:00", b"last week")
    assert (only(body).published_at, only(body).published_raw) == (
        datetime(2022, 6, 2, tzinfo=UTC),
        "2022-06-02T00:00:00Z",
    )
    item = only(ATOM)
    assert (item.published_at, item.updated_at) == (
        datetime(2022, 6, 1, 7, 30, tzinfo=UTC),
        datetime(2022, 6, 2, tzinfo=UTC),
    )
    assert only(ATOM.replace(b"2022-06-02T00:00:00Z", b"lately")).updated_at is None
    assert only(RSS).updated_at is None


# Text


def test_text_is_plain_bounded_and_never_empty() -> None:
    item = only(rss(entry("word " * 200, f"<description>{'text ' * 1000}</description>")))
    assert len(item.title) <= 300
    assert len(item.summary) <= 2_000
    assert (item.title[-5:], item.summary[-5:]) == ("word…", "text…")
    contents = "".join(
        f"<content>{text}</content>" for text in ("Two words", "Three whole words", "One")
    )
    body = (
        "<feed "
        f"xmlns='http://www.w3.org/2005/Atom'><entry><summary>Sum</summary>{contents}</entry></feed>"
    ).encode()
    assert only(body).content == "Three whole words"
    item = only(
        rss(f"<item><description>&lt;p&gt;{'Leaders met. ' * 20}&lt;/p&gt;</description></item>")
    )
    assert item.title.startswith("Leaders met. Leaders met.")
    assert item.title.endswith("…")
    assert len(item.title) <= 100
    body = rss(
        entry("<![CDATA[<img src='x'>]]>", "<link>https://wire.example/7</link>"), entry("Kept")
    )
    assert [i.title for i in read(body).items] == ["Kept"]


def test_content_is_kept_where_it_says_more_than_the_summary() -> None:
    def said(*inside: str) -> tuple[str, str]:
        item = only(rss(entry(inside="".join(inside))))
        return item.summary, item.content

    short, long = (
        "<description>Leaders met.</description>",
        "<p>Leaders met.</p><p>They talked.</p>",
    )
    encoded = (
        "<content:encoded "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[{}]]></content:encoded>"
    )
    assert said(short) == ("Leaders met.", "")
    assert said(short, encoded.format(long)) == ("Leaders met.", "Leaders met. They talked.")
    assert said(short, encoded.format("<p>Leaders <b>met</b>.</p>")) == ("Leaders met.", "")
    assert said(short, encoded.format("<p>Leaders</p>")) == ("Leaders met.", "")
    assert said(encoded.format(long)) == ("Leaders met. They talked.", "")
    summary, content = said(f"<description>{'text ' * 1_000}</description>")
    assert (len(summary), len(content)) == (1_995, 4_999)
    summary, content = said(short, encoded.format("<p>text</p> " * 10_000))
    assert (summary, len(content)) == ("Leaders met.", 19_995)


def test_a_fingerprint_changes_with_an_edit_alone() -> None:
    first = only(rss(entry("A", "<description>B</description><link>/1</link>")))
    moved = only(
        rss(
            entry(
                "<![CDATA[<b>A</b>]]>",
                "<link>/2</link><description>B </description><pubDate>x</pubDate>",
            )
        )
    )
    assert moved.fingerprint == first.fingerprint
    edited = [
        only(rss(entry(title, f"<description>{text}</description>")))
        for title, text in ("AC", "BB", "AB")
    ]
    assert len({first.fingerprint, *(item.fingerprint for item in edited)}) == 3


# Keys


def test_the_key_is_guid_else_link_else_content() -> None:
    link = "<link>https://wire.example/7</link>"
    by_guid = only(rss(entry(inside=f"<guid isPermaLink='false'> a  7 </guid>{link}")))
    by_link = only(rss(entry(inside=link)))
    by_content = only(rss(entry()))
    assert (by_guid.key, by_link.key) == ("a 7", "https://wire.example/7")
    assert by_content.key.startswith("sha256:")
    actual = by_content.key
    assert actual == only(rss(entry(inside="<pubDate>Wed, 01 Jun 2022 10:30:00 GMT</pubDate>"))).key
    assert by_content.key != only(rss(entry("Another"))).key


def test_keys_do_not_change_when_the_feed_moves() -> None:
    body = rss(entry(inside="<guid isPermaLink='true'>/a/7</guid>"))
    moved = parse_feed(body, "", "https://new-home.example/feed")
    assert isinstance(moved, ParsedFeed)
    assert moved.items[0].key == only(body).key == "/a/7"


def test_guids_used_twice_cost_no_entry() -> None:
    long, other = (only(rss(entry(inside=f"<guid>{'x' * 600}{n}</guid>"))).key for n in (1, 2))
    assert len(long) == len("sha256:") + 64
    assert long != other
    copy = entry("A", "<guid isPermaLink='false'>g</guid><pubDate>{}</pubDate>")
    assert [
        i.key for i in read(rss(copy.format("2022-06-01"), copy.format("2022-06-02"))).items
    ] == ["g"]
    same, link = "<guid isPermaLink='false'>g</guid>", "<link>https://wire.example/{}</link>"
    odd = entry("C", "<guid isPermaLink='false'>g https://wire.example/1</guid>")
    items = read(
        rss(entry("A", same + link.format(1)), entry("B", same + link.format(2)), odd)
    ).items
    assert [i.title for i in items] == ["A", "B", "C"]
    assert len({i.key for i in items}) == 3
    guid, link = "<guid isPermaLink='false'>g</guid>", "<link>/1</link>"
    said = [("A", guid), ("B", guid + link), ("A", link), ("", link), ("A", ""), ("B", link)]
    entries = [entry(title, inside) for title, inside in said]
    names = read(rss(*entries)).names
    assert names[0] == names[1] != names[2] == names[5] != names[4]
    assert names[3] == bytes(8)
    assert {len(name) for name in names} == {8}
    assert read(rss(*entries[::-1])).names == names[::-1]


def test_a_repeated_guid_is_completed_by_link_or_content() -> None:
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
        st.tuples(
            st.sampled_from(["", "g", "h"]),
            st.sampled_from(["", "/1", "/2"]),
            st.sampled_from("AB"),
        ),
        max_size=12,
    )
)
def test_keys_are_unique_and_the_same_at_every_poll(entries: list[tuple[str, str, str]]) -> None:
    body = rss(
        *[
            entry(
                title,
                f"<guid isPermaLink='false'>{guid}</guid><link>{link}</link>"
                if guid
                else f"<link>{link}</link>",
            )
            for guid, link, title in entries
        ]
    )
    parsed = read(body)
    assert len({i.key for i in parsed.items}) == len(parsed.items) == len(set(entries))
    assert read(body) == parsed


# feedparser as it comes


XHTML = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="http://www.w3.org/1999/xhtml"
    xmlns:media="http://search.yahoo.com/mrss/">
    <title type="xhtml"><x:div>N &amp; <x:em>ews</x:em></x:div></title><author><name>A</name><uri>/u</uri></author>
    <entry><author><name>B</name><email>b@c.d</email></author><category term="t"><title>odd</title></category>
    <title>Can\u0092t é</title><link href="/1"/><id>1</id><media:group><media:content url="u">
    <media:title>M</media:title></media:content><media:description>Described &lt;i&gt;so&lt;/i&gt;</media:description>
    </media:group></entry>
    <entry><id>2</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/>two
    <category>four</category></p><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math></div></content>
    <category>c</category><updated>2022-06-01</updated><title>Café &#146;</title></entry>
    <entry><title>Third</title><source><title>Elsewhere</title><category>no</category></source>
    <link rel="self" href="/s"/><summary type="html">S</summary><content type="text">a &lt; b</content><id>http:////odd</id></entry>
    <entry xmlns:q="urn:1"><id>4<category>no</category><email>no</email></id><q:title>no</q:title><q:a xmlns:q="urn:2"/>
    <q:title>Of a namespace that lost its prefix</q:title></entry></feed>""".encode()
RENAMED = (
    RDF.replace(b"rdf:about", b"r:about")
    .replace(b"xmlns:rdf", b"xmlns:r")
    .replace(b"rdf:RDF", b"r:RDF")
)


@check_rows([RSS, ATOM, RDF, RENAMED, XHTML, XHTML.partition(b"<entry xmlns:q")[0]])
def test_the_short_way_leads_to_the_same_words(body: bytes) -> None:
    found = as_feedparser(body, {"content-type": "application/xml"})
    for item, entry in zip(read(body).items, found.entries, strict=True):
        said = [" ".join(str(entry.get(name, "")).split()) for name in ("title", "link", "id")]
        assert [item.title, item.url] == [said[0], urljoin(URL, said[1]) if said[1] else ""]
        assert said[2] in (item.key, item.key.replace("////", "//"))
    assert len(found.entries) > 0


# Odd and malformed documents


@check_rows(
    [
        rss(entry("First"), entry("Second & third")),
        rss(entry("First"), entry("Second &nbsp;third")),
        rss(entry("First"), entry("Second <b>third")),
        rss(entry("First"), entry("Second"))[:-22],
        b"<br />Warning: mysql is tired<br />\n" + rss(entry("First"), entry("Second")),
        rss(entry("First"), "<item><title>Second</title><x:y>z</x:y></item>"),
    ]
)
def test_a_malformed_feed_keeps_its_entries_and_says_so(body: bytes) -> None:
    parsed = read(body)
    assert [i.title.split()[0] for i in parsed.items] == ["First", "Second"]
    assert parsed.warning is not None
    assert parsed.warning.startswith("malformed: ")
    assert "\n" not in parsed.warning


def test_odd_documents_are_read() -> None:
    parsed = read(rss(entry("Bell\x07 &#0; &#xD83D; tolls")))
    assert (parsed.items[0].title, parsed.warning) == ("Bell \ufffd \ufffd tolls", None)
    prolog = (
        b"\n\n<!-- <rss> --><?pi <x> ?><!DOCTYPE rss PUBLIC 'a' 'b' [<!ENTITY c '<d/>'> ]>\n< !>"
    )
    assert only(prolog + rss(entry("First")).partition(b"?>")[2]).title == "First"
    item = only(rss("<item xml:base='https://a.example/b/'><title>A</title><guid>c</guid></item>"))
    assert (item.key, item.url) == ("c", "https://a.example/b/c")


def test_odd_addresses_are_no_reason_to_lose_an_entry() -> None:
    entry = "<entry{}><title>A</title><link href='x'/></entry>"
    body = f"<feed>{entry.format(' base={0}http://a.example/b/{0}'.format(chr(39)))}{entry.format('')}</feed>"
    links = [i.url for i in read(body.encode()).items]
    assert links == ["http://a.example/b/x", "https://feed.example/news/x"]
    entry = "<entry{}><title>A</title><link href=''/></entry>"
    for base in ("", " xml:base='http://a.example/b/'"):
        body = f"<feed>{entry.format(base)}{entry.format('')}</feed>"
        assert read(body.encode()).items[-1].url == ""


def test_a_document_on_which_feedparser_stumbles_is_a_failure() -> None:
    body = rss(entry(inside="<gml:pos xmlns:gml='http://www.opengis.net/gml'>1 2</gml:pos>"))
    assert refused(body) == "feedparser stumbled over it (KeyError)"


@check_rows([
    (b"", "text/xml", "an empty answer"),
    (b" \r\n\t", "text/xml", "an empty answer"),
    (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "text/html", "an HTML page, not a feed"),
    (b"<HTML><body><item><title>x</title></item></body></HTML>", "text/html", "an HTML page, not a feed"),
    (b"[]", "", "a JSON document, not a feed"),
    (b"<opml version='2.0'><body/></opml>", "text/xml", "an OPML list of feeds, not a feed"),
    (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "text/xml", "a sitemap, not a feed"),
    (b"<s:envelope xmlns:s='x'/>", "text/xml", "an XML document <envelope>, not a feed"),
    (b"Forbidden", "text/plain", "plain text, not a feed"),
    (b"%PDF-1.4 ...", "application/pdf", "a PDF document, not a feed"),
    (b"\x89PNG\r\n\x1a\n\x81\x8d", "image/png", "not text but image/png"),
    (b"\x81\x8d\x8f\x90\x9d" * 20, "", "not text but unknown data"),
])  # fmt: skip
def test_what_is_no_feed_is_refused_by_its_name(
    body: bytes, content_type: str, reason: str
) -> None:
    assert refused(body, content_type) == reason


# Hostile documents


def test_nothing_hostile_comes_through_in_an_entry() -> None:
    item = only(
        rss(
            entry(
                "&lt;script&gt;alert(1)&lt;/script&gt;Ni\u202ece\u200b &amp;lt;img "
                "onerror=x&amp;gt;",
                "<link>javascript:alert(1)</link><description><![CDATA[<iframe "
                "src='x'>y</iframe>Text]]></description>",
            )
        )
    )
    assert (item.title, item.summary, item.url, item.canonical_url) == ("Nice", "Text", "", "")


def test_entities_of_the_document_expand_to_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    bomb = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    doctype = f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{bomb}<!ENTITY file SYSTEM '{secret.as_uri()}'>]>"
    parsed = read(
        doctype.encode() + rss(entry("A &l9; B"), entry("C &file; D")).partition(b"?>")[2]
    )
    assert "hunter2" not in repr(parsed)
    assert "lollol" not in repr(parsed)
    assert [i.title[0] for i in parsed.items] == ["A", "C"]


@check_rows([
    ("<a " + " ".join(f"xmlns:n{n}='urn:{n}'" for n in range(50_000)) + "/>", "more than 100 namespaces"),
    ("<a " + " ".join(f"xmlns:{'n' * 150}{n}='u'" for n in range(2_000)) + "/>", "more than 100 namespaces"),
    ("<a " + " ".join(f"a{n}='>'" for n in range(100_000)) + "/>", "a tag with 300 attributes or more"),
    ("<a>" * 500_000, "more than 400,000 tags"),
    ("<a xml:base='a/b/c'>" * 8_000, "more than 1,000 uses of xml:base"),
    ("&amp;" * 1_100_000, "more than 1,000,000 references"),
    ("<" * 500_000, "more than 400,000 tags"),
])  # fmt: skip
def test_a_document_too_costly_to_read_is_refused(inside: str, reason: str) -> None:
    body = rss(entry(inside=inside))
    with patience():
        assert refused(body) == reason


@pytest.mark.slow
@check_rows(
    [
        rss(entry(inside=f"<description><![CDATA[{'<!--' * 200_000}]]></description>")),
        rss(entry(inside=f"<author>{'a.' * 200_000}</author>")),
        rss(entry(inside="".join(f"<category>c{n}</category>" for n in range(20_000)))),
        b"\n" * 2_000_000 + rss(entry()).partition(b"?>")[2],
        b"<?xml " + b"encoding='" * 50_000 + b"?>" + rss(entry()).partition(b"?>")[2],
        rss(*["<item xmlns:a='urn:a'><title>A title</title></item>"] * 2_000),
        rss(entry(inside=f"<description>{'<!--' * 200_000}</description>")),
        rss(entry(inside="<a>" * 25_000 + "</a>" * 25_000)),
        rss(entry(inside=f"<description>{'&' * 200_000}</description>")),
        rss(entry(inside=f"<description><![CDATA[{'<' * 300_000}]]></description>")),
        rss(entry(inside=f"<description>{'x' * 10_000_000}</description>")),
        rss(entry("A title" + "\0" * 1_000_000)),
        rss(entry(inside="<a>x</a>")).replace(
            b"x", b"\xed\xa0\x80" * 100_000 + b"&#xD800;" * 100_000
        ),
        rss(*["<item><title>A title</title>"] * 50_000),
        b"<!DOCTYPE rss [<!ENTITY a '"
        + b"x" * 100_000
        + b"'>]>"
        + rss(entry(inside=f"<x>{'&a;' * 100_000}</x>"))[21:],
    ]
)
def test_a_document_that_is_only_odd_is_read_quickly(body: bytes) -> None:
    with patience():
        assert [i.title for i in read(body).items] == ["A title"]


@check_rows([True, False])
def test_of_a_monster_the_newest_500_entries_are_read(newest_first: bool) -> None:
    dated = [
        entry(
            f"T{n}",
            f"<guid>g{n}</guid><pubDate>{datetime.fromtimestamp(n * 3600, UTC):%a, %d %b %Y %T} "
            "GMT</pubDate>",
        )
        for n in range(200_000, 220_000)
    ]
    body = rss(*(reversed(dated) if newest_first else dated))
    with patience():
        parsed = read(body)
    assert {i.key for i in parsed.items} == {f"g{n}" for n in range(219_500, 220_000)}
    assert parsed.items[0].key == ("g219999" if newest_first else "g219500")
    assert parsed.warning == "20,000 entries, of which the newest 500 were read"


def test_undated_entries_are_as_old_as_the_one_before() -> None:
    date = "<pubDate>Wed, 01 Jun 2022 10:30:00 GMT</pubDate>"
    older = "<pubDate>Tue, 31 May 2022 10:30:00 GMT</pubDate>"
    top, rest = (
        [entry("Top"), entry("Dated", date), entry("Beside")],
        [entry(f"Old {n}", older) for n in range(600)],
    )
    titles = [i.title for i in read(rss(*rest[:300], *top[1:], *rest[300:])).items]
    assert len(titles) == 500
    assert {"Dated", "Beside"} <= set(titles)
    assert next(i.title for i in read(rss(*top, *rest)).items) == "Top"
    assert [i.title for i in read(rss(*[entry(f"T{n}") for n in range(600)])).items] == [
        f"T{n}" for n in range(500)
    ]
