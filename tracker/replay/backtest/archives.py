"""Archives of news → what was first seen when, for going through the past without looking ahead.

Two kinds:

    a file of JSON lines (plain or .gz)    id, title, summary, url, published, source, and
    first_seen where it is known a folder of captured feeds             manifest.jsonl with feed,
    file and captured_at, and the gzipped documents

An entry of a captured feed was first seen with the first capture that has it; documents are read by
the parser that reads live feeds, in the order of their capture.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from forecasts.errors import InvalidTime
from forecasts.questions.question import utc
from tracker.errors import Refused
from tracker.feeds.item import ParsedItem
from tracker.feeds.parsing.change_detection import (
    NOTHING,
    Memory,
    Read,
    Unchanged,
    Unread,
    look,
    understood,
)
from tracker.files.json_lines import WrongLine, name_of, text
from tracker.files.json_lines import lines as lines_of
from tracker.files.json_lines import record as record_of
from tracker.files.user_files import is_directory, open_regular

MANIFEST: Final = "manifest.jsonl"
LARGEST_DOCUMENT: Final = 100_000_000
"""Bytes of a captured document, unpacked."""

NO_FIRST_SEEN: Final = "no first_seen in this archive: the claimed publication time was used"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Entries of one source that were first seen, or seen edited, at one instant, in the order in
    which they came.

    `document` is what is remembered of the document that they came in; None where every line of the
    archive is an item of its own. `address` is a link to the source or into it, "" without one.
    """

    at: datetime
    source: str
    address: str
    entries: tuple[ParsedItem, ...]
    document: Memory | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds, in the order in which it was first seen.

    `warnings` say what its times are worth, `skipped` what could not be read, `digest` tells
    archives apart.
    """

    sightings: tuple[Sighting, ...]
    warnings: tuple[str, ...]
    skipped: tuple[str, ...]
    digest: str

    @property
    def entries(self) -> int:
        """How many entries were seen, edits counted again."""
        return sum(len(one.entries) for one in self.sightings)

    def between(self, since: datetime | None, until: datetime | None) -> tuple[Sighting, ...]:
        """What was seen from `since` up to and with `until`."""
        return tuple(
            s
            for s in self.sightings
            if (since is None or s.at >= since) and (until is None or s.at <= until)
        )


@dataclass(slots=True)
class _Reading:
    """An archive while it is read: bad lines are refused at once, or counted when they may be
    skipped.
    """

    skip_bad: bool
    skipped: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def wrong(self, where: str, why: object) -> None:
        if not self.skip_bad:
            raise Refused(f"{where}: {why}; mend it, or leave such entries out with --skip-bad")
        self.skipped.append(f"{where}: {why}")


def read_archive(path: Path, *, skip_bad: bool = False) -> Archive:
    """The archive in a file of JSON lines or a folder of captures.

    Raises `Refused` when it cannot be read or holds nothing, and for the first line or document
    that cannot be used, with its number, unless `skip_bad`.
    """
    reading = _Reading(skip_bad)
    sightings, warnings = _folder(path, reading) if is_directory(path) else _lines_of(path, reading)
    if not sightings:
        raise Refused(
            f"{path} holds no entry that can be used: give JSON lines, or a folder with {MANIFEST}"
        )
    sightings.sort(key=lambda s: s.at)  # stable: what came together stays in its order
    return Archive(
        tuple(sightings), tuple(warnings), tuple(reading.skipped), reading.digest.hexdigest()
    )


@dataclass(frozen=True, slots=True)
class _Line:
    at: datetime
    source: str
    item: ParsedItem
    claimed: bool
    day_only: bool


def _lines_of(path: Path, reading: _Reading) -> tuple[list[Sighting], list[str]]:
    lines = []
    for number, line in lines_of(path):
        reading.digest.update(line.encode())
        try:
            lines.append(_line(record_of(line)))
        except (WrongLine, InvalidTime) as wrong:
            reading.wrong(f"{path}:{number}", wrong)
    lines.sort(key=lambda line: line.at)
    together = groupby(lines, key=lambda line: (line.at, line.source))
    return [_sighting(at, source, list(some)) for (at, source), some in together], list(
        _doubts(lines)
    )


def _sighting(at: datetime, source: str, lines: list[_Line]) -> Sighting:
    return Sighting(at, source, lines[0].item.url, tuple(line.item for line in lines))


def _doubts(lines: list[_Line]) -> Iterator[str]:
    """What the times of the archive are worth."""
    claimed, day_only = (
        sum(line.claimed for line in lines),
        sum(line.claimed and line.day_only for line in lines),
    )
    if claimed and claimed == len(lines):
        yield NO_FIRST_SEEN
    elif claimed:
        yield (
            f"{claimed:,} of {len(lines):,} items have no first_seen: the claimed "
            "publication time was used for them"
        )
    if day_only:
        yield (
            f"{day_only:,} items name the day of their publication only: they may have come "
            "hours earlier or later"
        )


def _line(record: Mapping[str, Any]) -> _Line:
    title, summary, source = (text(record, name) for name in ("title", "summary", "source"))
    if not (title or summary):
        raise WrongLine("title is missing: write the headline of the item")
    if not source:
        raise WrongLine("source is missing: write the name of the outlet")
    published, first_seen = text(record, "published"), text(record, "first_seen")
    if not (published or first_seen):
        raise WrongLine(
            "first_seen and published are missing: write a time such as 2026-03-01T12:00:00Z"
        )
    item = _item(record, title, summary, published)
    if item is None:
        raise WrongLine("title holds no text that can be shown")
    day_only = text(record, "date_precision") == "day"
    return _Line(utc(first_seen or published), source, item, not first_seen, day_only)


def _item(record: Mapping[str, Any], title: str, summary: str, published: str) -> ParsedItem | None:
    """The entry as the parser of feeds would have made it."""
    from tracker.feeds.parsing.parsed import LONGEST_SUMMARY, LONGEST_TITLE, Said, gathered, item_of
    from tracker.feeds.text import plain

    said = Said(
        guid=name_of(record, "id"),
        title=plain(title, LONGEST_TITLE),
        summary=plain(summary, LONGEST_SUMMARY),
        content="",
        link=text(record, "url"),
        published_at=utc(published) if published else None,
        published_raw=published,
        updated_at=None,
    )
    kept, _ = gathered([item_of(said, "")])
    return kept[0] if kept else None


def _folder(path: Path, reading: _Reading) -> tuple[list[Sighting], list[str]]:
    return list(_captured(path, reading)), []


def _captured(folder: Path, reading: _Reading) -> Iterator[Sighting]:
    """The captures of a folder, each with the entries that the one before it did not have."""
    memories: dict[str, Memory] = {}
    for at, where, row in sorted(_manifest(folder, reading), key=lambda capture: capture[0]):
        feed, address = text(row, "feed"), text(row, "url")
        try:
            body = _document(folder, row)
            found = _new_in(body, address, memories.get(feed, NOTHING))
        except WrongLine as wrong:
            reading.wrong(where, wrong)
            continue
        reading.digest.update(body)
        memories[feed] = found.memory
        if isinstance(found, Read) and found.items:
            newest_last = found.items[::-1]  # feeds have the newest entry at the top
            yield Sighting(at, feed, found.site_url or address, newest_last, found.memory)


def _new_in(body: bytes, address: str, memory: Memory) -> Read | Unchanged:
    """What a document has that the one before it had not, read as a poll reads it."""
    from tracker.feeds.parsing.parse import ParseFailed, parse

    found = look(body, "", memory)
    while isinstance(found, Unread):
        read = understood(found, parse(found.document, found.content_type, address))
        if isinstance(read, ParseFailed):
            raise WrongLine(read.reason)
        if isinstance(read, Read):
            return read
        found = read
    return found


def _manifest(folder: Path, reading: _Reading) -> Iterator[tuple[datetime, str, Mapping[str, Any]]]:
    path = folder / MANIFEST
    for number, line in lines_of(path):
        where = f"{path}:{number}"
        try:
            row = record_of(line)
            missing = [name for name in ("feed", "file", "captured_at") if not text(row, name)]
            if missing:
                raise WrongLine(
                    f"{missing[0]} is missing: a capture has feed, file and captured_at"
                )
            yield utc(text(row, "captured_at")), where, row
        except (WrongLine, InvalidTime) as wrong:
            reading.wrong(where, wrong)


def _document(folder: Path, row: Mapping[str, Any]) -> bytes:
    """A captured document; only files inside the folder are read."""
    path = (folder / text(row, "file")).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise WrongLine(f"{text(row, 'file')} lies outside the folder of the archive")
    try:
        with open_regular(path) as raw:
            body = (gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw).read(
                LARGEST_DOCUMENT + 1
            )
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise WrongLine(f"{text(row, 'file')} is no whole gzip file") from None
    except OSError as error:
        raise WrongLine(f"{text(row, 'file')} cannot be read: {error.strerror}") from None
    except Refused as refusal:
        raise WrongLine(str(refusal)) from None
    if len(body) > LARGEST_DOCUMENT:
        raise WrongLine(f"{text(row, 'file')} is larger than {LARGEST_DOCUMENT // 1_000_000} MB")
    return body
