"""Import files of forecasts and answers: CSV, or JSON lines → rows.

A row has a forecast (question, forecaster, made_at and one of probability, forecast, distribution)
or an answer (question, outcome, known_at, source).
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tracker.errors import Refused
from tracker.model.forecast_import import FileRow, RefusedRow

FORECAST_COLUMNS: Final = (
    "forecaster",
    "made_at",
    "probability",
    "forecast",
    "distribution",
    "rationale",
)
ANSWER_COLUMNS: Final = ("outcome", "known_at", "event_at", "source", "note")
COLUMNS: Final = ("question", *FORECAST_COLUMNS, *ANSWER_COLUMNS)

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def read_rows(name: str, text: str) -> Iterator[FileRow | RefusedRow]:
    """Yield the rows of a file; one that cannot be read is refused with its line.

    JSON lines begin with a brace, CSV with a line of column names. Raises `Refused` for a file
    without a row, and for a column that nothing is known of.
    """
    if not text.strip():
        raise Refused(f"{name} is empty: give a row for each forecast or answer")
    if text.lstrip().startswith("{"):
        yield from _read_json_lines(name, text)
    else:
        yield from _read_csv(name, text)


def _read_json_lines(name: str, text: str) -> Iterator[FileRow | RefusedRow]:
    for line, part in enumerate(text.split("\n"), start=1):
        if not part.strip():
            continue
        try:
            values = json.loads(part)
        except (ValueError, RecursionError):
            yield RefusedRow(name, line, "this is no JSON: write one object in each line")
            continue
        if not isinstance(values, dict):
            yield RefusedRow(name, line, "this is no object: write {...} in each line")
            continue
        strange = sorted(values.keys() - set(COLUMNS))
        if strange:
            yield RefusedRow(name, line, _describe_strange(strange[0]))
            continue
        yield _make_row(name, line, values)


def _read_csv(name: str, text: str) -> Iterator[FileRow | RefusedRow]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip().lower() for column in next(reader)]
    strange = [column for column in header if column not in COLUMNS]
    if strange or len(set(header)) < len(header):
        named_twice = next((column for column in header if header.count(column) > 1), "")
        reason = _describe_strange(strange[0]) if strange else f"{named_twice} is there twice"
        raise Refused(f"{name}, line 1: {reason}")
    line = reader.line_num
    while True:
        start = line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RefusedRow(name, start, f"this cannot be read as CSV ({error})")
            return
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            yield RefusedRow(
                name, start, f"{len(cells)} values for {len(header)} columns: give one for each"
            )
            continue
        yield _make_row(name, start, dict(zip(header, cells, strict=True)))


def _describe_strange(column: str) -> str:
    return f"no column is called {column!r}: the columns are {', '.join(COLUMNS)}"


def _make_row(file: str, line: int, values: Mapping[str, Any]) -> FileRow | RefusedRow:
    """Return the row without empty values; refused with a character that no database stores."""
    stripped = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    if any(isinstance(value, str) and _UNSTORABLE.search(value) for value in stripped.values()):
        return RefusedRow(
            file, line, "a character cannot be kept (NUL, or half a character): leave it out"
        )
    filled = {name: value for name, value in stripped.items() if value not in (None, "")}
    return FileRow(file, line, filled)
