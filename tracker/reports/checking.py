"""Is the file of a report what it says it is? Its data are read back, hashed, and held against the
database.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from forecasts.questions.question import utc
from tracker.errors import Refused
from tracker.reports.content import KINDS, Kind, hash_of
from tracker.storage.event_log import canonical

_IN_HTML: Final = re.compile(
    rb'<script type="application/json" id="data">(.*?)</script>', re.DOTALL
)
_SAID_IN_HTML: Final = re.compile(rb'<code id="sha256">([0-9a-f]{64})</code>')
_SAID_IN_PDF: Final = re.compile(rb"sha256:([0-9a-f]{64})")
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)

MOST_BYTES: Final = 64_000_000
"""A stream of a PDF that would be larger is no data of a report."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What the file of a report carries: what it is about, the hash of its data, and the hash that
    it shows.
    """

    kind: Kind
    name: str
    known_at: datetime
    sha256: str
    shown: str


@dataclass(frozen=True, slots=True)
class ReportCheck:
    """A file's own data against the hash that it shows, and against what the database says of that
    instant now.
    """

    carried: Carried
    from_database: str

    @property
    def whole(self) -> bool:
        """Whether the data in the file are those that it shows the hash of."""
        return self.carried.sha256 == self.carried.shown

    @property
    def same(self) -> bool:
        """Whether the database says the same of that instant."""
        return self.carried.sha256 == self.from_database

    @property
    def words(self) -> str:
        """The outcome as a sentence."""
        if not self.whole:
            return "The file was changed: its data do not have the hash that it shows."
        if not self.same:
            return (
                "The file is whole, but this database says something else of "
                f"{self.carried.known_at.isoformat()}."
            )
        return (
            "The file is whole, and says what this database says of "
            f"{self.carried.known_at.isoformat()}."
        )


def carried(content: bytes) -> Carried:
    """The data in a report's file of any format; raises `Refused` for a file that is none."""
    if content.startswith(b"%PDF"):
        data, shown = _in_pdf(content), _SAID_IN_PDF.search(content)
    elif found := _IN_HTML.search(content):
        data, shown = _read(found[1]), _SAID_IN_HTML.search(content)
    else:
        data, shown = _read(content), None
    if data is None:
        raise Refused("this is not the file of a report: it carries no data of one")
    sha256 = hash_of(canonical(data))
    said = (
        sha256
        if shown is None and content.startswith(b"{")
        else ""
        if shown is None
        else shown[1].decode()
    )
    return Carried(data["kind"], data["name"], utc(data["known_at"]), sha256, said)


def _in_pdf(content: bytes) -> dict[str, Any] | None:
    """The data among the streams of a PDF of ours."""
    return next(
        (found for stream in _streams(content) if (found := _read(stream)) is not None), None
    )


def _streams(content: bytes) -> Iterator[bytes]:
    for found in _STREAM.finditer(content):
        try:
            inflated = zlib.decompressobj().decompress(found[1], MOST_BYTES)
        except zlib.error:
            inflated = found[1]
        if inflated.startswith(b"{"):
            yield inflated


def _read(text: bytes) -> dict[str, Any] | None:
    """The data of a report; None for anything else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    known = (
        isinstance(data, dict)
        and data.get("kind") in KINDS
        and {"name", "known_at", "format"} <= data.keys()
    )
    return (
        data
        if known and isinstance(data["name"], str) and isinstance(data["known_at"], str)
        else None
    )
