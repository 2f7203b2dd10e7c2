"""Read a news archive into sightings ordered by first-seen time, for replay without look-ahead.

Two formats:

- a file of JSON lines (plain or .gz) with id, title, summary, url, published, source, and
  first_seen where it is known;
- a folder of captured feeds: manifest.jsonl with feed, file and captured_at, and the gzipped
  documents.

An entry of a captured feed is first seen in the first capture that contains it; documents are
parsed by the live feed parser in the order of their capture.
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
    NO_MEMORY,
    DocumentMemory,
    NewContent,
    ParsedDocument,
    UnchangedDocument,
    detect_changes,
    finish_reading,
)
from tracker.files.user_files import (
    InvalidLine,
    get_identifier,
    get_text,
    is_directory,
    open_regular_file,
)
from tracker.files.user_files import parse_record as record_of
from tracker.files.user_files import read_lines as lines_of

MANIFEST: Final = "manifest.jsonl"
MAX_DOCUMENT_BYTES: Final = 100_000_000
"""Size limit of a captured document, uncompressed."""

NO_FIRST_SEEN: Final = "no first_seen in this archive: the claimed publication time was used"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Entries of one source first seen, or seen edited, at one instant, in order of arrival.

    `document` is the change-detection memory of the document that held them; None where every line
    of the archive is an item of its own. `address` is a link to the source or into it, "" without
    one.
    """

    at: datetime
    source: str
    address: str
    entries: tuple[ParsedItem, ...]
    document: DocumentMemory | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """Contents of an archive in first-seen order.

    `warnings` tell how reliable its times are, `skipped` lists entries that could not be read,
    `digest` identifies the archive.
    """

    sightings: tuple[Sighting, ...]
    warnings: tuple[str, ...]
    skipped: tuple[str, ...]
    digest: str

    def sightings_between(
        self, since: datetime | None, until: datetime | None
    ) -> tuple[Sighting, ...]:
        """Return the sightings from `since` to `until`, both inclusive."""
        return tuple(
            s
            for s in self.sightings
            if (since is None or s.at >= since) and (until is None or s.at <= until)
        )


@dataclass(slots=True)
class _Reading:
    """State of reading an archive; bad lines are refused at once, or counted if skippable."""

    skip_bad: bool
    skipped: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def reject(self, where: str, reason: object) -> None:
        if not self.skip_bad:
            raise Refused(f"{where}: {reason}; mend it, or leave such entries out with --skip-bad")
        self.skipped.append(f"{where}: {reason}")


def read_archive(path: Path, *, skip_bad: bool = False) -> Archive:
    """Read an archive: a file of JSON lines or a folder of captures.

    Raises `Refused` when it cannot be read or holds nothing, and for the first line or document
    that cannot be used, with its number, unless `skip_bad`.
    """
    reading = _Reading(skip_bad)
    sightings, warnings = (
        _read_folder(path, reading) if is_directory(path) else _read_lines(path, reading)
    )
    if not sightings:
        raise Refused(
            f"{path} holds no entry that can be used: give JSON lines, or a folder with {MANIFEST}"
        )
    sightings.sort(key=lambda s: s.at)  # a stable sort keeps simultaneous entries in order
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


def _read_lines(path: Path, reading: _Reading) -> tuple[list[Sighting], list[str]]:
    lines = []
    for number, line in lines_of(path):
        reading.digest.update(line.encode())
        try:
            lines.append(_parse_line(record_of(line)))
        except (InvalidLine, InvalidTime) as wrong:
            reading.reject(f"{path}:{number}", wrong)
    lines.sort(key=lambda line: line.at)
    groups = groupby(lines, key=lambda line: (line.at, line.source))
    return [_build_sighting(at, source, list(group)) for (at, source), group in groups], list(
        _list_warnings(lines)
    )


def _build_sighting(at: datetime, source: str, lines: list[_Line]) -> Sighting:
    return Sighting(at, source, lines[0].item.url, tuple(line.item for line in lines))


def _list_warnings(lines: list[_Line]) -> Iterator[str]:
    """Yield warnings about the times of the archive."""
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


