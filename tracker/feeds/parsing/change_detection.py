"""Detect unread entries of a document, between fetching and parsing.

The cheapest document is one that need not be parsed. The stored memory of a feed's last document,
16 bytes and 16 more for each entry, distinguishes three cases: the same bytes; the same entries
with something else around them (the build time, as a rule); some new or edited entries, which are
then all that is parsed.

    detect_changes(body) ─→ UnchangedDocument(memory)
        └──────→ NewContent ─→ parse_feed(document) ─→ finish_reading ─→ ParsedDocument
                     ↑                                     │   └──→ ParseFailed
                     └──── the whole document, if part of it cannot be trusted

Pure: callers fetch, parse and store.
"""

import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from xml.parsers import expat

from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.parsed_feed import NO_NAME_HASH, ParsedFeed, ParseFailed, hash_name
from tracker.feeds.plain_text import decode_document, guess_encodings

MAX_ENTRIES: Final = 5_000
"""Longer documents, which are not read completely anyway, are not remembered at 16
bytes an entry.
"""

MAX_DEPTH: Final = 30
"""Nesting around an entry; real feeds have two levels."""

MAX_DECLARATIONS: Final = 200
"""Namespaces declared outside entries; no real feed has more than 20."""

_BOM: Final = b"\xef\xbb\xbf"
_ENTRIES: Final = ("item", "entry")


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document in UTF-8 and the byte range and 8-byte hash of each entry, in order.

    The hash also covers the enclosing elements, whose namespaces and addresses apply to the entry.
    """

    document: bytes
    ranges: tuple[tuple[int, int], ...]
    hashes: tuple[bytes, ...]


def split_entries(body: bytes, content_type: str) -> SplitDocument | None:
    """Locate the entries of a document; None if it has none or is ambiguous."""
    if body[:100].lstrip()[:1] in (b"{", b"["):
        return None
    return next(
        (
            result
            for document in _decode_variants(body, content_type)
            if (result := _find_entries(document))
        ),
        None,
    )


def remove_entries(spans: SplitDocument, known: Container[bytes]) -> bytes:
    """Return the document without the entries whose hashes are known."""
    chunks, position = [], 0
    for (start, end), digest in zip(spans.ranges, spans.hashes, strict=True):
        if digest in known:
            chunks.append(spans.document[position:start])
            position = end
    return b"".join((*chunks, spans.document[position:]))


def _decode_variants(body: bytes, content_type: str) -> Iterator[bytes]:
    """Yield the document as it is, if it is UTF-8, and decoded, if expat rejects the former."""
    if next(guess_encodings(body, content_type)).startswith("utf-8"):
        yield body
    # It loads feedparser, which a list of questions does without.
    from tracker.feeds.parsing.feedparser_adapter import strip_prolog

    yield _BOM + strip_prolog(decode_document(body, content_type)).encode()


def _find_entries(document: bytes) -> SplitDocument | None:
    finder = _EntryFinder(document)
    try:
        finder.reader.Parse(document, True)
    except (expat.ExpatError, _AmbiguousError):
        return None
    return (
        SplitDocument(document, tuple(finder.ranges), tuple(finder.hashes))
        if finder.ranges
        else None
    )


class _AmbiguousError(Exception):
    """This document cannot be split."""


class _EntryFinder:
    """Records the entries while expat parses. Inside an entry it handles only end tags, which saves
    half the time.
    """

    def __init__(self, document: bytes) -> None:
        self.document = document
        self.ranges: list[tuple[int, int]] = []
        self.hashes: list[bytes] = []
        self.enclosing: list[str] = []
        self.declared: list[str] = []
        self.declarations = 0
        self.entry_start = (0, "")
        self.inner_names: set[str] = set()
        self.enclosing_hash: hashlib._Hash | None = None
        self.reader = expat.ParserCreate("utf-8", " ")
        self.reader.StartDoctypeDeclHandler = self._refuse
        self._handle_outside()

    def _handle_outside(self) -> None:
        self.reader.StartNamespaceDeclHandler = self._declare
        self.reader.StartElementHandler = self._start
        self.reader.EndElementHandler = self._end

    def _refuse(self, *doctype: object) -> None:
        raise _AmbiguousError

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self.declarations += 1
        if self.declarations > MAX_DECLARATIONS:
            raise _AmbiguousError
        self.declared.append(f"{prefix}={uri}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if _is_entry(name):
            self.entry_start = (self.reader.CurrentByteIndex, name)
            self.reader.StartNamespaceDeclHandler = None
            self.reader.StartElementHandler = None
            self.reader.EndElementHandler = self._end_inside
        elif len(self.enclosing) == MAX_DEPTH:
            raise _AmbiguousError
        else:
            self.enclosing.append(f"{name} {self.declared} {attributes}")
            self.enclosing_hash = None
        self.declared = []

    def _end(self, name: str) -> None:
        if not self.enclosing:  # a nested entry ended the outer one too early
            raise _AmbiguousError
        self.enclosing.pop()
        self.enclosing_hash = None

    def _end_inside(self, name: str) -> None:
        start, entry = self.entry_start
        if name == entry:
            self._record(start, self._end_of_tag())
            self._handle_outside()
        elif name not in self.inner_names:
            if _is_entry(name):
                raise _AmbiguousError
            self.inner_names.add(name)

    def _end_of_tag(self) -> int:
        start = self.reader.CurrentByteIndex
        if self.document[start : start + 2] != b"</":  # <item/>
            raise _AmbiguousError
        return self.document.index(b">", start) + 1

    def _record(self, start: int, end: int) -> None:
        if len(self.ranges) == MAX_ENTRIES:
            raise _AmbiguousError
        if self.enclosing_hash is None:
            self.enclosing_hash = hashlib.sha256("\n".join(self.enclosing).encode())
        digest = self.enclosing_hash.copy()
        digest.update(self.document[start:end])
        self.ranges.append((start, end))
        self.hashes.append(digest.digest()[:8])


def _is_entry(name: str) -> bool:
    """Return True if feedparser takes the element for an entry. In odd namespaces it may not;
    callers compare the counts.
    """
    local = name.partition(" ")[2] or name
    return len(local) <= 5 and local.lower() in _ENTRIES


_HASH_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class DocumentMemory:
    """Stored hashes of a feed's last document.

    `entries` has 16 bytes for each of its entries, in order: a hash of its bytes, then a hash of
    its name (`ParsedFeed.names`); it is empty if the document could not be split.
    """

    body_hash: bytes
    entries: bytes


NO_MEMORY: Final = DocumentMemory(b"", b"")
"""Memory of a feed that has not been read yet."""


@dataclass(frozen=True, slots=True)
class UnchangedDocument:
    """No entry is new or edited; `memory` replaces the former one."""

    memory: DocumentMemory


@dataclass(frozen=True, slots=True)
class NewContent:
    """A document to parse, without the `cut` entries of it that were read last time.

    `whole` is the original document and `body_hash` its hash. `hashes` are those of all its
    entries, `known_names` maps the hashes of the entries cut out to their names.
    """

    document: bytes
    content_type: str
    cut: int
    whole: bytes
    body_hash: bytes
    hashes: tuple[bytes, ...]
    known_names: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A parsed document: its new and edited entries (all, if it was parsed whole), in order."""

    items: tuple[ParsedItem, ...]
    memory: DocumentMemory
    warning: str | None
    title: str
    site_url: str
    ttl_seconds: float


