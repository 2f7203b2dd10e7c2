"""Export whole tables as CSV, Parquet or JSON."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Final, assert_never

import polars as pl

from tracker.model.json_values import TableFormat
from tracker.storage.database_info import ColumnType, TableDump

FORMULA_START: Final = r"^[=+\-@\t\r\n＝＋－＠]"
"""Start of a text that a spreadsheet may take for a formula, as listed by OWASP."""

_POLARS_TYPES: Final[dict[ColumnType, Any]] = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "truth": pl.Boolean,
    "time": pl.Datetime("us", "UTC"),
    "day": pl.Date,
    "json": pl.String,
    "bytes": pl.Binary,
}


def encode_table(table: TableDump, file_format: TableFormat) -> bytes:
    """Encode a table as the bytes of a file.

    Parquet keeps the types, with JSON as text. In CSV and JSON times are ISO 8601 in UTC and bytes
    are base64; JSON is an array with one object a row. Only CSV changes a text, to prevent
    formulas.
    """
    match file_format:
        case "csv":
            return to_csv(_build_frame(table, _encode_text)).encode()
        case "json":
            names = list(table.columns)
            rows = [
                dict(zip(names, _encode_row(table, row, _encode_json), strict=True))
                for row in table.rows
            ]
            return json.dumps(rows, ensure_ascii=False, indent=1).encode()
        case "parquet":
            target = BytesIO()
            _build_frame(table, _encode_parquet).write_parquet(target)
            return target.getvalue()
        case _:
            assert_never(file_format)


def to_csv(frame: pl.DataFrame) -> str:
    """Encode a table as CSV; texts that could start a formula get an apostrophe in front.

    Numbers are unchanged: −5 is a number, "-5" in a column of texts is a text.

    >>> to_csv(pl.DataFrame({"said": ["=1+1", "yes"], "move": [-5, 5]})).splitlines()
    ['said,move', "'=1+1,-5", 'yes,5']
    """
    return frame.with_columns(
        pl.when(text.str.contains(FORMULA_START))
        .then(pl.lit("'") + text)
        .otherwise(text)
        .alias(name)
        for name, text in (
            (name, pl.col(name)) for name, type_ in frame.schema.items() if type_ == pl.String
        )
    ).write_csv()


CellEncoder = Callable[[ColumnType, Any], Any]


def _build_frame(table: TableDump, encode: CellEncoder) -> pl.DataFrame:
    rows = [_encode_row(table, row, encode) for row in table.rows]
    types = (
        "text" if encode is _encode_text and t in ("time", "day", "bytes") else t
        for t in table.columns.values()
    )
    columns = zip(
        table.columns,
        types,
        zip(*rows, strict=True) if rows else [()] * len(table.columns),
        strict=True,
    )
    return pl.DataFrame(
        [pl.Series(name, values, dtype=_POLARS_TYPES[type_]) for name, type_, values in columns]
    )


def _encode_row(table: TableDump, row: tuple[Any, ...], encode: CellEncoder) -> tuple[Any, ...]:
    types = table.columns.values()
    return tuple(
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
