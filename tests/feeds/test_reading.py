"""Reading only what is new: a series of documents by their differences, and each of them whole."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.documents import KINDS, Entry, Kind, document
from tests.tables import check_rows
from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.change_detection import (
    NO_MEMORY,
    DocumentMemory,
    NewContent,
    ParsedDocument,
    UnchangedDocument,
    detect_changes,
    finish_reading,
)
from tracker.feeds.parsing.parse import ParsedFeed, ParseFailed, parse_feed

URL = "https://feed.example/news/rss.xml"
TYPE = "application/xml"


def whole(body: bytes) -> ParsedFeed:
    parsed = parse_feed(body, TYPE, URL)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def step(body: bytes, memory: DocumentMemory) -> tuple[ParsedDocument | UnchangedDocument, int]:
    """What the next document brings, and how many entries it was parsed without."""
    unread = detect_changes(body, TYPE, memory)
    if isinstance(unread, UnchangedDocument):
        return unread, 0
    outcome = finish_reading(unread, parse_feed(unread.document, unread.content_type, URL))
    if isinstance(outcome, NewContent):
        assert (outcome.document, outcome.cut) == (body, 0)
        unread, outcome = (
            outcome,
            finish_reading(outcome, parse_feed(outcome.document, outcome.content_type, URL)),
        )
    assert isinstance(outcome, ParsedDocument)
    return outcome, unread.cut


def first_read(body: bytes) -> ParsedDocument:
    outcome, cut = step(body, NO_MEMORY)
    assert isinstance(outcome, ParsedDocument)
    assert cut == 0
    return outcome


def titles(outcome: ParsedDocument | UnchangedDocument) -> list[str]:
    return [item.title for item in outcome.items] if isinstance(outcome, ParsedDocument) else []


ONE, TWO, THREE = (
    Entry(guid=n, link=f"https://wire.example/{n}", title=n, text=f"Text of {n}") for n in "123"
)


@check_rows(KINDS)
def test_a_first_document_is_read_whole(kind: Kind) -> None:
    body = document(kind, [ONE, TWO])
    outcome = first_read(body)
    parsed = whole(body)
    assert outcome.items == parsed.items
    assert (outcome.title, outcome.site_url, outcome.warning) == (
        parsed.title,
        parsed.site_url,
        None,
    )
    assert outcome.ttl_seconds == (1800 if kind == "rss" else 0)
    assert len(outcome.memory.entries) == 32


@check_rows(KINDS)
def test_the_same_bytes_are_not_looked_into(kind: Kind) -> None:
    body = document(kind, [ONE, TWO])
    memory = first_read(body).memory
    assert detect_changes(body, TYPE, memory) == UnchangedDocument(memory)
    assert detect_changes(body, TYPE, DocumentMemory(memory.body_hash, b"")) == UnchangedDocument(
        DocumentMemory(memory.body_hash, b"")
    )


@check_rows(KINDS)
def test_a_document_made_again_is_not_parsed(kind: Kind) -> None:
    memory = first_read(document(kind, [ONE, TWO, THREE])).memory
    later = detect_changes(document(kind, [THREE, ONE], built="later"), TYPE, memory)
    assert isinstance(later, UnchangedDocument)
    assert later.memory.entries == memory.entries[32:] + memory.entries[:16]
    assert detect_changes(document(kind, [THREE, ONE], built="later"), TYPE, later.memory) == later


@check_rows(KINDS)
def test_only_new_and_edited_entries_are_parsed(kind: Kind) -> None:
    memory = first_read(document(kind, [ONE, TWO])).memory
    edited = Entry(guid="2", link=TWO.link, title="2", text="Another text")
    body = document(kind, [THREE, ONE, edited], built="later")
    unread = detect_changes(body, TYPE, memory)
    assert isinstance(unread, NewContent)
    assert (unread.cut, unread.whole) == (1, body)
    assert b"Text of 1" not in unread.document
    outcome = finish_reading(unread, parse_feed(unread.document, unread.content_type, URL))
    assert isinstance(outcome, ParsedDocument)
    assert outcome.items == (whole(body).items[0], whole(body).items[2])
    assert outcome.memory == first_read(body).memory


def test_a_name_of_a_removed_entry_forces_full_reading() -> None:
    memory = first_read(document("rss", [ONE, TWO])).memory
    same_guid = Entry(guid="1", link="https://wire.example/4", title="4")
    body = document("rss", [same_guid, ONE, TWO])
    outcome, cut = step(body, memory)
    assert isinstance(outcome, ParsedDocument)
    assert (cut, outcome.items) == (0, whole(body).items)
    assert outcome.items[0].key == "1 https://wire.example/4"


def test_an_entry_that_says_nothing_is_remembered_all_the_same() -> None:
    empty = Entry(link="https://wire.example/x", title="")
    memory = first_read(document("rss", [ONE, empty])).memory
    assert memory.entries[24:] == bytes(8)
    outcome, cut = step(
        document("rss", [empty, TWO, ONE, Entry(title="", link="https://wire.example/y")]), memory
    )
    assert (titles(outcome), cut) == (["2"], 2)


@check_rows(
    [
        (b"<channel>", b"<channel xml:base='https://other.example/'>"),
        (b"<rss ", b"<rss xml:lang='de' "),
    ]
)
def test_entries_whose_surroundings_change_are_read_again(before: bytes, after: bytes) -> None:
    body = document("rss", [Entry(guid="1", link="/1")])
    outcome, _ = step(body.replace(before, after), first_read(body).memory)
    assert titles(outcome) == ["A title"]


def test_a_base_inside_an_entry_reaches_no_other() -> None:
    def feed(*links: str) -> bytes:
        entries = "".join(
            f"<entry{' xml:base={0}https://other.example/x/{0}'.format(chr(39)) if link < 'b' else ''}><id>{link}</id><title>{link}</title><link "
            f"href='{link}'/></entry>"
            for link in links
        )
        return (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{entries}</feed>".encode()
        )

    memory = first_read(feed("a", "b")).memory
    outcome, cut = step(feed("a", "b", "c"), memory)
    assert isinstance(outcome, ParsedDocument)
    assert (cut, outcome.items) == (2, whole(feed("a", "b", "c")).items[2:])
    outcome, cut = step(feed("a", "aa", "b"), memory)
    assert isinstance(outcome, ParsedDocument)
    assert (cut, outcome.items) == (2, whole(feed("a", "aa", "b")).items[1:2])


@check_rows(
    [
        document("rss", [ONE, TWO])[:-10],
        document("rss", [ONE, TWO]).replace(b"Text", b"Text &nbsp;"),
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "title": "1"}, {"id": 2, "title": "2"}]}',
    ]
)
def test_what_cannot_be_split_is_read_whole(body: bytes) -> None:
    outcome = first_read(body)
    assert (titles(outcome), outcome.memory.entries) == (["1", "2"], b"")
    assert detect_changes(body, TYPE, outcome.memory) == UnchangedDocument(outcome.memory)
    again, cut = step(body.replace(b"2", b"3"), outcome.memory)
    assert (titles(again), cut) == (["1", "3"], 0)


def test_entries_of_an_unknown_namespace_are_not_trusted() -> None:
    body = document("rss", [ONE]).replace(
        b"<channel>", b"<channel xmlns:x='urn:x'><x:item>odd</x:item>"
    )
    outcome = first_read(body)
    assert (titles(outcome), outcome.memory.entries) == (["1"], b"")


def test_a_part_that_fails_gives_way_to_the_whole() -> None:
    memory = first_read(document("rss", [ONE])).memory
    unread = detect_changes(document("rss", [ONE, TWO]), TYPE, memory)
    assert isinstance(unread, NewContent)
    part = whole(unread.document)
    entire = finish_reading(unread, ParseFailed("too slow"))
    assert isinstance(entire, NewContent)
    assert (entire.document, entire.cut) == (unread.whole, 0)
    assert finish_reading(unread, ParsedFeed(part.title, part.items, None, names=())) == entire
    actual = finish_reading(unread, ParsedFeed(part.title, part.items, None, names=part.names * 2))
    assert actual == entire


def test_all_entries_of_a_huge_document_are_remembered() -> None:
    entries = [Entry(guid=str(n), title=str(n)) for n in range(3_000)]
    outcome = first_read(document("rss", entries))
    assert (len(outcome.items), len(outcome.memory.entries)) == (500, 48_000)
    news, cut = step(document("rss", [Entry(guid="new", title="new"), *entries]), outcome.memory)
    assert (titles(news), cut) == (["new"], 3_000)


# Laws


def guid_of_its_own(entries: Sequence[Entry]) -> list[Entry]:
    """The first entry of each guid; what has none goes by its link or its words."""
    return list(
        {
            entry.guid or entry.link or (entry.title, entry.text): entry for entry in entries[::-1]
        }.values()
    )[::-1]


def entries(guids: Sequence[str]) -> st.SearchStrategy[Entry]:
    """Entries that are often the same, often edited, and often in each other's way."""

    def entry(guid: str, link: str, edition: str, date: str) -> Entry:
        return Entry(
            guid,
            link,
            f"{edition} entry {guid}{link[-1:]}".strip(),
            f"<p>Said & {edition}</p>",
            date,
        )

    return st.builds(
        entry,
        st.sampled_from(guids),
        st.sampled_from(["", "https://wire.example/1", "https://wire.example/2", "/3"]),
        st.sampled_from(["first", "second"]),
        st.sampled_from(["", "2022-06-01", "2022-06-02"]),
    )


