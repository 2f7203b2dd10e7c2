"""Bytes from nowhere, and feeds that were cut, doubled, flipped and spliced: there is always an
answer within its caps.

A few seconds of it belong to every run. For a longer one, raise `max_examples`.
"""

from datetime import UTC
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.documents import KINDS, Entry, document
from tracker.feeds.parsing.change_detection import (
    NO_MEMORY,
    DocumentMemory,
    NewContent,
    ParsedDocument,
    UnchangedDocument,
    detect_changes,
    finish_reading,
    remove_entries,
    split_entries,
)
from tracker.feeds.parsing.parse import ParsedFeed, ParseFailed, parse_feed
from tracker.feeds.parsing.parsed_feed import (
    MAX_CONTENT_LENGTH,
    MAX_DATE_LENGTH,
    MAX_ITEMS,
    MAX_KEY_LENGTH,
    MAX_SUMMARY_LENGTH,
    MAX_TITLE_LENGTH,
)
from tracker.feeds.plain_text import remove_invisible
from tracker.feeds.urls import MAX_URL_LENGTH, canonical_url

URL: Final = "https://feed.example/news/rss.xml"

ENTRIES: Final = [
    Entry("1", "https://wire.example/1", "One &amp; only", "<p>Text <b>of</b> one</p>" * 20, "1 Jun 2022 10:30 Z"),
    Entry("2", "/2", "Пекин", "<script>x</script>Text &#8217; two <!-- not --> <a href='x", "2022-06-02T00:00:00Z"),
    Entry("2", "javascript:alert(1)", "中俄 \u202e", "", "yesterday"),
    Entry("", "", "", "Only text \u200d and x" * 200, ""),
]  # fmt: skip
RICH: Final = b"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY a "b">]><?pi x?><rss version="2.0"
    xmlns:media="http://search.yahoo.com/mrss/" xmlns:georss="http://www.georss.org/georss" xml:base="http://b.example/"
    xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/">
    <channel><title>Rich</title><ttl>5</ttl><image><url>i.png</url><title>I</title></image>
    <textInput><name>q</name></textInput>
    <item><title><![CDATA[T & <b>U</b>]]></title><guid isPermaLink="true">g</guid><source url="s">S</source>
    <category domain="d">c</category><media:group><media:content url="u"><media:title>M</media:title></media:content>
    <media:description>D</media:description></media:group><itunes:summary>I</itunes:summary>&a;
    <georss:point>1 2</georss:point>
    <content:encoded><![CDATA[<svg><title>x</title></svg><p style="x">C</p>]]></content:encoded>
    <enclosure url="e" length="1"/><pubDate>1 June 2022 08:00 GMT</pubDate></item></channel></rss>"""
XHTML: Final = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:h="http://www.w3.org/1999/xhtml">
    <title type="xhtml"><h:div>X</h:div></title><entry xml:base="/b/"><id>1</id><title>t</title>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/></p>
    <svg xmlns="http://www.w3.org/2000/svg"><title>n</title></svg></div></content><link href="l"/></entry>
    <entry><author><name>n</name></author><content type="application/octet-stream">eHg=</content></entry></feed>"""
