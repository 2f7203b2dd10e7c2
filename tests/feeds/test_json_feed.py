"""JSON Feed: the same items as from XML, and no trouble from hostile documents."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.documents import Entry, document
from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.parse import ParsedFeed, ParseFailed, parse_feed

URL = "https://feed.example/news/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"
TYPE = "application/feed+json"


def feed(*items: Any, **fields: Any) -> bytes:
    return json.dumps({"version": VERSION, "title": "News", "items": [*items], **fields}).encode()


def read(body: bytes, content_type: str = TYPE) -> ParsedFeed:
    parsed = parse_feed(body, content_type, URL)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def only(item: Any) -> ParsedItem:
    (found,) = read(feed(item)).items
    return found


def refused(body: bytes, content_type: str = TYPE) -> str:
    parsed = parse_feed(body, content_type, URL)
    assert isinstance(parsed, ParseFailed), parsed
    return parsed.reason


def test_an_entry_reads_the_same_as_in_xml() -> None:
    item = {
        "id": "gas-7",
        "url": "https://wire.example/gas?utm_source=x",
        "title": "Talks on <i>gas</i>",
    }
    item |= {
        "content_html": "<p>Two <b>leaders</b> met.</p>",
        "date_modified": "2022-06-01T10:30:00+03:00",
    }
    entry = Entry(
        item["id"], item["url"], item["title"], item["content_html"], item["date_modified"]
    )
    in_xml = parse_feed(document("atom", [entry]), "application/xml", URL)
    assert isinstance(in_xml, ParsedFeed)
    assert read(feed(item)).items == in_xml.items
    assert read(feed(item)).names == in_xml.names


def test_a_feed_has_its_title_and_site() -> None:
    parsed = read(feed(home_page_url="/", title="All &amp; sundry"))
    site = "https://feed.example/"
    assert parsed == ParsedFeed("All & sundry", (), None, site_url=site, format="JSON Feed")


@check_rows(["https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1.1"], "version")
@check_rows(["", "text/plain", "application/json"], "content_type")
def test_a_feed_is_known_by_its_version(version: str, content_type: str) -> None:
    assert [i.title for i in read(feed({"title": "A"}, version=version), content_type).items] == [
        "A"
    ]


def test_a_feed_is_known_without_version_or_items() -> None:
    body = b'\xef\xbb\xbf \n{"items": [{"title": "A"}]}'
    assert [i.title for i in read(body, "application/feed+json; charset=utf-8").items] == ["A"]
    assert refused(body, "application/json") == "a JSON document, not a feed"
    empty = ParsedFeed("", (), None, format="JSON Feed")
    assert read(f'{{"version": "{VERSION}"}}'.encode()) == empty


@check_rows([b"[]", b'["a"]', b"{}", b'{"items": 7}', b'{"version": 7, "items": "x"}', b'{"error": "not found"}',
 b'{"version": "https://jsonfeed.org/version/1", "items": {"a": 1}}'])  # fmt: skip
def test_other_json_is_refused(body: bytes) -> None:
    assert refused(body) == "a JSON document, not a feed"


def test_odd_fields_are_read_or_left_out() -> None:
    item = only({"id": "1", "content_text": "If 1 < 2 and <b> is\n bold &amp; so on"})
    assert item.summary == "If 1 < 2 and <b> is bold &amp; so on"
    body = b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": 7, "title": "A"}, {"id": 1e400, "title": 2},'
    body += b'{"id": ' + b"9" * 5_000 + b', "title": -0.50}]}'
    items = read(body).items
    assert [i.key for i in items][:2] == ["7", "1e400"]
    assert items[2].key.startswith("sha256:")
    assert [i.title for i in items] == ["A", "2", "-0.50"]
    odd = {
        "id": None, "url": ["x"], "title": {"a": 1}, "summary": True, "content_html": [],
        "date_published": {},
    }  # fmt: skip
    parsed = read(
        feed(odd, {**odd, "title": "Kept"}, None, 7, "x", ["a"], title=None, home_page_url=[1])
    )
    assert [(i.title, i.url, i.published_at) for i in parsed.items] == [("Kept", "", None)]
    assert [name == bytes(8) for name in parsed.names] == [True, False, True, True, True, True]
    parsed = read(
        feed({"id": "g", "title": "A", "url": "/1"}, {"id": "g", "title": "B", "url": "/2"})
    )
    assert [i.key for i in parsed.items] == ["g https://feed.example/1", "g https://feed.example/2"]
    assert parsed.names[0] == parsed.names[1]
    item = only(
        {
            "id": "a\ud800b\x00",
            "title": "Ni\udfffce \x07\u202etitle",
            "content_html": "&#0;&#xd800;x",
        }
    )
    assert (item.key, item.title, item.summary) == ("ab", "Nice title", "\ufffd\ufffdx")


def test_summary_and_content_are_told_apart() -> None:
    item = only(
        {
            "id": "1",
            "summary": "Short.",
            "content_html": "<p>Short.</p><p>And long.</p>",
            "content_text": "x",
        }
    )
    assert (item.summary, item.content) == ("Short.", "Short. And long.")
    item = only({"id": "1", "summary": "All that is said.", "content_text": "All that is said."})
    assert (item.summary, item.content) == ("All that is said.", "")
    item = only({"id": "1", "content_text": "word " * 10_000})
    assert (len(item.summary), len(item.content)) == (1_995, 19_995)  # both end at a word
    assert item.title == "word " * 18 + "word…"


@check_rows(
    [
        ({"url": "/a", "external_url": "https://b.example/"}, "https://feed.example/a"),
        ({"external_url": "https://b.example/"}, "https://b.example/"),
        ({"id": "https://c.example/7"}, "https://c.example/7"),
        ({"id": "7"}, ""),
        ({"url": "javascript:alert(1)"}, ""),
    ]
)
def test_an_entry_links_where_it_says(fields: dict[str, str], url: str) -> None:
    assert only({"title": "A", **fields}).url == url


@check_rows([
    ("2022-06-01T10:30:00+03:00", datetime(2022, 6, 1, 7, 30, tzinfo=UTC)),
    ("2022-06-01T10:30:00.123456789z", datetime(2022, 6, 1, 10, 30, 0, 123456, tzinfo=UTC)),
    ("2022-06-01 10:30", datetime(2022, 6, 1, 10, 30, tzinfo=UTC)),
    ("2022-06-01", datetime(2022, 6, 1, tzinfo=UTC)), ("2022-02-31T00:00:00Z", None),
    ("0001-01-01T00:00:00+14:00", None), ("1970-01-01T00:00:00Z", None), ("2022-W22-3", None),
    ("1654070400", None), ("yesterday", None), ("", None),
])  # fmt: skip
def test_a_date_is_read_as_utc_or_not_at_all(said: str, at: datetime | None) -> None:
    item = only({"title": "A", "date_published": said})
    assert (item.published_at, item.published_raw, item.updated_at) == (at, said, None)
    assert only({"title": "A", "date_modified": said}).updated_at == at


def test_a_modification_date_replaces_a_missing_publication_date() -> None:
    item = only({"title": "A", "date_published": "soon", "date_modified": "2022-06-01"})
    assert (item.published_at, item.published_raw) == (
        datetime(2022, 6, 1, tzinfo=UTC),
        "2022-06-01",
    )


@check_rows(
    [
        (b"[" * 1_000_000, "JSON nested too deeply"),
        (b'{"items":' * 100_000, "JSON nested too deeply"),
        (b'{"items": [' + b"{}," * 3_000_000 + b"{}]}", "JSON of more than 2,000,000 values"),
        (b'{"items": [', "malformed JSON: Expecting value: line 1 column 12 (char 11)"),
        (
            b'{"items": [1 2]}',
            "malformed JSON: Expecting ',' delimiter: line 1 column 14 (char 13)",
        ),
        (
            b'{"title": "' + b"\\u" * 300_000,
            "malformed JSON: Invalid \\uXXXX escape: line 1 column 13 (char 12)",
        ),
    ]
)
def test_a_hostile_or_broken_document_is_refused_quickly(body: bytes, reason: str) -> None:
    with patience():
        assert refused(body) == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "title", "url", "x"]), inner)
    ),
    max_leaves=9,
)


@settings(deadline=None, max_examples=100)
@given(st.lists(JSON, max_size=4), JSON)
def test_any_items_have_an_answer(items: list[Any], title: Any) -> None:
    parsed = read(feed(*items, title=title))
    assert len(parsed.names) == len(items)
    assert len(parsed.items) <= len(items)
