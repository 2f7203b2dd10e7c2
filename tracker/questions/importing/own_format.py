"""Our own files of forecasts and answers: CSV, or JSON lines → rows.

A row has a forecast (question, forecaster, made_at and one of probability, forecast, distribution)
or an answer (question, outcome, known_at, source).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tracker.errors import Refused
from tracker.model.forecast_import import FileRow, RefusedRow
from tracker.questions.importing.row_values import UNSTORABLE_REASON, decode_text, is_storable
from tracker.questions.importing.tables import read_csv

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


def is_own(headers: frozenset[str]) -> bool:
    """Return True for the columns of our own files."""
    names = {header.lower() for header in headers}
    return "question" in names and bool(names & {"made_at", "known_at"})


def read_rows(name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    """Yield the rows of a file; one that cannot be read is refused with its line.

    JSON lines begin with a brace, CSV with a line of column names. Raises `Refused` for a file
    without a row, and for a column that nothing is known of.
    """
    text = decode_text(name, content)
    if not text.strip():
        raise Refused(f"{name} is empty: give a row for each forecast or answer")
    yield from (_read_json_lines if text.lstrip().startswith("{") else _read_csv)(name, text)


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
    for line, cells in read_csv(name, text):
        if isinstance(cells, str):
            yield RefusedRow(name, line, cells)
            continue
        values = {header.lower(): cell for header, cell in cells.items()}
        if strange := [column for column in values if column not in COLUMNS]:
            raise Refused(f"{name}, line 1: {_describe_strange(strange[0])}")
        yield _make_row(name, line, values)


def _describe_strange(column: str) -> str:
    return f"no column is called {column!r}: the columns are {', '.join(COLUMNS)}"


def _make_row(file: str, line: int, values: Mapping[str, Any]) -> FileRow | RefusedRow:
    """Return the row without empty values; refused with a character that no database stores."""
    stripped = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    if not all(map(is_storable, stripped.values())):
        return RefusedRow(file, line, UNSTORABLE_REASON)
    filled = {name: value for name, value in stripped.items() if value not in (None, "")}
    return FileRow(file, line, filled)
