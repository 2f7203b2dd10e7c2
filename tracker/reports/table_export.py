"""Export whole tables as CSV, Parquet or JSON."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Final, assert_never

from tracker.model.json_values import TableFormat
from tracker.storage.database_info import ColumnType, TableDump

_FORMULA_START: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
"""Start of a text that a spreadsheet may take for a formula, as listed by OWASP."""

_SPECIAL: Final = re.compile(r'[",\r\n]')
"""Characters for which a cell of a CSV file is quoted."""


def encode_table(table: TableDump, file_format: TableFormat) -> bytes:
    """Encode a table as the bytes of a file.

    Parquet keeps the types, with JSON as text. In CSV and JSON times are ISO 8601 in UTC and bytes
    are base64; JSON is an array with one object a row. Only CSV changes a text, to prevent
    formulas.
    """
    match file_format:
        case "csv":
            return to_csv(list(table.columns), _encode_rows(table, _encode_text)).encode()
        case "json":
            names = list(table.columns)
            rows = [dict(zip(names, row, strict=True)) for row in _encode_rows(table, _encode_json)]
            return json.dumps(rows, ensure_ascii=False, indent=1).encode()
        case "parquet":
            return _to_parquet(table)
        case _:
            assert_never(file_format)


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Encode rows as CSV; texts that could start a formula get an apostrophe in front.

    Numbers are unchanged: −5 is a number, "-5" is a text. A missing value is empty, an empty text
    is two quotation marks.

    >>> to_csv(("text", "move"), [("=1+1", -5), ("yes", None)]).splitlines()
    ['text,move', "'=1+1,-5", 'yes,']
    """
    lines = [",".join(map(_to_cell, row)) for row in (columns, *rows)]
    return "\n".join([*lines, ""])


def _to_cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            text = f"'{value}" if _FORMULA_START.match(value) else value
            quoted = text.replace('"', '""')
            return f'"{quoted}"' if not text or _SPECIAL.search(text) else text
        case _:
            return str(value)


def _to_parquet(table: TableDump) -> bytes:
    import pyarrow  # few commands write Parquet
    from pyarrow import parquet

    types: dict[ColumnType, Any] = {
        "text": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "truth": pyarrow.bool_(),
        "time": pyarrow.timestamp("us", tz="UTC"),
        "day": pyarrow.date32(),
        "json": pyarrow.string(),
        "bytes": pyarrow.binary(),
    }
    rows = list(_encode_rows(table, _encode_parquet))
    columns = zip(*rows, strict=True) if rows else [()] * len(table.columns)
    arrays = [
        pyarrow.array(values, type=types[type_])
        for values, type_ in zip(columns, table.columns.values(), strict=True)
    ]
    target = BytesIO()
    parquet.write_table(
        pyarrow.Table.from_arrays(arrays, names=list(table.columns)), target, compression="zstd"
    )
    return target.getvalue()


CellEncoder = Callable[[ColumnType, Any], Any]


def _encode_rows(table: TableDump, encode: CellEncoder) -> Iterable[tuple[Any, ...]]:
    types = tuple(table.columns.values())
    for row in table.rows:
        yield tuple(
            None if value is None else encode(type_, value)
            for type_, value in zip(types, row, strict=True)
        )


def _encode_parquet(type_: ColumnType, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if type_ == "json" else value


def _encode_text(type_: ColumnType, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if type_ == "json" else _encode_json(type_, value)


def _encode_json(type_: ColumnType, value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value
