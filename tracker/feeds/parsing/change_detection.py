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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.entry_spans import remove_entries, split_entries
from tracker.feeds.parsing.parsed import NO_NAME_HASH, ParsedFeed, ParseFailed, hash_name

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