def series(guids: Sequence[str]) -> st.SearchStrategy[list[list[Entry]]]:
    return st.lists(st.lists(entries(guids), min_size=1, max_size=8), min_size=1, max_size=5)


KIND = st.sampled_from(KINDS)
FEW, MANY = ["", "a", "b"], ["", *"abcdefgh"]


@settings(deadline=None, max_examples=30)
@given(KIND, series(MANY))
def test_reading_by_differences_leaves_the_same_items_as_reading_whole(
    kind: Kind, documents: list[list[Entry]]
) -> None:
    kept: dict[str, ParsedItem] = {}
    by_differences: dict[str, ParsedItem] = {}
    memory = NO_MEMORY
    for n, found in enumerate(documents):
        body = document(kind, guid_of_its_own(found), built=str(n))
        kept.update({item.key: item for item in whole(body).items})
        outcome, _ = step(body, memory)
        memory = outcome.memory
        if isinstance(outcome, ParsedDocument):
            by_differences.update({item.key: item for item in outcome.items})
    assert by_differences == kept


@settings(deadline=None, max_examples=30)
@given(KIND, series(FEW))
def test_differences_keep_the_order_of_the_whole(kind: Kind, documents: list[list[Entry]]) -> None:
    memory = NO_MEMORY
    for n, found in enumerate(documents):
        body = document(kind, found, built=str(n))
        outcome, cut = step(body, memory)
        memory = outcome.memory
        if isinstance(outcome, ParsedDocument):
            entire = whole(body).items
            places = [entire.index(item) for item in outcome.items]
            assert places == sorted(places)
            assert cut or len(places) == len(entire)


