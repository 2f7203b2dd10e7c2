"""Report content: plain values independent of the format, and the hash of their data.

The data is all that a report shows, as canonical JSON. Equal data has an equal hash in any format.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Literal, get_args
from urllib.parse import urlsplit

from tracker.feeds.links import web_link
from tracker.storage.event_log import canonical

Kind = Literal["question", "scenarios", "essay", "week"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

FORMAT: Final = 1
"""Version of the data format; raised on changes that break readers."""

_JOINERS: Final = {"\u200c", "\u200d"}  # unprintable, but some scripts need them


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with its link: an http(s) address or ""."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `quiet` means small print."""

    tag: ClassVar[str] = "words"
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with values, one per line."""

    tag: ClassVar[str] = "facts"
    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `wide` columns hold sentences, `numbers` columns hold numbers."""

    tag: ClassVar[str] = "table"
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wide: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A value from an instant on, perhaps with a range; None where a gap begins."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None


Role = Literal["me", "person", "suggestion", "crowd", "hazard", "prior", "option"]


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart."""

    name: str
    role: Role
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class EvidenceMark:
    """Evidence below a chart: first-seen time, direction (−1, 0, 1) and strength (0 to 5)."""

    at: datetime
    direction: int
    strength: int


@dataclass(frozen=True, slots=True)
class Rule:
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
    series: tuple[Series, ...]
    alt: str
    marks: tuple[EvidenceMark, ...] = ()
    rules: tuple[Rule, ...] = ()
    answer: Point | None = None
    stacked: bool = False


Block = Words | Facts | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under its own heading."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report on `name` (id of a question or essay; "" for a week) as known at an instant.

    `answer` summarises it in one sentence.
    """

    kind: Kind
    name: str
    title: str
    answer: str
    known_at: datetime
    sections: tuple[Section, ...]

    @property
    def data(self) -> str:
        """All content as canonical JSON: sorted keys, no spaces, times in UTC, UTF-8."""
        return canonical({"format": FORMAT, **_serialise(self)})

    @property
    def sha256(self) -> str:
        """The hash of the data, in hexadecimal.

        >>> from forecasts.questions.question import utc
        >>> week = Report("week", "", "The week", "Nothing moved.", utc("2026-01-01"), ())
        >>> week.sha256 == hash_of(week.data), len(week.sha256)
        (True, 64)
        """
        return hash_of(self.data)

    @property
    def command(self) -> str:
        """The command that makes the same report again."""
        subject = f"{self.kind} {self.name}".strip()
        return f"tracker report {subject} --as-of {self.known_at.astimezone(UTC).isoformat()}"

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts in order of appearance."""
        return tuple(b for section in self.sections for b in section.blocks if isinstance(b, Chart))


def hash_of(data: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(data.encode()).hexdigest()


def cell(text: object, url: str = "") -> Cell:
    """Build a cell from untrusted text: drop unprintable characters and links that are not http(s).

    >>> unsafe = cell("a\\x00b\\u202ec", "javascript:alert(1)")
    >>> unsafe.text, unsafe.url
    ('abc', '')
    >>> cell("wire", "https://example.org/1").url
    'https://example.org/1'
    """
    address = web_link(url, "")
    # An address like https://bank.example@evil.example misleads.
    return Cell(clean(str(text)), "" if "@" in urlsplit(address).netloc else address)


def clean(text: str) -> str:
    """Return a text on one line, without control characters."""
    return " ".join(
        "".join(c for c in text if c.isprintable() or c.isspace() or c in _JOINERS).split()
    )


def words(text: str, *, quiet: bool = False) -> Words:
    """Build a paragraph."""
    return Words(clean(text), quiet)


def row(*cells: object) -> tuple[Cell, ...]:
    """Build a table row; cells stay unchanged."""
    return tuple(value if isinstance(value, Cell) else cell(value) for value in cells)


def facts(*rows: tuple[str, object]) -> Facts:
    """Build names with values, without empty values."""
    return Facts(
        tuple(
            (name, v if isinstance(v, Cell) else cell(v)) for name, v in rows if v not in ("", None)
        )
    )


def table(
    headings: Iterable[str],
    rows: Iterable[tuple[Cell, ...]],
    *,
    wide: tuple[int, ...] = (),
    numbers: tuple[int, ...] = (),
) -> Table:
    """Build a table."""
    return Table(tuple(headings), tuple(rows), wide, numbers)


def counted(n: int, singular: str, plural: str = "") -> str:
    """Format a count: `1 story`, `2 stories`."""
    return f"{n} {singular if n == 1 else plural or singular + 's'}"


def day(at: datetime) -> str:
    """Format a day in UTC: `2026-11-24`."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def minute(at: datetime) -> str:
    """Format a time in UTC to the minute: `2026-11-24 14:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _serialise(value: Any) -> Any:
    """Serialise values as dictionaries and lists; a block includes its tag."""
    if isinstance(value, Block):
        return {"block": value.tag, **_serialise_fields(value)}
    if is_dataclass(value):
        return _serialise_fields(value)
    return [_serialise(element) for element in value] if isinstance(value, tuple) else value


def _serialise_fields(value: Any) -> dict[str, Any]:
    return {field.name: _serialise(getattr(value, field.name)) for field in fields(value)}
