"""Read series in documents: tables of CSV, JSON or HTML, by the columns that a series names.

A document may be hostile: rows, cells and nesting are bounded here, size by the fetch, time and
memory by the parser pool. A series that cannot be read is a `ParseFailed` with the reason and does
not stop others of the same document.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forecasts.questions.series import (
    MAX_CELL_LENGTH,
    Period,
    Series,
    SeriesId,
    parse_number,
    parse_period,
)
from tracker.feeds.markup import decode_page, parse_markup
from tracker.feeds.parsing.parsed_feed import ParseFailed, load_json
from tracker.feeds.plain_text import decode_document, remove_invisible

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 1_000
MAX_DEPTH: Final = 20
"""Nesting of JSON, and of tables of a page."""

MAX_HEADER_ROW: Final = 50
"""Rows above the names of the columns, such as titles and notes."""

MAX_PAGE_BYTES: Final = 5_000_000
MAX_NAMED_COLUMNS: Final = 12

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A number of a document, and the words in which it stands there."""

    period: Period
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class SeriesReading:
    """Values of a series in a document, oldest first.

    In `skipped` rows no date or number was clear.
    """

    series_id: SeriesId
    values: tuple[ReadValue, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class SeriesDocument:
    """All series of one document: a reading of each, or the reason why there is none."""

    readings: Mapping[SeriesId, "SeriesReading | ParseFailed"]


def read_series(
    body: bytes, content_type: str, series: Sequence[Series]
) -> SeriesDocument | ParseFailed:
    """Read the series of a document; ParseFailed if it has no table at all."""
    formats = {one_series.format for one_series in series}
    readings: dict[SeriesId, SeriesReading | ParseFailed] = {}
    for table_format in sorted(formats):
        tables = _READERS[table_format](body, content_type)
        for one_series in (s for s in series if s.format == table_format):
            readings[one_series.id] = (
                tables if isinstance(tables, ParseFailed) else _read_one(one_series, tables)
            )
    return SeriesDocument(readings)


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of a table, the one with the names of the columns among them."""

    rows: Sequence[Row]


def _read_one(series: Series, tables: Sequence[_Table]) -> SeriesReading | ParseFailed:
    column_names = (
        series.date_column,
        series.value_column,
        *(column for column, _ in series.where),
    )
    for table in tables:
        for number, header in enumerate(table.rows[:MAX_HEADER_ROW]):
            names = {_fold(name): place for place, name in reversed(list(enumerate(header)))}
            places = [names.get(_fold(name)) for name in column_names]
            columns = None if None in places else [place for place in places if place is not None]
            if columns is not None:
                return _read_rows(series, table.rows[number + 1 :], columns)
    return _explain_columns(tables, column_names)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _explain_columns(tables: Sequence[_Table], column_names: Sequence[str]) -> ParseFailed:
    headers = [table.rows[0] for table in tables if table.rows]
    known = {_fold(name) for table in tables for row in table.rows[:MAX_HEADER_ROW] for name in row}
    missing = next((name for name in column_names if _fold(name) not in known), None)
    names = [name for header in headers for name in header if name][:MAX_NAMED_COLUMNS]
    columns = f"; its first columns are {', '.join(names)}" if names else ""
    if missing is None:
        return ParseFailed(
            f"no table has the columns {', '.join(column_names)} side by side{columns}"
        )
    return ParseFailed(f"the document has no column {missing!r}{columns}")


def _read_rows(
    series: Series, rows: Sequence[Row], columns: Sequence[int]
) -> SeriesReading | ParseFailed:
    date_place, value_place, *where_places = columns
    contents = [_fold(content) for _, content in series.where]
    values: dict[Period, ReadValue] = {}
    skipped = 0
    for row in rows:
        if max(columns) >= len(row) or [_fold(row[place]) for place in where_places] != contents:
            continue
        text = remove_invisible(row[value_place]).strip()[:MAX_CELL_LENGTH]
        period = parse_period(row[date_place], day_first=series.day_first)
        number = parse_number(text, decimal_comma=series.decimal_comma)
        if period is None or number is None:
            skipped += 1
            continue
        known = values.setdefault(period, ReadValue(period, number, text))
        if known.value != number:
            return ParseFailed(
                f"{period} has two values, {known.text} and {text}: choose the rows that count "
                "with --where COLUMN=VALUE"
            )
    if not values:
        return ParseFailed(
            f"none of {len(rows)} rows has a date in {series.date_column!r} and a number in "
            f"{series.value_column!r}"
        )
    ordered = sorted(values.values(), key=lambda value: value.period)
    return SeriesReading(series.id, tuple(ordered), skipped)


# CSV

BINARY_SAMPLE: Final = 4_000
"""Bytes at the beginning that tell a text from another file: in a text at most 5% are controls."""

_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def _read_csv(body: bytes, content_type: str) -> list[_Table] | ParseFailed:
    """Return the document as a table under each separator; the names of columns tell which fits."""
    sample = body[:BINARY_SAMPLE]
    if not sample.startswith(_UTF_16) and 20 * len(_NO_TEXT.findall(sample)) > len(sample):
        return ParseFailed("the document is no text: it may be a workbook, an archive or a picture")
    text = decode_document(body, content_type)
    separators = [mark for mark in ",;\t|" if mark in text[:20_000]] or [","]
    return [_Table(list(_iter_csv_rows(text, mark))) for mark in separators]


def _iter_csv_rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader):
            if number >= MAX_ROWS:
                return
            yield [cell.strip() for cell in row[:MAX_COLUMNS]]
    except csv.Error:  # a field of more than 128 KB
        return


# JSON


def _read_json(body: bytes, content_type: str) -> list[_Table] | ParseFailed:
    """Return the lists of a document as tables, the longest first."""
    document = load_json(decode_document(body, content_type))
    if isinstance(document, ParseFailed):
        return document
    lists = sorted(_iter_lists(document, MAX_DEPTH), key=len, reverse=True)
    return [_Table(rows) for rows in map(_list_rows, lists[:MAX_HEADER_ROW])]


def _iter_lists(value: Any, depth: int) -> Iterator[list[Any]]:
    """Yield every list of records, and every mapping from names to single values as one."""
    if depth == 0 or not isinstance(value, dict | list):
        return
    inner = list(value.values()) if isinstance(value, dict) else value[:MAX_ROWS]
    nested = [item for item in inner if isinstance(item, dict | list)]
    if isinstance(value, list) and value and len(nested) == len(inner):
        yield value
    if isinstance(value, dict) and value and not nested:
        yield [{"key": key, "value": item} for key, item in value.items()]
    for item in nested:
        yield from _iter_lists(item, depth - 1)


def _list_rows(records: list[Any]) -> list[Row]:
    if all(isinstance(record, list) for record in records):
        return [[_cell_text(cell) for cell in row[:MAX_COLUMNS]] for row in records[:MAX_ROWS]]
    flat = [dict(_iter_fields(record)) for record in records[:MAX_ROWS]]
    names = list(dict.fromkeys(name for fields in flat for name in fields))[:MAX_COLUMNS]
    return [names, *([fields.get(name, "") for name in names] for fields in flat)]


def _iter_fields(record: Any, prefix: str = "", depth: int = 3) -> Iterator[tuple[str, str]]:
    """Yield the fields of a record; those of a record inside it as `outer.inner`."""
    if not isinstance(record, dict):
        return
    for name, value in record.items():
        if isinstance(value, dict) and depth:
            yield from _iter_fields(value, f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}", _cell_text(value)


def _cell_text(value: Any) -> str:
    """Return a value as text; a list counts as the number of its entries."""
    if isinstance(value, list):
        return f"{len(value)} entries" if len(value) != 1 else "1 entry"
    return "" if value is None or isinstance(value, dict) else str(value)[: MAX_CELL_LENGTH * 2]


# HTML


class _TableCollector:
    """Collects the tables of a page; footnote marks in <sup> are left out."""

    def __init__(self) -> None:
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._below: dict[int, tuple[int, str]] = {}
        self._hidden = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """Open a table, a row or a cell."""
        match tag:
            case "table" if len(self._open) < MAX_DEPTH:
                self._end_cell()
                self._open.append([])
                self.tables.append(self._open[-1])
                self._below = {}
            case "tr" if self._open and self._count < MAX_ROWS:
                self._end_cell()
                self._open[-1].append([])
                self._count += 1
            case "td" | "th" if self._open and self._open[-1]:
                self._end_cell()
                self._fill_from_above()
                self._cell = []
                self._spans = _parse_span(attrs, "colspan"), _parse_span(attrs, "rowspan")
            case "sup" | "script" | "style":
                self._hidden += 1
            case "br" if self._cell is not None:
                self._cell.append(" ")

    def end(self, tag: str) -> None:
        """Close a table or a cell."""
        match tag:
            case "td" | "th" | "tr":
                self._end_cell()
                if tag == "tr":
                    self._fill_from_above()
            case "table" if self._open:
                self._end_cell()
                self._open.pop()
            case "sup" | "script" | "style":
                self._hidden = max(0, self._hidden - 1)

    def data(self, data: str) -> None:
        """Add text to the open cell."""
        if self._cell is not None and not self._hidden and len(self._cell) < MAX_COLUMNS:
            self._cell.append(data[: MAX_CELL_LENGTH * 2])

    def close(self) -> None:
        """Nothing is left to do."""

    def _end_cell(self) -> None:
        if self._cell is None or not self._open or not self._open[-1]:
            self._cell = None
            return
        row, text = self._open[-1][-1], " ".join("".join(self._cell).split())[:400]
        columns, rows = self._spans
        for _ in range(min(columns, MAX_COLUMNS - len(row))):
            if rows > 1:
                self._below[len(row)] = (rows - 1, text)
            row.append(text)
        self._cell = None

    def _fill_from_above(self) -> None:
        """Repeat cells that span this row, too."""
        row = self._open[-1][-1] if self._open and self._open[-1] else None
        while row is not None and len(row) in self._below:
            place = len(row)
            rows, text = self._below.pop(place)
            row.append(text)
            if rows > 1:
                self._below[place] = (rows - 1, text)


def _parse_span(attrs: dict[str, str], name: str) -> int:
    value = attrs.get(name, "1").strip()
    return min(int(value), 100) if value.isascii() and value.isdecimal() and int(value[:4]) else 1


def _read_html(body: bytes, content_type: str) -> list[_Table] | ParseFailed:
    collector = _TableCollector()
    parse_markup(decode_page(body, content_type, MAX_PAGE_BYTES), collector)
    tables = [_Table(rows) for rows in collector.tables if rows]
    return tables or ParseFailed("the page has no table")


_READERS: Final = {"csv": _read_csv, "json": _read_json, "html": _read_html}