@settings(deadline=None, max_examples=30)
@given(KIND, series(FEW))
def test_only_new_or_changed_entries_are_passed_on(
    kind: Kind, documents: list[list[Entry]]
) -> None:
    before: list[Entry] = []
    memory = NO_MEMORY
    for n, found in enumerate(documents):
        outcome, cut = step(document(kind, found, built=str(n)), memory)
        memory = outcome.memory
        news = {entry.title for entry in found if entry not in before}
        assert news <= {*titles(outcome)}
        if cut or isinstance(outcome, UnchangedDocument):
            assert news == {*titles(outcome)}
        before = found


@settings(deadline=None, max_examples=30)
@given(KIND, st.lists(entries(MANY), min_size=2, max_size=12), st.data())
def test_half_of_the_entries_known_gives_the_other_half(
    kind: Kind, found: list[Entry], data: st.DataObject
) -> None:
    body = document(kind, guid_of_its_own(found))
    read = first_read(body)
    names = [read.memory.entries[at : at + 16] for at in range(0, len(read.memory.entries), 16)]
    known = data.draw(st.lists(st.sampled_from(names), unique=True))
    outcome, cut = step(body, DocumentMemory(b"", b"".join(known)))
    assert cut == (len(known) if len(known) < len(names) else 0)
    wanted = [item for item, name in zip(read.items, names, strict=True) if name not in known]
    assert ([*outcome.items] if isinstance(outcome, ParsedDocument) else []) == wanted
    assert outcome.memory == read.memory