def detect_changes(
    body: bytes, content_type: str, memory: DocumentMemory
) -> UnchangedDocument | NewContent:
    """Compare a document with the memory of the last one."""
    # Half the time of blake2b, as processors have instructions for it.
    body_hash = hashlib.sha256(body).digest()[:16]
    if body_hash == memory.body_hash:
        return UnchangedDocument(memory)
    spans = split_entries(body, content_type)
    hashes = spans.hashes if spans else ()
    stored_names = _map_names(memory.entries)
    known = {digest: stored_names[digest] for digest in hashes if digest in stored_names}
    whole = NewContent(
        body, content_type, cut=0, whole=body, body_hash=body_hash, hashes=hashes, known_names={}
    )
    if not spans or not known:
        return whole
    cut = sum(digest in known for digest in hashes)
    if cut == len(hashes):
        return UnchangedDocument(
            DocumentMemory(body_hash, b"".join(digest + known[digest] for digest in hashes))
        )
    return replace(whole, document=remove_entries(spans, known), cut=cut, known_names=known)


def finish_reading(
    unread: NewContent, parsed: ParsedFeed | ParseFailed
) -> ParsedDocument | NewContent | ParseFailed:
    """Finish a parsed document; or return the whole one to parse, if part of it was not enough.

    Part of a document is not enough if feedparser finds other entries than were left in, or if a
    new entry has the name of one that was cut out: duplicate names are made distinct over the whole
    document, or an entry would get another key than last time.
    """
    whole = replace(unread, document=unread.whole, cut=0, known_names={})
    if isinstance(parsed, ParseFailed):
        return whole if unread.cut else parsed
    remaining = [digest for digest in unread.hashes if digest not in unread.known_names]
    is_complete = len(parsed.names) == len(remaining)
    if unread.cut and not (is_complete and _are_disjoint(parsed.names, unread.known_names)):
        return whole
    names = (
        {**unread.known_names, **dict(zip(remaining, parsed.names, strict=True))}
        if is_complete
        else {}
    )
    entries = b"".join(digest + names[digest] for digest in unread.hashes if names)
    return ParsedDocument(
        items=parsed.items,
        memory=DocumentMemory(unread.body_hash, entries),
        warning=parsed.warning,
        title=parsed.title,
        site_url=parsed.site_url,
        ttl_seconds=parsed.ttl_seconds,
    )


def _are_disjoint(names: tuple[bytes, ...], known: Mapping[bytes, bytes]) -> bool:
    return not ({*names} & {*known.values()} - {NO_NAME_HASH})


def _map_names(entries: bytes) -> dict[bytes, bytes]:
    return {
        entries[start : start + _HASH_BYTES]: entries[start + _HASH_BYTES : start + 2 * _HASH_BYTES]
        for start in range(0, len(entries) - 2 * _HASH_BYTES + 1, 2 * _HASH_BYTES)
    }


class EntryNames:
    """Names of all entries of a document, by its memory."""

    def __init__(self, memory: DocumentMemory) -> None:
        self._hashes = frozenset(_map_names(memory.entries).values())

    def __contains__(self, key: str) -> bool:
        return hash_name(key) in self._hashes