def _parse_line(record: Mapping[str, Any]) -> _Line:
    title, summary, source = (get_text(record, name) for name in ("title", "summary", "source"))
    if not (title or summary):
        raise InvalidLine("title is missing: write the headline of the item")
    if not source:
        raise InvalidLine("source is missing: write the name of the outlet")
    published, first_seen = get_text(record, "published"), get_text(record, "first_seen")
    if not (published or first_seen):
        raise InvalidLine(
            "first_seen and published are missing: write a time such as 2026-03-01T12:00:00Z"
        )
    item = _build_item(record, title, summary, published)
    if item is None:
        raise InvalidLine("title holds no text that can be shown")
    day_only = get_text(record, "date_precision") == "day"
    return _Line(utc(first_seen or published), source, item, not first_seen, day_only)


def _build_item(
    record: Mapping[str, Any], title: str, summary: str, published: str
) -> ParsedItem | None:
    """Build the entry that the feed parser would build."""
    from tracker.feeds.parsing.parsed_feed import (
        MAX_SUMMARY_LENGTH,
        MAX_TITLE_LENGTH,
        ParsedEntry,
        assign_keys,
        item_from_entry,
    )
    from tracker.feeds.plain_text import markup_to_text

    parsed = ParsedEntry(
        guid=get_identifier(record, "id"),
        title=markup_to_text(title, MAX_TITLE_LENGTH),
        summary=markup_to_text(summary, MAX_SUMMARY_LENGTH),
        content="",
        link=get_text(record, "url"),
        published_at=utc(published) if published else None,
        published_raw=published,
        updated_at=None,
    )
    items, _ = assign_keys([item_from_entry(parsed, "")])
    return items[0] if items else None


def _read_folder(path: Path, reading: _Reading) -> tuple[list[Sighting], list[str]]:
    return list(_read_captures(path, reading)), []


def _read_captures(folder: Path, reading: _Reading) -> Iterator[Sighting]:
    """Yield the captures of a folder, each with the entries that the previous one lacked."""
    memories: dict[str, DocumentMemory] = {}
    for at, where, row in sorted(_read_manifest(folder, reading), key=lambda capture: capture[0]):
        feed, address = get_text(row, "feed"), get_text(row, "url")
        try:
            body = _read_document(folder, row)
            result = _find_new_entries(body, address, memories.get(feed, NO_MEMORY))
        except InvalidLine as wrong:
            reading.reject(where, wrong)
            continue
        reading.digest.update(body)
        memories[feed] = result.memory
        if isinstance(result, ParsedDocument) and result.items:
            newest_last = result.items[::-1]  # feeds have the newest entry at the top
            yield Sighting(at, feed, result.site_url or address, newest_last, result.memory)


def _find_new_entries(
    body: bytes, address: str, memory: DocumentMemory
) -> ParsedDocument | UnchangedDocument:
    """Return the entries that the previous version of a document lacked, as a poll would."""
    from tracker.feeds.parsing.parse import ParseFailed, parse_feed

    change = detect_changes(body, "", memory)
    while isinstance(change, NewContent):
        read = finish_reading(change, parse_feed(change.document, change.content_type, address))
        if isinstance(read, ParseFailed):
            raise InvalidLine(read.reason)
        if isinstance(read, ParsedDocument):
            return read
        change = read
    return change


def _read_manifest(
    folder: Path, reading: _Reading
) -> Iterator[tuple[datetime, str, Mapping[str, Any]]]:
    path = folder / MANIFEST
    for number, line in lines_of(path):
        where = f"{path}:{number}"
        try:
            row = record_of(line)
            missing = [name for name in ("feed", "file", "captured_at") if not get_text(row, name)]
            if missing:
                raise InvalidLine(
                    f"{missing[0]} is missing: a capture has feed, file and captured_at"
                )
            yield utc(get_text(row, "captured_at")), where, row
        except (InvalidLine, InvalidTime) as wrong:
            reading.reject(where, wrong)


def _read_document(folder: Path, row: Mapping[str, Any]) -> bytes:
    """Read a captured document; only files inside the folder are allowed."""
    path = (folder / get_text(row, "file")).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InvalidLine(f"{get_text(row, 'file')} lies outside the folder of the archive")
    try:
        with open_regular_file(path) as raw:
            body = (gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw).read(
                MAX_DOCUMENT_BYTES + 1
            )
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise InvalidLine(f"{get_text(row, 'file')} is no whole gzip file") from None
    except OSError as error:
        raise InvalidLine(f"{get_text(row, 'file')} cannot be read: {error.strerror}") from None
    except Refused as refusal:
        raise InvalidLine(str(refusal)) from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise InvalidLine(
            f"{get_text(row, 'file')} is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB"
        )
    return body
