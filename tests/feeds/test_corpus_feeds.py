"""Documents of other people: feedparser's own assertions, and real feeds read our way and
feedparser's.

They lie beside the repository; without them these tests are not there.
"""

import datetime
import gzip
import re
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import feedparser
import pytest

from tests.feeds.plain_feedparser import as_feedparser
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
from tracker.feeds.parsing.parsed_feed import (
    MAX_ITEMS,
    ParsedEntry,
    assign_keys,
    item_from_entry,
    select_newest,
)
from tracker.feeds.plain_text import MAX_MARKUP_LENGTH, strip_markup

CORPORA: Final = Path(__file__).parents[2] / ".." / "shared" / "corpora"
__test__ = (
    {"corpora": ""} if CORPORA.is_dir() else {}
)  # pytest looks no further where this is empty

URL: Final = "https://feed.example/news/rss.xml"
REAL: Final = (
    "commafeed fast_rss feed-rs feedjira feedkit gofeed kagi-even kagi-integration miniflux "
    "newsboat node-feedparser prof18 reader rome rss-parser rubycocos rust-rss simplepie"
).split()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the documents."""
    folder = tmp_path_factory.mktemp("feeds")
    with tarfile.open(CORPORA / "feeds.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


# feedparser's assertions

ASSERTION: Final = re.compile(r"Description:\s*.*?\s*Expect:\s*(.*)\s*-->")
NEEDS: Final = re.compile(r"SkipUnless:\s*__import__\('(\w+)'\)")
HEADER: Final = re.compile(r"^Header:\s+([^:]+):(.*)$", re.MULTILINE)
MARKS: Final = (
    (b"\0\0\xfe\xff", "utf-32be"), (b"\xff\xfe\0\0", "utf-32le"), (b"\0\0\0<", "utf-32be"), (b"<\0\0\0", "utf-32le"),
    (b"\0<\0?", "utf-16be"), (b"<\0?\0", "utf-16le"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"),
)  # fmt: skip
OF_A_LATER_RELEASE: Final = {
    *[f"wellformed/{kind}/entry_link_{what}.xml" for kind in ("atom", "atom10")
      for what in ("no_href_link_priority", "rel_enclosure_no_href")],
    *[f"wellformed/itunes/itunes_{part}_explicit_{word}.xml" for part in ("channel", "item")
      for word in ("false", "no", "true")],
}  # fmt: skip
"""The assertions are those of feedparser's development branch; these are not met by feedparser
6.0.14 as it comes.
"""


def as_text(body: bytes) -> str:
    encoding = next((encoding for mark, encoding in MARKS if body.startswith(mark)), "")
    return (
        body.decode(encoding).lstrip("\ufeff") if encoding else body.decode("utf-8-sig", "ignore")
    )


def headers_of(name: str, text: str) -> dict[str, str]:
    """What a server would have said with the document, and where it would have been."""
    home = f"http://127.0.0.1:8097/tests/{name}"
    said = {key.lower(): value.strip() for key, value in HEADER.findall(text)}
    place = urljoin(home, said.get("content-location", ""))
    return {
        "content-type": "text/xml",
        **said,
        "content-location": place if place.startswith("http") else home,
    }


def is_met(name: str, body: bytes) -> bool:
    """Check the assertion in the leading comment of a document against what feedparser finds in
    it.
    """
    text = as_text(body)
    assertion = ASSERTION.search(text)
    assert assertion is not None
    over_http = "http" in name.partition("/")[2]
    headers = headers_of(name, text) if over_http else {}
    found = as_feedparser(
        text.encode() if name.startswith("wellformed/") and not over_http else body, headers
    )
    of_the_request = {  # what feedparser's HTTP client adds; it is not ours
        "etag": headers.get("etag"),
        "modified": headers.get("last-modified"),
        "modified_parsed": feedparser.datetimes._parse_date(headers.get("last-modified")),
    }
    names = {"datetime": datetime, "feedparser": feedparser, **of_the_request}
    if name.startswith("wellformed/") and found.bozo is not False:
        return False
    if name.startswith("illformed/") and over_http and not found.bozo:
        return False
    return bool(eval(assertion[1], names, found)) and not holds_bytes(found)


def holds_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(holds_bytes(part) for key, part in value.items() if key != "headers")
    return isinstance(value, bytes) or (isinstance(value, list) and any(map(holds_bytes, value)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:To avoid breaking existing software:DeprecationWarning")
def test_feedparsers_own_assertions_hold_as_it_comes(unpacked: Path) -> None:
    """As feedparser's own suite runs them; eight that need the module chardet are left out without
    it, as there.
    """
    count, unmet = 0, set()
    for kind in ("wellformed", "illformed", "encoding"):
        for path in sorted((unpacked / f"feedparser-{kind}").rglob("*.xml")):
            name, body = (
                f"{kind}/{path.relative_to(unpacked / f'feedparser-{kind}')}",
                path.read_bytes(),
            )
            needed = NEEDS.search(as_text(body))
            if needed and not find_spec(needed[1]):
                continue
            count += 1
            unmet |= set() if is_met(name, body) else {name}
    assert count >= 1_840
    assert unmet == OF_A_LATER_RELEASE


def test_feedparsers_assertion_about_json_holds(unpacked: Path) -> None:
    """All of it can be said of ours: not bozo is no warning."""
    parsed = parse_feed(
        (unpacked / "feedparser-json/example.json").read_bytes(), "application/json", URL
    )
    assert isinstance(parsed, ParsedFeed)
    assert (parsed.title, len(parsed.items), parsed.warning) == ("My Example Feed", 2, None)


# Real feeds


def documents(folder: Path, every: int, capture: int) -> Iterator[tuple[str, bytes]]:
    """One in `every` real documents that other libraries test with, and of the captured ones one in
    `capture`.
    """
    paths = [path for name in REAL for path in sorted((folder / name).rglob("*")) if path.is_file()]
    for path in paths[::every]:
        yield f"{path.parent.name}/{path.name}", path.read_bytes()
    for path in sorted((CORPORA / "rss_captures").glob("*/*.gz"))[::capture]:
        yield f"{path.parent.name}/{path.name}", gzip.decompress(path.read_bytes())


def theirs(body: bytes) -> list[ParsedItem]:
    """The entries as feedparser has them with its default options, as plain text, with keys and
    caps as ours have.

    It is told the feed's address only where there is an xml:base, as it would else resolve every
    id. What it does with the markup (cleaning, absolute addresses) is done before the markup
    becomes text.
    """
    headers = {"content-type": "application/xml"}
    if re.search(rb"[\s:]base\s*=", body):
        headers["content-location"] = URL
    return list(
        select_newest(
            assign_keys(
                [
                    item_from_entry(their_words(entry), URL)
                    for entry in as_feedparser(body, headers).entries
                ]
            )[0]
        )
    )


def their_words(entry: Any) -> ParsedEntry:
    contents = [
        text
        for content in entry.get("content", ())
        if isinstance(text := content.get("value"), str)
    ]
    said = [name for name in ("published", "updated", "created") if name in entry]
    readable = [name for name in said if entry.get(f"{name}_parsed")]
    name = next(iter([*readable, *said]), "published")
    return ParsedEntry(
        guid=entry.get("id", ""),
        title=strip_markup(entry.get("title", "")),
        summary=strip_markup(entry.get("summary", "")),
        content=strip_markup(max(contents, key=len, default="")),
        link=entry.get("link", ""),
        published_at=moment(entry.get(f"{name}_parsed")),
        published_raw=strip_markup(entry[name]) if name in said else "",
        updated_at=moment(entry.get("updated_parsed")) if "updated" in said else None,
    )


def moment(parsed: Any) -> datetime.datetime | None:
    """A date that feedparser read; the year 1, which is how Go writes that it has none, is no
    date.
    """
    at = datetime.datetime(*parsed[:6], tzinfo=datetime.UTC) if parsed else None
    return at if at and at.year > 1 else None


def taken(
    body: bytes, memory: DocumentMemory = NO_MEMORY
) -> tuple[ParsedDocument | UnchangedDocument | ParseFailed, int]:
    """Our way with a document from the bytes on, and how many entries were cut out of it."""
    found = detect_changes(body, "application/xml", memory)
    while isinstance(found, NewContent):
        outcome = finish_reading(found, parse_feed(found.document, found.content_type, URL))
        if not isinstance(outcome, NewContent):
            return outcome, found.cut
        found = outcome
    return found, 0


FIELDS: Final = (
    "key",
    "title",
    "url",
    "summary",
    "content",
    "published_at",
    "published_raw",
    "updated_at",
)


def compared(body: bytes) -> Counter[str]:
    """A document's entries by how ours compare with feedparser's."""
    outcome, _ = taken(body)
    ours, expected = outcome.items if isinstance(outcome, ParsedDocument) else (), theirs(body)
    if len(ours) != len(expected):
        return Counter(
            {
                "entries of our own" if len(ours) > len(expected) else "lost": max(
                    len(ours), len(expected)
                )
            }
        )
    counts = Counter(how_alike(*pair) for pair in zip(ours, expected, strict=True))
    if counts["different"]:
        lengths = lengths_of_markup(body)
        counts = Counter(
            how_alike(*pair, lengths.get(pair[0].title, 0))
            for pair in zip(ours, expected, strict=True)
        )
    return counts


def how_alike(our: ParsedItem, their: ParsedItem, length: int = 0) -> str:
    unlike = {field for field in FIELDS if getattr(our, field) != getattr(their, field)}
    if not unlike:
        return "equal"
    if unlike == {"key"} and urljoin(their.key, our.key) == their.key:
        return "id as it stands"
    if unlike <= {"summary", "content", "title"}:
        mine, other = ("".join((item.content or item.summary).split()) for item in (our, their))
        if mine == other:
            return "equal but for space"
        if length > MAX_MARKUP_LENGTH and other.startswith(mine[:-30]):
            return "equal up to the cap"
    return "different"


def lengths_of_markup(body: bytes) -> dict[str, int]:
    """By title, how long an entry's text is before it is cleaned."""
    found = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return {
        strip_markup(entry.get("title", "")): max(
            map(
                len,
                (entry.get("summary", ""), *(part["value"] for part in entry.get("content", ()))),
            )
        )
        for entry in found.entries
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:To avoid breaking existing software:DeprecationWarning")
def test_our_short_way_equals_feedparsers_long_one(unpacked: Path) -> None:
    """Title, link, id, summary, content and dates of 999 entries in 1,000 at least.

    Counted as the same, for that is how it is meant to be:
    - ids as the feed has them; feedparser resolves those in documents with an xml:base;
    - text that differs in space alone: a tag that feedparser does not know leaves no gap there;
    - text that we cut at 64 KB of markup, which is less text where feedparser first cleans the
      markup.

    What remains are texts inside iframes, which feedparser keeps and no browser shows, broken
    markup (tags without names, scripts without ends), where its cleaning and our patterns disagree
    about what is a tag, and a date that feedparser made up. Entries of our own come from UTF-16
    without a mark, which feedparser refuses.
    """
    counts: Counter[str] = Counter()
    for _, body in documents(unpacked, every=4, capture=8):
        if not body.lstrip().startswith((b"{", b"[")):
            counts += compared(body)
    entries = counts.total() - counts["entries of our own"]
    assert entries > 8_000
    assert counts["lost"] == 0
    assert counts["different"] <= entries / 1_000, counts


@pytest.mark.slow
def test_half_of_a_document_reads_the_same_when_the_other_half_is_known(unpacked: Path) -> None:
    halves = again = 0
    for _, body in documents(unpacked, every=4, capture=60):
        entire, _ = taken(body)
        if (
            not isinstance(entire, ParsedDocument)
            or len(entire.memory.entries) < 32
            or len(entire.items) == MAX_ITEMS
        ):
            continue  # of a longer one the newest are read, and which they are depends on what there is
        names = [
            entire.memory.entries[at : at + 16] for at in range(0, len(entire.memory.entries), 16)
        ]
        outcome, cut = taken(body, DocumentMemory(b"", b"".join(names[::2])))
        assert isinstance(outcome, ParsedDocument)
        assert outcome.memory == entire.memory
        places = [entire.items.index(item) for item in outcome.items]
        assert places == sorted(places)
        halves, again = halves + (cut > 0), again + (cut == 0)
        if cut and len(entire.items) == len(names):  # none was left out, so they pair off
            assert places == list(range(1, len(names), 2))
    assert halves > 60
    assert again < halves / 10


@pytest.mark.slow
def test_captured_feeds_in_order_bring_every_entry_once_under_one_key_for_good() -> None:
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    handed_on: Counter[str] = Counter()
    memory = dict.fromkeys((path.name for path in (CORPORA / "rss_captures").iterdir()), NO_MEMORY)
    for path in sorted((CORPORA / "rss_captures").glob("*/*.gz"))[::4]:
        feed, body = path.parent.name, gzip.decompress(path.read_bytes())
        entire = parse_feed(body, "", URL)
        assert isinstance(entire, ParsedFeed)
        entries = sum(body.count(tag) for tag in (b"<item>", b"<item ", b"<entry>", b"<entry "))
        assert len({item.key for item in entire.items}) == len(entire.items) == entries
        assert entire.warning is None
        assert all(item.title and item.canonical_url and item.published_at for item in entire.items)
        outcome, cut = taken(body, memory[feed])
        assert not isinstance(outcome, ParseFailed)
        items = outcome.items if isinstance(outcome, ParsedDocument) else ()
        handed_on.update({"whole": len(entire.items), "new": len(items), "cut": cut})
        known = {key for found in keys.values() for key in found}
        for item in entire.items:
            keys[feed, item.canonical_url].add(item.key)
        assert {item.key for item in entire.items} - known <= {item.key for item in items}
        memory[feed] = outcome.memory
    assert Counter(map(len, keys.values())) == Counter({1: len(keys)})
    assert handed_on["new"] < handed_on["whole"] / 4


@pytest.mark.slow
def test_odd_feeds_of_other_readers_tests_are_read_or_refused_with_a_reason(unpacked: Path) -> None:
    read_ones, refusals, entries = 0, Counter[str](), 0
    for path in [
        path for path in sorted(unpacked.rglob("*")) if path.is_file() and "opml" not in str(path)
    ][::12]:
        body = path.read_bytes()
        parsed = parse_feed(body, "", URL)
        assert parse_feed(body, "", URL) == parsed
        if isinstance(parsed, ParseFailed):
            refusals[parsed.reason] += 1
            continue
        read_ones += 1
        entries += len(parsed.items)
        assert len({item.key for item in parsed.items}) == len(parsed.items)
        assert all(item.key and item.title for item in parsed.items)
    assert read_ones > 200
    assert entries > 600
    assert sum(refusals.values()) < read_ones / 20, refusals
