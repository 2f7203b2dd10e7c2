"""Tables as files: CSV with any usual separator, and the first sheet of an Excel workbook."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tracker.errors import Refused

Cells = Mapping[str, str]

SEPARATORS: Final = ",;\t"
MAX_CELL_CHARACTERS: Final = 1_000_000


def read_csv(name: str, text: str) -> Iterator[tuple[int, Cells | str]]:
    """Yield each row with its line: cells by header, or the reason why it cannot be read.

    Raises `Refused` for a file without a line of headers, and for a header that is there twice.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_separator(text))
    # The limit is that of the process: the tables of series are read by the usual one.
    usual = csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        lines = [*_read_lines(reader)]
    finally:
        csv.field_size_limit(usual)
    yield from match_headers(name, iter(lines))


def match_headers(
    name: str, lines: Iterator[tuple[int, Sequence[str] | str]]
) -> Iterator[tuple[int, Cells | str]]:
    """Yield the rows after the first one by its headers; blank rows are left out."""
    first = next(lines, None)
    if first is None or isinstance(first[1], str):
        raise Refused(f"{name} is empty: give a line of headers, and a row for each forecast")
    headers = [header.strip() for header in first[1]]
    if twice := next((h for h in headers if h and headers.count(h) > 1), ""):
        raise Refused(f"{name}, line {first[0]}: {twice} is there twice")
    for line, cells in lines:
        if isinstance(cells, str):
            yield line, cells
        elif len(cells) != len(headers):
            yield line, f"{len(cells)} values for {len(headers)} columns: give one for each"
        else:
            yield line, {h: c.strip() for h, c in zip(headers, cells, strict=True) if h}


def _find_separator(text: str) -> str:
    """Return the separator that stands most often in the first line."""
    first = text.lstrip("\n").partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _read_lines(reader: Any) -> Iterator[tuple[int, Sequence[str] | str]]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"this cannot be read as CSV ({error})"
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
