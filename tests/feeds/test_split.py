"""Finding the entries of a document, to the byte."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.documents import KINDS, Entry, Kind, document, xml
from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.parsing.change_detection import (
    MAX_ENTRIES,
    SplitDocument,
    remove_entries,
    split_entries,
)

ENTRIES = [
    Entry(guid="1", title="One", text="<p>Some & <b>more</b> text</p>"),
    Entry(title="Zwei: Über Öl", link="https://wire.example/2?a=1&b=2"),
    Entry(guid="3", title="Три", date="2022-06-01"),
]


def found(body: bytes, content_type: str = "") -> SplitDocument:
    parts = split_entries(body, content_type)
    assert parts is not None
    return parts


def pieces(parts: SplitDocument) -> list[str]:
    return [parts.document[start:end].decode() for start, end in parts.ranges]


@check_rows(KINDS)
def test_each_entry_is_found_to_the_byte(kind: Kind) -> None:
    body = document(kind, ENTRIES)
    parts = found(body)
    assert parts.document == body
    assert pieces(parts) == [xml(kind, entry) for entry in ENTRIES]
    assert len(set(parts.hashes)) == 3
    assert {len(digest) for digest in parts.hashes} == {8}


@check_rows(KINDS)
def test_known_entries_are_cut_out_and_nothing_else(kind: Kind) -> None:
    body = document(kind, ENTRIES)
    parts = found(body)
    assert remove_entries(parts, set()) == body
    assert remove_entries(parts, {parts.hashes[1]}).decode() == body.decode().replace(
        xml(kind, ENTRIES[1]), ""
    )
    rest = body.decode()
    for entry in ENTRIES:
        rest = rest.replace(xml(kind, entry), "")
    assert remove_entries(parts, {*parts.hashes}).decode() == rest


def test_a_hash_depends_on_entry_and_surroundings_alone() -> None:
    before = found(document("atom", ENTRIES, built="1"))
    assert found(document("atom", ENTRIES[::-1], built="2")).hashes == before.hashes[::-1]
    edited = document("atom", ENTRIES).replace(b"One", b"Two")
    assert [a == b for a, b in zip(found(edited).hashes, before.hashes, strict=True)] == [
        False,
        True,
        True,
    ]


@check_rows([b"xml:base='https://x.example/'", b"xmlns:x='urn:x'", b"xml:lang='de'"])
def test_a_hash_changes_with_what_the_surroundings_give_the_entry(attribute: bytes) -> None:
    body = document("atom", ENTRIES)
    moved = body.replace(b"<feed ", b"<feed " + attribute + b" ")
    assert not {*found(moved).hashes} & {*found(body).hashes}


def test_entries_are_known_by_any_case_and_prefix() -> None:
    inside = "<![CDATA[</item><item>]]><!-- </item> --><a b='/item>'/><items/><itemx></itemx>"
    body = (
        f"<rss><channel><!-- <item> --><item x='>'><title>{inside}</title></item ></channel></rss>"
    ).encode()
    assert pieces(found(body)) == [f"<item x='>'><title>{inside}</title></item >"]
    body = b"<r xmlns:a='http://www.w3.org/2005/Atom'><ITEM><t/></ITEM><a:entry>x</a:entry></r>"
    assert pieces(found(body)) == ["<ITEM><t/></ITEM>", "<a:entry>x</a:entry>"]


@check_rows(["windows-1251", "utf-16", "koi8-r", "utf-8-sig"])
def test_a_document_in_any_encoding_is_split_in_utf8(encoding: str) -> None:
    body = (
        document("rss", ENTRIES[2:])
        .decode()
        .replace("1.0'", f"1.0' encoding='{encoding}'")
        .encode(encoding)
    )
    parts = found(body)
    assert pieces(parts) == [xml("rss", ENTRIES[2])]
    assert remove_entries(parts, set()).decode("utf-8-sig").endswith("</rss>\n")


@check_rows([b"\n\n<?xml version='1.0'?>", b"<?xml version='1.1'?>", b"<!DOCTYPE rss PUBLIC 'a' 'b'>",
 b"<!DOCTYPE rss [<!ENTITY a 'b'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"warning: \x07 mysql is tired\n"])  # fmt: skip
def test_what_comes_before_the_first_element_is_in_nobodys_way(prolog: bytes) -> None:
    body = document("rss", ENTRIES).partition(b"?>")[2]
    assert pieces(found(prolog + body)) == [xml("rss", entry) for entry in ENTRIES]


RSS = document("rss", ENTRIES)


@check_rows(
    [
        b"",
        b"text",
        b'{"items": [{"id": 1}]}',
        b"<rss><channel><title>No entries</title></channel></rss>",
        b"<html><body>A page</body></html>",
        RSS[:-22],
        RSS.replace(b"</item>", b"", 1),
        RSS.replace(b"One", b"One &nbsp;"),
        RSS.replace(b"<title>One", b"<x:y>One</x:y><title>"),
        RSS.replace(b"<title>One", b"<item>in an item</item><title>"),
        RSS.replace(b"<title>One", b"<x><item>in an item</item><channel></channel></x><title>"),
        RSS.replace(b"<title>One", b"<entry>in an item</entry><title>"),
        RSS.replace(b"<item>", b"<item/><item>", 1),
        RSS.replace(b"<channel>", b"<channel>" + b"<a>" * 40).replace(
            b"</channel>", b"</a>" * 40 + b"</channel>"
        ),
        RSS.replace(
            b"<channel>", b"<channel " + b" ".join(b"xmlns:a%d='u'" % n for n in range(300)) + b">"
        ),
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS.partition(b"?>")[2].replace(b"One", b"&a;"),
        document("rss", [Entry(title=str(n)) for n in range(MAX_ENTRIES + 1)]),
    ]
)
def test_where_there_is_any_doubt_nothing_is_split(body: bytes) -> None:
    assert split_entries(body, "") is None


@check_rows(
    [
        RSS.replace(
            b"One",
            b"<a " + b" ".join(b"xmlns:n%d='urn:%d'" % (n, n) for n in range(50_000)) + b"/>",
        ),
        RSS.replace(b"<rss", b"<rss " + b" ".join(b"a%d='%d'" % (n, n) for n in range(50_000)), 1),
        RSS.replace(b"One", b"<a>" * 300_000 + b"</a>" * 300_000),
        RSS.replace(b"One", b"<" * 3_000_000),
        RSS.replace(b"One", b"&amp;" * 1_000_000),
        RSS.replace(b"<item>", b"<a/>" * 100_000 + b"<item>", 1),
        b"<rss>" + b"<item>" * 200_000,
        b"<rss>" + b"<item>x</item>" * 500_000 + b"</rss>",
    ]
)
def test_a_hostile_document_takes_no_more_than_its_length(body: bytes) -> None:
    with patience():
        split_entries(body, "")


@settings(deadline=None)
@given(st.text(alphabet="<>&/='\" itemr:xn", max_size=200), st.text(max_size=20))
def test_any_markup_is_split_or_left_alone(inside: str, content_type: str) -> None:
    parts = split_entries(f"<rss><item>{inside}</item></rss>".encode(), content_type)
    if parts:
        assert pieces(parts)[0].startswith("<item")
        assert all(piece.endswith(">") for piece in pieces(parts))
