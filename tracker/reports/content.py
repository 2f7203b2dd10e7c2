"""What a report says, before anybody decides how it looks: plain values, and the hash of them all.

The data of a report are everything that it shows, as canonical JSON. The same data have the same
hash, in whatever format they are written.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from tracker.feeds.links import web_link
from tracker.storage.event_log import canonical

Kind = Literal["question", "scenarios", "essay", "week"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

FORMAT: Final = 1
"""The version of the data's form; raised when a program that reads them would have to change."""

_KEPT: Final = {"\u200c", "\u200d"}  # joiners that some scripts need


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, with the address it leads to: http(s), or none."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; a `quiet` one is in small print."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, a line each."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `wide` names the columns that hold sentences, and `numbers` those that
    hold numbers.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wide: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """What stood from an instant on: a value, perhaps with a range about it; None where a gap
    begins.
    """

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None


Role = Literal["me", "person", "suggestion", "crowd", "hazard", "prior", "option"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart."""

    name: str
    role: Role
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class EvidenceMark:
    """A piece of evidence below a chart: when it was seen, which way it points (−1, 0, 1), how
    strongly (0 to 5).
    """

    at: datetime
    direction: int
    strength: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line in a chart, and what happened there."""

    at: datetime
    text: str


Axis = Literal["share", "number", "date"]


@dataclass(frozen=True, slots=True)
class Chart:
    """Steps over time. `axis`: probabilities 0 to 1, numbers in `unit`, or dates as seconds since
    1970.

    `alt` says in a sentence what the chart shows. `stacked` series are drawn on top of each other,
    the first on top. `answer` is the diamond at the answer.
    """

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
    """A report on `name` (the id of a question or an essay; "" for a week) as it was known at an
    instant.

    `answer` is the one sentence that a reader should take along.
    """

    kind: Kind
    name: str
    title: str
    answer: str
    known_at: datetime
    sections: tuple[Section, ...]

    @property
    def data(self) -> str:
        """Everything that is shown, as canonical JSON: sorted keys, no spaces, times in UTC,
        UTF-8.
        """
        return canonical({"format": FORMAT, **_plain(self)})

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
        """How the same report is made again."""
        asked = f"{self.kind} {self.name}".strip()
        return f"tracker report {asked} --as-of {self.known_at.astimezone(UTC).isoformat()}"

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts in the order in which they stand."""
        return tuple(b for section in self.sections for b in section.blocks if isinstance(b, Chart))


def hash_of(data: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(data.encode()).hexdigest()


def cell(text: object, url: str = "") -> Cell:
    """A text that may be anybody's: what cannot be printed is left out, and so is an address that
    is not http(s).

    >>> cell("a\\x00b\\u202ec", "javascript:alert(1)")
    Cell(text='abc', url='')
    >>> cell("wire", "https://example.org/1").url
    'https://example.org/1'
    """
    address = web_link(url, "")
    return Cell(
        clean(str(text)), "" if "@" in urlsplit(address).netloc else address
    )  # user@host misleads


def clean(text: str) -> str:
    """A text without control characters, and in one line."""
    return " ".join(
        "".join(c for c in text if c.isprintable() or c.isspace() or c in _KEPT).split()
    )


def words(text: str, *, quiet: bool = False) -> Words:
    """A paragraph of any text."""
    return Words(clean(text), quiet)


def row(*cells: object) -> tuple[Cell, ...]:
    """A row of a table; what is a cell already stays as it is."""
    return tuple(each if isinstance(each, Cell) else cell(each) for each in cells)


def facts(*rows: tuple[str, object]) -> Facts:
    """Names and what they are; those without a value are left out."""
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
    """A table from its rows."""
    return Table(tuple(headings), tuple(rows), wide, numbers)


def counted(n: int, one: str, many: str = "") -> str:
    """A number of things: `1 story`, `2 stories`."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def day(at: datetime) -> str:
    """A day in UTC: `2026-11-24`."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def minute(at: datetime) -> str:
    """A time in UTC to the minute: `2026-11-24 14:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _plain(value: Any) -> Any:
    """Values as dictionaries and lists; a block says what it is."""
    if isinstance(value, Block):
        return {"block": type(value).__name__.lower(), **_fields(value)}
    if is_dataclass(value):
        return _fields(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
