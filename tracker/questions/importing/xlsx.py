"""The first sheet of an Excel workbook (Office Open XML, ECMA-376): cells as texts, dates as dates.

The standard library reads it in these lines; openpyxl, which could do more, would be a package for
this alone. Formulas have the value that was last computed.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from tracker.errors import Refused

MAX_PART_BYTES: Final = 60_000_000
MAX_COLUMNS: Final = 200
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DATE_FORMATS: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of the built-in formats of dates and times."""
_NO_DATE_PARTS: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_EPOCHS: Final = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001


def is_workbook(names: Sequence[str]) -> bool:
    """Return True for the parts of a workbook."""
    return "xl/workbook.xml" in names


def read_sheet(name: str, content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of the first sheet that have a value, with their numbers; raises `Refused`."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            yield from _read_rows(archive)
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        LookupError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OverflowError,
    ) as error:
        raise Refused(
            f"{name} is no whole workbook ({error}): save it once more, or as CSV"
        ) from None


def _read_rows(archive: zipfile.ZipFile) -> Iterator[tuple[int, Sequence[str]]]:
    workbook = _parse(archive, "xl/workbook.xml")
    properties = workbook.find(f"{_MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    strings, dates = _read_strings(archive), _read_date_styles(archive)
    width = 0
    for row in _parse(archive, _find_sheet(archive, workbook)).iter(f"{_MAIN}row"):
        cells: dict[int, str] = {}
        for cell in row.iter(f"{_MAIN}c"):
            number = _read_column(cell.get("r", ""), len(cells))
            value = _read_cell(cell, strings)
            if cell.get("t", "n") == "n" and int(cell.get("s", "0")) in dates and value:
                value = _format_date(float(value), is_1904)
            cells[number] = value
        if any(value.strip() for value in cells.values()):
            width = width or max(cells) + 1  # the headers say how many columns there are
            yield int(row.get("r", "0")), [cells.get(nr, "") for nr in range(width)]


def _find_sheet(archive: zipfile.ZipFile, workbook: ElementTree.Element) -> str:
    sheet = next(workbook.iter(f"{_MAIN}sheet"))
    key = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
    for relation in _parse(archive, "xl/_rels/workbook.xml.rels"):
        if relation.get("Id") == key:
            target = relation.get("Target", "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise LookupError("it has no sheet")


def _read_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_join_texts(part) for part in _parse(archive, "xl/sharedStrings.xml")]


def _join_texts(part: ElementTree.Element) -> str:
    """Join the runs of a text, without phonetic readings."""
    runs = [part, *part.findall(f"{_MAIN}r")]
    return "".join(text.text or "" for run in runs for text in run.findall(f"{_MAIN}t"))


def _read_date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return the numbers of the styles that show dates."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = _parse(archive, "xl/styles.xml")
    dates = set(_DATE_FORMATS)
    for form in styles.iter(f"{_MAIN}numFmt"):
        if re.search("[dmyh]", _NO_DATE_PARTS.sub("", form.get("formatCode", "").lower())):
            dates.add(int(form.get("numFmtId", "-1")))
    shown = styles.find(f"{_MAIN}cellXfs")
    return frozenset(
        number
        for number, style in enumerate(shown if shown is not None else ())
        if int(style.get("numFmtId", "0")) in dates
    )


def _read_cell(cell: ElementTree.Element, strings: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(_join_texts(part) for part in cell.findall(f"{_MAIN}is"))
    value = cell.findtext(f"{_MAIN}v") or ""
    match cell.get("t"):
        case "s":
            return strings[int(value)]
        case "b":
            return "yes" if value == "1" else "no"
        case _:
            return value


def _read_column(reference: str, following: int) -> int:
    letters = re.match("[A-Z]+", reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    column = number - 1 if letters else following
    if column >= MAX_COLUMNS:
        raise ValueError(f"more than {MAX_COLUMNS} columns")
    return column


def _format_date(serial: float, is_1904: bool) -> str:
    """Format a number of days since the epoch of the workbook.

    >>> _format_date(44713, False), _format_date(44713.5, False)
    ('2022-06-01', '2022-06-01 12:00:00')
    """
    at = _EPOCHS[is_1904] + timedelta(seconds=round(serial * 86400))
    return at.date().isoformat() if serial == int(serial) else at.isoformat(" ")


def _parse(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > MAX_PART_BYTES:
        raise ValueError(f"{part} is larger than {MAX_PART_BYTES / 1e6:g} MB")
    content = archive.read(part)
    if b"<!DOCTYPE" in content or b"\0" in content[:4]:
        raise ValueError(f"{part} has a document type")
    return ElementTree.fromstring(content)  # noqa: S314 -- a document type is refused