JSON: Final = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": 1, "url": "/1",
    "title": "A", "content_html": "<p>x</p>", "date_published": "2022-06-01T00:00:00Z"},
    {"id": "1", "content_text": "y"}]}"""
SEEDS: Final = [
    RICH, XHTML, JSON, *[document(kind, ENTRIES) for kind in KINDS], document("rss", ENTRIES * 3),
]  # fmt: skip
TYPES: Final = st.sampled_from(
    ["", "application/rss+xml", "text/xml; charset=koi8-r", "application/feed+json"]
)
TOKENS: Final = st.sampled_from(
    [b"<item>", b"</item>", b"<entry>", b"</entry>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&", b"&#0;", b"<",
     b"&a;", b">", b"</channel>", b"xmlns:x='y'", b"\0", b"\xff", b"\xed\xa0\x80", b"<title>", b"<?x", b'"', b"{", b"[",
     b"<x:y>", b"xml:base='//'", b"<guid>2</guid>", b"<link>ftp://x</link>", b"<pubDate>2024/05/06</pubDate>",
     b"<content type='xhtml'><div>"]
)  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """A real-shaped document after a few accidents."""
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 5))):
        at, to = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
        match draw(st.sampled_from(["cut", "doubled", "flipped", "spliced", "planted", "ended"])):
            case "cut":
                body = body[:at] + body[to:]
            case "doubled":
                body = body[:to] + body[at:to] + body[to:]
            case "flipped" if at < len(body):
                body = body[:at] + bytes([body[at] ^ 1 << draw(st.integers(0, 7))]) + body[at + 1 :]
            case "spliced":
                body = body[:at] + draw(st.sampled_from(SEEDS))[to:]
            case "planted":
                body = body[:at] + draw(TOKENS) + body[at:]
            case _:
                body = body[:to]
    return body


def checked(parsed: ParsedFeed | ParseFailed) -> ParsedFeed | ParseFailed:
    """Is all of it bounded, plain and http(s)?"""
    if isinstance(parsed, ParseFailed):
        assert 0 < len(parsed.reason) <= 200
        return parsed
    assert len(parsed.items) <= MAX_ITEMS
    assert len({item.key for item in parsed.items}) == len(parsed.items) <= len(parsed.names)
    assert 0 <= parsed.ttl_seconds <= 86400
    assert bool(parsed.site_url) == bool(
        canonical_url(parsed.site_url)
    )  # which only http(s) addresses have
    for text, longest in [(parsed.title, MAX_TITLE_LENGTH), *[pair for item in parsed.items for pair in (
        (item.title, MAX_TITLE_LENGTH), (item.summary, MAX_SUMMARY_LENGTH), (item.content, MAX_CONTENT_LENGTH),
        (item.published_raw, MAX_DATE_LENGTH), (item.url, MAX_URL_LENGTH),
        (item.key, MAX_KEY_LENGTH + MAX_URL_LENGTH + 80))]]:  # fmt: skip
        assert len(text) <= longest
        assert text == remove_invisible(text)
        assert "\n" not in text
    for item in parsed.items:
        assert item.title
        assert item.canonical_url == canonical_url(item.url)
        assert bool(item.url) == bool(item.canonical_url)
        assert all(
            at is None or (at.tzinfo is UTC and at.year >= 1990)
            for at in (item.published_at, item.updated_at)
        )
    return parsed


def follow(body: bytes, content_type: str, memory: DocumentMemory) -> DocumentMemory:
    """Read a document as it is read when it comes; what is remembered of it."""
    found = detect_changes(body, content_type, memory)
    while isinstance(found, NewContent):
        outcome = finish_reading(
            found, checked(parse_feed(found.document, found.content_type, URL))
        )
        if isinstance(outcome, ParseFailed):
            return NO_MEMORY
        if isinstance(outcome, ParsedDocument):
            return outcome.memory
        assert found.cut
        assert not outcome.cut
        found = outcome
    assert isinstance(found, UnchangedDocument)
    return found.memory


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=400), st.text(max_size=20))
def test_bytes_from_nowhere_have_an_answer(body: bytes, content_type: str) -> None:
    checked(parse_feed(body, content_type, URL))
    split_entries(body, content_type)
    follow(body, content_type, NO_MEMORY)


@settings(deadline=None, max_examples=40)
@given(mutants(), TYPES)
def test_a_feed_after_accidents_has_an_answer_within_its_caps(
    body: bytes, content_type: str
) -> None:
    checked(parse_feed(body, content_type, URL))


@settings(deadline=None, max_examples=30)
@given(mutants(), mutants(), TYPES)
def test_one_damaged_feed_after_another_is_followed(
    before: bytes, after: bytes, content_type: str
) -> None:
    memory = follow(after, content_type, follow(before, content_type, NO_MEMORY))
    assert len(memory.entries) % 16 == 0
    if memory.body_hash:
        assert isinstance(detect_changes(after, content_type, memory), UnchangedDocument)


@settings(deadline=None, max_examples=25)
@given(mutants(), st.data())
def test_cutting_entries_out_leaves_the_others_unchanged(body: bytes, data: st.DataObject) -> None:
    parts = split_entries(body, "")
    if parts is None:
        return
    known = set(data.draw(st.lists(st.sampled_from(parts.hashes))))
    left = [
        parts.document[start:end]
        for (start, end), digest in zip(parts.ranges, parts.hashes, strict=True)
        if digest not in known
    ]
    again = split_entries(remove_entries(parts, known), "")
    assert [again.document[start:end] for start, end in again.ranges] == left if again else not left
    checked(parse_feed(remove_entries(parts, known), "", URL))
