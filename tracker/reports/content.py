"""Report content: plain values independent of the format, and the hash of their data.

The data is all that a report shows, as canonical JSON. Equal data has an equal hash in any format.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final, Literal, get_args
from urllib.parse import urlsplit

from forecasts.questions import formatting
from tracker.feeds.urls import resolve_web_link
from tracker.storage.event_log import canonical_json

ReportKind = Literal["question", "scenarios", "essay", "week"]
REPORT_KINDS: Final[tuple[ReportKind, ...]] = get_args(ReportKind)

DATA_FORMAT: Final = 1
"""Version of the data format; raised on changes that break readers."""

_JOINERS: Final = {"\u200c", "\u200d"}  # unprintable, but some scripts need them


@dataclass(frozen=True, slots=True)
class ReportCell:
    """A text with its link: an http(s) address or ""."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `quiet` means small print."""

    tag: ClassVar[str] = "words"
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class FactList:
    """Names with values, one per line."""

    tag: ClassVar[str] = "facts"
    rows: tuple[tuple[str, ReportCell], ...]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under headings; `wide` columns hold sentences, `numbers` columns hold numbers."""

    tag: ClassVar[str] = "table"
    headings: tuple[str, ...]
    rows: tuple[tuple[ReportCell, ...], ...]
    wide: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A value from an instant on, perhaps with a range; None where a gap begins."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ReportSeries:
    """A line of a chart; `role` chooses its style: `option`, or one of `line_styles`."""

    name: str
    role: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class EvidenceMark:
    """Evidence below a chart: first-seen time, direction (−1, 0, 1) and strength (0 to 5)."""

    at: datetime
    direction: int
    strength: int


@dataclass(frozen=True, slots=True)
class ChartEvent:
    """A vertical line in a chart with its label."""

    at: datetime
    text: str


Axis = Literal["share", "number", "date"]


@dataclass(frozen=True, slots=True)
class Chart:
    """Steps over time. `axis`: probabilities 0 to 1, numbers in `unit`, or dates as seconds since
    1970.

    `alt` describes the chart in a sentence. `stacked` series are stacked, the first on top.
    `answer` is drawn as a diamond.
    """

    tag: ClassVar[str] = "chart"
    axis: Axis
    unit: str
    series: tuple[ReportSeries, ...]
    alt: str
    marks: tuple[EvidenceMark, ...] = ()
    rules: tuple[ChartEvent, ...] = ()
    answer: Point | None = None
    stacked: bool = False


Block = Paragraph | FactList | ReportTable | Chart


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report under its own heading."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A report on `name` (id of a question or essay; "" for a week) as known at an instant.

    `answer` summarises it in one sentence.
    """

    kind: ReportKind
    name: str
    title: str
    answer: str
    known_at: datetime
    sections: tuple[ReportSection, ...]

    @property
    def data(self) -> str:
        """All content as canonical JSON: sorted keys, no spaces, times in UTC, UTF-8."""
        return canonical_json({"format": DATA_FORMAT, **_serialise(self)})

    @property
    def sha256(self) -> str:
        """The hash of the data, in hexadecimal.

        >>> from forecasts.questions.question import utc
        >>> week = ReportDocument("week", "", "The week", "Nothing moved.", utc("2026-01-01"), ())
        >>> week.sha256 == hash_text(week.data), len(week.sha256)
        (True, 64)
        """
        return hash_text(self.data)

    @property
    def command(self) -> str:
        """The command that makes the same report again."""
        subject = f"{self.kind} {self.name}".strip()
        return f"tracker report build {subject} --as-of {self.known_at.astimezone(UTC).isoformat()}"

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts in order of appearance."""
        return tuple(b for section in self.sections for b in section.blocks if isinstance(b, Chart))


def hash_text(data: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(data.encode()).hexdigest()


def make_cell(text: object, url: str = "") -> ReportCell:
    """Build a cell from untrusted text: drop unprintable characters and links that are not http(s).

    >>> unsafe = make_cell("a\\x00b\\u202ec", "javascript:alert(1)")
    >>> unsafe.text, unsafe.url
    ('abc', '')
    >>> make_cell("wire", "https://example.org/1").url
    'https://example.org/1'
    """
    address = resolve_web_link(url, "")
    # An address like https://bank.example@evil.example misleads.
    return ReportCell(clean_text(str(text)), "" if "@" in urlsplit(address).netloc else address)


def clean_text(text: str) -> str:
    """Return a text on one line, without control characters."""
    return " ".join(
        "".join(c for c in text if c.isprintable() or c.isspace() or c in _JOINERS).split()
    )


def make_document(
    kind: ReportKind,
    name: str,
    at: datetime,
    *,
    title: str,
    answer: str,
    sections: Iterable[ReportSection | None],
) -> ReportDocument:
    """Make a report of the sections that there are, its title and answer as plain text."""
    present = tuple(section for section in sections if section is not None)
    return ReportDocument(kind, name, clean_text(title), clean_text(answer), at, present)


def make_paragraph(text: str, *, quiet: bool = False) -> Paragraph:
    """Build a paragraph."""
    return Paragraph(clean_text(text), quiet)


def make_row(*cells: object) -> tuple[ReportCell, ...]:
    """Build a table row; cells stay unchanged."""
    return tuple(value if isinstance(value, ReportCell) else make_cell(value) for value in cells)


def make_facts(*rows: tuple[str, object]) -> FactList:
    """Build names with values, without empty values."""
    return FactList(
        tuple(
            (name, v if isinstance(v, ReportCell) else make_cell(v))
            for name, v in rows
            if v not in ("", None)
        )
    )


def make_table(
    headings: Iterable[str],
    rows: Iterable[tuple[ReportCell, ...]],
    *,
    wide: tuple[int, ...] = (),
    numbers: tuple[int, ...] = (),
) -> ReportTable:
    """Build a table."""
    return ReportTable(tuple(headings), tuple(rows), wide, numbers)


format_count = partial(formatting.format_count, thousands="")


def _serialise(value: Any) -> Any:
    """Serialise values as dictionaries and lists; a block includes its tag."""
    if isinstance(value, Block):
        return {"block": value.tag, **_serialise_fields(value)}
    if is_dataclass(value):
        return _serialise_fields(value)
    return [_serialise(element) for element in value] if isinstance(value, tuple) else value


def _serialise_fields(value: Any) -> dict[str, Any]:
    return {field.name: _serialise(getattr(value, field.name)) for field in fields(value)}
