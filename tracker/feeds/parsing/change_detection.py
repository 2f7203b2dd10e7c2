"""Between fetching and parsing: is there anything in a document that has not been read?

The cheapest document is one that need not be parsed. What is remembered of a feed's last document,
16 bytes and 16 more for each entry, is enough to tell three cases apart: the same bytes; the same
entries, with something else around them (the time at which the server made the document, as a
rule); some entries that are new or edited, which are then all that is parsed.

    look(body) ─→ Unchanged(memory)
        └──────→ Unread ─→ parse(unread.document) ─→ understood ─→ Read(items, memory)
                    ↑                                    │   └──→ ParseFailed
                    └──── the whole document, if part of it cannot be trusted

Pure: where documents come from, who parses them and where memories are kept is for others to say.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.entry_spans import split, without
from tracker.feeds.parsing.parsed import NO_NAME, Parsed, ParseFailed, name_hash

_HALF: Final = 8


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a feed's last document.

    `entries` has 16 bytes for each of its entries, in order: a hash of its bytes, then a hash of
    its name (`Parsed.names`); it is empty when the document could not be split.
    """

    body_hash: bytes
    entries: bytes


NOTHING: Final = Memory(b"", b"")
"""Of a feed that has not been read yet."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """No entry is new or edited; `memory` replaces the one that there was."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Unread:
    """A document to be parsed, without the `cut` entries of it that were read last time.

    `whole` is the document as it came and `body_hash` its hash. `hashes` are those of all its
    entries, `known` the names of those that were cut out, by their hashes.
    """

    document: bytes
    content_type: str
    cut: int
    whole: bytes
    body_hash: bytes
    hashes: tuple[bytes, ...]
    known: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was understood: its new and edited entries (all, if it was parsed whole), in
    order.
    """

    items: tuple[ParsedItem, ...]
    memory: Memory
    warning: str | None
    title: str
    site_url: str
    ttl_seconds: float


def look(body: bytes, content_type: str, memory: Memory) -> Unchanged | Unread:
    """Compare a document with what is remembered of the last one."""
    body_hash = hashlib.sha256(body).digest()[
        :16
    ]  # processors have it built in: half the time of blake2b
    if body_hash == memory.body_hash:
        return Unchanged(memory)
    found = split(body, content_type)
    hashes = found.hashes if found else ()
    remembered = _names_by_hash(memory.entries)
    known = {digest: remembered[digest] for digest in hashes if digest in remembered}
    whole = Unread(
        body, content_type, cut=0, whole=body, body_hash=body_hash, hashes=hashes, known={}
    )
    if not found or not known:
        return whole
    cut = sum(digest in known for digest in hashes)
    if cut == len(hashes):
        return Unchanged(Memory(body_hash, b"".join(digest + known[digest] for digest in hashes)))
    return replace(whole, document=without(found, known), cut=cut, known=known)


def understood(unread: Unread, parsed: Parsed | ParseFailed) -> Read | Unread | ParseFailed:
    """What a document says, once it is parsed; or the whole document, if part of it was not enough.

    Part of a document is not enough when feedparser sees other entries in it than were left in, or
    when a new entry has the name of one that was cut out: names used twice are told apart over the
    whole document, or an entry would get another key than last time.
    """
    whole = replace(unread, document=unread.whole, cut=0, known={})
    if isinstance(parsed, ParseFailed):
        return whole if unread.cut else parsed
    left = [digest for digest in unread.hashes if digest not in unread.known]
    counted = len(parsed.names) == len(left)
    if unread.cut and not (counted and _all_differ(parsed.names, unread.known)):
        return whole
    named = {**unread.known, **dict(zip(left, parsed.names, strict=True))} if counted else {}
    entries = b"".join(digest + named[digest] for digest in unread.hashes if named)
    return Read(
        items=parsed.items,
        memory=Memory(unread.body_hash, entries),
        warning=parsed.warning,
        title=parsed.title,
        site_url=parsed.site_url,
        ttl_seconds=parsed.ttl_seconds,
    )


def _all_differ(names: tuple[bytes, ...], known: Mapping[bytes, bytes]) -> bool:
    return not ({*names} & {*known.values()} - {NO_NAME})


def _names_by_hash(entries: bytes) -> dict[bytes, bytes]:
    return {
        entries[at : at + _HALF]: entries[at + _HALF : at + 2 * _HALF]
        for at in range(0, len(entries) - 2 * _HALF + 1, 2 * _HALF)
    }


class Names:
    """The names of all entries of a document, by what is remembered of it."""

    def __init__(self, memory: Memory) -> None:
        self._hashes = frozenset(_names_by_hash(memory.entries).values())

    def __contains__(self, key: str) -> bool:
        return name_hash(key) in self._hashes
